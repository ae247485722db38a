"""Writes `docs/reference/*.md` from the code: kinds, field types, operators, expressions, settings, commands, errors.

Run it after a change of any of these: `.venv/bin/python tools/reference.py`. A test fails when a page is stale.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hanok import engine
from hanok.app import field_types
from hanok.cli import hanok
from hanok.engine import errors
from hanok.engine.catalog.schemas import COMMON, PICKED
from hanok.engine.conditions.words import WORDS
from hanok.engine.expressions.functions import describe
from hanok.engine.fields import Field, FieldType
from hanok.engine.fields.operators import OPERATORS, TAKES
from hanok.settings import SETTINGS
from tools import reference_kinds
from tools.reference_words import code, code_whole, codes, flow, option, table

FIELDS_INTRO = """\
# Field types

There are {count}. A package adds one by one file: [add a field type](../howto/add-a-field-type.md).

A field may change its type: a type that takes over the other's values loses none; between others each value is tried,
and what does not fit is counted before anything happens (`hanok plan`).
"""
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
MADE = "<!-- Written by tools/reference.py from the code; do not edit. -->"
EXPRESSIONS_INTRO = """\
# Expressions

One formula without braces, in `formula`, `suggest` and, between `{{ }}`, in templates like `title`.
Operators: `+ - * / // %`, `~` (joins texts), `== != < <= > >=`, `in`, `and or not`, `x if y else z`.

A dot looks into a link (`account.industry`), an option (`stage.probability`) or a part (`amount.base`, `today.year`).
Numbers are exact. What misses a value has none; so has what is divided by zero. `today`, `now` and `me` need
`live: true` in a formula. Each function is a filter, too: `round(net, 2)` is `net | round(2)`.
How values follow each other: [worked-out values](../explanation/worked-out-values.md).
"""
OPERATORS_INTRO = """\
# Operators

What a condition may ask of a field: `amount: {gte: 10000}`. A bare value means `eq`, a list `in`.
In the address of a list: `f=amount.gte.10000`.

An empty value satisfies `ne`, `not_in`, `not_contains`, `outside` and `empty`, and no other.
"""
OTHER_WORDS = """\
## Words beside fields and operators

How conditions work: [Conditions](../explanation/conditions.md).
"""
SETTINGS_INTRO = """\
# Settings

A setting comes from the environment, else from the site's `site.yaml`, else it is the default.
`HANOK_ADMIN_PASSWORD` is the password that `hanok init` gives to the first user; without it one is made.
`HANOK_LANGUAGE=ko` lets the command line speak Korean.
"""
COMMANDS_INTRO = """\
# Commands

Exit code 0: done. 1: refused, with reasons. 2: wrong usage.
`--site` may stand before or after the name of the command; without it the site is `./site`.
"""
ERRORS_INTRO = """\
# Errors

Everything that the engine raises on purpose is a `HanokError` of `hanok.engine.errors`.
A page answers with the status; a command says the message and ends with exit code 1.

Problems of metadata have a place: `file:line:column path: sentence`. What is marked *advice* stops nothing.
"""
#: What conditions ask of fields that hold several records.
OF_ENDS = ("some", "none", "count")
APP = {"currency": "KRW", "country": "KR"}


def pages() -> dict[str, str]:
    """The pages by file name."""
    makers = {
        "kinds": reference_kinds.page, "fields": fields, "operators": operators, "expressions": expressions,
        "settings": settings, "commands": commands, "errors": tree,
    }  # fmt: skip
    return {f"{name}.md": "\n".join([MADE, "", *make()]).rstrip() + "\n" for name, make in makers.items()}


# -- field types -------------------------------------------------------------------------------------------------
def fields() -> Iterator[str]:
    types = field_types()
    yield FIELDS_INTRO.format(count=len(types))
    yield codes(types) + "\n"
    yield from ["## Keys of every field", "", "`type` must be written, everything else may be left out.", ""]
    rows = (option(key, found) for key, found in (COMMON | PICKED).items())
    yield from table("Key", "What may be written", "", rows=rows)
    for key, found in types.items():
        yield from field_type(key, found)


def field_type(key: str, found: FieldType) -> Iterator[str]:
    yield from [f"## {key}", "", f"{found.label['en']} · {found.label['ko']}. {about(type(found))}".strip(), ""]
    if found.options:
        yield from table("Key", "What may be written", "", rows=own_keys(found))
    for settings in found.settings_samples():
        yield f"    field: {flow({'type': key, **settings})}"
    yield ""
    yield f"- Operators: {codes(found.operators or OF_ENDS)}"
    if parts := asked_parts(found):
        yield f"- Parts, asked for and shown by a dot: {codes(parts)}"
    if found.converts_from:
        yield f"- Takes over the values of: {codes(sorted(found.converts_from))}"
    if becomes := [other for other, type in field_types().items() if key in type.converts_from]:
        yield f"- Its values are taken over by: {codes(sorted(becomes))}"
    yield f"- Lists {'can' if found.sortable else 'cannot'} be sorted by it."
    if found.generated:
        yield "- The engine makes its values; no form offers it."
    else:
        yield f"- Values such as: {codes(samples(found))}"
    yield ""


def own_keys(found: FieldType) -> Iterator[tuple[str, str, str]]:
    """A row for each key of the type's own, at any depth."""
    for name, said in found.options.items():
        yield option(name, said, needed=name in found.needs)
        yield from reference_kinds.below(said, name, {})


def asked_parts(found: FieldType) -> list[str]:
    """The parts of its values that conditions may ask for, by name."""
    field = a_field(found)
    field = replace(field, columns={part.name: f"field${part.name}" for part in found.parts(field)})
    return [
        part.name for part in found.parts(field)
        if part.name and (found.part_field(field, part.name) or found.part_operand(field, part.name))
    ]  # fmt: skip


def about(made: type[FieldType]) -> str:
    """The first paragraph of the class, else of its file."""
    said = made.__dict__.get("__doc__") or (inspect.getmodule(made).__doc__ or "")  # type: ignore[union-attr]
    return " ".join(inspect.cleandoc(said).split("\n\n")[0].split())


def a_field(found: FieldType) -> Field:
    """A field of the type with its first settings."""
    settings = found.settings_samples()[0]
    return Field("thing", "field", found, found.label, settings, targets=found.targets(settings), app=APP)


def samples(found: FieldType) -> tuple[Any, ...]:
    """A few raw values of the type with its first settings."""
    field = a_field(found)
    options = found.option_set(field.settings)
    if options is not None:
        return tuple(options)[:4]
    return tuple(found.samples(field))[:4]


# -- operators ---------------------------------------------------------------------------------------------------
def operators() -> Iterator[str]:
    types = field_types()
    yield OPERATORS_INTRO
    rows = (
        (code(key), row.label["en"], row.label["ko"], TAKES[row.takes], code(row.example),
         codes(name for name, found in types.items() if key in found.operators))
        for key, row in OPERATORS.items()
    )  # fmt: skip
    yield from table("Operator", "English", "Korean", "Stands beside it", "Example", "Types", rows=rows)
    yield OTHER_WORDS
    words = ((code(word.key), word.stands, word.takes, word.means, code_whole(word.example)) for word in WORDS)
    yield from table("Word", "Where", "Takes", "Meaning", "Example", rows=words)


# -- expressions -------------------------------------------------------------------------------------------------
def expressions() -> Iterator[str]:
    yield EXPRESSIONS_INTRO
    for subject, functions in describe():
        yield f"## {subject.capitalize()}\n"
        rows = (
            (code(row.usage), row.meaning["en"], row.meaning["ko"], code_whole(row.example), code(row.result))
            for row in functions
        )
        yield from table("Function", "English", "Korean", "Example", "Gives", rows=rows)


# -- settings ----------------------------------------------------------------------------------------------------
def settings() -> Iterator[str]:
    yield SETTINGS_INTRO
    rows = (
        (code(name), code(f"HANOK_{name.upper()}"), code(flow(default)) if default != "" else "", said)
        for name, default, said in SETTINGS
    )
    yield from table("In site.yaml", "In the environment", "Default", "", rows=rows)


# -- commands ----------------------------------------------------------------------------------------------------
def commands() -> Iterator[str]:
    yield COMMANDS_INTRO
    yield from group("hanok", hanok)


def group(path: str, found: click.Group) -> Iterator[str]:
    context = click.Context(found, info_name=path)
    for name in found.list_commands(context):
        below = found.get_command(context, name)
        if isinstance(below, click.Group):
            yield from group(f"{path} {name}", below)
        elif below is not None:
            yield from one_command(f"{path} {name}", below)


def one_command(path: str, found: click.Command) -> Iterator[str]:
    context = click.Context(found, info_name=path)
    usage = " ".join(found.collect_usage_pieces(context))
    yield from [f"## {path}", "", f"    {path} {usage}", "", inspect.cleandoc(found.help or ""), ""]
    records = [record for param in found.get_params(context) if (record := param.get_help_record(context))]
    rows = ((code_whole(names), said) for names, said in records if "--help" not in names)
    yield from table("Option", "", rows=rows)


# -- errors ------------------------------------------------------------------------------------------------------
def tree() -> Iterator[str]:
    yield ERRORS_INTRO
    rows = ((code(made.__name__), code(made.code), made.status, first_line(made)) for made in every_error())
    yield from table("Error", "Code", "Status", "", rows=rows)


def every_error() -> Iterator[type[errors.HanokError]]:
    """All errors, as their tree is drawn; those of single rooms behind them, by name."""
    for found in pkgutil.walk_packages(engine.__path__, "hanok.engine."):
        if ".migrations" not in found.name:
            importlib.import_module(found.name)
    every = [errors.HanokError, *below(errors.HanokError)]
    common = [made for made in every if made.__module__ == errors.__name__]
    rooms = [made for made in every if made.__module__.startswith("hanok.engine.") and made not in common]
    yield from common
    yield from sorted((made for made in rooms if made.__name__[0] != "_"), key=lambda made: made.__name__)


def below(made: type[errors.HanokError]) -> Iterator[type[errors.HanokError]]:
    for found in made.__subclasses__():
        yield found
        yield from below(found)


def first_line(made: type) -> str:
    return re.split(r"\n\n", inspect.cleandoc(made.__doc__ or ""))[0]


def write() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
        print(FOLDER / name)


if __name__ == "__main__":
    write()
