"""The frame that all faces share, installed into a Flask application by one call.

`install(app, live, settings)` wants an application without a static folder of its own, and of the settings `secret_key`
(text), `https` (default False), `session_days` (default 14), `files` (where they are kept; without it nothing can be
uploaded), `upload_mb` (default 25), `metrics` (default closed), `proxies` (default 0), `address` (where people find the
site), `oidc_insecure` (default False), `password_length` and `password_common` (what a new password has to be). When
sessions were last seen gathers in `app.extensions["hanok.sightings"]`, to be written by a clock. Templates get these
names:

    icon(name) badge(text, color) dot(color) face(name) who(name)     marks
    _(text, **facts) ngettext(one, many, count, **facts) label(labels) say(message)   words in the reader's language
    formats                                                            dates, numbers, money of the reader
    cell(field, value, place="list")   bound(field, place="list")   widget(field, …)   field_id(key) values and inputs
    asset(name)   joined(folder, names)   csrf_token()   frame       addresses, protection, the frame's facts
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Flask, current_app, g, make_response, redirect, request
from jinja2 import StrictUndefined
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.accounts import policy_of
from hanok.engine.deploy.live import Live
from hanok.engine.errors import Denied, NotFound, say
from hanok.engine.fields import Field, in_language
from hanok.engine.records.recent import Openings
from hanok.engine.records.telling.mentions import names
from hanok.web import cells, i18n, marks, providers, tracing, uploads, visit, widgets
from hanok.web.account import CHOOSING, account, is_initial
from hanok.web.account_letters import address_of
from hanok.web.assets import Assets
from hanok.web.coming import Coming
from hanok.web.doors import ADMINISTRATOR, ANYBODY, door_of
from hanok.web.faults import install_faults, lost_session, wants_json
from hanok.web.forgot import forgotten
from hanok.web.in_place import in_place
from hanok.web.joining import Joined
from hanok.web.login import entry
from hanok.web.menu import Frame
from hanok.web.own_choices import choices
from hanok.web.packing import pack_static
from hanok.web.passkeys import keyring
from hanok.web.programs import BLUEPRINT as API
from hanok.web.programs import NO_TOKEN, Unknown, is_for_programs
from hanok.web.provider_login import with_provider
from hanok.web.proving import proving
from hanok.web.second import NEEDED_AT, leads_elsewhere, stepping, wanted_of
from hanok.web.security import is_static, protect
from hanok.web.security_page import security
from hanok.web.token_pages import own_tokens
from hanok.web.watching import watch

SESSION_DAYS = 14
#: Closed to whoever is logged in as somebody else: what she logs in with, her sessions, her tokens.
OWN = "/me"
IN_HER_PLACE = say("You are logged in as somebody else. What stands here is hers alone.")
#: Requests of one token, where the settings say nothing.
PER_MINUTE = 600


def install(app: Flask, live: Live, settings: Mapping[str, Any]) -> None:
    """Put the frame into the application: sessions, protection, languages, templates, static files, error pages."""
    app.config["SESSION_DAYS"] = settings.get("session_days", SESSION_DAYS)
    app.config["ADDRESS"] = address_of(settings)
    app.config["PASSWORD_POLICY"] = policy_of(settings)
    app.config["SECOND_FACTOR"] = wanted_of(settings)
    metrics = watch(app, live, settings)
    tracing.follow(app, settings, metrics.answered)
    coming = Coming(a_minute=int(settings.get("api_per_minute", PER_MINUTE)))
    app.extensions.update({
        "hanok.sightings": coming.sightings, "hanok.uses": coming.uses, "hanok.openings": Openings()
    })  # fmt: skip
    app.before_request(lambda: None if is_static() else visit.begin(live, coming.recognise))
    app.before_request(lambda: None if is_static() else tracing.recognise())
    app.teardown_request(lambda problem: visit.end(problem) if "live" in g else None)
    uploads.install(app, settings)
    app.before_request(uploads.make_room)
    protect(app, settings)
    pack_static(app)
    app.before_request(only_through_doors)
    app.before_request(uploads.take_in)
    app.register_blueprint(Blueprint(
        "web", __name__, static_folder="static", static_url_path="/static", template_folder="templates"
    ))
    app.register_blueprint(entry)
    app.register_blueprint(forgotten)
    app.register_blueprint(account)
    app.register_blueprint(choices)
    app.register_blueprint(with_provider)
    for blueprint in (proving, stepping, security, keyring):
        app.register_blueprint(blueprint)
    app.register_blueprint(own_tokens)
    app.register_blueprint(in_place)
    app.register_blueprint(uploads.files)
    providers.install(app, settings)
    install_faults(app)
    furnish(app)


def furnish(app: Flask) -> None:
    """Give the templates their names."""
    assets = Assets()
    app.extensions["hanok.assets"] = assets
    joined = Joined(assets, "/static/joined")
    app.add_url_rule("/static/joined/<folder>/<name>", "web.joined", joined.answer)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined
    sprites = (assets("vendor/icons.svg"), assets("vendor/icons-all.svg"))
    drawn, inputs = cells.registry(), widgets.Widgets(app.jinja_env)
    icon = marks.icon_of(*sprites, assets.lines("vendor/icons.txt"))

    def people(ids: Iterable[UUID]) -> Mapping[UUID, str]:
        return names(visit.connection(), g.catalog, ids)

    def look(place: str) -> cells.Look:
        return cells.Look(g.formats, place, icon=icon, people=people)

    def cell(field: Field, value: Any, place: str = cells.LIST) -> str:
        return cells.show(drawn, value, field, look(place))

    app.jinja_env.globals.update(
        icon=icon,
        badge=marks.badge,
        dot=marks.dot,
        face=marks.face,
        who=marks.who,
        NOTHING=marks.NOTHING,
        asset=assets,
        joined=joined,
        address=cells.address,
        cell=cell,
        bound=lambda field, place=cells.LIST: cells.bound(drawn, field, look(place)),
        widget=lambda field, value=None, **options: inputs.draw(field, value, formats=g.formats, **options),
        field_id=widgets.field_id,
        _=lambda text, **facts: i18n.translate(text, g.get("language", "en"), **facts),
        ngettext=lambda one, many, count, **facts: i18n.translate_count(
            one, many, count, g.get("language", "en"), **facts
        ),
        say=lambda message: i18n.translate(message, g.get("language", "en")),
        label=lambda labels: in_language(labels, g.get("language", "en")),
    )
    app.context_processor(lambda: {"frame": Frame(), "formats": g.get("formats")})


def only_through_doors() -> AnyResponse | None:
    """Nothing is served that has no door; a door that is not for strangers asks to log in, and comes back afterwards.

    Raises Denied for a door that is for administrators, NotFound for a view that says none.
    """
    if is_static():
        return None
    view = current_app.view_functions.get(request.endpoint or "")
    here = door_of(view)
    if g.actor is None and (here is None or here.who != ANYBODY):
        return _to_login()
    if is_for_programs() and request.blueprint != API:
        raise request.routing_exception or NotFound(say("There is nothing here"))
    if g.session is not None and g.actor.by is not None and _is_own(request.path):
        raise Denied(IN_HER_PLACE)
    if view is not None and here is None:
        current_app.logger.error("the view %s has no door (hanok.web.doors): it is served to nobody", request.endpoint)
        raise NotFound(say("There is nothing here"))
    if here is not None and here.who == ADMINISTRATOR and not g.actor.governs:
        raise Denied(say("Only administrators may see this."))
    if is_initial(here):
        return _to(CHOOSING)
    if leads_elsewhere(here):
        return _to(NEEDED_AT)
    return None


def _is_own(path: str) -> bool:
    return path == OWN or path.startswith(OWN + "/")


def _to_login() -> AnyResponse:
    if is_for_programs():
        raise Unknown(NO_TOKEN)
    if request.method not in visit.SAFE_METHODS:
        return lost_session()
    there = "/login?" + urlencode({"next": request.full_path.rstrip("?")})
    return _to(there if request.path != "/" or _is_part() else "/login")


def _to(there: str) -> AnyResponse:
    """The way to another page, for browsers as for the parts of a page."""
    if not _is_part():
        return redirect(there)
    answer = make_response("", 401)
    answer.headers["HX-Redirect"] = there
    return answer


def _is_part() -> bool:
    return "HX-Request" in request.headers or wants_json()
