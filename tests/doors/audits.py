"""Trials of the logs of the trail: everybody reads there of what she may view."""

from __future__ import annotations

from tests.doors.preparing import automated, changed, deleted_and_told
from tests.doors.trial import DO, HERS, LOOK, SEE, Here, Trial, get, post
from tests.doors.world import ADMIN

SEEN = ((SEE, "view"),)
EDITED = (*SEEN, (DO, "edit"))


def is_administrator(here: Here) -> bool:
    return here.person == ADMIN


TRIALS: tuple[Trial, ...] = (
    Trial("audit_home", get("/audit"), done=(302,)),
    Trial("audit_show", get("/audit/input", q="{find}"), shows="view"),
    Trial("audit_show", get("/audit/changes", q="{find}"), shows="view", prepare=changed, way="changes"),
    Trial("audit_show", get("/audit/owners", q="{find}"), way="owners"),
    Trial("audit_count", get("/audit/input/_count", q="{find}")),
    Trial("audit_put_back_ask", get("/audit/changes/{entry}/size"), SEEN, shows="view", prepare=changed),
    Trial("audit_put_back", post("/audit/changes/{entry}/size", version="{version}"), EDITED, writes=True, done=(303,),
          prepare=changed),
    Trial("audit_put_back", post("/audit/changes/{entry}/budget", version="{version}"), (*EDITED, HERS), writes=True,
          done=(303,), prepare=changed, only=is_administrator, way="denied field"),
    Trial("audit_restore", post("/audit/changes/{entry}/restore"), (*SEEN, (DO, "delete")), writes=True, done=(303,),
          prepare=deleted_and_told),
    Trial("run", get("/run/{run}"), SEEN, shows="view", closed=(404,), prepare=automated),
    Trial("record_runs", get("{there}/runs"), LOOK, shows="view", prepare=automated),
    Trial("audit_export_ask", get("/audit/input/_export")),
    Trial("audit_export", post("/audit/input/_export", format=".csv"), writes=None, done=(303, 403)),
)  # fmt: skip
