"""Jobs as rows of a list and as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hanok.engine.errors import Message, say
from hanok.engine.jobs.job import CANCELLED, ENDED, FAILED, LIVING, RUNNING, WAITING, Job
from hanok.engine.jobs.kinds import Kinds
from hanok.engine.jobs.overview import CAP
from hanok.screens.admin.words import STATES, State, as_json, kind_label, lasting, share_of, state_of

ADDRESS = "/admin/jobs"
#: Tabs, in the order in which an administrator needs them.
TABS = (WAITING, RUNNING, FAILED, "done", CANCELLED)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job in a list. `share` is how far it came in per cent, None where nobody knows."""

    id: UUID
    url: str
    title: Message | str
    kind: Message | str
    who: str
    state: State
    share: int | None
    done: int
    total: int | None
    message: Message | None
    tries: int
    crashes: int
    when: datetime
    took: Message | None
    may_cancel: bool
    may_retry: bool
    error: Message | None

    @property
    def has_progress(self) -> bool:
        return self.share is not None or bool(self.done)


@dataclass(frozen=True, slots=True)
class Tab:
    """A state to look at, with how many there are; `more`: at least so many."""

    state: State
    url: str
    count: int
    more: bool
    current: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind to narrow the list to."""

    key: str
    label: Message | str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class JobsPage:
    """A page of the list of jobs. `bulk` is how many dead letters of the chosen kind there are."""

    tabs: tuple[Tab, ...]
    state: State
    kinds: tuple[Choice, ...]
    kind: Choice | None
    words: str
    rows: tuple[JobRow, ...]
    first: str
    following: str
    bulk: int
    here: str
    every: int
    works: bool
    when: Message

    @property
    def is_narrowed(self) -> bool:
        return bool(self.words or self.kind)


@dataclass(frozen=True, slots=True)
class JobPage:
    """One job, told whole."""

    row: JobRow
    job: Job
    payload: str
    result: str
    link: str
    checkpoint: str
    every: int
    worker: str
    facts: tuple[tuple[Message, Any], ...] = field(default=())


def url_of(state: str, kind: str = "", words: str = "", after: UUID | None = None) -> str:
    """The address of a list of jobs."""
    said = {"state": state if state != WAITING else "", "kind": kind, "q": words, "after": str(after or "")}
    query = urlencode({name: text for name, text in said.items() if text})
    return f"{ADDRESS}?{query}" if query else ADDRESS


def row_of(job: Job, kinds: Kinds, names: Mapping[UUID, str], now: datetime) -> JobRow:
    """A job as a row."""
    label = kind_label(kinds, job.kind)
    began, ended = job.started_at, job.ended_at
    return JobRow(
        id=job.id,
        url=f"{ADDRESS}/{job.id}",
        title=job.title or label,
        kind=label,
        who=names.get(job.actor_id, "") if job.actor_id else "",
        state=state_of(job, now),
        share=share_of(job),
        done=job.done,
        total=job.total,
        message=job.message,
        tries=job.tries,
        crashes=job.crashes,
        when=ended or (began if job.state == RUNNING and began else job.due),
        took=lasting((ended or now) - began) if began and job.state != WAITING else None,
        may_cancel=job.state in LIVING and not job.cancel_asked,
        may_retry=job.state in (FAILED, CANCELLED),
        error=job.error,
    )


def tabs_of(counts: Mapping[str, int], state: str, kind: str, words: str) -> tuple[Tab, ...]:
    return tuple(
        Tab(STATES[key], url_of(key, kind, words), min(counts[key], CAP), counts[key] > CAP, key == state)
        for key in TABS
    )


def choices_of(
    kinds: Kinds, state: str, kind: str, words: str, counts: Mapping[str, int] | None = None
) -> tuple[Choice, ...]:
    """The kinds to choose from; with `counts` only those that occur, and how often."""
    keys: Sequence[str] = list(counts) if counts is not None else list(kinds)
    if kind and kind not in keys:
        keys = [*keys, kind]
    return tuple(
        Choice(key, kind_label(kinds, key), url_of(state, key, words), key == kind,
               counts.get(key, 0) if counts is not None else None)
        for key in keys
    )  # fmt: skip


def page_of(job: Job, row: JobRow, every: int, worker: str) -> JobPage:
    """A job as a page."""
    link = job.result.get("href", "") if isinstance(job.result, Mapping) else ""
    return JobPage(
        row=row,
        job=job,
        payload=as_json(job.payload) if job.payload else "",
        result=as_json(job.result) if job.result is not None else "",
        link=link if isinstance(link, str) and link.startswith("/") and not link.startswith("//") else "",
        checkpoint=as_json(job.checkpoint) if job.checkpoint is not None else "",
        every=every if job.state not in ENDED else 0,
        worker=worker,
    )


WHEN: Mapping[str, Message] = {
    WAITING: say("Due"), RUNNING: say("Begun"), FAILED: say("Failed at"), "done": say("Ended at"),
    CANCELLED: say("Cancelled at"),
}  # fmt: skip
