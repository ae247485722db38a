"""A text with variables, filled from a record as somebody may see it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.expressed import needs_of
from hanok.engine.errors import Invalid, NotFound
from hanok.engine.expressions import Here, Path, View
from hanok.engine.expressions.passages import Passages
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.deriving.working import here
from hanok.engine.records.deriving.working import seen as looked_at
from hanok.engine.records.lettering.variables import SENDER, USER, scope_of
from hanok.engine.records.query import Record
from hanok.engine.records.read import get


@dataclass(frozen=True, slots=True)
class Filled:
    """A subject on one line, and HTML."""

    subject: str
    html: str


def filled(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record | None, *, subject: str, html: str,
    sender: Actor | None = None,
) -> Filled:  # fmt: skip
    """Both texts filled with the record (None: about none). `sender` is who signs, where that is not the actor.

    Raises Invalid by `subject` and `body`, with the place of each variable that there is not.
    """
    whole, hers = catalog.whole, seen(catalog, actor)
    scope = scope_of(whole, whole.modules.get(record.module) if record else None)
    read = {"subject": Passages(subject, scope), "body": Passages(html, scope, html=True)}
    wrong = {key: [fault.told for fault in one.faults] for key, one in read.items() if one.faults}
    if wrong:
        raise Invalid(wrong)
    reads = {path for one in read.values() for path in one.reads}
    place = _place(conn, hers, actor, record, reads, sender)
    return Filled(" ".join(read["subject"].fill(place).split()), read["body"].fill(place))


def _place(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record | None, reads: set[Path], sender: Actor | None
) -> Here:
    own = {path for path in reads if path[0] != SENDER}
    signed = needs_of(path[1:] for path in reads if path[0] == SENDER and path[1:])
    if record is None:
        place = here(catalog, {}, zone=actor.zone or "", me=actor.id)
    else:
        place = Words(conn, catalog, actor, record).place(own)
    if not any(path[0] == SENDER for path in reads):
        return place
    return replace(place, values={**place.values, SENDER: _sender(conn, catalog, sender or actor, tuple(signed))})


def _sender(conn: sa.Connection, catalog: Catalog, actor: Actor, keys: tuple[str, ...]) -> View:
    """Whoever writes, as she sees herself; the system has a name and nothing else."""
    bare = {"title": str(actor), "name": str(actor)}
    if actor.id is None:
        return View(str(actor), None, bare)
    try:
        found = get(conn, catalog, actor, USER, actor.id)
    except NotFound:
        return View(str(actor), actor.id, bare)
    values = looked_at(catalog, catalog.module(USER), found.values, keys)
    return View(found.title, found.id, {"title": found.title, **values})
