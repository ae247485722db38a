"""Beginning a workflow for a record by hand."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.automation.triggers.manual import start
from hanok.engine.errors import Refused, say
from hanok.screens.reading import module_of, write
from hanok.web.doors import door
from hanok.web.notices import notify


def add(to: Blueprint) -> None:
    to.post("/<module>/<uuid:id>/_workflow/<key>", endpoint="workflow_begin")(begin)


@door("action", asks="edit")
def begin(module: str, id: UUID, key: str) -> AnyResponse:
    module_of(module, "view")
    try:
        write(lambda conn, catalog: start(conn, catalog, g.actor, module, id, key))
    except Refused as refused:
        notify(refused.message, kind="failed")
    else:
        notify(say("“{workflow}” has begun.", workflow=dict(g.catalog.whole.workflows[key].label)))
    return redirect(f"/{module}/{id}", 303)
