"""A kind of step: what it does, and what of that may happen in the transaction of its row in the trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as also
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.run import Run
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Message
from hanok.engine.fields import Linked
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.records import Record
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.acting.steps import Running

Facts = Mapping[str, Any]


@dataclass(slots=True)
class Doing:
    """One step that is done now. `running` does what records allow, as the system; `words` are what the step names.

    `record` is the record of the run (None: it is about none), `running.subject` the one that the step is about (inside
    `each`, one of the linked ones). `key` is what others may know this very step by: the same however often it is
    tried. `held` is what the step kept when it paused (None the first time). In a dry run (`dry`) all is taken back
    afterwards; `surroundings` is None there.
    """

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    running: Running
    words: Words
    record: Record | None
    run: Run
    path: str
    key: UUID
    surroundings: Surroundings | None = None
    dry: bool = False
    held: Any = None


@dataclass(frozen=True, slots=True)
class Pause:
    """The run waits here: until `due` (None: until `automation.wake`), and while its record `watches` for changes of
    the record, too. Then the step is done again, with `held` in its `Doing`. A dry run tells it and goes on."""

    told: Facts
    due: datetime | None = None
    held: Any = None
    watches: bool = False


@dataclass(frozen=True, slots=True)
class Into:
    """The run goes on with the steps within the step under this key of `Step.steps`; of several `subjects` with each in
    turn as what they are about."""

    told: Facts
    steps: str
    subjects: tuple[Linked, ...] | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The run ends here: done, or stopped with a message."""

    told: Facts
    message: Message | None = None


class Retry(Exception):
    """What is outside cannot take it now: another try after `wait`, which is doubled with each further one."""

    def __init__(self, wait: timedelta, why: Message) -> None:
        super().__init__(wait, why)
        self.wait = wait
        self.why = why


Done = Facts | Pause | Into | Stop


@dataclass(frozen=True, slots=True)
class StepKind:
    """How steps of one kind are done.

    `write`: `do` changes the database and says what was done, as plain JSON for the trace; it commits with that, once.
    `outside`: `do` makes the request as plain JSON (nothing leaves yet; that is all that a dry run does), `send` runs
    outside any transaction with the surroundings, the request and the step's key, and raises `Retry` or `jobs.GiveUp`;
    its answer (plain JSON) is told, or given to `settle`, whose facts are told instead.
    `flow`: what `do` returns says where the run goes on.
    """

    key: str
    label: Message
    icon: str
    how: Literal["write", "outside", "flow"]
    do: Callable[[Doing, Step], Done]
    send: Callable[[Surroundings, Facts, str], Any] | None = None
    settle: Callable[[Doing, Step, Facts, Any], Facts] | None = None
    tries: int = 8
    more: Mapping[str, Any] = also(default_factory=dict)
