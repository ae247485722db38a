"""One's own long work, as the header and its page tell it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanok.engine.errors import Message, say
from hanok.engine.jobs.job import CANCELLED, DONE, FAILED, LIVING, RUNNING, WAITING, Job
from hanok.engine.jobs.kinds import Kinds
from hanok.screens.admin.words import ANEW, LATER, State, kind_label, share_of, state_of

ENDS: Mapping[str, Message] = {
    DONE: say("“{job}” is done."), FAILED: say("“{job}” failed."), CANCELLED: say("“{job}” was cancelled."),
}  # fmt: skip


#: States of work that lives and that nobody is at.
AT_REST = frozenset({WAITING, ANEW.key, LATER.key})


@dataclass(frozen=True, slots=True)
class OwnJob:
    """One piece of work; `said` is what is announced when it ends, `file` the address of the file that it made, `page`
    that of the page about what came of it."""

    id: UUID
    title: Message | str
    state: State
    lives: bool
    share: int | None
    done: int
    total: int | None
    message: Message | None
    error: Message | None
    may_cancel: bool
    said: Message | None
    file: str
    name: str
    when: datetime
    page: str = ""


@dataclass(frozen=True, slots=True)
class OwnWork:
    """All of it: what runs, what waits, what has ended; of each the latest first."""

    jobs: tuple[OwnJob, ...]

    @property
    def living(self) -> tuple[OwnJob, ...]:
        return tuple(one for one in self.jobs if one.lives)

    @property
    def share(self) -> int | None:
        """How far the running ones came together; None while one of them does not know, or none runs."""
        shares = [one.share for one in self.living if one.state.key not in AT_REST]
        known = [share for share in shares if share is not None]
        return sum(known) // len(known) if known and len(known) == len(shares) else None

    @property
    def failed(self) -> int:
        return sum(one.state.key == FAILED for one in self.jobs)


def own_keys(kinds: Kinds) -> tuple[str, ...]:
    """The kinds of work that are shown to whoever asked for it."""
    return tuple(key for key, kind in kinds.items() if kind.own)


def work_of(jobs: Sequence[Job], kinds: Kinds, now: datetime, *, without: Collection[UUID] = ()) -> OwnWork:
    """What there is to tell; what ended and was put away is left out."""
    told = sorted((one for one in jobs if one.state in LIVING or one.id not in without), key=_place)
    return OwnWork(tuple(_told(one, kinds, now) for one in told))


def _place(job: Job) -> int:
    """What runs stands first, then what waits, then what has ended."""
    return (RUNNING, WAITING).index(job.state) if job.state in LIVING else 2


def _told(job: Job, kinds: Kinds, now: datetime) -> OwnJob:
    title = job.title or kind_label(kinds, job.kind)
    end = ENDS.get(job.state)
    name = file_of(job)
    return OwnJob(
        id=job.id,
        title=title,
        state=state_of(job, now),
        lives=job.state in LIVING,
        share=share_of(job),
        done=job.done,
        total=job.total,
        message=job.message,
        error=job.error if job.state != DONE else None,
        may_cancel=job.state in LIVING and not job.cancel_asked,
        said=Message(end.text, {"job": title}) if end else None,
        file=f"/mine/jobs/{job.id}/file" if name else "",
        name=name,
        when=job.ended_at or job.created_at,
        page=page_of(job),
    )


def page_of(job: Job) -> str:
    """The address of the page about what came of it, "" where there is none."""
    found = job.result.get("href") if job.state == DONE and isinstance(job.result, Mapping) else None
    return found if isinstance(found, str) and found.startswith("/") and not found.startswith("//") else ""


def file_of(job: Job) -> str:
    """The name of the file that it made, "" where it made none."""
    if job.state != DONE or not isinstance(job.result, Mapping) or "file" not in job.result:
        return ""
    return str(job.result.get("name") or job.result["file"])
