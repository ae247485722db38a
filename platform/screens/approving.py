"""Approvals as they are shown: what waits for the reader, by when, and who else was asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.approving import Approval, Voice, open_approvals
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.engine.records import Record
from hanok.engine.records.desk import at_hand
from hanok.engine.store.moments import now

PAGE = "/mine/approvals"
#: What the others said, in words.
STATES: Mapping[str, Message] = {
    "yes": say("approved"), "no": say("rejected"), "delegated": say("gave it to somebody else"),
    "open": say("has not decided yet"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of it; `state` stands for the words."""

    name: str
    state: str
    words: Message
    comment: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """One that waits for the reader. `about` is the address of the record ("" where she may not view it)."""

    id: UUID
    text: str
    title: str
    about: str
    icon: str
    at: datetime
    due: datetime | None
    is_late: bool
    need: int
    agreed: int
    others: tuple[Said, ...]


def waiting(
    conn: sa.Connection, catalog: Catalog, actor: Actor, language: str, *, about: tuple[str, UUID] | None = None
) -> tuple[Waiting, ...]:
    """What waits for the reader; only that `about` a record where one is given."""
    found = open_approvals(conn, catalog, actor, about=about)
    places = [one.about for one in found if one.about is not None and one.about[0] in catalog.modules]
    titles = {(one.module, one.id): one.title for one in at_hand(conn, catalog, actor, places)} if places else {}
    moment = now(conn) if found else None
    return tuple(_shown(catalog, actor, one, titles, language, moment) for one in found)


def _shown(
    catalog: Catalog, actor: Actor, one: Approval, titles: Mapping[tuple[str, UUID], str], language: str,
    moment: datetime | None,
) -> Waiting:  # fmt: skip
    seen = one.about is not None and one.about in titles
    there = f"/{one.about[0]}/{one.about[1]}" if one.about is not None and seen else ""
    icon = catalog.module(one.about[0]).icon if one.about is not None and seen else "checks"
    others = tuple(_said(voice) for voice in _first_the_decided(one.voices) if voice.user != actor.id)
    late = one.due is not None and moment is not None and one.due < moment
    title = titles[one.about] if seen and one.about else ""
    return Waiting(
        one.id, in_language(one.text, language), title, there, icon, one.at, one.due, late, one.need, len(one.agreed),
        others,
    )  # fmt: skip


def _said(voice: Voice) -> Said:
    return Said(voice.name, voice.state, STATES[voice.state], voice.comment)


def _first_the_decided(voices: Sequence[Voice]) -> list[Voice]:
    return sorted(voices, key=lambda voice: voice.state == "open")


def here(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, record: Record, language: str
) -> tuple[Waiting, ...]:
    """What waits for the reader on the page of a record; asked only where workflows of its module ask for approvals."""
    if not _asks(catalog, module):
        return ()
    return waiting(conn, catalog, actor, language, about=(module.key, record.id))


def _asks(catalog: Catalog, module: Module) -> bool:
    flows = (one.do for one in catalog.whole.workflows.values())
    buttons = (one.do for one in catalog.whole.module(module.key).actions.values())
    return any(_has_one(steps) for steps in (*buttons, *flows))


def _has_one(steps: Iterable[Step]) -> bool:
    return any(step.kind == "approval" or any(map(_has_one, step.steps.values())) for step in steps)
