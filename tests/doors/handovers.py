"""Trials of handing records over: it is for those who may give records of some module to others, each her own."""

from __future__ import annotations

from typing import Any

from tests.doors.audits import is_administrator
from tests.doors.preparing import begun_by_another, drafted, drafted_by_another
from tests.doors.trial import HERS, MODULE, Trial, get, post

GIVES = ((MODULE, "list"), (MODULE, "edit"), (MODULE, "assign"))
PEOPLE = {"reason": "moved", "from": "{owner}", "to": "{administrator}"}
MODULES = {"module": "plain", "to.plain": "{administrator}"}
THERE = (302, 303)
#: What is told of a hand-over that somebody else drew up: nothing.
OF_OTHERS: dict[str, Any] = {"only": is_administrator, "way": "of another"}

TRIALS: tuple[Trial, ...] = (
    Trial("handing_start", get("/handover"), GIVES),
    Trial("handing_draw", post("/handover", **PEOPLE), GIVES, writes=True, done=(303,)),
    Trial("handing_pick", get("/handover/_pick", words="o"), GIVES),
    Trial("handing_past", get("/handover/past")),
    Trial("handing_people", get("/handover/{plan}/people"), GIVES, prepare=drafted),
    Trial("handing_set_people", post("/handover/{plan}/people", **PEOPLE), GIVES, writes=True, done=(303,),
          prepare=drafted),
    Trial("handing_modules", get("/handover/{plan}/modules"), GIVES, prepare=drafted),
    Trial("handing_set_modules", post("/handover/{plan}/modules", **MODULES), GIVES, writes=True, done=(303,),
          prepare=drafted),
    Trial("handing_rows", get("/handover/{plan}/rows/plain"), GIVES, prepare=drafted, done=(200, 302)),  # no rows: back
    Trial("handing_set_rows", post("/handover/{plan}/rows/plain", shown="{id}", go="back"), GIVES, writes=True,
          done=(303,), prepare=drafted),
    Trial("handing_summary", get("/handover/{plan}/summary"), GIVES, prepare=drafted),
    Trial("handing_begin", post("/handover/{plan}/start"), GIVES, writes=True, done=(303,), prepare=drafted),
    Trial("handing_people", get("/handover/{plan}/people"), (*GIVES, HERS), prepare=drafted_by_another, **OF_OTHERS),
    Trial("handing_rows", get("/handover/{plan}/rows/plain"), (*GIVES, HERS), prepare=drafted_by_another,
          done=(200, 302), **OF_OTHERS),
    Trial("handing_begin", post("/handover/{plan}/start"), (*GIVES, HERS), writes=True, done=(303,),
          prepare=drafted_by_another, **OF_OTHERS),
    Trial("handing_show", get("/handover/{plan}"), (HERS,), prepare=begun_by_another, **OF_OTHERS),
    Trial("handing_left", get("/handover/{plan}/left"), (HERS,), prepare=begun_by_another, **OF_OTHERS),
    Trial("handing_stop", post("/handover/{plan}/stop"), (HERS,), writes=True, done=(303,), prepare=begun_by_another,
          **OF_OTHERS),
    Trial("handing_resume", post("/handover/{plan}/resume"), (HERS,), done=(303,), prepare=begun_by_another,
          **OF_OTHERS),
    Trial("handing_undo", post("/handover/{plan}/undo"), (HERS,), done=(303,), prepare=begun_by_another, **OF_OTHERS),
)  # fmt: skip
