"""Trials of the filters that people save: one's own, and nobody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanok.engine.records.filters import keep
from hanok.engine.store.desk_tables import saved_filter
from tests.builders import an_administrator
from tests.doors.audits import is_administrator
from tests.doors.trial import HERS, MODULE, Trial, get, post
from tests.doors.world import ADMIN, Target, World

LISTED = ((MODULE, "list"),)
OF_OTHERS: dict[str, Any] = {"only": is_administrator}


def kept_by_another(world: World, target: Target, person: str) -> Target:
    module, boss = world.catalog.module(target.record.module), an_administrator(id=world.ids[ADMIN])
    with world.store.write() as conn:
        conn.execute(saved_filter.delete().where(saved_filter.c.user_id == boss.id))  # nobody has very many
        id = keep(conn, boss, module, "Hers", {"where": {"size": 3}}, shared=False)
    return replace(target, more={**target.more, "filter": id})


TRIALS: tuple[Trial, ...] = (
    Trial("saving_menu", get("/{module}/_filters"), LISTED),
    Trial("saving_ask", get("/{module}/_filters/new", sort="name"), LISTED),
    Trial("saving_keep", post("/{module}/_filters?sort=name", name="By name"), LISTED, writes=True, done=(303,)),
    Trial("saving_show", get("/{module}/_filters/{filter}"), (*LISTED, HERS), prepare=kept_by_another, **OF_OTHERS),
    Trial("saving_change", post("/{module}/_filters/{filter}", name="Other"), (*LISTED, HERS), writes=True,
          done=(303,), prepare=kept_by_another, **OF_OTHERS),
)  # fmt: skip
