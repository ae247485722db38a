"""What a mail is about: how the records of mails are tied to others, by whatever ends these have for mails."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.errors import NotFound
from hanok.engine.fields import Linked
from hanok.engine.jobs.mail.letter import Address
from hanok.engine.records import Record, get, link

#: The module whose records are mails.
MODULE = "email"


def end_of(module: Module) -> End | None:
    """The end of a module where its mails stand; None where mails are never about such records."""
    ends = [end for whole in module.ends.values() for end in whole.each() if end.module == MODULE]
    pointing = (end for end in ends if end.kind == "link")
    return next(pointing, next((end for end in ends if end.kind == "links"), None))


def takes_mail(catalog: Catalog, module: Module) -> bool:
    """Whether mails can be about records of this module."""
    return MODULE in catalog.modules and module.key != MODULE and end_of(module) is not None


def links_of(catalog: Catalog, about: Record) -> dict[str, Any]:
    """Raw values of a mail about this record: its own link, and every other that both call alike.

    The account of a deal is that of a mail about it; an answer to a mail is about what that was about.
    """
    home, mails = catalog.whole.module(about.module), catalog.whole.module(MODULE)
    found: dict[str, Any] = {}
    for key, field in mails.fields.items():
        same, value = home.fields.get(key), about.values.get(key)
        owner = key in mails.owners
        if isinstance(value, Linked) and same is not None and same.targets == field.targets and not owner:
            found[key] = _raw(field.targets, value)
    end = end_of(home)
    if end is not None and end.kind == "link":
        found[end.field] = _raw(mails.field(end.field).targets, Linked(about.module, about.id, about.title))
    return found


def tie(conn: sa.Connection, catalog: Catalog, actor: Actor, about: Record, mail: Record) -> None:
    """Ties a mail to a record whose module has an n-n link for mails."""
    end = end_of(catalog.whole.module(about.module))
    if end is not None and end.kind == "links":
        link(conn, catalog, actor, about.module, about.id, end.key, mail.id)


def addresses(conn: sa.Connection, catalog: Catalog, actor: Actor, about: Record) -> tuple[Address, ...]:
    """To whom a mail about this record may go: its own addresses, then those of the records that it links to."""
    found = [*_own(catalog, about)]
    module = catalog.module(about.module)
    for key, field in module.fields.items():
        value = about.values.get(key)
        if isinstance(value, Linked) and field.targets and key not in module.owners and value.title:
            there = catalog.modules.get(value.module)
            if there is not None and takes_mail(catalog, there):
                found += _linked(conn, catalog, actor, value)
    return tuple(dict.fromkeys(found))


def _own(catalog: Catalog, record: Record) -> list[Address]:
    values = ((field, record.values.get(key)) for key, field in catalog.module(record.module).fields.items())
    return [(record.title, one) for field, value in values for one in field.type.addresses(field, value)]


def _linked(conn: sa.Connection, catalog: Catalog, actor: Actor, value: Linked) -> list[Address]:
    try:
        return _own(catalog, get(conn, catalog, actor, value.module, value.id))
    except NotFound:
        return []


def _raw(targets: tuple[str, ...], value: Linked) -> str:
    return f"{value.module}:{value.id}" if len(targets) > 1 else str(value.id)
