"""Trying a login provider, and what to type there: its redirect URI."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, current_app, g, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.accounts import oidc
from hanok.engine.accounts.oidc import MODULE, Finding
from hanok.engine.errors import Message, NotFound, say
from hanok.engine.records import Record
from hanok.screens.admin.asking import guarded, is_part
from hanok.web.providers import NO_ADDRESS, directory, redirect_of
from hanok.web.visit import connection, end


@dataclass(frozen=True, slots=True)
class Trial:
    """What is shown: the addresses to type at the provider, and what came of a trial, None before it."""

    title: str
    url: str
    back: str
    redirect: str
    logout: str
    lacks: Message | None
    finding: Finding | None = None


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/providers/<uuid:id>/test", "admin_provider_ask", ask)
    guarded(to, "POST", "/admin/providers/<uuid:id>/test", "admin_provider_try", run)


def ask(id: UUID) -> AnyResponse:
    return _page(_trial(_record(id)))


def run(id: UUID) -> AnyResponse:
    """Outside of any transaction: a provider may take its time."""
    record, catalog = _record(id), g.live.catalog
    end()
    finding = oidc.check_provider(directory(), catalog, oidc.provider_of(record))
    return _page(_trial(record, finding), 200 if finding.ok else 422)


def _record(id: UUID) -> Record:
    if MODULE not in g.catalog.modules:
        raise NotFound(say("There is no module {module}.", module=MODULE))
    return records.get(connection(), g.catalog, g.actor, MODULE, id)


def _trial(record: Record, finding: Finding | None = None) -> Trial:
    address = current_app.config["ADDRESS"]
    return Trial(
        title=record.title, url=f"/admin/providers/{record.id}/test", back=f"/{MODULE}/{record.id}",
        redirect=redirect_of(str(record["key"])), logout=f"{address}/login" if record["logout"] and address else "",
        lacks=None if address else NO_ADDRESS, finding=finding,
    )  # fmt: skip


def _page(trial: Trial, status: int = 200) -> AnyResponse:
    template = "screens/provider_trial_form.html" if is_part() else "screens/provider_trial.html"
    return make_response(render_template(template, view=trial), status)
