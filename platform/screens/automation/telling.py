"""What a condition saw when it was asked (`conditions.telling`), as a tree for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.screens.automation.conditions import ALL, GROUPS, JOINT, TEST, Said, word
from hanok.screens.automation.eyes import UNSEEN, Eyes

HIDDEN = Said(TEST, say("A field that you may not read"), unseen=True)
SIGNS = {"eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}


def said_of(told: Mapping[str, Any], eyes: Eyes, path: tuple[str, ...] = ()) -> Said:
    """One condition as it came out. A field that the reader may not read is told of by its outcome alone."""
    kind, held = str(told.get("kind", "")), bool(told.get("held"))
    nodes = told.get("nodes") or ()
    if kind in GROUPS:
        below = tuple(said_of(one, eyes, path) for one in nodes)
        return replace(below[0], held=held) if kind == ALL and len(below) == 1 else Said(kind, nodes=below, held=held)
    if kind == "new":
        wanted, actual = bool(told.get("wanted")), bool(told.get("actual"))
        label = say("The record is new") if wanted else say("The record was there before")
        return Said(TEST, label, held=held, actual=say("new") if actual else say("there before"))
    if kind == "count":
        return _count(told, eyes, path, held=held)
    field = eyes.field(str(told.get("module")), str(told.get("field")))
    if field is None:
        return replace(HIDDEN, held=held)
    if kind == "through":
        return _through(told, field, eyes, path, held=held)
    return _test(told, field, eyes, path, held=held)


def _test(told: Mapping[str, Any], field: Field, eyes: Eyes, path: tuple[str, ...], *, held: bool) -> Said:
    label = JOINT.join((*path, field.label_in(eyes.formats.language)))
    actual = told.get("actual")
    if told.get("kind") == "changed":
        before, after = (eyes.value(field, one) for one in (actual or [None, None]))
        change = say("{before} → {after}", before=before, after=after)
        return Said(TEST, label, say("changed"), held=held, actual=change)
    operator, values = _wanted(told, field, eyes)
    return Said(TEST, label, operator, values, held=held, actual=eyes.value(field, actual))


def _wanted(told: Mapping[str, Any], field: Field, eyes: Eyes) -> tuple[str | Message, tuple[str | Message, ...]]:
    key, wanted = str(told.get("operator", "eq")), told.get("wanted")
    if key == "under":
        return say("is, or stands under"), (word(wanted),)
    operator = field.type.operator(key) if key in field.type.operators else None
    if operator is not None and operator.takes == "flag":
        return "", (say("is empty") if wanted is not False else say("is filled in"),)
    many = wanted if isinstance(wanted, list) else [wanted]
    if not many:
        return "=", (say("nothing"),)
    values = tuple(_reference(one, field, eyes) or eyes.wanted(field, key, one) for one in many)
    plain = "eq" if key == "in" and len(values) == 1 else key
    sign = SIGNS.get(plain)
    if sign and not (operator and plain in ("gt", "gte", "lt", "lte")):
        return sign, values
    return in_language(operator.label, eyes.formats.language) if operator else plain, values


def _reference(written: Any, field: Field, eyes: Eyes) -> str:
    """`$record.x` as the label of that field."""
    if not isinstance(written, str) or not written.startswith("$record."):
        return ""
    other = eyes.field(field.module, written.removeprefix("$record."))
    return other.label_in(eyes.formats.language) if other else written


def _through(told: Mapping[str, Any], field: Field, eyes: Eyes, path: tuple[str, ...], *, held: bool) -> Said:
    here = (*path, field.label_in(eyes.formats.language))
    nodes = told.get("nodes") or ()
    actual = told.get("actual")
    if isinstance(actual, dict) and actual.get("id") in eyes.secret:
        return Said(TEST, JOINT.join(here), held=held, actual=UNSEEN, unseen=True)
    if not nodes:
        return Said(TEST, JOINT.join(here), held=held, actual=say("empty"))
    return said_of({**nodes[0], "held": held}, eyes, here)


def _count(told: Mapping[str, Any], eyes: Eyes, path: tuple[str, ...], *, held: bool) -> Said:
    label = JOINT.join((*path, str(told.get("end", ""))))
    values = tuple(f"{SIGNS.get(str(key), key)} {number}" for key, number in told.get("wanted") or ())
    actual = str(told.get("actual")) if eyes.whole else UNSEEN
    return Said(TEST, label, say("number"), values, held=held, actual=actual, unseen=not eyes.whole)
