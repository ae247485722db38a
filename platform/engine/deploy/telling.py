"""What a deploy and a purge leave in the log of administration: who, what was said of it, which documents changed."""

from __future__ import annotations

import getpass
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.deploy.plan import Plan
from hanok.engine.deploy.revisions import layers_of
from hanok.engine.language import Layer
from hanok.engine.records.deeds import tell

#: Documents that are named; of more it is said how many they are.
MOST = 40
SITE = "site"


def tell_deploy(conn: sa.Connection, plan: Plan, number: int, *, by: str, message: str) -> None:
    """Leaves the deed of a deploy, a rollback or an upgrade, in the transaction that puts the revision live."""
    before = layers_of(conn, plan.base) if plan.base else ()
    phases: dict[str, int] = {}
    for step in plan.steps:
        phases[step.phase] = phases.get(step.phase, 0) + 1
    said: dict[str, Any] = {"message": [None, message]} if message else {}
    if phases:
        said["steps"] = [None, ", ".join(f"{phase}: {count}" for phase, count in phases.items())]
    if before:
        said |= {word: [None, named(keys)] for word, keys in differences(before, plan.layers).items() if keys}
    said["revision"] = [plan.base or None, number]
    tell(conn, person(by), "deploy", _action(plan, before), about=str(number), title=f"#{number}", changes=said)


def tell_purge(conn: sa.Connection, keys: Sequence[str], *, live: int, by: str) -> None:
    """Leaves the deed of a purge."""
    tell(conn, person(by), "deploy", "purged", about=str(live), title=f"#{live}",
         changes={"removed": [None, named(keys)]})  # fmt: skip


def person(by: str) -> Actor:
    """Whoever deploys, who is known by a name of the machine only."""
    return Actor(id=None, username=by, title=by, admin=True) if by else SYSTEM


def person_here() -> Actor:
    """Whoever types commands on this machine."""
    return person(getpass.getuser())


def differences(before: Sequence[Layer], after: Sequence[Layer]) -> Mapping[str, list[str]]:
    """The documents that were added, changed and removed, as they are shown."""
    old, new = _documents(before), _documents(after)
    return {
        "added": sorted(new.keys() - old.keys()), "removed": sorted(old.keys() - new.keys()),
        "changed": sorted(key for key in old.keys() & new.keys() if old[key] != new[key]),
    }  # fmt: skip


def _documents(layers: Sequence[Layer]) -> dict[str, str]:
    return {f"{layer.name}/{path}": text for layer in layers for path, text in layer.files.items()}


def named(keys: Sequence[str]) -> str:
    """These names, with how many more there are."""
    more = len(keys) - MOST
    return ", ".join(keys[:MOST]) + (f" (+{more})" if more > 0 else "")


def _action(plan: Plan, before: Sequence[Layer]) -> str:
    if plan.then is not None:
        return "rolled_back"
    return "upgraded" if before and _shipped(before) != _shipped(plan.layers) else "applied"


def _shipped(layers: Sequence[Layer]) -> dict[str, dict[str, str]]:
    return {layer.name: dict(layer.files) for layer in layers if layer.name != SITE}
