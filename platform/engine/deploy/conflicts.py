"""What the site and packages say over values that changed below them since: conflicts that somebody has to decide.

A revision keeps for each leaf of an upper layer the hash of the value that it was decided against. Where another value
stands below it now, it is a conflict; until it is decided the site's own value counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog import kinds
from hanok.engine.deploy.revisions import layers_of
from hanok.engine.errors import Place
from hanok.engine.fields import FieldType
from hanok.engine.language import Layer
from hanok.engine.language.leaves import NOTHING, Leaf, leaves
from hanok.engine.store.tables import revision

#: Layers that come with the program, of which an upgrade brings others.
PROGRAM = ("core", "shipped")
#: By the key of a leaf: `lower` and `mine` are hashes; `before`, the value below of then, is there while undecided.
Decisions = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value of an upper layer over one that changed: what was shipped before, what is shipped now, and what is mine.

    None stands for nothing. `key` is how commands name it: `modules/company.yaml:fields.name.label`.
    """

    key: str
    place: Place
    before: Any
    now: Any
    mine: Any
    layer: str
    file: str
    path: tuple[str, ...]


def upper_leaves(layers: Sequence[Layer], types: Mapping[str, FieldType]) -> dict[str, Leaf]:
    """The leaves of the site and of packages, by key."""
    upper = {layer.name for layer in layers if layer.name not in PROGRAM and layer.files}
    return {leaf.key: leaf for leaf in leaves(layers, kinds(types), upper=upper)} if upper else {}


def decisions_of(conn: sa.Connection, number: int, types: Mapping[str, FieldType]) -> Decisions:
    """What was decided by a revision; one of before such things were kept stands for what it holds."""
    kept = conn.scalar(sa.select(revision.c.leaves).where(revision.c.id == number))
    if kept is not None:
        found: Decisions = kept
        return found
    return {key: _settled(leaf) for key, leaf in upper_leaves(layers_of(conn, number), types).items()}


def decided(
    known: Decisions, before: Mapping[str, Leaf], after: Mapping[str, Leaf], mine: Collection[str] = ()
) -> Decisions:
    """The decisions that hold with these leaves. `before` are those that are live; `mine` names what shall stay."""
    found: dict[str, Mapping[str, Any]] = {}
    for key, leaf in after.items():
        said = known.get(key) or _added(known, key, leaf)
        settled = said is None or said["mine"] != leaf.mine_hash or said["lower"] == leaf.lower_hash
        if said is None or settled or key in mine or leaf.mine_hash == leaf.lower_hash:
            found[key] = _settled(leaf)
        elif "before" in said:
            found[key] = said
        else:
            found[key] = {**said, "before": before[key].lower if key in before else None}
    return found


def conflicts_of(known: Decisions, after: Mapping[str, Leaf]) -> tuple[Conflict, ...]:
    """What is undecided, in the order of the files."""
    return tuple(
        Conflict(key, leaf.place, known[key]["before"], leaf.lower, leaf.mine, leaf.layer, leaf.file, leaf.path)
        for key, leaf in after.items()
        if key in known and "before" in known[key]
    )


def decisions_for(
    conn: sa.Connection, base: int, layers: Sequence[Layer], types: Mapping[str, FieldType], *,
    mine: Collection[str] = (), back: bool = False,
) -> Decisions:  # fmt: skip
    """What a revision of these layers keeps. Going `back` to an old one opens no conflict."""
    after = upper_leaves(layers, types)
    if not base or back:
        return {key: _settled(leaf) for key, leaf in after.items()}
    return decided(decisions_of(conn, base, types), upper_leaves(layers_of(conn, base), types), after, mine)


def open_conflicts(conn: sa.Connection, number: int, types: Mapping[str, FieldType]) -> tuple[Conflict, ...]:
    """What is undecided in a revision."""
    kept: Decisions = conn.scalar(sa.select(revision.c.leaves).where(revision.c.id == number)) or {}
    if not any("before" in said for said in kept.values()):
        return ()
    return conflicts_of(kept, upper_leaves(layers_of(conn, number), types))


def _added(known: Decisions, key: str, leaf: Leaf) -> Mapping[str, Any] | None:
    """What was decided of a leaf within something that only the upper layer had, and that both have now."""
    while "." in key.rpartition(":")[2]:
        key = key.rpartition(".")[0]
        if known.get(key, {}).get("lower") == NOTHING:
            return {"lower": NOTHING, "mine": leaf.mine_hash}
    return None


def _settled(leaf: Leaf) -> dict[str, Any]:
    return {"lower": leaf.lower_hash, "mine": leaf.mine_hash}
