"""What a letter belongs to: the conversation that it answers, else the records that have its sender's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Linked
from hanok.engine.jobs.mail.about import MODULE, end_of, links_of, takes_mail
from hanok.engine.jobs.mail.inbound.parsing import Incoming
from hanok.engine.records import Query, Record, page

#: Mails that are looked at for those that a letter answers.
LOOKED = 200


@dataclass(frozen=True, slots=True)
class Match:
    """Where a letter stands: raw values of the mail's links, the records that it is tied to beside, whose it is.

    `thread` is the conversation ("" for a new one). `by` says how it was found: thread, address or nothing.
    """

    links: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[Record, ...] = ()
    owner: UUID | None = None
    thread: str = ""
    by: str = ""


def match(conn: sa.Connection, catalog: Catalog, one: Incoming) -> Match:
    """By what it answers, then by who wrote it."""
    answered = _answered(conn, catalog, one)
    if answered is not None:
        thread = str(answered["thread"] or answered["message_id"] or "")
        return Match(links_of(catalog, answered), (), _owner(catalog, answered), thread, "thread")
    found = _known(conn, catalog, one.sender[1])
    if not found:
        return Match()
    links: dict[str, Any] = {}
    for record in found:  # the nearest comes first: a contact knows its account better than an address does
        for key, value in links_of(catalog, record).items():
            links.setdefault(key, value)
    owner = next((id for record in found if (id := _owner(catalog, record))), None)
    return Match(links, tuple(found), owner, "", "address")


def _answered(conn: sa.Connection, catalog: Catalog, one: Incoming) -> Record | None:
    """The mail that this one answers: of several the nearest. Whoever borrows the id of a mail that was there before
    does not get its answers."""
    if not one.answers:
        return None
    where = {"message_id": {"in": list(one.answers)}}
    rows = page(conn, catalog, SYSTEM, Query(module=MODULE, where=where, sort=("created_at",), size=LOOKED)).rows
    oldest = {row["message_id"]: row for row in reversed(rows)}
    return next((oldest[id] for id in one.answers if id in oldest), None)


def _known(conn: sa.Connection, catalog: Catalog, sender: str) -> list[Record]:
    """The record of each module that has this address; modules that link to others of them first."""
    homes = [module for module in catalog.modules.values() if takes_mail(catalog, module) and _fields(module)]
    keys = {module.key for module in homes}
    homes.sort(key=lambda module: -sum(keys & set(one.targets) != set() for one in module.fields.values()))
    found = [_in(conn, catalog, module, sender) for module in homes] if sender else []
    return [record for record in found if record is not None]


def _in(conn: sa.Connection, catalog: Catalog, module: Module, sender: str) -> Record | None:
    """Of several with this address the one that changed last."""
    asked = [{key: {operator: sender}} for key, operator in _fields(module).items()]
    where = {"any": asked} if len(asked) > 1 else asked[0]
    rows = page(conn, catalog, SYSTEM, Query(module=module.key, where=where, sort=("-updated_at",), size=10)).rows
    wanted = sender.casefold()
    return next((row for row in rows if wanted in _addresses(module, row)), None)


def _fields(module: Module) -> dict[str, str]:
    """The fields of addresses with the operator that finds one."""
    return {key: one.type.addressed for key, one in module.fields.items() if one.type.addressed}


def _addresses(module: Module, row: Record) -> set[str]:
    fields = ((one, row.values.get(key)) for key, one in module.fields.items())
    return {address.casefold() for one, value in fields for address in one.type.addresses(one, value)}


def _owner(catalog: Catalog, record: Record) -> UUID | None:
    owners = catalog.module(record.module).owners
    found = record.values.get(owners[0]) if owners else None
    return found.id if isinstance(found, Linked) else None


def tied(catalog: Catalog, one: Match) -> tuple[Record, ...]:
    """The records whose module ties mails by an n-n link."""
    ends = ((record, end_of(catalog.module(record.module))) for record in one.records)
    return tuple(record for record, end in ends if end is not None and end.kind == "links")
