"""The one validator of a record: forms, API and import all come through here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor, predicate, seen
from hanok.engine.access.assigning import owner_keys, takes
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Duplicate
from hanok.engine.catalog.binding import default_of
from hanok.engine.catalog.derived import is_derived
from hanok.engine.catalog.ends import PARENT
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Duplicates, Invalid, Message, say
from hanok.engine.fields import Field, Linked
from hanok.engine.language import did_you_mean
from hanok.engine.records import attachments
from hanok.engine.records.around import Around
from hanok.engine.records.deriving.suggesting import suggest
from hanok.engine.records.fielding import refused
from hanok.engine.records.guarding import check_zone
from hanok.engine.records.lettering.checking import check_templates
from hanok.engine.records.obeying import obey
from hanok.engine.records.query import Record
from hanok.engine.records.within import Within, run_within
from hanok.engine.store.holding import held

#: The keys of fields that are unique together, and what their columns hold.
Group = tuple[str, ...]
Bound = tuple[Any, ...]


class Lookup(Protocol):
    """Where a validation looks up other records: one by one, or for many records at a time (`records.many`)."""

    def title(self, target: str, id: UUID) -> str | None:
        """The title of a record that the actor may see, else None."""

    @property
    def around(self) -> Around:
        """The records that conditions ask for."""

    def holder(self, group: Group, wanted: Bound, but: UUID | None) -> str | None:
        """The title of another record than `but` that holds these values of a group of fields, else None.

        It is "" when the actor may not see that record.
        """

    def files(self, ids: Iterable[UUID]) -> attachments.Files:
        """What is stored of these uploaded files."""


class Validators:
    """The validators of a module's fields, each made once."""

    def __init__(self) -> None:
        self._made: dict[str, ma.fields.Field[Any]] = {}

    def of(self, found: Field) -> ma.fields.Field[Any]:
        made = self._made.get(found.key)
        if made is None:
            made = self._made[found.key] = found.type.value(found)
        return made


@dataclass(slots=True)
class Loading:
    """One validation: what was asked, what came of it, and what is wrong.

    First `load` (the values by themselves), then `check` (against other records). `alike` says by the keys of the
    module's `duplicates` which records are like it, where that is no error but something to ask about; `within` what
    workflows did that run within a save.
    """

    catalog: Catalog
    actor: Actor
    module: Module
    raw: Mapping[str, Any]
    current: Record | None
    validators: Validators = field(default_factory=Validators)
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[Message]] = field(default_factory=dict)
    alike: dict[str, Message] = field(default_factory=dict)
    within: list[Within] = field(default_factory=list)

    def load(self, conn: sa.Connection | None = None) -> None:
        """Loads the fields that were given and, for a new record, the defaults of the others.

        `conn` is for asking whether the actor may change a field where her groups or a condition decide.
        """
        self._unknown()
        denied = refused(self.catalog, self.actor, self.module, self.raw, self.current, conn)
        for key, message in denied.items():
            self.wrong(key, message)
        for found in self.module.fields.values():
            if found.key in denied:
                continue
            if found.key in self.raw:
                self.load_one(found, self.raw[found.key])
            elif self.current is None and not found.made:
                self._default(found)
        self._required()

    def check(self, lookup: Lookup) -> None:
        """Links lead to records that exist and may be seen; unique values are nobody else's."""
        self._links(lookup)
        self._owners(lookup)
        self._ties(lookup)
        self._files(lookup)
        run_within(self, lookup.around)
        obey(self, lookup.around)
        check_zone(self)
        check_templates(self)
        for group in groups(self.module):
            other = self._named(lookup, group)
            if other is not None:
                told = say("Another record has this value already: {title}.", title=other)
                self.wrong(group[-1], told if other else say("Another record has this value already."))
        for key, said in self.module.duplicates.items():
            other = self._named(lookup, said.match)
            if other is not None:
                self._alike(key, said, other)

    def judge(self, *, despite_duplicates: bool = False) -> None:
        """Raises Invalid with every error of every field.

        Raises Duplicates when nothing is wrong but that records like this are there already, unless that was known.
        """
        if self.errors:
            raise Invalid(self.errors)
        if self.alike and not despite_duplicates:
            raise Duplicates({"": tuple(self.alike.values())})

    def _holder(self, lookup: Lookup, group: Group) -> str | None:
        wanted = None if any(key in self.errors for key in group) else self.wanted(group)
        return None if wanted is None else lookup.holder(group, wanted, self.current.id if self.current else None)

    def _named(self, lookup: Lookup, group: Group) -> str | None:
        """Who holds these values: "" for whom the actor may not see, or not with all of these fields."""
        found = self._holder(lookup, group)
        if not found:
            return found
        hers = seen(self.catalog, self.actor)
        module = hers.every[self.module.key]
        return found if all(module.has(key) and (module.key, key) not in hers.masks for key in group) else ""

    def _alike(self, key: str, said: Duplicate, title: str) -> None:
        """A record like this is there: refused, or noted where the actor may see it."""
        told = say("A record like this is there already: {title}.", title=title)
        if said.refuses:
            self.wrong(said.match[0], told if title else say("A record like this is there already."))
        elif title:
            self.alike[key] = told

    def fallback(self, found: Field) -> Any:
        """What the field holds when nothing is sent: the stored value, or the default of a new record."""
        if self.current is not None:
            return self.current.values.get(found.key)
        zone = self.actor.zone or self.catalog.app.zone
        return default_of(found, now=datetime.now(UTC), zone=zone, me=self.actor.id)

    def wrong(self, key: str, message: Message) -> None:
        self.errors.setdefault(key, []).append(message)

    def _unknown(self) -> None:
        for key in self.raw:
            if key in self.module.fields or key in self.module.system:
                if self.module.field(key).system or self.module.field(key).type.generated:
                    self.wrong(key, say("This is kept by the system and cannot be written."))
                continue
            near = did_you_mean(key, self.module.fields)
            known = say("There is no field “{key}”; did you mean “{near}”?", key=key, near=near)
            self.wrong(key, known if near else say("There is no field “{key}”.", key=key))

    def load_one(self, found: Field, raw: Any) -> None:
        """Loads a raw value of a field."""
        present = self.current.values.get(found.key) if self.current else None
        if self.current and found.type.unchanged(found, raw, present):
            return
        if is_derived(found):
            if raw not in (None, ""):
                self.wrong(found.key, say("This is worked out by the system and cannot be written."))
            return
        try:
            zone = self.actor.zone or self.catalog.app.zone
            loaded = self.validators.of(found).deserialize(raw, zone=zone)
        except ma.ValidationError as error:
            self.wrong(found.key, first_message(error.messages))
            return
        if self.current and found.settings.get("readonly") is True:
            if _bare(loaded) != _bare(present):
                self.wrong(found.key, say("This cannot be changed."))
            return
        if loaded is None and found.key == PARENT and self.module.parent is not None:
            self.wrong(found.key, say("This is required."))
            return
        self.values[found.key] = loaded

    def _default(self, found: Field) -> None:
        self.values[found.key] = self.fallback(found)

    def require_suggested(self) -> None:
        """Asks for what is required of the fields that a suggestion may have filled."""
        self._required(suggested=True)

    def _required(self, *, suggested: bool = False) -> None:
        for found in self.module.fields.values():
            if found.key in self.module.dynamic:  # asked once it is known what the record will be
                continue
            if ("suggest" in found.settings) is not suggested:
                continue
            given = self.current is None or found.key in self.values
            empty = self.values.get(found.key) in (None, [], ())
            if found.required and given and empty and not found.made and found.key not in self.errors:
                self.wrong(found.key, say("This is required."))

    def _links(self, lookup: Lookup) -> None:
        """Every linked record exists and may be seen; its title is put beside its id."""
        for found in self.module.fields.values():
            value = self.values.get(found.key)
            if not found.targets or value is None:
                continue
            if self.actor.id is not None and value == self.actor.id and found.targets == ("user",):
                self.values[found.key] = Linked("user", value, self.actor.title)
                continue
            if self.current and _bare(value) == self.current.id:
                self.wrong(found.key, say("A record cannot be linked to itself."))
                continue
            target = value.module if isinstance(value, Linked) else found.targets[0]
            title = lookup.title(target, _bare(value))
            if title is None:
                self.wrong(found.key, say("The linked record does not exist, or you may not see it."))
            elif self._circles(found, _bare(value), lookup):
                told = say("“{title}” stands below this record: they would stand below each other.", title=title)
                self.wrong(found.key, told)
            else:
                self.values[found.key] = Linked(target, _bare(value), title)

    def _owners(self, lookup: Lookup) -> None:
        """Whoever is given the record may have it; whoever makes one may keep it, and the system gives to anybody."""
        for key in owner_keys(self.module):
            value = self.values.get(key)
            mine = value is not None and _bare(value) == self.actor.id
            keeps = mine and (self.current is None or takes(self.catalog, self.actor, self.module.key))
            if self.actor.id is None or value is None or key in self.errors or keeps:
                continue
            if not lookup.around.may_be_given(_bare(value), self.module.key):
                self.wrong(key, say("{who} may not be given records of this kind: no role lets them see any.",
                                    who=value.title if isinstance(value, Linked) else ""))  # fmt: skip

    def _circles(self, found: Field, id: UUID, lookup: Lookup) -> bool:
        """Whether a link of a tree would lead round in a circle."""
        is_tree = found.settings.get("tree") and self.current is not None
        return bool(is_tree and self.current and lookup.around.is_below(found, id, self.current.id))

    def _ties(self, lookup: Lookup) -> None:
        """Every record of an n-n link exists and may be seen; its title is put beside its id."""
        for found in self.module.fields.values():
            value = self.values.get(found.key) if found.members else None
            if not value or found.type.embedded(found.settings) is not None:
                continue
            titled = [replace(tie, title=lookup.title(tie.module or found.members[0], tie.id)) for tie in value]
            if any(tie.title is None for tie in titled):
                self.wrong(found.key, say("A linked record does not exist, or you may not see it."))
            else:
                self.values[found.key] = tuple(titled)

    def _files(self, lookup: Lookup) -> None:
        """Every file is the actor's own upload or this record's already; what is stored of it is put beside its id."""
        for found in self.module.fields.values():
            value = self.values.get(found.key) if found.type.holds_files else None
            if value is None:
                continue
            files = lookup.files(one.id for one in found.type.files_of(found, value))
            record = self.current.id if self.current else None
            try:
                self.values[found.key] = attachments.resolved(found, value, files, self.actor, record)
            except ma.ValidationError as error:
                self.wrong(found.key, first_message(error.messages))

    def wanted(self, group: Group) -> Bound | None:
        """What the columns of a unique group will hold; None when nothing of it was given, or something is empty."""
        if not any(key in self.values for key in group):
            return None
        bound = []
        for key in group:
            found = self.module.field(key)
            value = self.values.get(key, self.current.values.get(key) if self.current else None)
            if value is None:
                return None
            part = found.type.compared(found)
            bound.append(found.type.write(found, value)[part])
        return tuple(bound)


@dataclass(frozen=True, slots=True)
class OneByOne:
    """Looks up by a statement each."""

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    module: Module
    around: Around

    def title(self, target: str, id: UUID) -> str | None:
        module = self.catalog.every[target]
        table = module.table.alias()
        rule = predicate(self.catalog, self.actor, module, "view", table)
        there = sa.select(table.c.title).where(table.c.id == id, table.c.deleted_at.is_(None), rule)
        found: str | None = self.conn.scalar(held(self.conn, there, table))
        return found

    def holder(self, group: Group, wanted: Bound, but: UUID | None) -> str | None:
        table = self.module.table
        wheres: list[Any] = [table.c.deleted_at.is_(None)]
        wheres += [column == value for column, value in zip(unique_columns(self.module, group), wanted, strict=True)]
        if but is not None:
            wheres.append(table.c.id != but)
        rule = predicate(self.catalog, self.actor, self.module, "view", table)
        return self.conn.scalar(sa.select(sa.case((rule, table.c.title), else_="")).where(*wheres).limit(1))

    def files(self, ids: Iterable[UUID]) -> attachments.Files:
        return attachments.stored(self.conn, ids)


def groups(module: Module) -> tuple[Group, ...]:
    """The fields, and groups of fields, whose values no two records share."""
    return (*((found.key,) for found in module.fields.values() if found.unique), *module.unique)


def compared_groups(module: Module) -> tuple[Group, ...]:
    """Those, and the groups by which records are taken for one."""
    return tuple(dict.fromkeys((*groups(module), *(said.match for said in module.duplicates.values()))))


def unique_columns(module: Module, group: Group) -> list[sa.Column[Any]]:
    """The columns that are compared for a unique group."""
    fields = [module.field(key) for key in group]
    return [module.table.c[found.columns[found.type.compared(found)]] for found in fields]


def validate(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, raw: Mapping[str, Any],
    current: Record | None = None, *, despite_duplicates: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """Loaded values by field key. Raises what `Loading.judge` does."""
    loading = loaded(conn, catalog, actor, module, raw, current)
    loading.judge(despite_duplicates=despite_duplicates)
    return loading.values


def loaded(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, raw: Mapping[str, Any],
    current: Record | None = None,
) -> Loading:  # fmt: skip
    """The same, with its errors still to be told."""
    loading = Loading(catalog, actor, module, raw, current)
    loading.load(conn)
    suggest(conn, catalog, [loading])
    loading.check(OneByOne(conn, catalog, actor, module, Around(conn, catalog)))
    return loading


def today(catalog: Catalog, actor: Actor) -> date:
    """The actor's day."""
    return datetime.now(ZoneInfo(actor.zone or catalog.app.zone)).date()


def _bare(value: Any) -> Any:
    return value.id if isinstance(value, Linked) else value
