"""Trials of changing many records at once: each record asks for its own rights, and none is told of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanok.engine.jobs.bulk import begin
from hanok.engine.records.bulk import SET, Chosen
from tests.builders import an_administrator
from tests.doors.audits import is_administrator
from tests.doors.trial import DO, HERS, MODULE, SEE, Here, Trial, get, post
from tests.doors.world import ADMIN, Target, World

#: What was asked for is written down, whatever comes of it.
KEPT: dict[str, Any] = {
    "writes": True, "done": (303,), "closed": (403, 404), "refused": (303,), "hidden": (303, 404),
    "leaves": ("hanok_bulk", "hanok_bulk_row"),
}  # fmt: skip
MANY = ((MODULE, "list"), (MODULE, "massupdate"))
OF_OTHERS: dict[str, Any] = {"only": is_administrator}


def done_by_another(world: World, target: Target, person: str) -> Target:
    boss, chosen = an_administrator(id=world.ids[ADMIN]), Chosen(ids=(target.id,))
    with world.store.write() as conn:
        plan = begin(conn, world.catalog, boss, target.record.module, SET, chosen, {"size": 3})
    return replace(target, more={**target.more, "bulk": plan.id})


def knows_owners(here: Here) -> bool:
    return here.module != "bare"


def many(**form: str) -> Any:
    return post("/{module}/_bulk", id="{id}", **form)


TRIALS: tuple[Trial, ...] = (
    Trial("bulk_ask", post("/{module}/_bulk/ask", action="set", id="{id}"), MANY, closed=(403, 404)),
    Trial("bulk_field", get("/{module}/_bulk/field", key="size"), MANY, closed=(403, 404)),
    Trial("bulk_field", get("/{module}/_bulk/field", key="budget"), (*MANY, HERS), closed=(403, 404),
          way="denied field", **OF_OTHERS),
    Trial("bulk_run", many(action="set", field="size", size="7"),
          (*MANY, (SEE, "view"), (DO, "edit"), (DO, "massupdate")), **KEPT),
    Trial("bulk_run", many(action="delete"), ((MODULE, "list"), (MODULE, "delete"), (SEE, "view"), (DO, "delete")),
          way="delete", **KEPT),
    Trial("bulk_run", many(action="assign", owner="{receiver}"),
          ((MODULE, "list"), (MODULE, "assign"), HERS, (SEE, "view"), (DO, "edit"), (DO, "assign")), way="assign",
          only=knows_owners, **KEPT),
    Trial("bulk_show", get("/{module}/_bulk/{bulk}"), ((MODULE, "list"), HERS), prepare=done_by_another, **OF_OTHERS),
    Trial("bulk_undo", post("/{module}/_bulk/{bulk}/undo"), ((MODULE, "list"), HERS), writes=True, done=(303,),
          prepare=done_by_another, **OF_OTHERS),
)  # fmt: skip
