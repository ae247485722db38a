"""What a request asks: which records in which order, with which fields; and the document that it brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import g, request

from hanok.api.resources import shown
from hanok.engine.catalog import Module
from hanok.engine.errors import Conflict, NotFound, say
from hanok.engine.records import Query
from hanok.web.programs import JSON_API, Unreadable

USUAL, LARGEST = 25, 200
LONGEST_FILTER = 16_000
KNOWN = frozenset({"filter", "sort", "words", "page[size]", "page[after]", "page[before]"})
NOTHING_HERE = say("There is no module of this name that you may see.")
NO_DOCUMENT = say("Send a resource of JSON:API: {{“data”: {{“type”: …, “attributes”: …}}}}.")


def query_of(module: Module) -> Query:
    """The question of a list. Raises Unreadable for what there is not; the engine says what it cannot answer."""
    unknown = set(request.args) - KNOWN - {f"fields[{module.key}]"}
    if unknown:
        raise Unreadable(say("There is no parameter {name}.", name=", ".join(sorted(unknown))[:200]))
    return Query(
        module=module.key,
        asked=_filter(),
        sort=tuple(key for key in request.args.get("sort", "").split(",") if key),
        columns=fields_of(module),
        size=_size(),
        after=request.args.get("page[after]") or None,
        before=request.args.get("page[before]") or None,
        words=request.args.get("words", "")[:500],
    )


def fields_of(module: Module) -> tuple[str, ...]:
    """The wanted fields, all where nothing is said. Raises Unreadable for one that there is not."""
    every, wanted = shown(module), request.args.get(f"fields[{module.key}]")
    if wanted is None:
        return every
    keys = tuple(dict.fromkeys(key for key in wanted.split(",") if key))
    for key in keys:
        if key not in every:
            raise Unreadable(say("There is no field “{key}”.", key=key[:100]))
    return keys


def _filter() -> Mapping[str, Any] | None:
    """A condition as JSON, as it would stand in YAML."""
    text = request.args.get("filter", "")
    if not text:
        return None
    wrong = say("A filter is a condition as JSON, like {{“stage”: “won”}}, of at most {most} characters.",
                most=LONGEST_FILTER)  # fmt: skip
    found = _json(text.encode()) if len(text) <= LONGEST_FILTER else None
    if not isinstance(found, dict):
        raise Unreadable(wrong)
    return found


def _size() -> int:
    text = request.args.get("page[size]", str(USUAL))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:5]) <= LARGEST and len(text) < 5):
        raise Unreadable(say("A page has from 1 to {most} records.", most=LARGEST))
    return int(text)


def document(module: Module, id: str = "") -> Mapping[str, Any]:
    """The resource that a change brings. Raises Unreadable, and NotFound where it is another than the address says."""
    if request.mimetype not in (JSON_API, "application/json"):
        raise Unreadable(say("Send {type}.", type=JSON_API))
    body = _json(request.get_data(cache=False))
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict) or not _is_resource(data):
        raise Unreadable(NO_DOCUMENT)
    if data.get("type", module.key) != module.key or (id and data.get("id", id) != id):
        raise Unreadable(say("The address names another record than the document."))
    if not id and "id" in data:
        raise Unreadable(say("Ids are given here: leave it out."))
    return data


def _is_resource(data: Mapping[str, Any]) -> bool:
    if not all(isinstance(data.get(key, {}), dict) for key in ("attributes", "relationships", "meta")):
        return False
    return all(isinstance(said, dict) and _is_end(said.get("data", "")) for said in data.get("relationships",
                                                                                           {}).values())  # fmt: skip


def _is_end(data: Any) -> bool:
    if isinstance(data, list):
        return all(_is_end(one) and one is not None for one in data)
    named = isinstance(data, dict) and isinstance(data.get("type"), str) and isinstance(data.get("id"), str)
    return data is None or named


def _json(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


# -- which version -----------------------------------------------------------------------------------------------------
class Outdated(Conflict):
    """The version that `If-Match` names is not the stored one any more."""

    code = "precondition_failed"
    status = 412


class NoVersion(Unreadable):
    """A change that does not say which version it is of."""

    code = "precondition_required"
    status = 428


def named_version(document: Mapping[str, Any]) -> int:
    """The version that is changed: of the header If-Match or of `data.meta.version`. Raises NoVersion."""
    tagged = matched_version()
    said = tagged if tagged is not None else (document.get("meta") or {}).get("version")
    if not isinstance(said, int) or isinstance(said, bool):
        raise NoVersion(say("Say which version you change: data.meta.version, or the ETag in If-Match."))
    return said


def matched_version() -> int | None:
    """The version in If-Match, None where there is no such header. Raises Outdated for what is none of ours."""
    text = request.headers.get("If-Match", "").strip()
    if not text or text == "*":
        return None
    number = text.strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Outdated(0)
    return int(number)


def module_named(key: str) -> Module:
    """A module that stands by itself. Raises NotFound."""
    if key not in g.catalog.modules:
        raise NotFound(NOTHING_HERE)
    found: Module = g.catalog.modules[key]
    return found
