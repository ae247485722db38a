"""What a security group holds: a panel of its page, with the ways by which records come to it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.engine.jobs import Job, following
from hanok.engine.records import Record
from hanok.engine.records.following import amounts

KEY = "records"
#: What each switch does, on and off; of creators only what is new follows.
SWITCHES = (
    ("from_creator", say("Records that a member makes come here, and stay when she leaves."),
     say("What its members make does not come here.")),
    ("from_owner", say("Records that belong to a member come here, and follow their owner."),
     say("What belongs to its members does not come here.")),
    ("from_parent", say("What belongs to a record of this group comes here, and follows it."),
     say("What belongs to its records does not come here by itself.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Switch:
    """One way, whether it is on, and what that means."""

    label: str
    on: bool
    meaning: Message


@dataclass(frozen=True, slots=True)
class Reach:
    """The panel. `amounts` are records by the name of their module, `job` the work on it that has not ended."""

    record: Record
    url: str
    switches: tuple[Switch, ...]
    amounts: tuple[tuple[str, str, int], ...]
    job: Job | None

    @property
    def total(self) -> int:
        return sum(count for *_, count in self.amounts)


def address(id: UUID) -> str:
    return f"/admin/groups/{id}"


def reach(conn: sa.Connection, catalog: Catalog, record: Record, language: str) -> Reach:
    """The panel of this security group as it is now."""
    module = catalog.module(record.module)
    switches = tuple(
        Switch(module.field(key).label_in(language), bool(record.values.get(key)),
               on if record.values.get(key) else off)
        for key, on, off in SWITCHES
    )  # fmt: skip
    counts = amounts(conn, catalog, record.id)
    found = tuple((in_language(catalog.modules[key].plural, language), catalog.modules[key].icon, count)
                  for key, count in sorted(counts.items(), key=lambda one: -one[1]))  # fmt: skip
    return Reach(record, address(record.id), switches, found, following.working_on(conn, record.id))
