"""The course of a hand-over: how far it is, what came of it, and the list of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, message_of
from hanok.engine.fields import in_language
from hanok.engine.jobs.job import LIVING, Job
from hanok.engine.records.handing.looking import Left
from hanok.engine.records.handing.plan import (
    GIVEN_BACK,
    GONE,
    HANDED,
    KEPT,
    NOT_HANDED,
    SWAP,
    UNDOING,
    UNDONE,
    Plan,
)
from hanok.screens.admin.asking import SOON
from hanok.screens.admin.words import State, share_of
from hanok.screens.handing.wizard import Titles, url_of
from hanok.screens.handing.words import REASONS, Reason, state_of


@dataclass(frozen=True, slots=True)
class Ends:
    """By module, how many records came to each end."""

    label: str
    icon: str
    handed: int
    not_handed: int
    given_back: int
    kept: int


@dataclass(frozen=True, slots=True)
class LeftRow:
    """A record that stayed, and why; `url` is "" where the reader does not see it."""

    module: str
    title: str
    url: str
    problem: Message | None


@dataclass(frozen=True, slots=True)
class PastRow:
    """A hand-over in the list of all."""

    url: str
    giver: str
    taker: str
    sign: str
    reason: Reason
    state: State
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """One hand-over under way or at its end. `why_not_undone` is None where it can be undone now."""

    plan: Plan
    row: PastRow
    job: Job | None
    ends: tuple[Ends, ...]
    left: tuple[LeftRow, ...]
    lives: bool
    why_not_undone: Message | None

    @property
    def url(self) -> str:
        return url_of(self.plan)

    @property
    def every(self) -> int:
        return SOON if self.lives else 0

    @property
    def share(self) -> int | None:
        return share_of(self.job) if self.job else None

    @property
    def may_resume(self) -> bool:
        return self.job is not None and not self.lives and self.row.state.key in ("stopped", "failed", "undo_stopped")

    @property
    def is_back(self) -> bool:
        """Whether it is about giving back."""
        return self.plan.state in (UNDOING, UNDONE)

    @property
    def handed(self) -> int:
        return sum(one.handed + one.given_back + one.kept for one in self.ends)

    @property
    def stayed(self) -> int:
        return sum(one.not_handed for one in self.ends)

    @property
    def given_back(self) -> int:
        return sum(one.given_back for one in self.ends)

    @property
    def kept(self) -> int:
        return sum(one.kept for one in self.ends)

    @property
    def problems(self) -> tuple[Message, ...]:
        """What could not be done to the person."""
        said = (message_of(self.plan.result.get(key)) for key in ("problem", "undo_problem"))
        return tuple(one for one in said if one)


def past_row(plan: Plan, job: Job | None, titles: Titles) -> PastRow:
    """A line of the list."""
    return PastRow(
        url_of(plan), titles.get(plan.from_id, ""), titles.get(plan.to_id, "") if plan.to_id else "",
        "arrows-exchange" if plan.reason == SWAP else "arrow-right", REASONS[plan.reason], state_of(plan, job),
        titles.get(plan.actor_id, "") if plan.actor_id else "", plan.at,
    )  # fmt: skip


def course(
    catalog: Catalog, plan: Plan, job: Job | None, outcome: Mapping[str, Mapping[str, int]], left: Sequence[Left],
    titles: Titles, language: str, *, why_not_undone: Message | None,
) -> Course:  # fmt: skip
    """The page of one hand-over."""
    ends = tuple(_ends(catalog, key, found, language) for key, found in outcome.items())
    rows = tuple(LeftRow(_label(catalog, one.module, language), one.title,
                         f"/{one.module}/{one.id}" if one.title else "", one.problem) for one in left)  # fmt: skip
    lives = job is not None and job.state in LIVING
    return Course(plan, past_row(plan, job, titles), job, ends, rows, lives, why_not_undone)


def _ends(catalog: Catalog, key: str, found: Mapping[str, int], language: str) -> Ends:
    module = catalog.modules.get(key)
    return Ends(
        _label(catalog, key, language), module.icon if module else "box", found.get(HANDED, 0),
        found.get(NOT_HANDED, 0) + found.get(GONE, 0), found.get(GIVEN_BACK, 0), found.get(KEPT, 0),
    )  # fmt: skip


def _label(catalog: Catalog, key: str, language: str) -> str:
    module = catalog.modules.get(key)
    return in_language(module.plural, language) if module else key
