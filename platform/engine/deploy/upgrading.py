"""Taking up what another version of the program ships, with a decision for each value of the site that it meets."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from hanok.engine.deploy.conflicts import (
    Conflict,
    conflicts_of,
    decided,
    decisions_for,
    decisions_of,
    upper_leaves,
)
from hanok.engine.deploy.plan import Plan
from hanok.engine.deploy.planning import make_plan
from hanok.engine.deploy.revisions import layers_of
from hanok.engine.deploy.site import OWN, Site, pending_layers
from hanok.engine.errors import Refused, say
from hanok.engine.language import Layer, did_you_mean
from hanok.engine.language.splicing import without
from hanok.engine.store import live_revision
from hanok.engine.store.live import hold_alone
from hanok.engine.store.tables import revision

ALL = "all"


@dataclass(frozen=True, slots=True)
class Upgrade:
    """A planned upgrade: `conflicts` are all that were open, `left` those that nobody decided (the site's value stays).

    `edits` are the site's files without what was given up: old and new text by file, "" for a file that goes.
    """

    plan: Plan
    conflicts: tuple[Conflict, ...]
    left: tuple[Conflict, ...]
    edits: Mapping[str, tuple[str, str]]


def plan_upgrade(site: Site, *, mine: Collection[str] = (), theirs: Collection[str] = ()) -> Upgrade:
    """What an upgrade would do. `mine` and `theirs` name conflicts by their keys, or "all" for all others.

    Raises MetadataError, and Refused for a key that names none.
    """
    layers = pending_layers(site, upgrade=True)
    open_now = _conflicts(site, layers)
    keep, give = _chosen(open_now, mine, theirs)
    edits = _edits(layers, [each for each in open_now if each.key in give])
    layers = tuple(_edited(layer, edits) if layer.name == OWN else layer for layer in layers)
    plan = replace(make_plan(site.store, layers, site.types), mine=keep)
    left = tuple(each for each in open_now if each.key not in keep | give)
    return Upgrade(plan, open_now, left, MappingProxyType(edits))


def decide(site: Site, mine: Collection[str]) -> None:
    """Keeps these values of the site where there is nothing else to deploy."""
    with site.store.write() as conn:
        number = hold_alone(conn)
        kept = decisions_for(conn, number, layers_of(conn, number), site.types, mine=mine)
        conn.execute(revision.update().where(revision.c.id == number).values(leaves=dict(kept)))


def write_edits(site: Site, upgrade: Upgrade) -> tuple[str, ...]:
    """Writes the edited files, each whole or not at all; returns those that somebody changed meanwhile, left alone."""
    changed = []
    for file, (old, new) in upgrade.edits.items():
        path = site.metadata / file
        if not path.is_file() or path.read_text(encoding="utf-8") != old:
            changed.append(file)
        elif new:
            _write(path, new)
        else:
            path.unlink()
    return tuple(changed)


def _conflicts(site: Site, layers: tuple[Layer, ...]) -> tuple[Conflict, ...]:
    after = upper_leaves(layers, site.types)
    with site.store.read() as conn:
        number = live_revision(conn)
        if not number or not after:
            return ()
        known, before = decisions_of(conn, number, site.types), upper_leaves(layers_of(conn, number), site.types)
    return conflicts_of(decided(known, before, after), after)


def _chosen(
    found: tuple[Conflict, ...], mine: Collection[str], theirs: Collection[str]
) -> tuple[frozenset[str], frozenset[str]]:
    keys = [each.key for each in found]
    for key in (*mine, *theirs):
        if key != ALL and key not in keys:
            meant = did_you_mean(key, keys)
            raise Refused(
                say("There is no conflict “{key}”; did you mean “{meant}”?", key=key, meant=meant) if meant
                else say("There is no conflict “{key}”.", key=key)
            )  # fmt: skip
    both = set(mine) & set(theirs)
    if both:
        raise Refused(say("“{key}” is either mine or theirs, not both.", key=sorted(both)[0]))
    keep = {key for key in keys if key in mine or (ALL in mine and key not in theirs)}
    give = {key for key in keys if key in theirs or (ALL in theirs and key not in mine)}
    return frozenset(keep), frozenset(give)


def _edits(layers: tuple[Layer, ...], given_up: list[Conflict]) -> dict[str, tuple[str, str]]:
    own = next(layer for layer in layers if layer.name == OWN)
    edits: dict[str, tuple[str, str]] = {}
    for each in given_up:
        if each.layer != OWN:
            raise Refused(say("“{key}” is said by a package; only its author can take it back.", key=each.key))
        old, text = edits.get(each.file, (own.files[each.file], own.files[each.file]))
        edits[each.file] = (old, without(text, each.path))
    return edits


def _edited(layer: Layer, edits: Mapping[str, tuple[str, str]]) -> Layer:
    files = {file: edits[file][1] if file in edits else text for file, text in layer.files.items()}
    return replace(layer, files={file: text for file, text in files.items() if file not in edits or text})


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="")
    beside.chmod(path.stat().st_mode & 0o777)
    os.replace(beside, path)
