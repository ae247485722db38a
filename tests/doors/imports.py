"""Trials of imports: whoever may import brings a file; what became of it is hers alone."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hanok.engine.records.importing import keeping
from hanok.engine.records.importing.job import Outcome
from hanok.engine.records.importing.keeping import CHECKED, DONE, LOOKED_AT, WRITTEN
from tests.builders import an_administrator
from tests.doors.audits import is_administrator
from tests.doors.trial import HERS, MODULE, Ask, Here, Trial, get, post
from tests.doors.world import ADMIN, Target, World

MAY = ((MODULE, "import"),)
MINE = (*MAY, HERS)
THERE = "/{module}/_import/{import}"
OF_OTHERS: dict[str, Any] = {"only": is_administrator}


def of_another(state: str = CHECKED) -> Callable[[World, Target, str], Target]:
    """An import of the administrator, in this state."""
    def prepared(world: World, target: Target, person: str) -> Target:
        boss, module = an_administrator(id=world.ids[ADMIN]), target.record.module
        plan = keeping.take(world.store, world.blobs, world.catalog, boss, module, io.BytesIO(b"name\nx\n"),
                            name="a.csv", most=1000)  # fmt: skip
        done = state == DONE
        outcome = Outcome(2, "changed" if done else "new", "x", target.id, {"size": [1, 2]} if done else {}, version=99)
        with world.store.write() as conn:
            keeping.mark(conn, replace(plan, mapping={"name": "name"}), state=state)
            keeping.note(conn, plan, [outcome], WRITTEN if done else LOOKED_AT)
        return replace(target, more={**target.more, "import": plan.id})

    return prepared


def a_file(here: Here) -> Ask:
    return Ask(f"/{here.module}/_import", "POST", {"file": (io.BytesIO(b"name\nx\n"), "a.csv")})


TRIALS: tuple[Trial, ...] = (
    Trial("import_start", get("/{module}/_import"), MAY),
    Trial("import_take", a_file, MAY, writes=True, done=(303,)),
    Trial("import_template", get("/{module}/_import/template"), MAY),
    Trial("import_past", get("/{module}/_import/past"), MAY),
    Trial("import_columns", get(f"{THERE}/columns"), MINE, prepare=of_another(), **OF_OTHERS),
    Trial("import_check", post(f"{THERE}/columns", **{"field.0": "name"}), MINE, writes=True, done=(303,),
          prepare=of_another(), **OF_OTHERS),
    Trial("import_read", post(f"{THERE}/file", delimiter=","), MINE, writes=True, done=(303,), prepare=of_another(),
          **OF_OTHERS),
    Trial("import_show", get(THERE), MINE, prepare=of_another(), **OF_OTHERS),
    Trial("import_failed", get(f"{THERE}/failed"), MINE, prepare=of_another(), **OF_OTHERS),
    Trial("import_run", post(f"{THERE}/run"), MINE, writes=True, done=(303,), prepare=of_another(), **OF_OTHERS),
    Trial("import_resume", post(f"{THERE}/resume"), MINE, done=(303,), writes=None, prepare=of_another(DONE),
          **OF_OTHERS),
    Trial("import_undo", post(f"{THERE}/undo"), MINE, writes=True, done=(303,), prepare=of_another(DONE), **OF_OTHERS),
)  # fmt: skip
