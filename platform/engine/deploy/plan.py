"""A plan: what a deploy would do, said and hashed before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Executable

from hanok.engine.catalog import Catalog, Names
from hanok.engine.errors import Message, Refused, say
from hanok.engine.fields import FieldType
from hanok.engine.language import Layer

PREPARE, SWITCH, FINISH = "prepare", "switch", "finish"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a plan.

    `kind` is what happens, `key` what it happens to ("account", "account.amount", a file, an index): `accept` names
    losses by it. `sql` is what this database will be told. `rows` counts the values that are concerned, at the time
    of planning; `waits` says what others wait for. `facts` and `statements` are for those who carry it out.
    """

    phase: str
    kind: str
    key: str
    sentence: Message
    sql: tuple[str, ...] = ()
    loses: bool = False
    rows: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    statements: tuple[Executable, ...] = field(default=(), compare=False, repr=False)
    waits: tuple[Message, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "phase": self.phase, "kind": self.kind, "key": self.key, "text": self.sentence.text,
            "facts": {name: str(value) for name, value in self.sentence.facts.items()}, "sql": list(self.sql),
            "loses": self.loses, "rows": self.rows, "waits": [str(message) for message in self.waits],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps from the live revision (`base`) to these layers. `blockers` are why it cannot run as things are.

    `questions` ask what a person should look at first; `then` are the names of an old revision that comes back.
    `mine` names the conflicts in which the site's value stays; `leaves` is what the revision keeps of such decisions.
    """

    base: int
    layers: tuple[Layer, ...]
    checksum: str
    code_version: str
    steps: tuple[Step, ...]
    blockers: tuple[Message, ...] = ()
    old: Catalog | None = field(default=None, compare=False, repr=False)
    new: Catalog = field(default=None, compare=False, repr=False)  # type: ignore[assignment]  # always given
    types: Mapping[str, FieldType] = field(default_factory=dict, compare=False, repr=False)
    questions: tuple[Message, ...] = field(default=(), compare=False)
    then: Names | None = field(default=None, compare=False, repr=False)
    mine: frozenset[str] = field(default=frozenset(), compare=False)
    leaves: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def id(self) -> str:
        """The same for plans that do the same to the same revision, whatever the records are."""
        said = [[step.phase, step.kind, step.key, step.sql] for step in self.steps]
        whole = orjson.dumps([self.base, self.checksum, self.code_version, said])
        return hashlib.sha256(whole).hexdigest()[:12]

    @property
    def empty(self) -> bool:
        return not self.steps

    @property
    def losses(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.loses)

    @property
    def shown(self) -> tuple[Step, ...]:
        """The steps as people read them: what loses something first."""
        return (*self.losses, *(step for step in self.steps if not step.loses))

    def of(self, phase: str) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.phase == phase)

    def check(self, accept: Iterable[str]) -> None:
        """Raises Refused where the plan cannot run, or would lose what nobody accepted to lose."""
        if self.empty:
            raise Refused(say("There is nothing to deploy."))
        if self.blockers:
            raise Refused(self.blockers[0])
        missing = [step.key for step in self.losses if step.key not in set(accept)]
        if missing:
            raise Refused(say("This would lose values. Accept it for: {keys}", keys=", ".join(missing)))

    def check_base(self, live: int) -> None:
        """Raises Refused when another revision went live than the one that the plan was made for."""
        if live != self.base:
            raise Refused(say("Somebody else deployed in the meantime. Look at the plan again."))

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "base": self.base, "steps": [step.to_json() for step in self.shown],
            "blockers": [str(message) for message in self.blockers],
            "questions": [str(message) for message in self.questions],
        }  # fmt: skip
