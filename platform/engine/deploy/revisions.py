"""Revisions: what was deployed, whole, so that it can be compiled, compared and brought back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import orjson
import sqlalchemy as sa

from hanok.engine.catalog import Names
from hanok.engine.deploy.plan import Plan
from hanok.engine.errors import NotFound, say
from hanok.engine.language import Layer
from hanok.engine.store import live_revision
from hanok.engine.store.tables import revision, step

PREPARED, LIVE, FINISHED = "prepared", "live", "finished"


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision without its documents. `state`: prepared (never live yet), live, finished (nothing left to do)."""

    number: int
    at: datetime
    by: str
    message: str
    code_version: str
    checksum: str
    state: str


def revisions(conn: sa.Connection) -> tuple[Revision, ...]:
    """All that went live, the newest first."""
    kept = sa.select(*_columns()).where(revision.c.state != PREPARED).order_by(revision.c.id.desc())
    return tuple(Revision(*row) for row in conn.execute(kept))


def current(conn: sa.Connection) -> Revision | None:
    """The live revision, None before the first deploy."""
    row = conn.execute(sa.select(*_columns()).where(revision.c.id == live_revision(conn))).one_or_none()
    return Revision(*row) if row else None


def layers_of(conn: sa.Connection, number: int) -> tuple[Layer, ...]:
    """The layers of a revision, the lowest first; none for revision 0. Raises NotFound."""
    if number == 0:
        return ()
    known = sa.select(revision.c.layers).where(revision.c.id == number, revision.c.state != PREPARED)
    row = conn.execute(known).one_or_none()
    if row is None:
        raise NotFound(say("There is no revision {number}.", number=number))
    return tuple(Layer(kept["name"], kept["files"], kept["root"]) for kept in row.layers)


def names_of(conn: sa.Connection, number: int) -> Names:
    """The physical names of a revision, without those of plans that never went live."""
    found = conn.scalar(sa.select(revision.c.names).where(revision.c.id == number))
    return Names.from_json(found) if found else Names()


def known_names(conn: sa.Connection) -> Names:
    """The names of the live revision; those that unfinished plans gave to columns count as retired."""
    present = names_of(conn, live_revision(conn))
    columns = dict(present.columns)
    for kept in conn.scalars(sa.select(revision.c.names).where(revision.c.state == PREPARED)):
        for place, found in Names.from_json(kept).columns.items():
            columns[place] = tuple(dict.fromkeys([*columns.get(place, ()), *found]))
    return replace(present, columns=columns)


@dataclass(frozen=True, slots=True)
class OpenStep:
    """Something that a revision has still to do. `key` is that of its step in the plan."""

    revision: int
    number: int
    kind: str
    key: str
    facts: Mapping[str, Any]


def open_steps(conn: sa.Connection) -> tuple[OpenStep, ...]:
    """What is unfinished, in the order in which it is to be done."""
    rows = conn.execute(
        sa.select(step.c.revision, step.c.number, step.c.kind, step.c.facts)
        .where(step.c.done_at.is_(None))
        .order_by(step.c.revision, step.c.number)
    )
    return tuple(OpenStep(row.revision, row.number, row.kind, row.facts["key"], row.facts) for row in rows)


def written(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """Layers as plain data."""
    return [{"name": layer.name, "root": layer.root, "files": dict(layer.files)} for layer in layers]


def checksum(layers: Sequence[Layer]) -> str:
    """The same for the same documents in the same layers, wherever their folders stand."""
    plain = [[layer.name, dict(layer.files)] for layer in layers]
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def next_number(conn: sa.Connection) -> int:
    return (conn.scalar(sa.select(sa.func.max(revision.c.id))) or 0) + 1


def row_of(plan: Plan, number: int, *, state: str, by: str = "", message: str = "") -> dict[str, Any]:
    """The values of the row of the revision that a plan makes."""
    return {
        "id": number, "at": datetime.now(UTC), "by": by, "message": message, "code_version": plan.code_version,
        "layers": written(plan.layers), "names": plan.new.names.to_json(), "checksum": plan.checksum,
        "plan": plan.to_json(), "state": state, "leaves": dict(plan.leaves),
    }  # fmt: skip


def code_version() -> str:
    """The version of this program."""
    try:
        return version("hanok")
    except PackageNotFoundError:  # a checkout that nobody installed
        return "0"


def _columns() -> list[sa.Column[Any]]:
    kept = revision.c
    return [kept.id, kept.at, kept.by, kept.message, kept.code_version, kept.checksum, kept.state]
