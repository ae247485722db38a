"""What begins workflows from outside, for administrators: web forms with snippets, webhooks with secrets."""

from __future__ import annotations

from flask import Blueprint, current_app, g, render_template, request

from hanok.engine.automation.switching import switches
from hanok.engine.automation.triggers.hooks import new_secret, secrets_of
from hanok.engine.errors import Message, Refused
from hanok.screens.admin import outside
from hanok.screens.admin.asking import guarded
from hanok.screens.reading import write
from hanok.web.proving import proved, site_keys
from hanok.web.visit import connection

FORMS, HOOKS = "/admin/webforms", "/admin/webhooks"


def add(to: Blueprint) -> None:
    guarded(to, "GET", FORMS, "admin_webforms", webforms)
    guarded(to, "GET", HOOKS, "admin_webhooks", webhooks)
    guarded(to, "POST", f"{HOOKS}/<key>/secret", "admin_webhooks_secret", proved(make_secret))


def webforms() -> str:
    rows = outside.forms_of(g.catalog, switches(connection()), g.language, site=_site())
    return render_template("screens/admin_webforms.html", view=rows)


def webhooks() -> str:
    return _hooks()


def make_secret(key: str) -> str | tuple[str, int]:
    """Makes it, and shows it: here and now, and never again."""
    try:
        secret = write(lambda conn, catalog: new_secret(conn, catalog, site_keys(), g.actor, key))
    except Refused as refused:
        return _hooks(problem=refused.message), refused.status
    return _hooks(key, secret)


def _hooks(key: str = "", secret: str = "", *, problem: Message | None = None) -> str:
    conn = connection()
    rows = outside.hooks_of(g.catalog, switches(conn), secrets_of(conn), g.language, site=_site())
    return render_template("screens/admin_webhooks.html", view=rows, made=key, secret=secret, problem=problem)


def _site() -> str:
    return str(current_app.config["ADDRESS"]) or request.host_url.rstrip("/")
