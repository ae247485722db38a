"""The views: who I am, lists, one record, and changing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import Blueprint, Response, g, request
from sqlalchemy import Connection

from hanok.api.asking import Outdated, document, fields_of, matched_version, module_named, named_version, query_of
from hanok.api.including import include, included_keys
from hanok.api.resources import address, as_raw, resource, shown
from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict, Denied, NotFound, say
from hanok.engine.records import Record
from hanok.engine.records.attachments import file_of
from hanok.web.doors import door
from hanok.web.programs import JSON_API, ROOT
from hanok.web.uploads import handed_out
from hanok.web.visit import connection, write

Found = TypeVar("Found")
Included = tuple[dict[str, dict[str, Any]], list[dict[str, Any]]]


def add(to: Blueprint) -> None:
    """The addresses; `me` and `files` win over the name of a module."""
    for method, rule, view, asks in (
        ("GET", "/me", me, ""),
        ("GET", "/files/<uuid:id>", file, "view"),
        ("GET", "/<module>", listed, "list"),
        ("POST", "/<module>", create, "create"),
        ("GET", "/<module>/<uuid:id>", show, "view"),
        ("PATCH", "/<module>/<uuid:id>", change, "edit"),
        ("DELETE", "/<module>/<uuid:id>", delete, "delete"),
    ):
        to.add_url_rule(rule, view.__name__, door("api", asks=asks)(view), methods=[method])


# -- looking -----------------------------------------------------------------------------------------------------------
def me() -> Response:
    """Whose token this is, and what it carries."""
    actor, program = g.actor, g.program
    person = {"username": actor.username, "title": actor.title, "language": actor.language, "time_zone": actor.zone}
    token = {"name": program.name, "hint": program.hint, "expires": program.expires.isoformat(),
             "scopes": list(actor.scopes)}  # fmt: skip
    data = {"type": "user", "id": str(actor.id), "attributes": person, "meta": {"token": token}}
    return _answer({"data": data, "links": {"self": f"{ROOT}/me"}})


def listed(module: str) -> Response:
    """A page of records; `links.next` and `links.prev` lead on."""
    found = _opened(module, "list")
    query = query_of(found)
    page = records.page(connection(), g.catalog, g.actor, query)
    data = [resource(g.catalog, record, query.columns) for record in page.rows]
    links = {"self": request.full_path.rstrip("?"), "next": _further("page[after]", page.next),
             "prev": _further("page[before]", page.previous)}  # fmt: skip
    return _answer({"data": data, "links": links})


def _further(name: str, cursor: str | None) -> str | None:
    """The address of this list from another place on."""
    if cursor is None:
        return None
    asked = {key: text for key, text in request.args.items() if key not in ("page[after]", "page[before]")}
    return f"{request.path}?{urlencode({**asked, name: cursor})}"


def show(module: str, id: UUID) -> Response:
    """One record; its version is the ETag. `include` names links, links to many and lines that are brought along."""
    found = _opened(module, "view")
    keys, wanted = fields_of(found), included_keys(found)
    record = records.get(connection(), g.catalog, g.actor, found.key, id)
    return _one(record, keys, more=include(found, record, wanted) if wanted else None)


def file(id: UUID) -> Response:
    """A file that a record holds, by the id that stands among its attributes."""
    return handed_out(file_of(connection(), g.catalog, g.actor, id))


# -- changing ----------------------------------------------------------------------------------------------------------
def create(module: str) -> Response:
    """A new record."""
    found = _opened(module, "create")
    raw = as_raw(found, document(found))
    made = write(lambda conn, catalog: records.create(conn, catalog, g.actor, found.key, raw))
    answer = _one(*_seen(found, made), 201)
    answer.headers["Location"] = address(made)
    return answer


def change(module: str, id: UUID) -> Response:
    """Changes the fields that the document names, of the version that it names."""
    found = _opened(module, "view")
    data = document(found, str(id))
    raw, version = as_raw(found, data), named_version(data)

    def work(conn: Connection, catalog: Catalog) -> Record:
        return records.update(conn, catalog, g.actor, found.key, id, raw, version=version)

    return _one(*_seen(found, _matched(work)))


def delete(module: str, id: UUID) -> Response:
    """Puts a record into the bin; with If-Match only as it was seen."""
    found, version = _opened(module, "view"), matched_version()
    _matched(lambda conn, catalog: records.delete(conn, catalog, g.actor, found.key, id, version=version))
    return Response(status=204)


def _matched(work: Callable[[Connection, Catalog], Found]) -> Found:
    """The change; where it was asked for by If-Match, a newer version is a failed precondition. Raises Outdated."""
    try:
        return write(work)
    except Conflict as conflict:
        if request.headers.get("If-Match"):
            raise Outdated(conflict.version) from conflict
        raise


def _opened(key: str, action: str) -> Module:
    """The module of the address. Raises NotFound, and Denied where the token may do this with none of its records."""
    module = module_named(key)
    if not may(g.catalog, g.actor, key, action):
        raise Denied(say("Your token does not carry this right, or you do not have it."))
    return module


def _seen(module: Module, written: Record) -> tuple[Record, tuple[str, ...]]:
    """A written record as its writer sees it, and which fields; none where her own change took it out of her sight."""
    try:
        return records.get(connection(), g.catalog, g.actor, module.key, written.id), shown(module)
    except NotFound:
        return written, ()


def _one(record: Record, keys: tuple[str, ...], status: int = 200, more: Included | None = None) -> Response:
    data = resource(g.catalog, record, keys)
    body: dict[str, Any] = {"data": data, "links": {"self": address(record)}}
    if more is not None:
        data["relationships"] = {**data.get("relationships", {}), **more[0]}
        body["included"] = more[1]
    answer = _answer(body, status)
    answer.headers["ETag"] = f'"{record.version}"'
    return answer


def _answer(body: Mapping[str, Any], status: int = 200) -> Response:
    said = orjson.dumps({"jsonapi": {"version": "1.1"}, **body}, default=str)
    return Response(said, status, content_type=JSON_API)
