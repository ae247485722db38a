"""Pages for what went wrong: what happened, what to do now, and a number to name when asking for help."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from hanok.engine.errors import HanokError, Message, say
from hanok.engine.fields import in_language
from hanok.web import tracing
from hanok.web.controls import TITLE
from hanok.web.i18n import translate
from hanok.web.programs import as_json, is_for_programs, plain_error
from hanok.web.security import is_foreign


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of failure as its reader sees it."""

    title: Message
    advice: Message
    icon: str


FAULTS: dict[int, Fault] = {
    400: Fault(
        say("This request cannot be read"), say("Go back, reload the page and try again."), "message-question"
    ),
    403: Fault(
        say("You may not do this"), say("Ask an administrator if you need it for your work."), "lock"
    ),
    404: Fault(
        say("There is nothing here"),
        say("It may have been deleted, the address may be wrong, or you may not see it."),
        "map-search",
    ),
    405: Fault(say("This cannot be done here"), say("Go back and try it from the page itself."), "ban"),
    409: Fault(say("This cannot be done now"), say("Go back, reload the page and try again."), "arrows-split"),
    413: Fault(say("That is too large"), say("Send less at a time."), "file-alert"),
    422: Fault(say("Some values cannot be saved"), say("Go back, correct them and try again."), "alert-circle"),
    429: Fault(say("That was too much at once"), say("Wait a minute, then go on."), "hourglass"),
    500: Fault(
        say("Something failed on our side"),
        say("Nothing was saved. Try again; if it happens again, tell an administrator this number."),
        "plug-connected-x",
    ),
    503: Fault(
        say("The application is being changed"), say("Try again in a few seconds. Nothing was saved."), "refresh"
    ),
}
#: Fields that are never shown again when a form is offered for sending once more.
UNSPOKEN = frozenset({"csrf_token", "password", "again", "old_password", "link", "code"})
#: Forms with nothing in them to be kept: what they open by is a secret.
FORGOTTEN = frozenset({"/forgot", "/reset", "/reset/new", "/me/password", "/login/second", "/me/prove"})


def install_faults(app: Flask) -> None:
    """Every failure gets a page in the frame; only unexpected ones are logged with their traceback."""
    app.register_error_handler(CSRFError, lost_session)
    app.register_error_handler(HanokError, known)
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(Exception, unexpected)


def known(failure: HanokError) -> Response:
    if failure.status >= 500 and failure.status != 503:
        return unexpected(failure)
    return as_json(failure) if is_for_programs() else answer(failure.status, failure.message)


def plain(failure: HTTPException) -> Response:
    if failure.response is not None:
        return make_response(failure.get_response())
    if (failure.code or 500) == 500:
        return unexpected(failure)
    found = answer(failure.code or 500)
    if failure.code == 405:
        found.headers["Allow"] = ", ".join(getattr(failure, "valid_methods", None) or ())
    return found


def unexpected(failure: Exception) -> Response:
    number = tracing.request_id() or tracing.new_id()
    facts = {"number": number, "method": request.method, "at": request.path[:500]}
    current_app.logger.error("fault %s", number, extra=facts, exc_info=failure)
    return answer(500, number=number)


def lost_session(failure: Exception | None = None) -> Response:
    """The form outlived its session: what was typed is offered again, unless another site sent it."""
    machine = request.mimetype == "application/json" or "HX-Request" in request.headers
    if machine or is_foreign() or request.path in FORGOTTEN:
        return answer(400, say("This page was open for too long. Reload it and try again."))
    kept = [(key, value) for key, value in request.form.items(multi=True) if key not in UNSPOKEN]
    if request.path in ("/login", "/language", "/logout"):
        kept = [(key, value) for key, value in kept if key in ("username", "next", "language")]
    typed = [_in_words(key, value) for key, value in kept if value and TITLE not in key]
    page = render_template("expired.html", kept=kept, typed=typed, again=request.full_path.rstrip("?"))
    return make_response(page, 400)


def _in_words(key: str, value: str) -> tuple[str, str]:
    """What was typed as its writer knows it: label, and title or label of what was picked, where a field has them."""
    module = g.catalog.modules.get((request.view_args or {}).get("module", ""))
    if not module or not module.has(key):
        return key, value
    field = module.field(key)
    picked = field.choice(value)
    shown = in_language(picked.label, g.language) if picked else request.form.get(key + TITLE) or value
    return field.label_in(g.language), shown


def answer(status: int, message: Message | None = None, *, number: str = "") -> Response:
    """The failure as a page, as a fragment for htmx, or as JSON, whichever was asked for."""
    fault = FAULTS.get(status) or FAULTS[500 if status >= 500 else 400]
    facts = {"fault": fault, "message": message, "number": number, "status": status}
    if is_for_programs():
        return plain_error(status, message or fault.title, number=number)
    if wants_json():
        said = translate(message or fault.title, getattr(g, "language", "en"))
        return make_response(jsonify(error=said, number=number), status)
    template = "fault.html" if "HX-Request" in request.headers else "error.html"
    return make_response(render_template(template, **facts), status)


def wants_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted.best_match(("text/html", "application/json")) == "application/json"
