"""What a letter in HTML says, as text, for those who read no other."""

from __future__ import annotations

import re
from html.parser import HTMLParser

LINES = frozenset({"br", "div", "tr", "table", "ul", "ol", "section", "header", "footer", "hr"})
#: So much of it is read; what is written for mail is far shorter.
LONGEST = 200_000
BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"})
#: A tag that is whole, or a sign that begins none.
SIGN = re.compile(r"<(?![a-zA-Z/!?][^<>]*>)")
UNSEEN = frozenset({"script", "style", "head", "title", "template"})


class _Reader(HTMLParser):
    """Gathers the text; links are followed by where they lead."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._unseen = 0
        self._links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        if tag == "a":
            self._links.append(dict(attrs).get("href") or "")
        if tag == "li":
            self.found.append("\n- ")
        else:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN and self._unseen > 0
        if tag == "a" and self._links:
            where = self._links.pop()
            if where.startswith(("http://", "https://")) and self.found[-1:] != [where]:
                self.found.append(f" ({where})")
        elif tag in ("td", "th"):
            self.found.append(" ")
        else:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.found.append(re.sub(r"\s+", " ", data))

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Passes over `<![…>`, at which the library gives up."""
        end = self.rawdata.find(">", i)
        return end + 1 if end >= 0 else -1

    def _break(self, tag: str) -> None:
        if tag in BLOCKS:
            self.found.append("\n\n")
        elif tag in LINES:
            self.found.append("\n")


def as_text(html: str) -> str:
    """The text of HTML: its lines and paragraphs, links with their addresses."""
    reader = _Reader()
    reader.feed(_whole(html[:LONGEST]))
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _whole(html: str) -> str:
    """The same without comments, and with tags that end: what never does is looked for once. The library would look for
    the end of each again, to the end of all."""
    found, end = [], 0
    while (begin := html.find("<!--", end)) >= 0:
        found.append(html[end:begin])
        close = html.find("-->", begin + 4)
        end = len(html) if close < 0 else close + 3
    return SIGN.sub("&lt;", "".join((*found, html[end:])))
