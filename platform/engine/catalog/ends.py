"""The to-many ends of modules: who belongs to a record, and how a statement finds them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.catalog.model import End, Module
from hanok.engine.catalog.names import Naming
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.tables import link_table
from hanok.engine.errors import say
from hanok.engine.fields import Field, Labels

PARENT, POSITION, GROUP = "parent", "position", "group"
Ends = dict[str, dict[str, End]]


def ends(
    sources: Mapping[str, Source], fields: Mapping[str, Mapping[str, Field]], naming: Naming, metadata: sa.MetaData,
    report: Report,
) -> Ends:  # fmt: skip
    """By module and key, every end: own links and lines, and the links of other modules that point here.

    Links to several modules have an end for each of them, called "related_account". The links of lines are called
    "quote_<name>" at their targets, by the module that they stand in. Names that are taken are reported.
    """
    built = _Ends(sources, fields, naming, metadata, report)
    for source in sources.values():
        for field in fields[source.key].values():
            built.take(source, field)
    return built.found


class _Ends:
    def __init__(
        self, sources: Mapping[str, Source], fields: Mapping[str, Mapping[str, Field]], naming: Naming,
        metadata: sa.MetaData, report: Report,
    ) -> None:  # fmt: skip
        self.sources = sources
        self.fields = fields
        self.naming = naming
        self.metadata = metadata
        self.report = report
        self.found: Ends = {key: {} for key in sources}

    def take(self, source: Source, field: Field) -> None:
        """The ends that this field makes, here and at its targets."""
        through = None
        if field.members and field.type.embedded(field.settings) is not None:
            child = field.members[0]
            self.found[source.key][field.key] = End(
                field.key, field.label, child, PARENT, source.key, kind="lines", forwards=True
            )
        elif field.members:
            through = self._through(source, field)
            several = len(field.members) > 1
            for target in field.members:
                key = f"{field.key}_{target}" if several else field.key
                self.found[source.key][key] = End(
                    key, field.label, target, field.key, source.key, kind="links", forwards=True, several=several,
                    through=through, own=field.own,
                )  # fmt: skip
        written = field.type.reverse(field.settings)
        if written is None:
            return
        for target in field.members or field.targets:
            self._reverse(source, field, target, written, through)

    def _through(self, source: Source, field: Field) -> sa.Table:
        members = ",".join(field.members)
        name = self.naming.link(source.key, field.key, f"{field.type.key}({members})")
        return link_table(name, field, self.metadata)

    def _reverse(self, source: Source, field: Field, target: str, written: Any, through: sa.Table | None) -> None:
        spec: Mapping[str, Any] = {"key": written} if isinstance(written, str) else written
        key = spec["key"] if source.parent is None else f"{source.parent.module}_{spec['key']}"
        taken = self._holder(target, key)
        if taken:
            message = say("The reverse name “{key}” is taken already ({other}).", key=key, other=taken)
            self.report.wrong(source.place("fields", field.key, "reverse"), message)
            return
        self.found[target][key] = End(
            key, spec.get("label") or self._label(source), source.key, field.key, source.key,
            kind="links" if through is not None else "link", single=field.unique and through is None,
            several=len(field.members or field.targets) > 1, through=through, own=field.own,
        )  # fmt: skip

    def _holder(self, target: str, key: str) -> str:
        """What has this name on the target already, else ""."""
        if key in self.fields[target]:
            return key
        known = self.found[target].get(key)
        return known.home if known else ""

    def _label(self, source: Source) -> Labels:
        if source.parent is not None:
            parent = self.sources[source.parent.module]
            found: Labels = parent.data.get("plural") or parent.data["label"]
            return found
        plural: Labels = source.data.get("plural") or source.data["label"]
        return plural


@dataclass(frozen=True, slots=True)
class _Both:
    """Columns of two tables as if they were of one: the record's, and a tie's own, which begin with "$"."""

    c: Mapping[str, ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Rows:
    """What to select from, what ties it to the row at hand (deleted records left out), and where columns are read.

    `table` is the alias of the module's table, `tie` that of the rows that tie (None without).
    """

    source: sa.FromClause
    where: ColumnElement[bool]
    columns: Any
    table: Any
    tie: Any = None


def rows(end: End, modules: Mapping[str, Module], here: Any, *, home: str = "") -> Rows:
    """The records at an end of the row of `here` (an alias of the table of a module that has this end).

    `home` is the key of that module; only a link to one of several modules asks for it.
    """
    there = modules[end.module].table.alias()
    alive = there.c.deleted_at.is_(None)
    if end.through is None:
        field = modules[end.module].field(end.field)
        tied = there.c[field.columns[""]] == here.c["id"]
        if "module" in field.columns:
            tied = sa.and_(tied, there.c[field.columns["module"]] == home)
        return Rows(there, sa.and_(tied, alive), there, there)
    tie = end.through.alias()
    near, far = ("left", "right") if end.forwards else ("right", "left")
    tied = sa.and_(tie.c[near] == here.c["id"], alive)
    if end.several:
        tied = sa.and_(tied, tie.c.right_module == (end.module if end.forwards else home))
    source = tie.join(there, there.c.id == tie.c[far])
    own = {name: column for name, column in dict(tie.c).items() if name.startswith("$")}
    return Rows(source, tied, _Both({**dict(there.c), **own}), there, tie)
