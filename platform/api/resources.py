"""Records as resources of JSON:API: fields are attributes, links to one record are relationships."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field, Linked
from hanok.engine.records import Record
from hanok.web.programs import ROOT

#: What stands at the resource itself.
ITSELF = ("id", "version")


def resource(catalog: Catalog, record: Record, keys: Iterable[str]) -> dict[str, Any]:
    """One record with these fields. `meta.version` is what a change of it has to name."""
    module = catalog.module(record.module)
    fields = {key: module.field(key) for key in keys}
    attributes = {key: field.type.dump(field, record[key]) for key, field in fields.items() if not field.targets}
    links = {key: relationship(record[key]) for key, field in fields.items() if field.targets}
    rights = {"edit": record.may_edit, "delete": record.may_delete, "assign": record.may_assign}
    found = {"type": module.key, "id": str(record.id), "attributes": attributes, "relationships": links,
             "meta": {"version": record.version, "title": record.title, "may": rights},
             "links": {"self": address(record)}}  # fmt: skip
    return found if links else {key: value for key, value in found.items() if key != "relationships"}


def relationship(value: Linked | None) -> dict[str, Any]:
    """A link: whom it names and, where the caller may see that record, its title."""
    if value is None:
        return {"data": None}
    found: dict[str, Any] = {"data": {"type": value.module, "id": str(value.id)}}
    return found | {"meta": {"title": value.title}} if value.title else found


def address(record: Record) -> str:
    return f"{ROOT}/{record.module}/{record.id}"


def shown(module: Module) -> tuple[str, ...]:
    """The fields that a resource has: those in the module's own table that are no secrets, and the system's."""
    return tuple(key for key, field in _fields(module) if not (field.type.apart or field.type.secret))


def _fields(module: Module) -> Iterator[tuple[str, Field]]:
    yield from module.fields.items()
    for key in module.system:
        if key not in ITSELF and key not in module.fields:
            yield key, module.field(key)


def as_raw(module: Module, document: Mapping[str, Any]) -> dict[str, Any]:
    """What the one validator of records takes, from the attributes and relationships of a resource."""
    raw = dict(document.get("attributes") or {})
    for key, said in (document.get("relationships") or {}).items():
        raw[key] = _end(module, key, said["data"])
    return raw


def _end(module: Module, key: str, data: Any) -> Any:
    if data is None:
        return None
    if isinstance(data, list):
        return [{"module": one["type"], "id": one["id"]} for one in data]
    several = len(module.fields[key].targets) > 1 if key in module.fields else False
    return {"module": data["type"], "id": data["id"]} if several else data["id"]
