"""Writing a mail about a record, answering one, and trying a template with a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Action, Step
from hanok.engine.errors import Denied, Invalid, Message, NotFound, say
from hanok.engine.expressions.passages import Passages
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.fields.link import Link
from hanok.engine.fields.rich_text import paragraphs
from hanok.engine.jobs.mail.about import MODULE, addresses, takes_mail
from hanok.engine.jobs.mail.writing import Written, named, send, usable
from hanok.engine.records import Query, Record
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.acting.permitted import is_so
from hanok.engine.records.lettering.filling import Filled, filled
from hanok.engine.records.lettering.recipients import people_of
from hanok.engine.records.lettering.variables import variables
from hanok.screens import mailing, once
from hanok.screens.actions import Button
from hanok.screens.leading import is_id, leads
from hanok.screens.mailing import BODY, FILES, SUBJECT, MailForm, TemplateTrial
from hanok.screens.reading import is_fragment, linked, module_of, record_of, write
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import SESSION_COOKIE, connection
from hanok.web.widgets import read_form

TEMPLATES = "email_template"
#: Templates that are offered, and files that go along.
OFFERED, MOST_FILES = 200, 50


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_mail", endpoint="mailing_ask")(ask)
    to.post("/<module>/<uuid:id>/_mail", endpoint="mailing_send")(run)
    to.get("/<module>/_variables", endpoint="mailing_variables")(offer)
    to.get("/<module>/<uuid:id>/_letter", endpoint="mailing_try")(trial)


# -- a mail --------------------------------------------------------------------------------------------------------
@door("form", asks="view")
def ask(module: str, id: UUID) -> str:
    """The form, with the first address that is at hand; `?template=` fills it."""
    found, record = _about(module, id)
    typed, wanted = _begun(found, record), request.args.get("template", "")
    step = reviewed(found.actions.get(request.args.get("action", "")))
    if step is not None:
        typed, wanted = _asked_by(step, record)
    errors = _fill(record, typed, wanted) if wanted else {}
    return _page(found, record, typed, token=once.new_token(), errors=errors)


@door("save", asks="view")
def run(module: str, id: UUID) -> AnyResponse:
    """Sends it; or fills the form with the template that was chosen, where it was asked for that."""
    found, record = _about(module, id)
    typed, token = MultiDict(request.form), request.form.get("token", "")
    if "fill" in typed:
        errors = _fill(record, typed, typed.get("template", ""))
        return make_response(_page(found, record, typed, token=token, errors=errors), 422 if errors else 200)
    try:
        write(lambda conn, catalog: _sent(conn, catalog, record, token))
    except Invalid as wrong:
        return make_response(_page(found, record, typed, token=token, errors=wrong.errors), 422)
    notify(mailing.SENT)
    return leads(f"/{module}/{id}")


def reviewed(action: Action | None) -> Step | None:
    """The mail that an action sends and does nothing else, where somebody looks at it first."""
    if action is None or len(action.do) != 1 or action.do[0].kind != "email":
        return None
    (step,) = action.do
    template = step.data.get("template")
    asks = isinstance(template, Mapping)
    return step if (step.data.get("review") or asks) and "pdf" not in step.data else None


def composers(module: Module, record: Record) -> tuple[Button, ...]:
    """The buttons of actions that open the form of a mail."""
    if not (may(g.catalog, g.actor, MODULE, "create") if MODULE in g.catalog.modules else False):
        return ()
    found = (one for one in module.actions.values() if "record" in one.at and reviewed(one) is not None)
    return tuple(
        Button(one.key, in_language(one.label, g.language), one.icon or "mail", f"/{module.key}/{record.id}/_mail",
               asks=True, hidden=(("action", one.key),))
        for one in found if one.when is None or is_so(connection(), g.catalog, g.actor, one.when, record)
    )  # fmt: skip


def _asked_by(step: Step, record: Record) -> tuple[MultiDict[str, str], str]:
    """What an action says of its mail: to whom, by its writer's rights; subject and text; the id of its template."""
    words = Words(connection(), g.catalog, g.actor, record)
    typed = MultiDict({part: named(people_of(words, step, part, record)) for part in ("to", "cc", "bcc")})
    template = step.data.get("template")
    if isinstance(template, str):
        query = Query(module=TEMPLATES, where={"key": template}, columns=("name",), size=1, action="view")
        rows = records.page(connection(), g.catalog, g.actor, query).rows if TEMPLATES in g.catalog.modules else ()
        return typed, str(rows[0].id) if rows else ""
    if "text" in step.data:
        line = Passages(in_language(step.data.get("subject", {}), g.language))
        text = Passages(paragraphs(in_language(step.data["text"], g.language)), html=True)
        place = words.place(line.reads | text.reads)
        typed[SUBJECT], typed[BODY] = " ".join(line.fill(place).split()), text.fill(place)
    return typed, ""


def _about(module: str, id: UUID) -> tuple[Module, Record]:
    """The module and the record that a mail may be about. Raises NotFound and Denied."""
    found = module_of(module, "view")
    record = record_of(module, id)
    if module != MODULE and not takes_mail(g.catalog, found):
        raise NotFound(say("Mails are never about records of this kind."))
    if not may(g.catalog, g.actor, MODULE, "create"):
        raise Denied(say("You may not send mail."))
    return found, record


def _begun(module: Module, record: Record) -> MultiDict[str, str]:
    """What stands in the form before anything was typed."""
    if module.key == MODULE:
        to, subject = mailing.answer(record)
        return MultiDict({"to": to, SUBJECT: subject})
    at_hand = addresses(connection(), g.catalog, g.actor, record)
    return MultiDict({"to": named(at_hand[:1])})


def _sent(conn: Connection, catalog: Catalog, record: Record, token: str) -> None:
    session = request.cookies.get(SESSION_COOKIE, "")
    if once.made_before(conn, catalog, g.actor, session, token):
        return
    form = request.form
    raw = read_form(mailing.asked_fields(g.catalog), form, g.formats)
    accounts, wanted = usable(conn, catalog, g.actor), form.get("account", "")
    made = send(conn, catalog, g.actor, Written(
        to=mailing.people_of(form.get("to", "")), cc=mailing.people_of(form.get("cc", "")),
        bcc=mailing.people_of(form.get("bcc", "")), subject=str(raw.get(SUBJECT) or ""), html=str(raw.get(BODY) or ""),
        files=_files(raw), account=mailing.chosen_account(accounts, wanted) if wanted else None,
    ), about=record)  # fmt: skip
    once.remember(conn, catalog, session, token, made.id)


def _files(raw: Mapping[str, Any]) -> tuple[UUID, ...]:
    """The files that were kept in the form, uploaded with it, and ticked among those of the record."""
    field = next((one for one in mailing.asked_fields(g.catalog) if one.key == FILES), None)
    value = field.type.former(field).deserialize(raw[FILES]) if field and raw.get(FILES) else ()
    kept = [one.id for one in value or ()]
    ticked = [UUID(text) for text in request.form.getlist("attach") if is_id(text)]
    return tuple(dict.fromkeys((*kept, *ticked)))[:MOST_FILES]


# -- templates -----------------------------------------------------------------------------------------------------
def _fill(record: Record, typed: MultiDict[str, str], wanted: str) -> dict[str, Sequence[Message]]:
    """Puts what a template says into the form; what is wrong with it."""
    if not is_id(wanted):
        return {}
    try:
        template = record_of(TEMPLATES, UUID(wanted))
        found = _filled(template, record)
    except NotFound:
        return {"": [say("This template is gone.")]}
    except Invalid as wrong:
        return mailing.shown_errors(wrong.errors)
    typed["template"], typed[SUBJECT], typed[BODY] = wanted, found.subject, found.html
    typed.setlist("attach", [str(one.id) for one in mailing.files_of(g.catalog.module(TEMPLATES), template)])
    return {}


def _filled(template: Record, record: Record | None) -> Filled:
    subject, html = str(template["subject"] or ""), str(template["body"] or "")
    return filled(connection(), g.catalog, g.actor, record, subject=subject, html=html)


def _templates(module: str) -> list[Record]:
    """The templates about such records, and those about none."""
    if TEMPLATES not in g.catalog.modules or not may(g.catalog, g.actor, TEMPLATES, "view"):
        return []
    offered = {choice.key for choice in g.catalog.module(TEMPLATES).field("about").choices}
    fitting = [{"about": module}] if module in offered else []
    where = {"active": True, "any": [*fitting, {"about": {"empty": True}}]}
    query = Query(module=TEMPLATES, where=where, columns=("name",), sort=("name",), size=OFFERED, action="view")
    return list(records.page(connection(), g.catalog, g.actor, query).rows)


@door("form", asks="view")
def offer(module: str) -> str:
    """The variables that templates of this module may name, about records of another one: a fragment."""
    home = module_of(module, "view")
    if not any(one.settings.get("template") for one in home.fields.values()):
        raise NotFound(say("There are no variables here."))
    about = g.catalog.modules.get(request.args.get("about", ""))
    if about is not None and not may(g.catalog, g.actor, about.key, "view"):
        about = None
    groups = mailing.groups(variables(g.catalog, about), about, g.language)
    return render_template("screens/mail_variables.html", groups=groups)


@door("record", asks="view")
def trial(module: str, id: UUID) -> str:
    """What a template says of a record (`?record=`). Raises NotFound for records that are no templates."""
    if module != TEMPLATES:
        raise NotFound(say("This is no template of mails."))
    module_of(TEMPLATES, "view")
    template = record_of(TEMPLATES, id)
    about, back = g.catalog.modules.get(str(template["about"] or "")), f"/{TEMPLATES}/{id}"
    question = _question(about) if about is not None and may(g.catalog, g.actor, about.key, "view") else None
    wanted = request.args.get("record", "") if question else ""
    record = _record(about, wanted) if about is not None and wanted else None
    value = Linked(record.module, record.id, record.title) if record else None
    body = g.catalog.module(MODULE).field(BODY)
    view = TemplateTrial(template.title, f"{back}/_letter", back, question, body, value)
    if record is not None or question is None:
        view = _tried(view, template, record)
    return render_template("screens/mail_trial.html", view=view)


def _question(about: Module) -> Field:
    """Which record it is tried with."""
    return Field(TEMPLATES, "record", Link(), about.label, {"type": "link", "to": about.key}, targets=(about.key,))


def _record(about: Module, wanted: str) -> Record | None:
    value = linked(about.key, wanted)
    return record_of(about.key, value.id) if value is not None else None


def _tried(view: TemplateTrial, template: Record, record: Record | None) -> TemplateTrial:
    try:
        found = _filled(template, record)
    except Invalid as wrong:
        return replace(view, problems=tuple(one for each in wrong.errors.values() for one in each))
    return replace(view, subject=found.subject, html=found.html)


# -- drawing -------------------------------------------------------------------------------------------------------
def _page(
    module: Module, record: Record, typed: MultiDict[str, str], *, token: str,
    errors: Mapping[str, Sequence[Message]],
) -> str:  # fmt: skip
    home = f"/{module.key}/{record.id}"
    accounts = usable(connection(), g.catalog, g.actor)
    own = mailing.files_of(module, record)
    template = typed.get("template", "")
    brought = _brought(template)
    known = {one.id: one for one in (*own, *brought)}
    view = MailForm(
        title=record.title, url=f"{home}/_mail", back=home, token=token,
        accounts=mailing.account_choices(accounts), account=typed.get("account", ""),
        templates=tuple((str(one.id), one.title) for one in _templates(module.key)), template=template,
        to=typed.get("to", ""), cc=typed.get("cc", ""), bcc=typed.get("bcc", ""),
        people=tuple(named([one]) for one in addresses(connection(), g.catalog, g.actor, record)),
        fields=tuple((one, None) for one in mailing.asked_fields(g.catalog)),
        offered=tuple(known.values()), chosen=tuple(typed.getlist("attach")), errors=mailing.shown_errors(errors),
    )  # fmt: skip
    name = "mail_form" if is_fragment() else "mail_page"
    return render_template(f"screens/{name}.html", view=view, typed=typed)


def _brought(template: str) -> tuple[Any, ...]:
    """The files of the chosen template."""
    if not is_id(template) or TEMPLATES not in g.catalog.modules:
        return ()
    try:
        return mailing.files_of(g.catalog.module(TEMPLATES), record_of(TEMPLATES, UUID(template)))
    except NotFound:
        return ()
