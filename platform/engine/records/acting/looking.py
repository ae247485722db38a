"""What the words of an action stand for: `$record`, `$ask` and `$me`, paths behind them, and what expressions see.

Everything is read with the actor's rights: what she may not see is empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.catalog.derived import Needs
from hanok.engine.catalog.expressed import needs_of
from hanok.engine.errors import NotFound
from hanok.engine.expressions import Here, Path, View, value_of
from hanok.engine.fields import Field, Linked, Tie
from hanok.engine.records.deriving.working import here
from hanok.engine.records.lines import lines
from hanok.engine.records.query import Query, Record, Under
from hanok.engine.records.read import get, page
from hanok.engine.records.related import related

#: How many records one word may stand for.
MOST = 1000
#: What a link has without its record.
BARE = frozenset({"id", "title", "module"})
NOTHING: Needs = {}


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and the field that it was read from; None where it is no field's (a record itself, several of them)."""

    value: Any
    field: Field | None = None


NOBODY = Said(None)


@dataclass(slots=True)
class Words:
    """The words of one run: `record` is $record, `asked` and `answers` are $ask.

    Labels of options are said in `language`, the site's first unless said.
    """

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    record: Record
    asked: Mapping[str, Field] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""

    # -- references --------------------------------------------------------------------------------------------
    def said(self, word: str) -> Said:
        """What a reference stands for."""
        head, _, rest = word.partition(".")
        if head == "$me":
            return self._me(rest)
        if head == "$ask":
            key, _, onward = rest.partition(".")
            answer = self.answers.get(key)
            return self._onward(_linked_only(answer), onward) if onward else Said(answer, self.asked[key])
        return self.walk(self.record, rest) if rest else Said(linked(self.record))

    def _me(self, rest: str) -> Said:
        if rest in ("team", "groups"):
            module, ids = ("team", self.actor.teams) if rest == "team" else ("security_group", self.actor.groups)
            return Said(tuple(Linked(module, id, "") for id in ids))
        if self.actor.id is None:
            return NOBODY
        me = Linked("user", self.actor.id, self.actor.title)
        return self._onward(me, rest) if rest else Said(me)

    def _onward(self, value: Linked | None, path: str) -> Said:
        there = None if value is None else self.there(value)
        return NOBODY if there is None else self.walk(there, path)

    def there(self, value: Linked) -> Record | None:
        """The record that a link leads to; None where the actor may not see it."""
        try:
            return get(self.conn, self.catalog, self.actor, value.module, value.id)
        except NotFound:
            return None

    def walk(self, record: Record, path: str) -> Said:
        """What a dotted path leads to, from a record that was read."""
        key, _, onward = path.partition(".")
        module = self.catalog.module(record.module)
        found = module.fields.get(key) or module.system.get(key)
        if found is not None and found.members and found.type.embedded(found.settings) is None:
            return Said(self._tied(record, found))
        if found is None:
            end = module.ends.get(key)
            return NOBODY if end is None else Said(tuple(linked(one) for one in self.members(module, record.id, end)))
        value = record.values.get(key)
        if not onward:
            return Said(value, found)
        if isinstance(value, Linked):
            return self._onward(value, onward)
        return _part(found, value, onward)

    def _tied(self, record: Record, found: Field) -> tuple[Linked, ...]:
        ties = related(self.conn, self.catalog, self.actor, record, keys=(found.key,))[found.key]
        return tuple(linked_tie(tie, found.members) for tie in ties if tie.title)

    def members(self, module: Module, id: UUID, end: End, **rest: Any) -> tuple[Record, ...]:
        """The records at an end that the actor may see, at most so many."""
        if end.kind == "union":
            return tuple(one for way in end.ways for one in self.members(module, id, way, **rest))
        if end.kind == "lines":
            return lines(self.conn, self.catalog, module, id, end.field, actor=self.actor)
        under = Under(module.key, id, end.key)
        query = Query(module=end.module, under=under, action="view", sort=("created_at",), size=MOST)
        return page(self.conn, self.catalog, self.actor, replace(query, **rest)).rows

    # -- expressions -------------------------------------------------------------------------------------------
    def place(self, reads: Iterable[Path]) -> Here:
        """Where an expression is worked out: the record's fields by their keys, `record`, and `ask`."""
        needs = needs_of(reads)
        module = self.catalog.module(self.record.module)
        own = {key: below for key, below in needs.items() if key not in ("record", "ask")}
        seen = {**self._seen(module, self.record, own), "ask": self._answers(needs.get("ask", NOTHING))}
        if "record" in needs:
            seen["record"] = self._view(self.record, needs["record"])
        return here(self.catalog, seen, zone=self.actor.zone or "", me=self.actor.id)

    def _view(self, record: Record, needs: Needs) -> View:
        module = self.catalog.module(record.module)
        bare = {"id": record.id, "title": record.title, "module": record.module}
        return View(record.title, record.id, {**self._seen(module, record, needs), **bare})

    def _seen(self, module: Module, record: Record, needs: Needs) -> dict[str, Any]:
        return {key: self._one(module, record, key, below) for key, below in needs.items()}

    def _one(self, module: Module, record: Record, key: str, below: Needs) -> Any:
        found = module.fields.get(key) or module.system.get(key)
        if found is None or found.type.apart:
            end = module.ends.get(key)
            there = () if end is None else self.members(module, record.id, end)
            return tuple(self._view(one, below) for one in there)
        return self._of(found, record.values.get(key), below)

    def _answers(self, needs: Needs) -> Mapping[str, Any]:
        known = {key: below for key, below in needs.items() if key in self.asked}
        return {key: self._of(self.asked[key], self.answers.get(key), below) for key, below in known.items()}

    def _of(self, found: Field, value: Any, below: Needs) -> Any:
        if found.type.secret:
            return None
        if isinstance(value, Linked) and set(below) - BARE:
            there = self.there(value)
            return None if there is None else self._view(there, below)
        language = self.language or self.catalog.app.languages[0]
        return value_of(found, value, language=language, names=tuple(below))


def linked(record: Record) -> Linked:
    return Linked(record.module, record.id, record.title)


def _linked_only(value: Any) -> Linked | None:
    return value if isinstance(value, Linked) else None


def linked_tie(tie: Tie, members: tuple[str, ...]) -> Linked:
    return Linked(tie.module or members[0], tie.id, tie.title or "")


def _part(found: Field, value: Any, name: str) -> Said:
    """A part of a value (`billing.city`, `amount.currency`), or what an option says of itself (`stage.probability`)."""
    if value is None:
        return NOBODY
    part = found.type.part_field(found, name)
    if part is not None:
        return Said(getattr(value, name, None), part)
    if name in found.columns:
        return Said(found.type.write(found, value)[name])
    choice = found.choice(value) if isinstance(value, str) else None
    return NOBODY if choice is None else Said(choice.attributes.get(name))
