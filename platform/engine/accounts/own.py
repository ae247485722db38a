"""What everybody may change about herself, whatever her roles say about users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.accounts.people import UserColumns
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, say
from hanok.engine.records.guarding import zones

#: The fields of the module `user`.
OWN = ("language", "time_zone")


def own_choices(conn: sa.Connection, catalog: Catalog, actor: Actor) -> Mapping[str, str]:
    """What her record says for each of OWN; "" where it leaves it to the site."""
    user = UserColumns.of(catalog)
    row = conn.execute(sa.select(user.language, user.zone).where(user.id == actor.id, user.present)).one()
    return {"language": row[0] or "", "time_zone": row[1] or ""}


def change_own(conn: sa.Connection, catalog: Catalog, actor: Actor, wanted: Mapping[str, str]) -> None:
    """Changes her own record as she wants, written down as done by her. Raises Denied for other fields, Invalid."""
    if actor.id is None or not set(wanted) <= set(OWN):
        raise Denied(say("You may not change this."))
    if wanted.get("time_zone") and wanted["time_zone"] not in zones():
        raise Invalid({"time_zone": [say("There is no such time zone.")]})
    raw = {key: wanted[key] or None for key in wanted}
    herself = replace(actor, admin=True)
    version = records.get(conn, catalog, herself, "user", actor.id).version
    records.update(conn, catalog, herself, "user", actor.id, raw, version=version, despite_duplicates=True)
