"""What hangs on a record: the records that its links name, what is tied to it, and its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import g, request

from hanok.api.resources import relationship, resource, shown
from hanok.engine import records
from hanok.engine.catalog import Module
from hanok.engine.errors import say
from hanok.engine.fields import Field, Linked, Tie
from hanok.engine.records import Query, Record
from hanok.web.programs import Unreadable
from hanok.web.visit import connection

#: Records that one answer brings along; of more only the names stand in it.
MOST = 200
Resource = dict[str, Any]


def included_keys(module: Module) -> tuple[str, ...]:
    """The links, links to many and lines that the request wants brought along. Raises Unreadable for another key."""
    keys = tuple(dict.fromkeys(key for key in request.args.get("include", "").split(",") if key))
    for key in keys:
        found = module.fields.get(key)
        if found is None or not (found.targets or found.type.apart):
            raise Unreadable(say("“{key}” leads to no records here.", key=key[:100]))
    return keys


def include(module: Module, record: Record, keys: tuple[str, ...]) -> tuple[dict[str, Resource], list[Resource]]:
    """The relationships of these keys, and the resources that they name, as far as the caller may see them."""
    several = tuple(key for key in keys if module.fields[key].type.apart)
    related = records.related(connection(), g.catalog, g.actor, record, keys=several) if several else {}
    relationships: dict[str, Resource] = {}
    wanted: dict[tuple[str, UUID], None] = {}
    lines: list[Resource] = []
    for key in keys:
        found = module.fields[key]
        if key not in related:
            relationships[key] = relationship(record[key])
            wanted |= {(record[key].module, record[key].id): None} if record[key] else {}
        elif found.type.embedded(found.settings) is None:
            relationships[key] = {"data": [_tie(found, tie) for tie in related[key]]}
            wanted |= {(tie.module or found.members[0], tie.id): None for tie in related[key] if tie.title}
        else:
            relationships[key] = {"data": [{"type": line.module, "id": str(line.id)} for line in related[key]]}
            lines += [_line(line) for line in related[key]]
    return relationships, [*lines, *_opened(list(wanted)[:MOST])]


def _tie(field: Field, tie: Tie) -> Resource:
    """Whom a tie leads to; the title and the tie's own fields where the caller may see that record."""
    named = relationship(Linked(tie.module or field.members[0], tie.id, tie.title or ""))
    own = {key: one.type.dump(one, tie.own.get(key)) for key, one in field.own.items() if tie.title}
    data: Resource = {**named["data"]}
    meta: Mapping[str, Any] = {**named.get("meta", {}), **({"own": own} if own else {})}
    return data | {"meta": meta} if meta else data


def _line(line: Record) -> Resource:
    """A line as a resource; it has no address of its own."""
    found = resource(g.catalog, line, shown(g.catalog.every[line.module]))
    return {key: value for key, value in found.items() if key != "links"}


def _opened(wanted: Sequence[tuple[str, UUID]]) -> Iterator[Resource]:
    """Those of these records that the caller may open, each module asked once."""
    ids: dict[str, list[str]] = {}
    for module, id in wanted:
        ids.setdefault(module, []).append(str(id))
    found = {(row.module, row.id): row for module in ids for row in _of_module(module, ids[module])}
    for place in wanted:
        if place in found:
            yield resource(g.catalog, found[place], shown(g.catalog.modules[place[0]]))


def _of_module(module: str, ids: Sequence[str]) -> Sequence[Record]:
    if module not in g.catalog.modules:
        return ()
    query = Query(module=module, where={"id": {"in": list(ids)}}, columns=shown(g.catalog.modules[module]), size=MOST,
                  action="view")  # fmt: skip
    return records.page(connection(), g.catalog, g.actor, query).rows
