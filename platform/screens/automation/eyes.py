"""What the reader of a trace may see of it: of records what she may view, of their values the fields that she reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any
from uuid import UUID

import marshmallow as ma
from sqlalchemy import Connection

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.jobs.listing import people
from hanok.engine.records.history import today_value
from hanok.engine.records.titles import hidden, is_link
from hanok.screens.automation.conditions import plain, value_said
from hanok.screens.words import Formats

UNSEEN = say("not for you to see")
UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Eyes:
    """`catalog` is what the reader sees of it; `whole` that she is an administrator, to whom all is told.

    `secret` are the ids of records that the trace names and she may not view; `names` those of users by id, as text.
    """

    catalog: Catalog
    formats: Formats
    whole: bool
    secret: frozenset[str] = frozenset()
    names: Mapping[str, str] = also(default_factory=dict)

    @classmethod
    def of(cls, conn: Connection, catalog: Catalog, actor: Actor, formats: Formats, told: Any) -> Eyes:
        """The eyes of somebody who reads what was `told`."""
        if actor.governs:
            found = people(conn, catalog, (UUID(text) for text in ids_in(told)))
            return cls(catalog, formats, True, names={str(id): name for id, name in found.items()})
        return cls(catalog, formats, False, frozenset(hidden(conn, catalog, actor, links_in(told))))

    def field(self, module: str, key: str) -> Field | None:
        """The field, where she reads it in every record that she sees."""
        found = self.catalog.every.get(module)
        head = key.partition(".")[0]
        if found is None or (module, head) in self.catalog.masks:
            return None
        return found.field(key) if found.has(key) else None

    def wanted(self, field: Field, operator: str, written: Any) -> str | Message:
        return value_said(field, operator, written, self.formats)

    def value(self, field: Field, kept: Any) -> str | Message:
        """A value as the trail keeps it, in words; of a record that she may not view only that there is one."""
        if is_link(kept):
            return self.title(kept)
        if isinstance(kept, list) and any(is_link(one) for one in kept):
            return ", ".join(str(self.title(one)) for one in kept if is_link(one))
        module = self.catalog.every.get(field.module)
        try:
            value = today_value(module, field.key, kept) if module else kept
        except (AttributeError, KeyError, TypeError, ValueError, ma.ValidationError):
            value = kept
        return plain(field, value, self.formats)

    def title(self, link: Mapping[str, Any]) -> str | Message:
        return UNSEEN if link["id"] in self.secret else link["title"] or say("Untitled")

    def url(self, link: Mapping[str, Any]) -> str:
        """Where a record is opened, "" where she may not."""
        module = self.catalog.every.get(str(link.get("module")))
        if module is None or module.parent is not None or link["id"] in self.secret:
            return ""
        return f"/{module.key}/{link['id']}"


def links_in(told: Any) -> Iterator[dict[str, Any]]:
    """The records that plain JSON names, however deep."""
    if is_link(told) and "id" in told and "module" in told:
        yield told
    elif isinstance(told, Mapping):
        for each in told.values():
            yield from links_in(each)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from links_in(each)


def ids_in(told: Any, *, listed: bool = False) -> Iterator[str]:
    """What stands alone in a list and is an id: of people who were told, or asked."""
    if isinstance(told, Mapping):
        for each in told.values():
            yield from ids_in(each)
    elif isinstance(told, list | tuple):
        for each in told:
            yield from ids_in(each, listed=True)
    elif listed and isinstance(told, str) and UUID_TEXT.fullmatch(told):
        yield told
