"""Everything that is said to people is said in Korean too.

Found are the English templates in `say("…")`, `translate("…")`, `translate_count("…", "…")` of the code and in
`_("…")`, `ngettext("…", "…")` of the templates. Each needs an entry in one of `web/translations/ko/*.po`.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import jinja2
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import nodes

from tests.house.sources import PLATFORM, ROOT, calls, platform_files, shown

SAYS_ONE = ("say", "translate", "_", "gettext")
SAYS_TWO = ("translate_count", "ngettext", "say_count")
FOLDER = PLATFORM / "web" / "translations"
LANGUAGES = ("ko",)


def said_in_code(path: Path) -> Iterator[tuple[str, str]]:
    for call in calls(path, *SAYS_ONE, *SAYS_TWO):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        for argument in call.args[: 2 if name in SAYS_TWO else 1]:
            for text in _texts(argument):
                yield shown(path, call), text


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _texts(node.body)
        yield from _texts(node.orelse)


def said_in_template(path: Path) -> Iterator[tuple[str, str]]:
    tree = jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do"]).parse(path.read_text(), filename=str(path))
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        count = 2 if name in SAYS_TWO else 1 if name in SAYS_ONE else 0
        for argument in call.args[:count]:
            for text in _template_texts(argument):
                yield f"{path.relative_to(ROOT)}:{call.lineno}", text


def _template_texts(node: nodes.Node | None) -> Iterator[str]:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, nodes.CondExpr):
        yield from _template_texts(node.expr1)
        yield from _template_texts(node.expr2)


@cache
def said() -> dict[str, str]:
    """Every template with the first place that says it."""
    found: dict[str, str] = {}
    for path in platform_files():
        for place, text in said_in_code(path):
            found.setdefault(text, place)
    for path in sorted(PLATFORM.rglob("*.html")):
        for place, text in said_in_template(path):
            found.setdefault(text, place)
    found.pop("", None)
    return found


def parts(language: str) -> list[tuple[Path, Catalog]]:
    files = sorted((FOLDER / language).glob("*.po"))
    return [(path, read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True)) for path in files]


def entries(language: str) -> list[tuple[str, Message]]:
    return [(path.name, entry) for path, part in parts(language) for entry in part if entry.id]


def facts(template: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(template) if name is not None}


def strings(entry: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The English and the translated forms; one of each but for plurals."""
    english = entry.id if isinstance(entry.id, list | tuple) else (entry.id,)
    translated = entry.string if isinstance(entry.string, list | tuple) else (entry.string,)
    return tuple(english), tuple(translated)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated(language: str) -> None:
    known = {text for _, entry in entries(language) if all(strings(entry)[1]) for text in strings(entry)[0]}
    missing = [f"{place}: {text}" for text, place in said().items() if text not in known]
    if missing:
        pytest.fail(f"{len(missing)} sentences without an entry in web/translations/{language}:\n" + "\n".join(missing))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_facts(language: str) -> None:
    wrong = []
    for part, entry in entries(language):
        english, translated = strings(entry)
        known, needed = set().union(*map(facts, english)), facts(english[-1])
        wrong += [f"{part}: {text}" for text in translated if text and not needed <= facts(text) <= known]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_part_contradicts_another(language: str) -> None:
    seen: dict[object, tuple[str, object]] = {}
    twice = []
    for part, entry in entries(language):
        key = (entry.context, tuple(strings(entry)[0]))
        other, string = seen.setdefault(key, (part, entry.string))
        twice += [f"{other} and {part}: {entry.id}"] if string != entry.string else []
    assert not twice


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_entry_is_fuzzy(language: str) -> None:
    assert not [f"{part}: {entry.id}" for part, entry in entries(language) if entry.fuzzy]
