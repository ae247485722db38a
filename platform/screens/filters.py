"""The conditions of a list: chips that say them, and the editor that makes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import marshmallow as ma

from hanok.engine.catalog.model import Catalog, Module
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.conditions import ConditionError, parse
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.engine.fields.operators import Operator
from hanok.screens import comparing
from hanok.screens.address import Asked, Condition, as_condition
from hanok.screens.words import RELATIVE, Formats, in_words
from hanok.web.controls import TITLE, Form

UNASKED = frozenset({"required", "help", "placeholder", "min", "max", "readonly"})
SPANS = (
    "today", "this_week", "next_week", "last_week", "this_month", "next_month", "last_month", "this_quarter",
    "next_quarter", "last_quarter", "this_year", "last_year",
)  # fmt: skip
#: What stands on the right of the operators that the editor offers.
EDITED = frozenset({"one", "many", "two", "flag"})
SPANNING = frozenset({"eq", "between"})
#: Finds the title of a linked record by field and id; "" when the reader may not see it.
Titles = Callable[[Field, str], str]


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition in words. `problem` says why it is left out of the query."""

    label: str
    operator: str
    said: tuple[str | Message, ...]
    edit: str
    remove: str
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A field or an operator to choose, with the address that chooses it."""

    label: str
    url: str
    icon: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """One box of the editor: the field under a name of the editor's own, and what stands in it as a sent form."""

    field: Field
    label: str | Message
    text: str
    title: str

    @property
    def sent(self) -> Form | None:
        """What stands in the box, as a form that was sent."""
        return Form({self.field.key: self.text, self.field.key + TITLE: self.title}) if self.text else None


@dataclass(frozen=True, slots=True)
class Editor:
    """One condition being made: its operators to choose from and the inputs that its operator takes.

    `spans` are the days, weeks and months that a date may be in: words, addresses, and which one is chosen.
    """

    field: Field
    label: str
    operator: str
    takes: str
    operators: tuple[Offer, ...]
    texts: tuple[str, ...]
    inputs: tuple[Input, ...]
    spans: tuple[tuple[Message, str, bool], ...]
    flag: bool
    kept: tuple[tuple[str, str], ...]
    cancel: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition with its values as the field's type reads them, or the problem that it has."""

    condition: Condition
    values: tuple[Any, ...]
    problem: Message | None = None


def check(catalog: Catalog, module: Module, condition: Condition) -> Checked:
    """Reads the values of a condition through the field's type. Words of the condition language stay as they are."""
    field = comparing.shape(module.field(condition.field))
    try:
        parse(as_condition(condition), ModuleScope(module, catalog.modules))
    except ConditionError as wrong:
        return Checked(condition, condition.texts, wrong.faults[0].message)
    if condition.takes == "flag" or field is not module.field(condition.field):
        return Checked(condition, condition.texts)
    return Checked(condition, tuple(_load(field, condition.operator, text) for text in condition.texts))


def _load(field: Field, operator: str, text: str) -> Any:
    try:
        return field.type.operand(field, operator).deserialize(text)
    except ma.ValidationError:
        return text


def chips(
    module: Module, asked: Asked, checked: Sequence[Checked], formats: Formats, titles: Titles
) -> tuple[Chip, ...]:
    return tuple(
        _chip(module.field(one.condition.field), asked, place, one, formats, titles)
        for place, one in enumerate(checked)
    )


def _chip(field: Field, asked: Asked, place: int, one: Checked, formats: Formats, titles: Titles) -> Chip:
    return Chip(
        label=field.label_in(formats.language),
        operator=_in_words(field, one.condition.operator, formats.language),
        said=_said(field, one, formats, titles),
        edit=asked.url(ask=f"{field.key}.{one.condition.operator}.{place}"),
        remove=asked.without(place),
        problem=one.problem,
    )


def _said(field: Field, one: Checked, formats: Formats, titles: Titles) -> tuple[str | Message, ...]:
    """The values in words; a range says its open ends as they are."""
    if one.problem:
        return one.condition.texts
    takes = one.condition.takes
    if takes == "flag":
        return (say("is empty") if one.condition.texts[0] != "false" else say("is filled in"),)
    field = comparing.shape(field)
    if field.targets:
        named = (text if text == "$me" else titles(field, text) or text for text in one.condition.texts)
        return tuple(in_words(field, name, formats) for name in named)
    said = tuple(in_words(field, value, formats) for value in one.values)
    return (*said[:1], "–", *said[1:2]) if takes == "two" else said


def _in_words(field: Field, operator: str, language: str) -> str:
    """The operator as a chip says it: *is* and *is any of* go without saying, and so does what the values say."""
    if operator in {"eq", "in", "empty", "between", comparing.WITH, comparing.TIED}:
        return ""
    return in_language(comparing.operator(field, operator).label, language)


def fields_to_ask(module: Module, asked: Asked, language: str) -> tuple[Offer, ...]:
    """The fields that the editor offers, in the order of the search view."""
    view = module.views.search
    keys = dict.fromkeys((*view.basic, *view.advanced))
    found = [module.field(key) for key in keys if comparing.operators(module.field(key))]
    return tuple(Offer(field.label_in(language), asked.url(ask=field.key), field.type.icon) for field in found)


def operators_of(field: Field) -> tuple[Operator, ...]:
    """What the editor offers for a field: lists of values only where they can be ticked."""
    found = [row for key in comparing.operators(field) if (row := comparing.operator(field, key)).takes in EDITED]
    if field.choices:
        return tuple(
            one for one in found if one.key not in {"eq", "ne"} or not {"in", "not_in"} & set(field.type.operators)
        )
    return tuple(one for one in found if one.takes != "many")


def editor(module: Module, asked: Asked, language: str, titles: Titles) -> Editor | None:
    """The editor that `ask=field.operator.place` opens, or None."""
    key, _, rest = asked.ask.partition(".")
    wanted, _, at = rest.partition(".")
    if not key or not module.has(key) or not comparing.operators(module.field(key)):
        return None
    field = module.field(key)
    offered = operators_of(field)
    place = next((number for number in range(len(asked.conditions)) if at == str(number)), -1)
    known = asked.conditions[place] if place >= 0 else None
    wanted = {"eq": "in", "ne": "not_in"}.get(wanted, wanted) if field.choices else wanted
    operator = next((one for one in offered if one.key == wanted), offered[0])
    tail = f".{place}" if place >= 0 else ""
    texts = known.texts if known else ()
    return Editor(
        field=field,
        label=field.label_in(language),
        operator=operator.key,
        takes=operator.takes,
        operators=tuple(
            Offer(in_language(one.label, language), asked.url(ask=f"{key}.{one.key}{tail}"), current=one is operator)
            for one in offered
        ),
        texts=texts,
        inputs=_inputs(comparing.shape(field), operator.takes, texts, titles, language),
        spans=_spans(field, asked, place, operator.key, texts),
        flag=field.type.input(field).name == "checkbox",
        kept=tuple(_kept(asked, place)),
        cancel=asked.url(),
    )


def _spans(
    field: Field, asked: Asked, place: int, operator: str, texts: Sequence[str]
) -> tuple[tuple[Message, str, bool], ...]:
    if field.type.cell(field).role != "when" or operator not in SPANNING:
        return ()
    others = tuple(condition for at, condition in enumerate(asked.conditions) if at != place)
    return tuple(
        (RELATIVE[word], asked.url(conditions=(*others, Condition(field.key, "eq", (word,)))), tuple(texts) == (word,))
        for word in SPANS
    )


def _inputs(field: Field, takes: str, texts: Sequence[str], titles: Titles, language: str) -> tuple[Input, ...]:
    names = ("value", "value2") if takes == "two" else ("value",)
    labels: tuple[str | Message, ...] = (say("From"), say("To")) if takes == "two" else (field.label_in(language),)
    settings = {key: value for key, value in field.settings.items() if key not in UNASKED}
    padded = (*texts, "", "")
    return tuple(
        Input(
            replace(field, key=name, settings=settings),
            label,
            text,
            titles(field, text) if field.targets and text else "",
        )
        for name, label, text in zip(names, labels, padded, strict=False)
    )


def _kept(asked: Asked, place: int) -> list[tuple[str, str]]:
    """The rest of the address, as hidden inputs: everything but the condition that is being changed."""
    conditions = tuple(condition for at, condition in enumerate(asked.conditions) if at != place)
    return replace(asked, conditions=conditions, after="", before="", start=0, count=False, ask="").pairs()
