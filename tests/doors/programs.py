"""Trials of the door of programs."""

from __future__ import annotations

import json

from tests.doors.preparing import tied, with_files
from tests.doors.trial import CHANGE, DO, LOOK, MODULE, NEVER, NEW, SEE, Ask, Here, Trial, get


def resource(here: Here) -> Ask:
    data = {"type": here.module, "attributes": {"size": 5}, "meta": {"version": here.target.record.version}}
    return Ask(f"/api{here.there}", "PATCH", document={"data": data})


def fresh(here: Here) -> Ask:
    data = {"type": here.module, "attributes": {"name": "fresh", "flag": True}}
    return Ask(f"/api/{here.module}", "POST", document={"data": data})


def asked_by_budget(here: Here) -> Ask:
    asked = {"budget": {"contains": here.target.budget}}
    return Ask(f"/api/{here.module}", query={"filter": json.dumps(asked), "page[size]": "200"})


def paper_of(here: Here) -> Ask:
    assert here.target.paper
    return Ask(f"/api/files/{here.target.paper.id if here.id == here.target.id else here.id}")


TRIALS: tuple[Trial, ...] = (
    Trial("api.me", get("/api/me")),
    Trial("api.listed", get("/api/{module}", words="{find}"), ((MODULE, "list"),), shows="list"),
    Trial("api.listed", asked_by_budget, ((MODULE, "list"),), way="denied field", shows=NEVER, done=(200, 400, 422)),
    Trial("api.show", get("/api{there}"), LOOK, shows="view"),
    Trial("api.show", get("/api{there}", include="firm,people,rows"), LOOK, shows="view", way="included", prepare=tied),
    Trial("api.file", paper_of, ((SEE, "view"),), prepare=with_files),
    Trial("api.create", fresh, ((MODULE, "create"), (NEW, "create")), writes=True, done=(201,)),
    Trial("api.change", resource, CHANGE, writes=True),
    Trial("api.delete", lambda here: Ask(f"/api{here.there}", "DELETE"), (*LOOK, (DO, "delete")), writes=True,
          done=(204,)),
)  # fmt: skip
