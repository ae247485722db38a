"""An import as it is asked for, and bound to the catalog that it runs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from hanok.engine.access import Actor, may, seen
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, Invalid, Message, say
from hanok.engine.fields import Field
from hanok.engine.records.importing.links import naming_fields
from hanok.engine.records.importing.mapping import Column, fit, key_fields
from hanok.engine.records.importing.sheet import Sheet
from hanok.engine.records.values import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants imported.

    `key` are the fields by which a row finds its record (none: every row is a new one). `said` maps headings to
    fields, `ignored` are headings to leave out, `ignore_unknown` leaves out all that fit no field. With `skip_blank`
    an empty cell says nothing; else it empties the field.
    """

    actor: Actor
    module: str
    key: tuple[str, ...] = ()
    said: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    ignore_unknown: bool = False
    skip_blank: bool = False

    def bind(self, catalog: Catalog, sheet: Sheet) -> Job:
        """The order on this catalog. Raises NotFound, Denied, and Invalid for headings that fit nothing."""
        module = catalog.module(self.module)
        whose = module.parent.module if module.parent else module.key
        if not may(catalog, self.actor, whose, "import"):
            raise Denied(say("You may not import records of this kind."))
        eyes = seen(catalog, self.actor)
        fitted = fit(
            eyes, eyes.module(self.module), sheet.headings, said=self.said, ignored=self.ignored,
            ignore_unknown=self.ignore_unknown, key=self.key,
        )  # fmt: skip
        masked = [column for column in fitted.columns if (column.field.module, column.field.key) in eyes.masks]
        if masked:
            label = masked[0].field.label
            told = say("You see “{field}” in some records only, so no file may change it.", field=label)
            raise Invalid({masked[0].heading: [told]})
        key = key_fields(catalog, module, fitted.columns, self.key)
        importing = replace(self.actor, imports=True)
        return Job(catalog, importing, module, fitted.columns, fitted.left_out, key, self.skip_blank)


@dataclass(frozen=True, slots=True)
class Job:
    """An order bound to a catalog, with what every row needs made once."""

    catalog: Catalog
    actor: Actor
    module: Module
    columns: tuple[Column, ...]
    left_out: tuple[str, ...]
    key: tuple[str, ...]
    skip_blank: bool
    validators: Validators = field(default_factory=Validators)

    @property
    def links(self) -> list[Column]:
        return [column for column in self.columns if column.field.targets]

    @property
    def ties(self) -> list[Column]:
        return [column for column in self.columns if column.field.type.apart]

    @property
    def names(self) -> list[Field] | None:
        """By which fields rows may name records of rows above them; None when they never do."""
        own = [column for column in self.links if self.module.key in column.field.targets]
        if not own:
            return None
        asked = [self.module.field(column.by) for column in own if column.by and self.module.has(column.by)]
        return list({found.key: found for found in (*naming_fields(self.module), *asked)}.values())


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row: the heading of the column ("" for the row as a whole) and a sentence."""

    heading: str
    message: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row, or would become. `action` is new, changed, unchanged or failed.

    `changes` maps fields to what they were and what they are, in dump form; `cells` is the row as it was read. `notes`
    are what stopped nothing but should be looked at: records like this one that are there already. `version` is the
    one that the record then has, `tied` names by field the records that its n-n links led to before.
    """

    row: int
    action: str
    title: str = ""
    id: UUID | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    cells: tuple[Any, ...] = ()
    notes: tuple[Message, ...] = ()
    version: int = 0
    tied: Mapping[str, Sequence[str]] = field(default_factory=dict)
