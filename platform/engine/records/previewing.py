"""What a record that somebody is writing would come to: the formulas of its lines, its rollups, what follows from them.

It is worked out in memory with the same expressions as a save, which works it out again; nothing is written or held.
What is not right yet counts as empty, and so does what the actor may not look at.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import TITLE, Derivation, Needs, Rollup
from hanok.engine.catalog.ends import PARENT
from hanok.engine.conditions import holds
from hanok.engine.expressions import View, taken, value_of
from hanok.engine.fields import Field
from hanok.engine.records.around import Around
from hanok.engine.records.deriving.looking import Looking
from hanok.engine.records.deriving.rolling import ANY_TIME, rolled
from hanok.engine.records.deriving.working import here, work_out
from hanok.engine.records.query import Record
from hanok.engine.records.related import load_related
from hanok.engine.records.values import Loading, loaded

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What is worked out: of the record by field, and of each of its lines, in the order in which they were sent."""

    values: Values
    lines: Mapping[str, Sequence[Values]]


def preview(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, raw: Values, current: Record | None = None
) -> Preview:
    """The preview of raw values, as a save takes them. `catalog` and `module` are whole, whatever is denied."""
    loading = loaded(conn, catalog, actor, module, raw, current)
    beside = load_related(conn, catalog, actor, loading)
    record = _Worked(module, {**(current.values if current else {}), **_kept(loading)})
    lines: dict[str, list[_Worked]] = {
        key: [] for key, found in module.fields.items() if current is None and key not in beside.lines
        and found.type.embedded(found.settings) is not None
    }  # fmt: skip
    lines |= {
        key: [_Worked(found.child, {**(item.current.values if item.current else {}), **_kept(item)})
              for item in found.items]
        for key, found in beside.lines.items()
    }  # fmt: skip
    _Previewing(conn, catalog, actor, record, lines).work()
    return Preview(record.worked, {key: [line.worked for line in found] for key, found in lines.items()})


def _kept(loading: Loading) -> dict[str, Any]:
    """What was loaded and is right; where a link is not, nothing that may have been suggested from it."""
    wrong, module = set(loading.errors), loading.module
    if any(module.fields[key].targets for key in wrong & module.fields.keys()):
        wrong |= {step.key for step in loading.catalog.derived.suggested.get(module.key, ())}
    return {key: value for key, value in loading.values.items() if key not in wrong}


@dataclass(slots=True)
class _Worked:
    """One record in memory: its values, and those of them that were worked out."""

    module: Module
    values: dict[str, Any]
    worked: dict[str, Any] = field(default_factory=dict)

    def put(self, key: str, value: Any) -> None:
        self.values[key] = self.worked[key] = value


@dataclass(frozen=True, slots=True)
class _Previewing:
    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    record: _Worked
    lines: Mapping[str, list[_Worked]]
    looked: dict[Hashable, dict[UUID, View | None]] = field(default_factory=dict)

    def work(self) -> None:
        """Every derivation in the order of the graph; those that are worked out when they are read come last."""
        modules = [self.record.module, *(self.catalog.every[f"{self.record.module.key}.{key}"] for key in self.lines)]
        derived = self.catalog.derived
        stored = [step for module in modules for step in derived.stored.get(module.key, ()) if step.key != TITLE]
        live = [step for module in reversed(modules) for step in derived.live.get(module.key, ())]
        for step in (*sorted(stored, key=lambda step: step.stage), *live):
            for one in self._those(step.module):
                self._work_out(step, one)

    def _those(self, module: str) -> Sequence[_Worked]:
        if module == self.record.module.key:
            return (self.record,)
        return self.lines[module.removeprefix(f"{self.record.module.key}.")]

    def _work_out(self, step: Derivation, one: _Worked) -> None:
        if isinstance(step.how, Rollup):
            self._roll_up(step, step.how, one)
            return
        known = self._seen(one, step.needs)
        place = here(self.catalog, known, zone=(self.actor.zone or "") if step.key in self._live(one) else "",
                     me=self.actor.id)  # fmt: skip
        one.put(step.key, work_out(self.catalog, one.module, step, place))

    def _live(self, one: _Worked) -> frozenset[str]:
        return frozenset(step.key for step in self.catalog.derived.live.get(one.module.key, ()))

    # -- rollups -----------------------------------------------------------------------------------------------
    def _roll_up(self, step: Derivation, how: Rollup, one: _Worked) -> None:
        """Over lines that stand on the form; over anything else the stored value holds."""
        places = [self._lines_at(one.module, end) for end in how.ends]
        found = [(end, key) for end, key in zip(how.ends, places, strict=True) if key in self.lines]
        zero = Decimal(0) if how.function in ("count", "sum") else None
        if len(found) < len(places):
            if step.key not in one.values:
                one.values[step.key] = None
            return
        value: Any = None
        for end, key in found:
            more = self._total(how, end, self.lines[key])
            value = more if value is None else value if more is None else value + more
        own = one.module.fields[step.key]
        one.put(step.key, taken(own, zero if value is None else value, here(self.catalog, one.values)))

    def _lines_at(self, module: Module, end: str) -> str:
        """The field of the lines that stand at an end, "" where something else does."""
        there = module.ends[end].module
        return there.removeprefix(f"{module.key}.") if there.startswith(f"{module.key}.") else ""

    def _total(self, how: Rollup, end: str, lines: Sequence[_Worked]) -> Any:
        around, node = Around(self.conn, self.catalog), how.where.get(end)
        rows = [line.values for line in lines
                if node is None or holds(node, line.values, ANY_TIME, follow=around.follow)]  # fmt: skip
        if not how.field:
            return Decimal(len(rows))
        if not rows:
            return None
        child = self.catalog.every[self.record.module.ends[end].module]
        found = child.field(how.field)
        return rolled(self.catalog, how.function, found, _row(how.function, found, rows))

    # -- what expressions see ----------------------------------------------------------------------------------
    def _seen(self, one: _Worked, needs: Needs) -> dict[str, Any]:
        known: dict[str, Any] = {}
        for key, below in needs.items():
            found = one.module.fields.get(key) or one.module.system.get(key)
            if found is None or found.type.apart:
                known[key] = self._at_end(one, key, below)
            elif key == PARENT and one is not self.record:
                known[key] = self._view(self.record, below)
            elif found.targets:
                known[key] = self._linked(one, found, below)
            else:
                known[key] = self._value(found, one.values.get(key), tuple(below))
        return known

    def _value(self, found: Field, value: Any, names: tuple[str, ...]) -> Any:
        return value_of(found, value, language=self.catalog.app.languages[0], names=names)

    def _view(self, one: _Worked, needs: Needs) -> View:
        values = self._seen(one, {key: below for key, below in needs.items() if key not in ("id", "title", "module")})
        title, id = str(one.values.get(TITLE) or ""), one.values.get("id")
        return View(title, id, {**values, "id": id, "title": title, "module": one.module.key})

    def _linked(self, one: _Worked, found: Field, below: Needs) -> View | None:
        """What a link leads to; asked for once, with what the same link of the other lines leads to."""
        named = _target(found, one.values.get(found.key))
        if named is None:
            return None
        target, id = named
        known = self.looked.setdefault((one.module.key, found.key, target, repr(below)), {})
        if id not in known:
            others = [_target(found, other.values.get(found.key)) for other in self._those(one.module.key)]
            wanted = {id, *(other[1] for other in others if other and other[0] == target)}
            views = Looking(self.conn, self.catalog).views(target, wanted, below)
            known |= {each: views.get(each) for each in wanted}
        return known[id]

    def _at_end(self, one: _Worked, key: str, below: Needs) -> Any:
        if key not in one.module.ends:
            return None
        lines = self._lines_at(one.module, key)
        if one is self.record and lines in self.lines:
            return tuple(self._view(line, below) for line in self.lines[lines])
        id, single = one.values.get("id"), one.module.ends[key].single
        if id is None:
            return None if single else ()
        found = Looking(self.conn, self.catalog).records(one.module, [id], {key: below})
        return found[id].seen.get(key) if id in found else None


def _target(found: Field, value: Any) -> tuple[str, UUID] | None:
    """The module and id that a link names, validated or not."""
    if value is None:
        return None
    return getattr(value, "module", "") or found.targets[0], getattr(value, "id", value)


def _row(function: str, found: Field, rows: Sequence[Values]) -> Any:
    """What the statement of a rollup would answer for these values."""
    parts = [found.type.write(found, value) for row in rows if (value := row.get(found.key)) is not None]
    made: Any = {"sum": sum, "avg": sum, "min": min, "max": max}[function]
    values = [one[""] for one in parts if one[""] is not None]
    row = SimpleNamespace(n=len(values), value=made(values) if values else None)
    if "currency" in found.columns:
        bases = [one["base"] for one in parts if one["base"] is not None]
        currencies = [one["currency"] for one in parts if one["currency"]]
        row.base = made(bases) if bases else None
        row.currency, row.other = min(currencies, default=None), max(currencies, default=None)
    return row
