"""A database whose model changes while records live in it, and what every deploy owes to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from hanok.engine import records
from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy import Plan, deploy, load_catalog, make_plan, open_steps
from hanok.engine.deploy.conversion import covered, stem
from hanok.engine.deploy.physical import Physical, Present, modules_of
from hanok.engine.errors import Invalid
from hanok.engine.fields import Field
from hanok.engine.store import Store
from tests.builders import TYPES
from tests.sweeps.everything import ADMIN, raw_values, writable
from tests.sweeps.models import ROOT, Model
from tests.sweeps.uploads import pending

#: What a deploy brings up to date by itself.
DERIVED = {"title", "title$folded"}
Raw = dict[str, dict[Any, dict[str, Any]]]
Values = dict[tuple[str, Any], Mapping[str, Any]]


@dataclass
class Inhabited:
    """A store, the model that is live in it, and every column that any model ever had."""

    store: Store
    drawn: Random
    model: Model
    catalog: Catalog
    columns: dict[str, dict[str, sa.Column[Any]]] = field(default_factory=dict)

    def plan(self, model: Model) -> Plan:
        return make_plan(self.store, model.layers(), TYPES, before=self.catalog)

    def deploy(self, plan: Plan, **options: Any) -> int:
        """Whatever is lost by it."""
        return deploy(self.store, plan, accept=[step.key for step in plan.steps], **options)

    def refresh(self) -> None:
        """Takes up what is live."""
        self.catalog = load_catalog(self.store, TYPES, before=self.catalog)
        self.remember(self.catalog)

    def remember(self, catalog: Catalog) -> None:
        """Notes the columns of a catalog that are there: also of one that was prepared and never went live."""
        with self.store.read() as conn:
            present = Present.of(conn)
        for table in catalog.metadata.tables.values():
            found = {column.name: column for column in table.columns if present.has(column)}
            if found:
                self.columns.setdefault(table.name, {}).update(found)

    def moved_to(self, store: Store) -> Inhabited:
        """The same house in a copy of its database."""
        known = {table: dict(columns) for table, columns in self.columns.items()}
        return Inhabited(store, self.drawn, self.model.copy(), self.catalog, known)

    def settle(self, count: int) -> int:
        """Makes some records in each module and edits some; says how many could be saved."""
        mine = [module for key, module in self.catalog.modules.items() if key in self.model.modules]
        return sum(self._save(self.catalog, module) for module in mine for _ in range(count))

    def _save(self, catalog: Catalog, module: Module) -> bool:
        with self.store.read() as conn:
            roots = records.page(conn, catalog, ADMIN, records.Query(module=ROOT, size=20)).rows
            present = records.page(conn, catalog, ADMIN, records.Query(module=module.key, size=20)).rows
        raw = {found.key: self._raw(found, [str(root.id) for root in roots]) for found in writable(module)}
        raw = {key: value for key, value in raw.items() if value is not None}
        try:
            with self.store.write() as conn:
                if present and self.drawn.random() < 0.3:
                    old = self.drawn.choice(present)
                    records.update(conn, catalog, ADMIN, module.key, old.id, raw, version=old.version)
                else:
                    records.create(conn, catalog, ADMIN, module.key, raw)
        except Invalid:
            return False
        return True

    def _raw(self, found: Field, roots: list[str]) -> Any:
        if found.type.holds_files:
            return pending(self.store, self.drawn, several=isinstance(found.type.samples(found)[0], list))
        if found.type.apart:
            return self._apart(found, roots)
        if not found.targets:
            pool = raw_values(found)
            return self.drawn.choice(pool) if pool and (found.required or self.drawn.random() < 0.8) else None
        if not roots or self.drawn.random() < 0.2:
            return None
        id = self.drawn.choice(roots)
        return {"module": ROOT, "id": id} if len(found.targets) > 1 else id

    def _apart(self, found: Field, roots: list[str]) -> Any:
        """Ties to some roots, or some lines."""
        if self.drawn.random() < 0.3:
            return None
        if not found.members or found.type.embedded(found.settings) is not None:
            return [{"name": f"line {number}"} for number in range(self.drawn.randrange(3))]
        chosen = self.drawn.sample(roots, min(len(roots), 2))
        return [{"module": ROOT, "id": id} if len(found.members) > 1 else id for id in chosen]

    # -- what is there -----------------------------------------------------------------------------------------
    def raw(self) -> Raw:
        """Every column of every module table, retired ones too, as the database has it."""
        found: Raw = {}
        with self.store.read() as conn:
            for name, columns in Present.of(conn).columns.items():
                table = sa.table(name, *map(sa.column, sorted(columns)))
                found[name] = {row["id"]: dict(row) for row in conn.execute(sa.select(table)).mappings()}
        return found

    def values(self) -> Values:
        """Every record as it is read."""
        found: Values = {}
        with self.store.read() as conn:
            for module in self.catalog.modules:
                rows = records.page(conn, self.catalog, ADMIN, records.Query(module=module, size=1000)).rows
                found |= {(module, record.id): record.values for record in rows}
        return found

    # -- what is owed ------------------------------------------------------------------------------------------
    def check_tables(self) -> None:
        """The tables are what the catalog wants and what older ones left, and nothing is left to do."""
        physical = Physical.of(self.catalog, self.store.dialect)
        wanted = sa.MetaData()
        for name, columns in self.columns.items():
            sa.Table(name, wanted, *(column._copy() for column in columns.values()))
        for spec in physical.indexes.values():
            spec.on(wanted.tables[spec.table], self.store.dialect)
        with self.store.read() as conn:
            found = differences(conn, wanted, set(physical.tables))
            assert not found, found
            present = Present.of(conn)
            mine = {name for name, table in present.indexes.items() if table in physical.tables}
            assert mine == set(physical.indexes), mine ^ set(physical.indexes)
            assert not present.broken, present.broken
            assert open_steps(conn) == ()
        assert self.plan(self.model).empty

    def check_raw(self, before: Raw, plan: Plan) -> int:
        """No row went, and no column that was there holds anything else; says how many values were compared."""
        after, written, compared = self.raw(), rewritten(plan), 0
        for table, rows in before.items():
            assert after[table].keys() == rows.keys(), table
            for id, row in rows.items():
                kept = {key: value for key, value in row.items() if (table, key) not in written and key not in DERIVED}
                now = after[table][id]
                assert {key: now[key] for key in kept} == kept, (table, id)
                compared += len(kept)
        return compared

    def check_values(self, before: Values, old: Catalog, plan: Plan) -> int:
        """Every value that the new model keeps reads as it did, or as its new type takes it; says how many."""
        new, after, compared = self.catalog, self.values(), 0
        for (module, id), values in before.items():
            if module not in new.modules:
                continue
            for key, found in new.modules[module].fields.items():
                was = old.modules[module].fields.get(key)
                if was is None:
                    continue
                if was.type.apart or found.type.apart or f"{module}.{key}" in returns(plan):
                    continue
                wanted = expected(was, found, values[key], converted=f"{module}.{key}" in conversions(plan))
                now = found.type.dump(found, after[module, id][key])
                assert wanted is ... or now == wanted, (module, key, values[key], now, wanted)
                compared += wanted is not ...
        return compared


def inhabited(store: Store, drawn: Random) -> Inhabited:
    """A first model, with some records in it."""
    model = Model(drawn)
    model.changed(6)
    plan = make_plan(store, model.layers(), TYPES)
    deploy(store, plan)
    house = Inhabited(store, drawn, model, plan.new)
    house.refresh()
    house.settle(5)
    return house


def differences(conn: sa.Connection, wanted: sa.MetaData, live: set[str]) -> list[Any]:
    """What Alembic would still change; of retired modules only the columns count."""

    def ours(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
        table = item if kind == "table" else getattr(item, "table", None)
        mine = table is not None and table.name.startswith(("m_", "l_", "p_"))
        return mine and (kind != "index" or table.name in live)

    options = {"include_object": ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(conn, opts=options), wanted))


def conversions(plan: Plan) -> set[str]:
    return {step.key for step in plan.steps if step.kind == "convert"}


def returns(plan: Plan) -> set[str]:
    """The fields that go back to a column that was live before: what nobody edited is as it was then."""
    return {step.key for step in plan.steps if step.kind == "convert" and "kept" in step.sentence.facts
            and "goes back" in step.sentence.text}  # fmt: skip


def rewritten(plan: Plan) -> set[tuple[str, str]]:
    """The columns that conversions write."""
    modules = modules_of(plan.new)
    places = [key.rpartition(".") for key in conversions(plan)]
    fields = [(modules[module].table.name, modules[module].fields[key]) for module, _, key in places]
    return {(table, column) for table, found in fields for column in found.columns.values()}


def expected(was: Field, found: Field, value: Any, *, converted: bool) -> Any:
    """What the new field shows of an old one's value, dumped; … where nothing is promised."""
    if stem(was) == stem(found):
        return was.type.dump(was, value)
    if not converted:
        return ...
    blank = found.type.dump(found, found.type.blank)
    if value is None or value == was.type.blank:
        return blank
    try:
        loaded = loaded_from(was, found, value)
        if not covered(was, found) and loaded_from(found, was, loaded) != value:
            return blank
    except ma.ValidationError:
        return blank
    return found.type.dump(found, loaded)


def loaded_from(was: Field, found: Field, value: Any) -> Any:
    """The value of another type that a value becomes by way of a spreadsheet."""
    raw = found.type.from_text(found, was.type.export(was, value, "en"))
    takes = found.type.former(found) if found.choices else found.type.value(found)
    return takes.deserialize(raw)
