"""Login providers as all pages know them: their buttons, where they send people back to, and the way out by them.

Providers are for administrators alone, so they are read from the live catalog and not from what somebody sees of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.accounts import oidc
from hanok.engine.accounts.oidc import Directory, Provider, Unusable
from hanok.engine.accounts.sessions import Session
from hanok.engine.errors import say
from hanok.web.visit import connection, end

DIRECTORY = "hanok.directory"
NO_ADDRESS = say("Login providers send people back to the address of this site. Put it into the setting `address`, "
                 "like https://crm.example.com; until then their buttons are not shown.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Button:
    """A way to log in, under the form. `text` is what its record says, "" where that says nothing."""

    key: str
    name: str
    text: str

    def url(self, onward: str) -> str:
        """Where it leads, on the way to a path of this site."""
        more = "?" + urlencode({"next": onward}) if onward not in ("", "/") else ""
        return f"{path_of(self.key)}{more}"


def install(app: Flask, settings: Mapping[str, Any]) -> None:
    """Gives the application its memory of providers, and the templates their buttons."""
    app.extensions[DIRECTORY] = Directory(local=bool(settings.get("oidc_insecure", False)))
    app.jinja_env.globals["login_buttons"] = buttons


def directory() -> Directory:
    """What this process remembers of providers."""
    found: Directory = current_app.extensions[DIRECTORY]
    return found


def buttons() -> tuple[Button, ...]:
    """The buttons of the login page; none where the site does not know its own address."""
    if not current_app.config["ADDRESS"]:
        return ()
    return tuple(Button(one.key, one.name, one.button) for one in active())


def active() -> tuple[Provider, ...]:
    """The providers in use, in order."""
    return oidc.providers(connection(), g.live.catalog)


def path_of(key: str) -> str:
    """Where a login by this provider begins."""
    return f"/login/with/{quote(key, safe='')}"


def redirect_of(key: str) -> str:
    """The redirect URI of a provider; "" where the site does not know its own address."""
    address = current_app.config["ADDRESS"]
    return f"{address}{path_of(key)}/back" if address else ""


def way_out(session: Session | None) -> AnyResponse | None:
    """The page that leads on to where the provider logs somebody out whom it sent; None where it is not to.

    As RP-Initiated Logout 1.0 has it, but for a token that tells whom: none is kept, so the provider asks her.
    """
    begun = session.data.get("provider") if session is not None else None
    found = next((one for one in active() if str(one.id) == begun and one.logout), None) if begun else None
    if found is None:
        return None
    end()  # a provider may take its time
    try:
        there = directory().metadata(found.issuer).end_session
    except Unusable:
        return None
    asked = {"client_id": found.client_id, "post_logout_redirect_uri": f"{current_app.config['ADDRESS']}/login"}
    return onward_page(f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}", found.name) if there else None


def onward_page(url: str, name: str) -> AnyResponse:
    """A page that leads to another site by itself, where a form was sent: browsers let no form end elsewhere."""
    return make_response(render_template("onward.html", url=url, title=say("You go on to {name}", name=name)))
