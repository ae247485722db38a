"""The to-many ends of modules: who belongs to a record, and how a statement finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.catalog.model import End, Module
from hanok.engine.catalog.names import Naming
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.tables import link_table
from hanok.engine.errors import say
from hanok.engine.fields import Field, Labels

PARENT, POSITION, GROUP = "parent", "position", "group"
Ends = Mapping[str, Mapping[str, End]]


def ends(sources: Mapping[str, Source], fields: Mapping[str, Mapping[str, Field]], pieces: Pieces) -> Ends:
    """By module and key, every end: own links and lines, and the links of other modules that point here.

    Links to several modules have an end for each of them, called "related_account". The links of lines are called
    "quote_<name>" at their targets, by the module that they stand in. Names that are taken are reported.
    """
    found: dict[str, dict[str, End]] = {key: {} for key in sources}
    for key, source in sources.items():
        parent = sources[source.parent.module] if source.parent else None
        ties = _ties(key, fields[key], pieces)
        made_of = (source, fields[key], parent, *ties.values())
        for target, end in pieces.make("ends", key, made_of, partial(_offered, source, fields[key], parent, ties)):
            _take(found[target], end, fields[target], source, pieces.report)
    return {key: pieces.same("ends here", key, each) for key, each in found.items()}


def _take(here: dict[str, End], end: End, own: Mapping[str, Field], source: Source, report: Report) -> None:
    """Gives a module an end; where its name is taken already, that is reported."""
    taken = "" if end.forwards else end.key if end.key in own else here[end.key].home if end.key in here else ""
    if taken:
        message = say("The reverse name “{key}” is taken already ({other}).", key=end.key, other=taken)
        report.wrong(source.place("fields", end.field, "reverse"), message)
    else:
        here[end.key] = end


def _ties(module: str, fields: Mapping[str, Field], pieces: Pieces) -> dict[str, sa.Table]:
    """The tables of the n-n links of a module, by field."""
    return {
        key: pieces.make("tie", f"{module}.{key}", (field,), partial(_tied, module, field, pieces.naming), same=True)
        for key, field in fields.items()
        if field.members and field.type.embedded(field.settings) is None
    }


def _tied(module: str, field: Field, naming: Naming, report: Report) -> sa.Table:
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
            spec["key"] if source.parent is None else f"{source.parent.module}_{spec['key']}",
            spec.get("label") or _label(parent or source), source.key, field.key, source.key,
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
