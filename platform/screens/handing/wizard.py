"""The steps of the wizard: who, what, which rows, and what will happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.records import Page
from hanok.engine.records.handing.holdings import Holding
from hanok.engine.records.handing.looking import Count, Held, why_not
from hanok.engine.records.handing.plan import ONLY, SWAP, Part, Plan

ADDRESS = "/handover"
Titles = Mapping[UUID, str]
Errors = Mapping[str, Sequence[Message]]


def url_of(plan: Plan, step: str = "") -> str:
    return f"{ADDRESS}/{plan.id}" + (f"/{step}" if step else "")


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The first step. `url` is where it is sent."""

    url: str
    reason: str
    giver: Linked | None
    taker: Linked | None
    errors: Errors = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """A module in the second step: what there is of it, whether it goes, to whom, and which rows."""

    key: str
    plural: str
    icon: str
    counts: tuple[Count, ...]
    part: Part
    taken: bool
    taker: Linked | None
    has_past: bool
    picked: int
    errors: tuple[Message, ...]

    @property
    def all(self) -> int:
        return sum(count.all if self.part.closed else count.open for count in self.counts)

    @property
    def fixed(self) -> int:
        return sum(count.fixed if self.part.closed else count.open_fixed for count in self.counts)

    @property
    def chosen(self) -> int:
        return self.picked if self.part.mode == ONLY else max(0, self.all - self.picked)

    @property
    def open(self) -> int:
        return sum(count.open for count in self.counts)

    @property
    def past(self) -> int:
        return sum(count.past for count in self.counts)


@dataclass(frozen=True, slots=True)
class WhatPage:
    """The second step, and the last one, which says the same in sentences."""

    plan: Plan
    people: tuple[Linked, ...]
    taker: Linked | None
    rows: tuple[ModuleRow, ...]
    may_deactivate: bool
    team: Linked | None
    errors: Errors = field(default_factory=dict)

    @property
    def giver(self) -> Linked:
        return self.people[0]

    @property
    def swaps(self) -> bool:
        return self.plan.reason == SWAP

    @property
    def taken(self) -> tuple[ModuleRow, ...]:
        return tuple(row for row in self.rows if row.taken)

    @property
    def left(self) -> tuple[ModuleRow, ...]:
        return tuple(row for row in self.rows if not row.taken)

    @property
    def count(self) -> int:
        return sum(row.chosen for row in self.taken)

    @property
    def fixed(self) -> int:
        return sum(row.fixed for row in self.taken)

    @property
    def staying(self) -> int:
        """Finished records of the modules that go."""
        return sum(0 if row.part.closed else row.past for row in self.taken)

    @property
    def may_start(self) -> bool:
        return bool(self.taken or self.plan.deactivate or self.plan.team)


def what(
    plan: Plan, held: Sequence[Held], picked: Mapping[str, int], titles: Titles, language: str, *,
    may_deactivate: bool, errors: Errors | None = None,
) -> WhatPage:  # fmt: skip
    """All modules of which somebody of them has something."""
    errors = errors or {}
    rows = tuple(_row(plan, one, picked, titles, language, errors) for one in held)
    people = tuple(_person(id, titles) for id in plan.people)
    return WhatPage(plan, people, _person(plan.to_id, titles) if plan.to_id else None, rows, may_deactivate,
                    Linked("team", plan.team, "") if plan.team else None, errors)  # fmt: skip


def _row(
    plan: Plan, one: Held, picked: Mapping[str, int], titles: Titles, language: str, errors: Errors
) -> ModuleRow:
    module = one.holding.module
    part = plan.parts.get(module.key)
    counts = tuple(one.counts[id] for id in plan.people)
    taker = _person(part.to, titles) if part and part.to else None
    return ModuleRow(
        module.key, in_language(module.plural, language), module.icon, counts, part or Part(module.key),
        part is not None, taker, one.holding.past is not None, picked.get(module.key, 0),
        tuple(errors.get(module.key, ())),
    )  # fmt: skip


def _person(id: UUID, titles: Titles) -> Linked:
    return Linked("user", id, titles.get(id, ""))


@dataclass(frozen=True, slots=True)
class Pickable:
    """A row of the third step. `problem` says why it cannot be handed over by this reader."""

    id: UUID
    title: str
    url: str
    state: Any
    owner: Linked | None
    changed: datetime
    ticked: bool
    problem: Message | None


@dataclass(frozen=True, slots=True)
class RowsPage:
    """The third step: the rows of one module."""

    plan: Plan
    key: str
    plural: str
    part: Part
    state: Field | None
    rows: tuple[Pickable, ...]
    words: str
    next: str
    previous: str
    all: int
    chosen: int

    @property
    def url(self) -> str:
        return url_of(self.plan, f"rows/{self.key}")


def rows_page(
    plan: Plan, row: ModuleRow, holding: Holding, page: Page, marked: frozenset[UUID], *, words: str
) -> RowsPage:
    """What of a page of records goes."""
    inside = row.part.mode == ONLY
    rows = tuple(
        Pickable(
            one.id, one.title, f"/{row.key}/{one.id}", one.values.get(holding.state) if holding.state else None,
            _owner(one.values, holding), one.values["updated_at"], (one.id in marked) == inside, why_not(one),
        )
        for one in page.rows
    )  # fmt: skip
    state = holding.module.field(holding.state) if holding.state else None
    return RowsPage(plan, row.key, row.plural, row.part, state, rows, words, page.next or "", page.previous or "",
                    row.all, row.chosen)  # fmt: skip


def _owner(values: Mapping[str, Any], holding: Holding) -> Linked | None:
    found = (values.get(key) for key in holding.fields)
    return next((one for one in found if isinstance(one, Linked)), None)


def selection(row: ModuleRow) -> Message:
    """Which rows of a module go, in a few words."""
    if row.part.mode == ONLY:
        return say("{count} picked", count=f"{row.picked:,}")
    return say("All but {count}", count=f"{row.picked:,}") if row.picked else say("All")


