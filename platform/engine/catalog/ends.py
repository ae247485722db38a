"""The to-many ends of modules: who belongs to a record, and how a statement finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.catalog.gathering import naming
from hanok.engine.catalog.model import End, Module
from hanok.engine.catalog.names import Naming
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.tables import link_table
from hanok.engine.fields import Field, Labels

PARENT, POSITION, GROUP = "parent", "position", "group"
Ends = Mapping[str, Mapping[str, End]]


def ends(sources: Mapping[str, Source], fields: Mapping[str, Mapping[str, Field]], pieces: Pieces) -> Ends:
    """By module and key, every end: own links and lines, and the links of other modules that point here.

    A link to several modules is a union of an end for each of them, called "related_account". Several fields of a
    module that give one name to their targets make one end. Where several modules give it, each has its own there
    ("meetings_call"), and that of lines is called by the module that they stand in ("quote_items"); the name alone is
    their union. Names that are taken are reported.
    """
    offered: dict[str, list[End]] = {key: [] for key in sources}
    for key, source in sources.items():
        parent = sources[source.parent.module] if source.parent else None
        ties = _ties(key, fields[key], pieces)
        made_of = (source, fields[key], parent, *ties.values())
        for target, end in pieces.make("ends", key, made_of, partial(_offered, source, fields[key], parent, ties)):
            if end.module in sources:  # lines of a pattern that cannot be read are none
                offered[target].append(end)
    found = {key: naming(each, fields[key], sources, pieces.report) for key, each in offered.items()}
    return {key: pieces.same("ends here", key, each) for key, each in found.items()}


def _ties(module: str, fields: Mapping[str, Field], pieces: Pieces) -> dict[str, sa.Table]:
    """The tables of the n-n links of a module, by field."""
    return {
        key: pieces.make("tie", f"{module}.{key}", (field,), partial(_table, module, field, pieces.naming), same=True)
        for key, field in fields.items()
        if field.members and field.type.embedded(field.settings) is None
    }


def _table(module: str, field: Field, naming: Naming, report: Report) -> sa.Table:
    return link_table(naming.link(module, field.key, f"{field.type.key}({','.join(field.members)})"), field)


def _offered(
    source: Source, fields: Mapping[str, Field], parent: Source | None, ties: Mapping[str, sa.Table], report: Report
) -> list[tuple[str, End]]:
    """The ends that the fields of a module make, with the modules whose they are."""
    return [offer for key, field in fields.items() for offer in _of(source, field, parent, ties.get(key))]


def _of(
    source: Source, field: Field, parent: Source | None, through: sa.Table | None
) -> Iterator[tuple[str, End]]:
    """The ends of one field, here and at its targets."""
    written = field.type.reverse(field.settings)
    if not field.members and written is None:
        return
    layer = source.document.layer(("fields", field.key))
    if field.members and through is None:
        child = field.members[0]
        yield source.key, End(
            field.key, field.label, child, PARENT, source.key, kind="lines", forwards=True, layer=layer
        )
    elif field.members:
        several = len(field.members) > 1
        for target in field.members:
            key = f"{field.key}_{target}" if several else field.key
            yield source.key, End(
                key, field.label, target, field.key, source.key, kind="links", forwards=True, several=several,
                through=through, own=field.own, layer=layer,
            )  # fmt: skip
    if written is None:
        return
    spec: Mapping[str, Any] = {"key": written} if isinstance(written, str) else written
    several = len(field.members or field.targets) > 1
    for target in field.members or field.targets:
        yield target, End(
            spec["key"], spec.get("label") or _label(parent or source), source.key, field.key, source.key,
            kind="links" if through is not None else "link", single=field.unique and through is None, several=several,
            through=through, own=field.own, layer=layer,
        )  # fmt: skip


def _label(source: Source) -> Labels:
    found: Labels = source.data.get("plural") or source.data["label"]
    return found


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
    if end.ways:
        return Rows(there, sa.and_(sa.or_(*(_stands(way, modules, here, there, home) for way in end.ways)), alive),
                    there, there)  # fmt: skip
    if end.through is None:
        return Rows(there, sa.and_(_stands(end, modules, here, there, home), alive), there, there)
    tie = end.through.alias()
    source = tie.join(there, there.c.id == tie.c[sides(end)[1]])
    own = {name: column for name, column in dict(tie.c).items() if name.startswith("$")}
    return Rows(source, sa.and_(_tied(end, tie, here, home), alive), _Both({**dict(there.c), **own}), there, tie)


def sides(end: End) -> tuple[str, str]:
    """The columns of a tie: that of the record which has the end, and that of the one which stands there."""
    return ("left", "right") if end.forwards else ("right", "left")


def _stands(end: End, modules: Mapping[str, Module], here: Any, there: Any, home: str) -> ColumnElement[bool]:
    """Whether the row of `there` stands at an end of one field of the row of `here`."""
    if end.through is not None:
        tie = end.through.alias()
        tied = sa.select(tie.c[sides(end)[1]]).where(_tied(end, tie, here, home)).correlate_except(tie)
        found: ColumnElement[bool] = there.c.id.in_(tied)
        return found
    field = modules[end.module].field(end.field)
    stands: ColumnElement[bool] = there.c[field.columns[""]] == here.c["id"]
    return sa.and_(stands, there.c[field.columns["module"]] == home) if "module" in field.columns else stands


def _tied(end: End, tie: Any, here: Any, home: str) -> ColumnElement[bool]:
    tied: ColumnElement[bool] = tie.c[sides(end)[0]] == here.c["id"]
    if end.several:
        tied = sa.and_(tied, tie.c.right_module == (end.module if end.forwards else home))
    return tied
