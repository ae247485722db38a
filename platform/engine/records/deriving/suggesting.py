"""Suggestions: values that follow their source until somebody types over them.

A new record gets the suggestion where nothing was said, or where what was said is what its defaults suggest (a form
sends what it was opened with). Later the value follows when one of its sources changes and it still is what the former
sources suggested, unless another value is given. A moment (`now if status.done`) stays as it was taken, and goes when
it is suggested no longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import Derivation, Needs
from hanok.engine.expressions import Expression, View
from hanok.engine.fields import Field, Linked
from hanok.engine.records.deriving.looking import Looking
from hanok.engine.records.deriving.working import here, seen, work_out
from hanok.engine.records.trail import differences

if TYPE_CHECKING:
    from hanok.engine.records.values import Loading

Linkable = tuple[str, UUID]


def suggest(conn: sa.Connection, catalog: Catalog, loadings: Sequence[Loading]) -> None:
    """Puts suggestions into what was loaded, all of one module; then asks for what is required and still empty."""
    module = loadings[0].module if loadings else None
    steps = catalog.derived.suggested.get(module.key, ()) if module else ()
    if module is None or not steps:
        return
    suggesting = _Suggesting(conn, catalog, module, steps, _needs(steps))
    cases = [_Case(loading, suggesting.before(loading), suggesting.after(loading)) for loading in loadings]
    views = suggesting.views(cases)
    for case in cases:
        suggesting.fill(case, views)
        case.loading.require_suggested()


@dataclass(slots=True)
class _Case:
    """One loading, with its sources' values as they were (or as defaults would be) and as they will be."""

    loading: Loading
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Suggesting:
    conn: sa.Connection
    catalog: Catalog
    module: Module
    steps: Sequence[Derivation]
    needs: Needs

    def before(self, loading: Loading) -> dict[str, Any]:
        return {key: loading.fallback(field) for key, field in self._sources()}

    def after(self, loading: Loading) -> dict[str, Any]:
        stored = loading.current.values if loading.current else {}
        return {key: loading.values.get(key, stored.get(key)) for key, _ in self._sources()}

    def _sources(self) -> list[tuple[str, Field]]:
        """The fields of the record itself that suggestions look at."""
        fields = self.module.fields
        return [(key, fields[key]) for key in self.needs if key in fields and not fields[key].type.apart]

    def views(self, cases: Sequence[_Case]) -> dict[Linkable, View]:
        """The records that the sources link to, each module read once for all cases."""
        found: dict[Linkable, View] = {}
        looking = Looking(self.conn, self.catalog)
        for key, field in self._sources():
            wanted: dict[str, set[UUID]] = {}
            for case in cases:
                for values in (case.before, case.after):
                    linked = _linked(field, values[key])
                    if linked is not None:
                        wanted.setdefault(linked[0], set()).add(linked[1])
            for target, ids in wanted.items():
                for id, view in looking.views(target, ids, self.needs[key]).items():
                    found[key + ":" + target, id] = view
        return found

    def fill(self, case: _Case, views: Mapping[Linkable, View]) -> None:
        loading = case.loading
        former, present = self._known(case.before, views), self._known(case.after, views)
        ends = self._ends(loading)
        for step in self.steps:
            new = self._worked(loading, step, present | ends)
            old = self._worked(loading, step, former | ends)
            if self._follows(loading, step, old, new):
                loading.values[step.key] = new
            value = loading.values.get(step.key, loading.current.values.get(step.key) if loading.current else None)
            if step.key in self.needs:
                present |= self._known({step.key: value}, views)

    def _follows(self, loading: Loading, step: Derivation, old: Any, new: Any) -> bool:
        key = step.key
        if key in loading.errors:
            return False
        given = loading.values.get(key)
        if loading.current is None:
            said = key in loading.raw and given not in (None, "", (), [])
            return new is not None and (not said or self._same(key, given, old))
        typed = key in loading.values and not self._same(key, given, loading.current.values.get(key))
        if typed or not self._sources_changed(loading, step):
            return False
        stored = loading.current.values.get(key)
        return self._same(key, stored, old) or (_ticks(step) and new is None and old is not None)

    def _sources_changed(self, loading: Loading, step: Derivation) -> bool:
        assert loading.current is not None
        new = {key: loading.values[key] for key in step.needs if key in loading.values}
        return bool(differences(self.module, loading.current.values, new))

    def _same(self, key: str, one: Any, other: Any) -> bool:
        return not differences(self.module, {key: one}, {key: other})

    def _worked(self, loading: Loading, step: Derivation, known: Mapping[str, Any]) -> Any:
        place = here(self.catalog, known, zone=loading.actor.zone or "", me=loading.actor.id)
        return work_out(self.catalog, self.module, step, place)

    def _known(self, values: Mapping[str, Any], views: Mapping[Linkable, View]) -> dict[str, Any]:
        known = seen(self.catalog, self.module, values)
        for key, value in values.items():
            linked = _linked(self.module.fields[key], value)
            if linked is not None:
                known[key] = views.get((key + ":" + linked[0], linked[1]))
        return known

    def _ends(self, loading: Loading) -> dict[str, Any]:
        """What stands at the ends of a record that is there already."""
        wanted = {key: below for key, below in self.needs.items() if key in self.module.ends}
        if not wanted or loading.current is None:
            return dict.fromkeys(wanted, ())
        id = loading.current.id
        return Looking(self.conn, self.catalog).records(self.module, [id], wanted)[id].seen


def _ticks(step: Derivation) -> bool:
    """Whether it looks at the clock: then what was suggested was another moment, and still goes with its reason."""
    return isinstance(step.how, Expression) and step.how.ticks


def _linked(field: Field, value: Any) -> Linkable | None:
    """The module and id of a link, validated or not yet."""
    if not field.targets or value is None:
        return None
    return (value.module, value.id) if isinstance(value, Linked) else (field.targets[0], value)


def _needs(steps: Sequence[Derivation]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for step in steps:
        for key, below in step.needs.items():
            tree[key] = {**tree.get(key, {}), **below}
    return tree
