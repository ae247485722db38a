"""Trials of merging: the record that stays asks for one right, those that go for another, and none is told of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanok.engine import records
from hanok.engine.jobs.merging import begin
from hanok.engine.records.merging.asked import Wish
from tests.builders import an_administrator
from tests.doors.audits import is_administrator
from tests.doors.trial import DO, HERS, MODULE, SEE, Ask, Here, Trial, get, post
from tests.doors.world import ADMIN, Target, World

MERGING = ((MODULE, "view"), (MODULE, "edit"), (MODULE, "delete"))
OF_OTHERS: dict[str, Any] = {"only": is_administrator}


def with_twin(world: World, target: Target, person: str) -> Target:
    """Another record, of the same people and groups."""
    return replace(target, more={**target.more, "twin": world.target(target.record.module).id})


def with_namesake(world: World, target: Target, person: str) -> Target:
    """Another record of the same name and firm."""
    raw = {key: str(target.record[key]) for key in ("name",)} | {"firm": str(target.firm)}
    with world.store.write() as conn:
        records.create(conn, world.catalog, an_administrator(), target.record.module, raw, despite_duplicates=True)
    return target


def merged_by_another(world: World, target: Target, person: str) -> Target:
    found, boss = with_twin(world, target, person), an_administrator(id=world.ids[ADMIN])
    twin = found.more["twin"]
    with world.store.write() as conn:
        wish = Wish(target.record.module, target.id, (twin,), {target.id: target.record.version, twin: 1})
        plan = begin(conn, world.catalog, boss, wish)
    return replace(found, more={**found.more, "merge": plan.id})


def asking(here: Here) -> Ask:
    return Ask(f"/{here.module}/_merge?id={here.id}&id={here.target.more['twin']}&stays={here.id}")


def merging(here: Here) -> Ask:
    twin = str(here.target.more["twin"])
    form = {"id": [str(here.id), twin], "stays": str(here.id), f"version.{here.id}": str(here.target.record.version),
            f"version.{twin}": "1"}  # fmt: skip
    return Ask(f"/{here.module}/_merge", "POST", form)


TRIALS: tuple[Trial, ...] = (
    Trial("merging_duplicates", get("/{module}/_duplicates"), ((MODULE, "list"),), prepare=with_namesake),
    Trial("merging_choose", get("{there}/_merge"), (*MERGING, (SEE, "view")), shows="view"),
    Trial("merging_ask", asking, (*MERGING, (SEE, "view")), shows="view", prepare=with_twin),
    Trial("merging_run", merging, (*MERGING, (SEE, "view"), (DO, "edit"), (DO, "delete")), writes=True, done=(303,),
          refused=(422,), prepare=with_twin),
    Trial("merging_show", get("/{module}/_merge/{merge}"), (*MERGING, HERS), prepare=merged_by_another, **OF_OTHERS),
    Trial("merging_undo", post("/{module}/_merge/{merge}/undo"), (*MERGING, HERS), writes=True, done=(303,),
          prepare=merged_by_another, **OF_OTHERS),
)  # fmt: skip
