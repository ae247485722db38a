"""The one validator of a record: forms, API and import all come through here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.conditions.operands import ME, first_message
from hanok.engine.errors import Invalid, Message, say
from hanok.engine.fields import Field, Linked
from hanok.engine.language import did_you_mean
from hanok.engine.records.query import Record


@dataclass(slots=True)
class Loading:
    """One validation: what was asked, what came of it, and what is wrong."""

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    module: Module
    raw: Mapping[str, Any]
    current: Record | None
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Message]] = field(default_factory=dict)

    def run(self) -> dict[str, Any]:
        """The loaded values of the fields that were given (and, for a new record, of the defaults)."""
        self._unknown()
        for found in self.module.fields.values():
            if found.key in self.raw:
                self._load(found, self.raw[found.key])
            elif self.current is None and not found.type.generated:
                self._default(found)
        self._required()
        self._links()
        self._unique()
        if self.errors:
            raise Invalid(self.errors)
        return self.values

    def wrong(self, key: str, message: Message) -> None:
        self.errors.setdefault(key, []).append(message)

    def _unknown(self) -> None:
        for key in self.raw:
            if self.module.has(key):
                if self.module.field(key).system or self.module.field(key).type.generated:
                    self.wrong(key, say("This is kept by the system and cannot be written."))
                continue
            near = did_you_mean(key, self.module.fields)
            known = say("There is no field “{key}”; did you mean “{near}”?", key=key, near=near)
            self.wrong(key, known if near else say("There is no field “{key}”.", key=key))

    def _load(self, found: Field, raw: Any) -> None:
        present = self.current.values.get(found.key) if self.current else None
        if self.current and found.type.unchanged(found, raw, present):
            return
        try:
            zone = self.actor.zone or self.catalog.app.zone
            loaded = found.type.value(found).deserialize(raw, zone=zone)
        except ma.ValidationError as error:
            self.wrong(found.key, first_message(error.messages))
            return
        if self.current and found.settings.get("readonly"):
            if _bare(loaded) != _bare(present):
                self.wrong(found.key, say("This cannot be changed."))
            return
        self.values[found.key] = loaded

    def _default(self, found: Field) -> None:
        written = found.settings.get("default")
        zone = self.actor.zone or self.catalog.app.zone
        if written is None:
            self.values[found.key] = found.type.value(found).deserialize(None)
            return
        if written == ME and found.targets:
            self.values[found.key] = self.actor.id
            return
        span = None
        if isinstance(written, str):
            span = found.type.relative(found, written, now=datetime.now(UTC), zone=zone)
        self.values[found.key] = span[0] if span else found.type.value(found).deserialize(written, zone=zone)

    def _required(self) -> None:
        for found in self.module.fields.values():
            given = self.current is None or found.key in self.values
            empty = self.values.get(found.key) in (None, [], ())
            if found.required and given and empty and not found.type.generated and found.key not in self.errors:
                self.wrong(found.key, say("This is required."))

    def _links(self) -> None:
        """Every linked record exists and may be seen; its title is put beside its id."""
        for found in self.module.fields.values():
            value = self.values.get(found.key)
            if not found.targets or value is None or (self.actor.id is not None and value == self.actor.id):
                if value is not None and found.targets:
                    self.values[found.key] = Linked(found.targets[0], value, self.actor.title)
                continue
            target = value.module if isinstance(value, Linked) else found.targets[0]
            title = self._title(self.catalog.modules[target], _bare(value))
            if title is None:
                self.wrong(found.key, say("The linked record does not exist, or you may not see it."))
            else:
                self.values[found.key] = Linked(target, _bare(value), title)

    def _title(self, target: Module, id: Any) -> str | None:
        table = target.table.alias()
        rule = predicate(self.catalog, self.actor, target, "view", table)
        return self.conn.scalar(sa.select(table.c.title).where(table.c.id == id, table.c.deleted_at.is_(None), rule))

    def _unique(self) -> None:
        groups = [(found.key,) for found in self.module.fields.values() if found.unique]
        for group in (*groups, *self.module.unique):
            if any(key in self.values for key in group) and not any(key in self.errors for key in group):
                self._unique_group(group)

    def _unique_group(self, group: tuple[str, ...]) -> None:
        table = self.module.table
        wheres: list[Any] = [table.c.deleted_at.is_(None)]
        for key in group:
            found = self.module.field(key)
            value = self.values.get(key, self.current.values.get(key) if self.current else None)
            if value is None:
                return
            part = found.type.compared(found)
            wheres.append(table.c[found.columns[part]] == found.type.write(found, value)[part])
        if self.current:
            wheres.append(table.c.id != self.current.id)
        other = self.conn.scalar(sa.select(table.c.title).where(*wheres).limit(1))
        if other is not None:
            self.wrong(group[-1], say("Another record has this value already: {title}.", title=other))


def validate(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, raw: Mapping[str, Any],
    current: Record | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Loaded values by field key. Raises Invalid with every error of every field."""
    return Loading(conn, catalog, actor, module, raw, current).run()


def today(catalog: Catalog, actor: Actor) -> date:
    """The actor's day."""
    return datetime.now(ZoneInfo(actor.zone or catalog.app.zone)).date()


def _bare(value: Any) -> Any:
    return value.id if isinstance(value, Linked) else value
