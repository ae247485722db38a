"""The address rules: from which networks people may come, for everybody or for a role."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.access import role_labels
from hanok.engine.accounts import addresses
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.fields import in_language
from hanok.screens.admin.asking import guarded
from hanok.screens.reading import write
from hanok.web.notices import notify
from hanok.web.proving import proved
from hanok.web.visit import connection

ADDRESS = "/admin/addresses"


def add(to: Blueprint) -> None:
    guarded(to, "GET", ADDRESS, "admin_addresses", show)
    guarded(to, "POST", ADDRESS, "admin_addresses_add", proved(make))
    guarded(to, "POST", f"{ADDRESS}/<uuid:id>/remove", "admin_addresses_remove", proved(remove))


def show() -> AnyResponse:
    return _page()


def make() -> AnyResponse:
    network, role, note = (request.form.get(key, "").strip() for key in ("network", "role", "note"))
    try:
        made = write(lambda conn, catalog: addresses.add(
            conn, catalog, g.actor, network=network, role=role, note=note, here=_here()
        ))  # fmt: skip
    except Invalid as invalid:
        return _page({key: found[0] for key, found in invalid.errors.items()}, 422)
    except Refused as refused:
        return _page({"": refused.message}, 409)
    notify(say("People may come from {network}.", network=str(made.network)))
    return redirect(ADDRESS, 303)


def remove(id: UUID) -> AnyResponse:
    try:
        gone = write(lambda conn, _: addresses.remove(conn, g.actor, id, here=_here()))
    except Refused as refused:
        return _page({"": refused.message}, 409)
    notify(say("The rule with {network} was removed.", network=str(gone.network)))
    return redirect(ADDRESS, 303)


def _page(faults: Mapping[str, Message] | None = None, status: int = 200) -> AnyResponse:
    labels = {key: in_language(label, g.language) for key, label in role_labels(g.catalog).items()}
    rules = addresses.rules_of(connection())
    typed = {key: request.form.get(key, "") for key in ("network", "role", "note")}
    page = render_template("screens/admin_addresses.html", rules=rules, roles=labels, here=_here(), faults=faults or {},
                           typed=typed)  # fmt: skip
    return make_response(page, status)


def _here() -> str:
    found = addresses.read_address(request.remote_addr or "")
    return str(found) if found is not None else ""
