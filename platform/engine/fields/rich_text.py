"""Text with headings, lists, links and emphasis: a safe part of HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any, ClassVar

import marshmallow as ma
import nh3

from hanok.engine.errors import say
from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.operators import TEXTUAL
from hanok.engine.fields.text import LONGEST_OPERAND, TEMPLATE, Text, TextValue, clean, fold
from hanok.engine.fields.value import Value, refuse

BLOCKS = frozenset(
    {"p", "div", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "pre", "hr", "table", "thead", "tbody", "tr"}
)
INLINE = frozenset({"a", "b", "strong", "i", "em", "u", "s", "mark", "code", "sub", "sup", "br", "th", "td"})
TAGS = BLOCKS | INLINE
#: Images are files beside the text: one from elsewhere tells its sender who read the text, and when.
ATTRIBUTES: Mapping[str, set[str]] = {"a": {"href", "title"}, "th": {"colspan"}, "td": {"colspan"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
REL = "noopener noreferrer nofollow"
REMOVED = frozenset({"script", "style", "iframe", "object", "svg", "math", "template", "noscript", "title"})
FOREIGN = ("script", "style", "img", "iframe", "object", "svg", "math", "span", "font", "h1", "h5", "h6")
BEGINS = re.compile(rf"\s*<(?:{'|'.join(sorted(BLOCKS))})\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(rf"</?(?:{'|'.join(sorted({*TAGS, *FOREIGN}))})\b[^<>]*>", re.IGNORECASE)
#: Cleaning what is clean changes nothing; what does not come to rest in so many rounds is refused.
ROUNDS = 4


#: Elements within each other. Browsers close these by themselves, so they do not count.
DEEPEST = 200
CLOSED = frozenset({"p", "li", "tr", "td", "th", "thead", "tbody", "br", "hr", "img", "col", "dd", "dt"})
ELEMENT = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
#: The most that any setting of `length` allows.
LONGEST = 200_000


class Html(str):
    """HTML that was cleaned: what a rich text is as a value."""

    __slots__ = ()


def cleaned(html: str) -> str:
    """The safe part of it, which cleans to itself. Raises ValidationError for what cannot be shown."""
    for _ in range(ROUNDS):
        found = nh3.clean(
            clean(html, lines=True) if html else "", tags=set(TAGS), attributes={**ATTRIBUTES},
            clean_content_tags=set(REMOVED), url_schemes=set(SCHEMES), link_rel=REL,
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )  # fmt: skip
        if found == html:
            return found
        html = found
    raise refuse(say("This has characters that cannot be shown."))


def _is_deep(html: str) -> bool:
    """Whether more elements may be open at once than any text needs; an end closes one of its own name only."""
    opened: dict[str, int] = {}
    depth = 0
    for ends, written in ELEMENT.findall(html):
        name = written.lower()
        if name in CLOSED:
            continue
        count = opened.get(name, 0)
        change = 1 if not ends else -1 if count else 0
        opened[name], depth = count + change, depth + change
        if depth > DEEPEST:
            return True
    return False


def paragraphs(text: str) -> str:
    """Plain text as HTML: an empty line ends a paragraph, another line end is a line break."""
    parts = re.split(r"\n[ \t]*\n\s*", text.replace("\r\n", "\n").strip())
    return "".join(f"<p>{escape(part, quote=False).replace(chr(10), '<br>')}</p>" for part in parts)


class _Plain(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS or tag == "br":
            self.found.append("\n")
        elif tag in ("td", "th"):
            self.found.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def plain_of(html: str) -> str:
    """What stands there without its look, a block a line."""
    lines = "".join(_Plain(html).found).replace("\xa0", " ").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


class RichValue(Value):
    """Cleaned HTML, from HTML or from plain text; None when nothing is to be read in it."""

    def __init__(self, *, length: int | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.length = length or LONGEST

    def load(self, value: Any, **known: Any) -> Html | None:
        text = clean(value, lines=True)
        self._fits(text)
        if _is_deep(text):  # cleaning takes the square of the depth
            raise refuse(say("This is nested too deeply."))
        html = cleaned(text if isinstance(value, Html) or TAG.search(text) else paragraphs(text))
        if not BEGINS.match(html) and html:
            html = cleaned(f"<div>{html}</div>" if re.search(r"<(?!/)", TAG_INLINE.sub("", html)) else f"<p>{html}</p>")
        self._fits(html)
        return Html(html) if plain_of(html) or "<hr" in html else None

    def _fits(self, text: str) -> None:
        if len(text) > self.length:
            raise refuse(say("This has {found} characters; at most {length} fit.", found=len(text), length=self.length))


TAG_INLINE = re.compile(rf"</?(?:{'|'.join(sorted(INLINE - {'th', 'td'}))})\b[^<>]*>", re.IGNORECASE)


class RichText(Text):
    """Values are `Html`; conditions and the search look at the text that stands in it.

    Files and plain text: what begins with a block of HTML (as exports do) is HTML, anything else is taken literally.
    """

    key = "rich_text"
    label: ClassVar[Labels] = {"en": "Formatted text", "ko": "서식 있는 텍스트"}
    icon = "text-caption"
    options: ClassVar[Mapping[str, Any]] = {
        "length": {"type": "integer", "minimum": 1, "maximum": LONGEST, "default": 50_000,
                   "description": "How many characters it holds at most."},
        "template": TEMPLATE,
        "rows": {"type": "integer", "minimum": 2, "maximum": 40, "default": 6,
                 "description": "How many lines its box shows."},
    }
    operators = tuple(key for key in TEXTUAL if key in ("contains", "not_contains", "matches", "empty"))
    #: A browser sees the tags, not the text.
    compares = ""
    converts_from = frozenset({"text", "long_text"})
    sortable = False
    longest = 50_000

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return {"": None, "folded": None}
        return {"": str(value), "folded": self.comparable(field, value)}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts[""] is None else Html(parts[""])

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return RichValue(length=self.length(field))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return RichValue()

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return TextValue(length=LONGEST_OPERAND, lines=True)

    def comparable(self, field: Field, value: Any) -> Any:
        return fold(plain_of(value) if isinstance(value, Html) else value)

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else str(value)

    def from_text(self, field: Field, text: Any) -> Any:
        found = super().from_text(field, text)
        if not isinstance(found, str) or not found.strip() or BEGINS.match(found):
            return found
        return paragraphs(found)

    def search_text(self, field: Field, value: Any) -> str:
        return "" if value is None else plain_of(value)

    def input(self, field: Field) -> Widget:
        return Widget("rich_text", {"rows": field.settings.get("rows", 6)})

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("rich_text", width="long")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "<h2>한빛전자</h2><p>첫째 <strong>줄</strong><br>둘째 &lt; 줄</p><ul><li>하나</li><li>둘</li></ul>",
            '<p>See <a href="https://example.com/?a=1&amp;b=2" title="x">the page</a></p>',
            "plain text < more\n\nSTRASSE & straße", "<em>no block</em> 100% _ \\",
            "bare<p>then a block</p>", '<table><tbody><tr><td colspan="2">A</td></tr></tbody></table>',
        )  # fmt: skip

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"length": 2000, "rows": 12})
