"""The trace of a run as a page prints it: step by step, when, what came of it, what was seen, done and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hanok.engine.automation.run import DONE, WAITING
from hanok.engine.automation.tracing import Traced
from hanok.engine.errors import Message, message_of, say
from hanok.engine.fields import Field, in_language
from hanok.engine.records.titles import is_link
from hanok.screens.admin.words import State, as_json, lasting
from hanok.screens.approving import STATES
from hanok.screens.automation.conditions import Said
from hanok.screens.automation.eyes import Eyes
from hanok.screens.automation.flow import kind_of
from hanok.screens.automation.telling import said_of
from hanok.screens.automation.words import NOT_SENT, PASSED, step_state

#: Facts with a name of their own; the others stand under the word that they were kept by.
FACTS: Mapping[str, Message] = {
    "to": say("For whom"), "cc": say("Copy"), "subject": say("Subject"), "text": say("Text"), "url": say("Address"),
    "method": say("Method"), "status": say("Status"), "answer": say("Answer"), "body": say("Body"), "of": say("Of"),
    "records": say("Records"), "workflow": say("Workflow"), "signal": say("Signal"), "message": say("Message"),
    "message_id": say("Message-ID"), "capped": say("Left out beyond the most"), "ends": say("Ends"),
    "template": say("Template"), "created": say("Made"), "runs": say("Runs"), "team": say("Team"),
    "people": say("People"), "reached": say("Told"), "headers": say("Headers"), "seconds": say("Seconds"),
    "fields": say("Fields"), "until": say("Until"), "due": say("Until"), "request": say("Request"),
    "need": say("Needed"), "state": say("Decision"), "escalated": say("Asked later"),
}  # fmt: skip
#: What is told in other ways, or is of no use to a reader.
APART = frozenset({"trigger", "error", "code", "record", "changes", "way", "held", "seconds", "deleted", "fields",
                   "of", "records", "approval"})  # fmt: skip
#: Kinds of steps that reach people or other systems.
SENDING = frozenset({"email", "notify", "message", "sms", "webhook"})
TURN = re.compile(r"\beach\.\d+\.")
LONGEST = 2000
#: What is told of an error to whoever is no administrator: its facts may be values that she may not read.
FAILED = say("This step failed. Administrators see why.")
Words = str | Message


@dataclass(frozen=True, slots=True)
class Link:
    """A record that a step made or changed; `url` is "" where the reader may not open it."""

    title: Words
    url: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a step tells: words, or records."""

    label: Words
    text: Words = ""
    links: tuple[Link, ...] = ()
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a step changed."""

    label: str
    before: Words
    after: Words


@dataclass(frozen=True, slots=True)
class TraceRow:
    """One step of a run. `deep` is how many steps it stands in; `is_begin` that it is what began the run."""

    number: int
    path: str
    kind: str
    label: Words
    icon: str
    state: State
    at: datetime
    took: Message | None
    tries: int
    deep: int
    about: Link | None
    conditions: tuple[Said, ...]
    changes: tuple[Change, ...]
    facts: tuple[Fact, ...]
    note: Words
    error: Message | None
    is_begin: bool = False


def rows_of(
    steps: Sequence[Traced], module: str, record: str, eyes: Eyes, *, dry: bool = False
) -> tuple[TraceRow, ...]:
    """The steps in the reader's words. `record` is the id of the record that the run is about; of a `dry` run nothing
    was sent, and nothing waited for."""
    rows = tuple(_row(one, module, record, eyes) for one in steps)
    return tuple(_unsent(row) for row in rows) if dry else rows


def _unsent(row: TraceRow) -> TraceRow:
    if row.state.key == WAITING:
        return replace(row, state=PASSED)
    return replace(row, state=NOT_SENT) if row.kind in SENDING and row.state.key == DONE else row


def where(path: str) -> str:
    """The place in the document at which a step stands, whatever its turn."""
    return TURN.sub("each.", path)


def _row(step: Traced, module: str, record: str, eyes: Eyes) -> TraceRow:
    told = step.told
    label, icon = kind_of(step.kind)
    begins = step.kind not in KNOWN and "." not in step.path
    about = told.get("record") or {}
    other = is_link(about) and about.get("id") != record
    return TraceRow(
        number=step.number,
        path=where(step.path),
        kind=step.kind,
        label=say("Begin") if begins else label,
        icon="bolt" if begins else icon,
        state=step_state(step.state),
        at=step.at,
        took=lasting(timedelta(seconds=step.seconds)) if step.seconds >= 0.1 else None,
        tries=step.tries,
        deep=max(0, (step.path.count(".do.") + step.path.count("each."))),
        about=link_of(about, eyes) if other else None,
        conditions=tuple(_conditions(told, eyes)),
        changes=tuple(_changes(told, module, eyes)),
        facts=tuple(_facts(told, eyes)),
        note=_note(step, eyes),
        error=message_of(told.get("error")) if eyes.whole or not told.get("error") else FAILED,
        is_begin=begins,
    )


KNOWN = frozenset({
    "set", "create", "link", "unlink", "delete", "assign", "update", "email", "notify", "pdf", "webhook", "message",
    "wait", "branch", "each", "approval", "workflow", "signal", "python", "stop", "sms",
})  # fmt: skip


def _conditions(told: Mapping[str, Any], eyes: Eyes) -> Iterator[Said]:
    """Every condition that a step asked, wherever it is told."""
    for key, value in told.items():
        many = value if isinstance(value, list) else [value]
        for one in many:
            if is_condition(one) and key != "changes":
                yield said_of(one, eyes)


def is_condition(told: Any) -> bool:
    return isinstance(told, Mapping) and "kind" in told and "held" in told


def _changes(told: Mapping[str, Any], module: str, eyes: Eyes) -> Iterator[Change]:
    """What became of the fields; of those that the reader may not read nothing."""
    about = told.get("record") or {}
    key = str(about["module"]) if is_link(about) else module
    for name, pair in (told.get("changes") or {}).items():
        field = eyes.field(key, name)
        if field is not None and isinstance(pair, list) and len(pair) == 2:
            yield change_of(field, pair, eyes)


def change_of(field: Field, pair: list[Any], eyes: Eyes) -> Change:
    """A field with its value before ("" where it was empty) and after."""
    before = "" if pair[0] in (None, "", []) else eyes.value(field, pair[0])
    return Change(field.label_in(eyes.formats.language), before, eyes.value(field, pair[1]))


def _facts(told: Mapping[str, Any], eyes: Eyes) -> Iterator[Fact]:
    """The rest. Whoever is no administrator is told of records alone: texts may hold values that she may not read."""
    for key, value in told.items():
        label = FACTS.get(key, key)
        links = tuple(link_of(one, eyes) for one in (value if isinstance(value, list) else [value]) if is_link(one))
        if key in APART or value in (None, "", [], {}, False):
            continue
        if links:
            yield Fact(label, links=links)
        elif key == "voices" and eyes.whole:
            yield from (_voice(one) for one in value)
        elif eyes.whole and not _has_conditions(value):
            yield _plain(label, value, eyes)


def _voice(one: Mapping[str, Any]) -> Fact:
    """What somebody said who was asked for an approval."""
    said = STATES.get(str(one["state"]), str(one["state"]))
    return Fact(one["name"], say("{what}: {comment}", what=said, comment=one["comment"]) if one["comment"] else said)


def _has_conditions(value: Any) -> bool:
    return any(is_condition(one) for one in (value if isinstance(value, list) else [value]))


def _plain(label: Words, value: Any, eyes: Eyes) -> Fact:
    if isinstance(value, Mapping) and "text" in value and "facts" in value:
        return Fact(label, message_of(value) or "")
    if isinstance(value, Mapping) and value and set(value) <= {"en", "ko"}:
        return Fact(label, in_language(value, eyes.formats.language))
    if isinstance(value, bool):
        return Fact(label, say("Yes") if value else say("No"))
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return Fact(label, ", ".join(eyes.names.get(str(one), str(one)) for one in value)[:LONGEST])
    if isinstance(value, Mapping | list):
        return Fact(label, raw=as_json(value))
    return Fact(label, _moment(str(value), eyes)[:LONGEST])


def _moment(text: str, eyes: Eyes) -> str:
    """A moment as the reader writes it; everything else as it is."""
    if len(text) < 19 or text[4:5] != "-" or text[10:11] != "T":
        return text
    try:
        return eyes.formats.datetime(datetime.fromisoformat(text))
    except ValueError:
        return text


def _note(step: Traced, eyes: Eyes) -> Words:
    if step.kind == "branch":
        way = step.told.get("way")
        return say("None of its ways fitted") if way is None else say("Way {number}", number=int(way) + 1)
    if step.kind == "each" and isinstance(step.told.get("records"), int):
        return say("Records: {count}", count=step.told["records"])
    return say("Deleted") if step.told.get("deleted") else ""


def link_of(told: Any, eyes: Eyes) -> Link:
    module = eyes.catalog.every.get(str(told.get("module")))
    return Link(eyes.title(told), eyes.url(told), module.icon if module else "")
