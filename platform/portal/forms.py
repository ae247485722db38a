"""Web forms: a page of ours, and an address to which the pages of listed sites may send."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.automation.triggers.incoming import form_of, take_form, workflow_at
from hanok.engine.catalog import Module
from hanok.engine.catalog.outside import Webform
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Denied, HanokError, Invalid, Message, Refused, say
from hanok.portal import guarding
from hanok.portal.pages import page_of, thanks_of, told
from hanok.web.doors import ANYBODY, door
from hanok.web.faults import wants_json
from hanok.web.i18n import translate
from hanok.web.security import POLICY
from hanok.web.visit import connection, write
from hanok.web.widgets import read_form

log = structlog.get_logger(__name__)
#: Says that a form was sent.
SENT = "sent"
#: Bytes that a form may have, and keys that are no fields of it.
LARGEST = 64 * 1024
BESIDE = (guarding.POT, guarding.SHOWN, "csrf_token")


def add(to: Blueprint) -> None:
    for name, view, method in (("form", show, "GET"), ("send", send, "POST"), ("preflight", preflight, "OPTIONS")):
        to.add_url_rule("/forms/<key>", name, view, methods=[method], provide_automatic_options=False)


@door("portal", who=ANYBODY)
def show(key: str) -> Response:
    workflow, module, form = _form(key)
    return _page(workflow, module, form)


@door("portal", who=ANYBODY)
def preflight(key: str) -> Response:
    """Tells a browser which sites may send JSON here."""
    _, _, form = _form(key)
    answer = make_response("", 204)
    if guarding.origin() in form.origins:
        answer.headers["Access-Control-Allow-Methods"] = "POST"
        answer.headers["Access-Control-Allow-Headers"] = "Content-Type"
        answer.headers["Access-Control-Max-Age"] = "600"
    return _for_origin(answer, form)


@door("portal", who=ANYBODY)
def send(key: str) -> AnyResponse:
    """Takes a form: 201 or 422 as JSON where that was sent or asked for, a page else."""
    request.max_content_length = LARGEST
    workflow, module, form = _form(key)
    try:
        guarding.check_origin(form.origins)
        guarding.count(key)
        if not request.is_json and not guarding.origin():
            guarding.check_own()
        if guarding.is_trapped():
            log.info("a form was filled in by a machine", form=key)
            return _thanks(form, key)
        return _taken(workflow, module, form)
    except (Denied, Refused, guarding.TooMany) as refused:
        return _refused(workflow, module, form, refused.status, {"": [refused.message]}, refused)
    except Invalid as wrong:
        if told(wrong.errors, form) != wrong.errors:
            log.warning("a form cannot be saved as it is", form=key, fields=sorted(wrong.errors))
        return _refused(workflow, module, form, 422, wrong.errors, wrong)


def _taken(workflow: Workflow, module: Module, form: Webform) -> AnyResponse:
    hurried = None if request.is_json or guarding.origin() else guarding.hurried(workflow.key)
    if hurried is not None:
        return _refused(workflow, module, form, 422, {"": [hurried]}, Refused(hurried))
    raw = _sent(module, form)
    address = request.remote_addr or ""

    def effect(conn: Any, catalog: Any) -> None:
        take_form(conn, catalog, workflow_at(conn, catalog, workflow.key, "webform"), raw, address=address)

    write(effect)
    return _thanks(form, workflow.key)


def _sent(module: Module, form: Webform) -> Mapping[str, Any]:
    """The raw values. Raises Invalid for what is no object, and for files, which no form takes."""
    if request.files:
        raise Invalid({"": [say("This form takes no files.")]})
    if not request.is_json:
        return read_form([module.field(one.key) for one in form.asked], request.form, g.formats)
    found = guarding.sent_json()
    if not isinstance(found, dict):
        raise Invalid({"": [say("Send a JSON object.")]})
    return {key: value for key, value in found.items() if key not in BESIDE}


def _form(key: str) -> tuple[Workflow, Module, Webform]:
    """What the address names. Raises NotFound."""
    workflow = workflow_at(connection(), g.catalog, key, "webform")
    return workflow, g.catalog.whole.module(workflow.module), form_of(g.catalog, workflow)


# -- answers -------------------------------------------------------------------------------------------------------
def _thanks(form: Webform, key: str) -> AnyResponse:
    if _for_machine():
        said = {"thanks": thanks_of(form, g.language), **({"redirect": form.redirect} if form.redirect else {})}
        return _for_origin(make_response(jsonify(said), 201), form)
    return redirect(form.redirect or f"/forms/{key}?{SENT}", 303)


def _refused(
    workflow: Workflow, module: Module, form: Webform, status: int, errors: Mapping[str, Sequence[Message]],
    failure: HanokError,
) -> Response:  # fmt: skip
    if not _for_machine():
        answer = _page(workflow, module, form, errors)
        answer.status_code = status
        return answer
    said = {key: [translate(each, g.language) for each in found] for key, found in told(errors, form).items()}
    answer = make_response(jsonify(errors=said), status)
    if isinstance(failure, guarding.TooMany):
        answer.headers["Retry-After"] = str(failure.seconds)
    return _for_origin(answer, form)


def _page(
    workflow: Workflow, module: Module, form: Webform, errors: Mapping[str, Sequence[Message]] | None = None
) -> Response:
    key = workflow.key
    view = page_of(module, form, g.language, url=f"/forms/{key}", shown=guarding.stamp(key), errors=errors)
    template = "portal/thanks.html" if SENT in request.args and not errors else "portal/form.html"
    answer = make_response(render_template(template, view=view, typed=request.form if errors else None))
    if form.origins:  # a browser follows what a form leads to only where this lets it
        policy = POLICY.replace("form-action 'self'", " ".join(("form-action 'self'", *form.origins)))
        answer.headers["Content-Security-Policy"] = policy
    return answer


def _for_machine() -> bool:
    return request.is_json or wants_json()


def _for_origin(answer: Response, form: Webform) -> Response:
    """Lets the page of a listed site read the answer."""
    answer.headers["Vary"] = "Origin"
    if guarding.origin() in form.origins:
        answer.headers["Access-Control-Allow-Origin"] = guarding.origin()
    return answer
