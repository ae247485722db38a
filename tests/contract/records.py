"""The records of `conditions.yaml`: a model, its rows in a store, and what Python and a page know of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module, ModuleScope
from hanok.engine.conditions import Context, Node, parse
from hanok.engine.fields import Field, Linked
from hanok.engine.store import Store
from tests.builders import a_catalog, with_tables
from tests.contract.javascript import sent
from tests.contract.table import CONTEXT, TABLE

RECORDS = TABLE["records"]
SPACE = UUID("0199c7e4-7a3b-7c00-8000-0000000000ff")
ME = UUID(TABLE["me"])
Values = Mapping[str, Any]


def id_of(module: str, name: str) -> UUID:
    return ME if (module, name) == ("user", "me") else uuid5(SPACE, f"{module}.{name}")


def model() -> Catalog:
    kinds = ("modules", "options")
    return a_catalog({f"{kind}/{key}.yaml": json.dumps(data) for kind in kinds for key, data in RECORDS[kind].items()})


@dataclass(frozen=True, slots=True)
class Case:
    """A condition, and the names of the rows that it finds."""

    written: Mapping[str, Any]

    @property
    def module(self) -> str:
        return str(self.written.get("module", "deal"))

    @property
    def browser(self) -> str:
        """What a page knows: "known" (all of it), "partly" (nothing wrong) or "unknown" (nothing)."""
        return str(self.written.get("browser", "known"))

    def __str__(self) -> str:
        return json.dumps(self.written["where"], ensure_ascii=False)


CASES = [Case(written) for written in RECORDS["cases"]]


@dataclass
class World:
    """The rows, by module and name, as Python values; `store` holds the same."""

    catalog: Catalog
    values: dict[str, dict[str, Values]] = field(default_factory=dict)
    ties: list[tuple[UUID, UUID, str]] = field(default_factory=list)
    deleted: set[UUID] = field(default_factory=set)

    def __post_init__(self) -> None:
        for module, rows in RECORDS["rows"].items():
            self.values[module] = {name: self._loaded(module, name, row) for name, row in rows.items()}

    def _loaded(self, key: str, name: str, row: Mapping[str, Any]) -> Values:
        module, id = self.catalog.modules[key], id_of(key, name)
        if row.get("deleted"):
            self.deleted.add(id)
        for person, role in row.get("people", {}).items():
            self.ties.append((id, id_of("person", person), role))
        plain = {each: raw for each, raw in row.items() if each not in ("deleted", "people")}
        return {"id": id, **{each: self._value(module.field(each), raw) for each, raw in plain.items()}}

    def _value(self, found: Field, raw: Any) -> Any:
        if not found.targets:
            return found.type.value(found).deserialize(raw, zone=CONTEXT.zone)
        ((target, name),) = raw.items() if isinstance(raw, Mapping) else [(found.targets[0], raw)]
        return Linked(target, id_of(target, name), name)

    def fill(self, store: Store) -> Store:
        with_tables(store, self.catalog)
        with store.write() as conn:
            for key, rows in self.values.items():
                for values in rows.values():
                    self._insert(conn, self.catalog.modules[key], values)
            through = self.catalog.modules["deal"].ends["people"]
            assert through.through is not None
            column = through.own["role"]
            for number, (left, right, role) in enumerate(self.ties):
                tie = {"id": uuid5(SPACE, f"tie.{number}"), "left": left, "right": right, "tied_at": CONTEXT.now}
                conn.execute(sa.insert(through.through).values(**tie, **_written(column, role)))
        return store

    def _insert(self, conn: sa.Connection, module: Module, values: Values) -> None:
        columns: dict[str, Any] = {"created_at": CONTEXT.now, "updated_at": CONTEXT.now, "version": 1, "title": ""}
        if values["id"] in self.deleted:
            columns["deleted_at"] = CONTEXT.now
        for key, value in values.items():
            columns |= _written(module.field(key), value)
        conn.execute(sa.insert(module.table).values({module.table.c[name]: each for name, each in columns.items()}))

    # -- what a case asks ------------------------------------------------------------------------------------------
    def scope(self, module: str) -> ModuleScope:
        return ModuleScope(self.catalog.modules[module], self.catalog.modules)

    def node(self, case: Case) -> Node:
        at_hand = case.written.get("record")
        record = self.scope(next(iter(at_hand))) if at_hand else None
        return parse(self._with_ids(case.written["where"]), self.scope(case.module), record=record)

    def context(self, case: Case) -> Context:
        at_hand = case.written.get("record")
        record = self.values[next(iter(at_hand))][next(iter(at_hand.values()))] if at_hand else None
        if case.written.get("nobody"):
            return replace(CONTEXT, actor=None, record=record)
        teams, groups = (id_of("team", "sales"),), (id_of("security_group", "seoul"),)
        return replace(CONTEXT, teams=teams, groups=groups, record=record)

    def _with_ids(self, data: Any) -> Any:
        """`<hanbit>` is the id of the row of that name."""
        if isinstance(data, Mapping):
            return {key: self._with_ids(each) for key, each in data.items()}
        if isinstance(data, list):
            return [self._with_ids(each) for each in data]
        if isinstance(data, str) and data.startswith("<"):
            return next(str(id_of(module, data[1:-1])) for module, rows in self.values.items() if data[1:-1] in rows)
        return data

    def alive(self, module: str) -> dict[str, Values]:
        return {name: values for name, values in self.values[module].items() if values["id"] not in self.deleted}

    # -- what Python asks ------------------------------------------------------------------------------------------
    def follow(self, found: Field, value: Any) -> Values | None:
        return None if value is None else next(
            (row for row in self.alive(value.module).values() if row["id"] == value.id), None
        )  # fmt: skip

    def members(self, end: Any, values: Values) -> Iterator[Values]:
        spec, here = end.end, values["id"]
        for row in self.alive(spec.module).values():
            if spec.through is None:
                link = row.get(spec.field)
                if link is not None and link.id == here:
                    yield row
                continue
            for left, right, role in self.ties:
                if (left, right) == ((here, row["id"]) if spec.forwards else (row["id"], here)):
                    yield {**row, "role": role}

    # -- what a page knows -----------------------------------------------------------------------------------------
    def page(self, module: str, values: Values, prefix: str = "") -> dict[str, Any]:
        """The raw values of a form, and those of the records that it links to."""
        found = self.catalog.modules[module]
        raw: dict[str, Any] = {f"{prefix}id": str(values["id"])}
        for key, each in found.fields.items():
            value = values.get(key)
            raw[prefix + key] = None if value is None else sent(each.type.dump(each, value))
            there = self.follow(each, value) if not prefix and each.targets else None
            if there is not None and len(each.targets) == 1:
                raw |= self.page(each.targets[0], there, f"{key}.")
        return {key: value for key, value in raw.items() if key.partition(".")[2] != "people" and key != "people"}


def _written(found: Field, value: Any) -> dict[str, Any]:
    return {found.columns[name]: part for name, part in found.type.write(found, value).items()}
