"""Login providers as records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.fields import Linked
from hanok.engine.fields.encrypted import UNREADABLE
from hanok.engine.records import Query, Record

MODULE = "login_provider"
MOST = 50
#: How people are found, and whether a login there is a second factor here: the keys of the option sets.
LINKED, EMAIL, CREATE = "linked", "email", "create"
NEVER, TOLD, ALWAYS = "never", "told", "always"


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider, and what this site lets it decide. `roles` never holds that of administrators."""

    id: UUID
    key: str
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    active: bool = True
    position: int = 10
    button: str = ""
    matching: str = LINKED
    domains: tuple[str, ...] = ()
    team: UUID | None = None
    roles: tuple[str, ...] = ()
    second_factor: str = NEVER
    logout: bool = False

    @property
    def is_readable(self) -> bool:
        """Whether the site has the key of its secret."""
        return self.client_secret != UNREADABLE

    def takes(self, email: str) -> bool:
        """Whether an address is of its domains; every address is where it names none."""
        return not self.domains or email.rpartition("@")[2].casefold() in self.domains


COLUMNS = tuple(name for name in Provider.__slots__ if name != "id")


def provider_of(record: Record) -> Provider:
    """The provider that a record of the module says."""
    said: dict[str, Any] = {name: record[name] for name in COLUMNS if record[name] is not None}
    for name, make in (("scopes", str), ("domains", _domain), ("roles", str)):
        said[name] = tuple(make(word) for word in str(said.get(name, "")).replace(",", " ").split())
    said["roles"] = tuple(role for role in said["roles"] if role != ADMINISTRATOR)
    said["team"] = said["team"].id if isinstance(said.get("team"), Linked) else said.get("team")
    return Provider(id=record.id, **said)


def providers(conn: sa.Connection, catalog: Catalog, *, active: bool = True) -> tuple[Provider, ...]:
    """The providers in the order of their buttons; none where the live revision does not know them yet.

    `catalog` is the live one, not what somebody sees of it. `active` leaves out those that are not in use.
    """
    if MODULE not in catalog.modules:
        return ()
    query = Query(module=MODULE, columns=COLUMNS, sort=("position", "name"), size=MOST)
    found = map(provider_of, records.page(conn, catalog, SYSTEM, query).rows)
    return tuple(one for one in found if one.active or not active)


def provider_with(conn: sa.Connection, catalog: Catalog, key: str) -> Provider | None:
    """The active provider with this key."""
    return next((one for one in providers(conn, catalog) if one.key == key), None)


def _domain(word: str) -> str:
    return word.removeprefix("@").casefold()
