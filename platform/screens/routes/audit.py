"""The logs of the trail: what was entered, changed and handed over, and what administrators did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import role_labels
from hanok.engine.errors import Conflict, Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import Field, in_language
from hanok.engine.fields.link import Link
from hanok.engine.jobs import auditing as jobs
from hanok.engine.records import auditing
from hanok.engine.records.auditing import LOGS, OWNERS
from hanok.engine.records.auditing.administration import administration, modules_told
from hanok.engine.records.auditing.asking import EXPORT, fields_of, modules_of
from hanok.engine.records.auditing.pages import GONE
from hanok.engine.records.auditing.putting import proposal, put_back
from hanok.engine.records.deeds import SUBJECTS
from hanok.screens.audit.asking import ADMINISTRATION, CUSTOM, PERIODS, Asked, read
from hanok.screens.audit.rows import ACTIONS, Row, rows_of
from hanok.screens.cells import Shown
from hanok.screens.exporting import FORMATS
from hanok.screens.reading import is_fragment, title_of_link, write
from hanok.screens.timeline import known
from hanok.screens.words import shortened
from hanok.web import own_work
from hanok.web.controls import TITLE, Form
from hanok.web.doors import ADMINISTRATOR, door
from hanok.web.notices import notify
from hanok.web.visit import connection

COUNTED = 1000
#: What workflows did: a log with a page of its own.
PROCESSES, PROCESSES_AT = "processes", "/admin/runs"
PERSON: Mapping[str, Field] = {
    "actor": Field("", "actor", Link(), {"en": "By whom", "ko": "누가"}, targets=("user",)),
    "person": Field("", "person", Link(), {"en": "Owner before or after", "ko": "이전·이후 담당자"}, targets=("user",)),
}  # fmt: skip
TITLES: Mapping[str, Message] = {
    "input": say("Input information"), "changes": say("Changes and deletions"), "owners": say("Changes of owner"),
    ADMINISTRATION: say("Administration log"), PROCESSES: say("Process audit"),
}  # fmt: skip


def add(to: Blueprint) -> None:
    to.get("/audit", endpoint="audit_home")(home)
    to.get("/audit/administration", endpoint="audit_administration")(show_administration)
    to.get("/audit/<any(input,changes,owners):log>", endpoint="audit_show")(show)
    to.get("/audit/<any(input,changes,owners):log>/_count", endpoint="audit_count")(count)
    to.get("/audit/changes/<uuid:id>/<field>", endpoint="audit_put_back_ask")(ask)
    to.post("/audit/changes/<uuid:id>/<field>", endpoint="audit_put_back")(put)
    to.post("/audit/changes/<uuid:id>/restore", endpoint="audit_restore")(restore)
    to.get("/audit/administration/_export", endpoint="audit_export_administration_ask")(export_administration_ask)
    to.post("/audit/administration/_export", endpoint="audit_export_administration")(export_administration)
    to.get("/audit/<any(input,changes,owners):log>/_export", endpoint="audit_export_ask")(export_ask)
    to.post("/audit/<any(input,changes,owners):log>/_export", endpoint="audit_export")(export)


@dataclass(frozen=True, slots=True)
class LogPage:
    """A log as it is printed. `modules` are choices to narrow it to, `fields` those of the chosen module.

    `reached` is how far it was looked through, where the page ended before it was full; `export` says that some of it
    may be taken along.
    """

    asked: Asked
    title: Message
    tabs: tuple[tuple[str, Message, str], ...]
    modules: tuple[tuple[str, str | Message], ...]
    fields: tuple[tuple[str, str], ...]
    actions: tuple[tuple[str, Message], ...]
    rows: tuple[Row, ...]
    previous: str
    next: str
    reached: Any
    people: tuple[tuple[Field, Form | None], ...]
    periods: Mapping[str, tuple[Message, int]]
    export: bool


# -- looking -------------------------------------------------------------------------------------------------------
@door("history", asks="view")
def home() -> AnyResponse:
    return redirect("/audit/changes")


@door("history", asks="view")
def show(log: str) -> str:
    asked = _asked(log)
    found = auditing.page(connection(), g.catalog, g.actor, asked.search(), after=asked.after, before=asked.before)
    rows = rows_of(g.catalog, found.entries, g.language, log=log, roles=role_labels(g.catalog))
    return _printed(_page(asked, rows, found.previous, found.next, reached=found.reached))


@door("history", who=ADMINISTRATOR)
def show_administration() -> str:
    asked = _asked(ADMINISTRATION)
    found = administration(connection(), g.catalog, g.actor, asked.wanted(), after=asked.after, before=asked.before)
    rows = rows_of(g.catalog, found.rows, g.language, log=ADMINISTRATION, roles=role_labels(g.catalog))
    return _printed(_page(asked, rows, found.previous, found.next))


@door("history", asks="view")
def count(log: str) -> str:
    """How many entries there are, as a fragment."""
    found = auditing.count(connection(), g.catalog, g.actor, _asked(log).search(), cap=COUNTED)
    return render_template("screens/audit_count.html", counted=found)


def _asked(log: str) -> Asked:
    subjects = (*SUBJECTS, *modules_told(g.catalog)) if log == ADMINISTRATION else ()
    return read(g.catalog, g.actor, log, request.args, zone=g.formats.zone, today=g.formats.today(), subjects=subjects)


def _printed(view: LogPage) -> str:
    return render_template("screens/audit.html", view=view, custom=CUSTOM)


def _page(
    asked: Asked, rows: tuple[Row, ...], previous: UUID | None, next: UUID | None, *, reached: Any = None
) -> LogPage:
    return LogPage(
        asked=asked, title=TITLES[asked.log], tabs=tabs_of(asked),
        modules=_modules(asked.log), fields=_fields(asked), actions=_actions(asked.log), rows=rows,
        previous=asked.url(before=previous) if previous else "", next=asked.url(after=next) if next else "",
        reached=reached if next or previous else None, people=tuple(_people(asked)), periods=PERIODS,
        export=bool(rows) and _may_export(asked),
    )  # fmt: skip


def tabs_of(asked: Asked) -> tuple[tuple[str, Message, str], ...]:
    """The logs that this reader has: their keys, names and addresses."""
    logs = (*LOGS, *((ADMINISTRATION,) if g.actor.governs else ()))
    rest = ((PROCESSES, TITLES[PROCESSES], PROCESSES_AT),) if g.actor.governs else ()
    return (*((log, TITLES[log], asked.other(log)) for log in logs), *rest)


def _may_export(asked: Asked) -> bool:
    if asked.log == ADMINISTRATION:
        return True
    known = [one.key for one in modules_of(g.catalog, g.actor, asked.log, EXPORT)]
    return asked.module in known if asked.module else bool(known)


def _modules(log: str) -> tuple[tuple[str, str | Message], ...]:
    keys = modules_told(g.catalog) if log == ADMINISTRATION else tuple(
        one.key for one in modules_of(g.catalog, g.actor, log)
    )  # fmt: skip
    named = sorted((in_language(g.catalog.every[key].plural, g.language), key) for key in keys)
    deeds = tuple(SUBJECTS.items()) if log == ADMINISTRATION else ()
    return (*deeds, *((key, text) for text, key in named))


def _actions(log: str) -> tuple[tuple[str, Message], ...]:
    keys = LOGS.get(log, ())
    return tuple((key, ACTIONS[key]) for key in keys) if len(keys) > 1 else ()


def _fields(asked: Asked) -> tuple[tuple[str, str], ...]:
    if not asked.module or asked.log in (OWNERS, ADMINISTRATION):
        return ()
    module = g.catalog.every[asked.module]
    found = ((key, known(module, key)) for key in fields_of(g.catalog, asked.module))
    return tuple(sorted(((key, one.label_in(g.language)) for key, one in found if one), key=lambda pair: pair[1]))


def _people(asked: Asked) -> Any:
    """The boxes that ask for a person, each with who stands in it."""
    for name in ("actor", "person") if asked.log == OWNERS else ("actor",):
        id = asked.actor if name == "actor" else asked.person
        title = title_of_link(PERSON[name], str(id)) if id else ""
        yield PERSON[name], Form({name: str(id), name + TITLE: title}) if id else None


# -- putting back --------------------------------------------------------------------------------------------------
@door("save", asks="edit")
def ask(id: UUID, field: str) -> str:
    """What is there and what it would become, before it is done."""
    return _question(id, field)


@door("save", asks="edit")
def put(id: UUID, field: str) -> AnyResponse | tuple[str, int]:
    try:
        done = write(lambda conn, catalog: _put(conn, catalog, id, field))
    except Conflict:
        return _question(id, field, say("Somebody else changed this record meanwhile. Look at it again.")), 409
    except Invalid as wrong:
        return _question(id, field, _first(wrong)), 422
    except Refused as refused:
        notify(refused.message, kind="failed")
        return redirect("/audit/changes", 303)
    undo = f"/audit/changes/{done.entry}/{field}"
    label = in_language(done.field.label, g.language)
    notify(say("{field} of “{title}” is what it was.", field=label, title=shortened(done.record.title)),
           undo=undo, values={"version": done.record.version})  # fmt: skip
    return redirect(f"/{done.record.module}/{done.record.id}", 303)


@dataclass(frozen=True, slots=True)
class _Done:
    """What was put back; `entry` is what the trail says of that."""

    record: records.Record
    field: Field
    entry: UUID


def _put(conn: Any, catalog: Any, id: UUID, field: str) -> _Done:
    found = proposal(conn, catalog, g.actor, id, field)
    record = put_back(conn, catalog, g.actor, id, field, version=_version())
    (told, *_) = records.history(conn, catalog, g.actor, record.module, record.id, size=1, record=record)
    return _Done(record, found.field, told.id)


def _question(id: UUID, field: str, problem: Message | None = None) -> str:
    try:
        found = proposal(connection(), g.catalog, g.actor, id, field)
    except Refused as refused:
        return render_template(_template(), view=None, problem=refused.message, url="")
    now, before = Shown(found.field, found.now), Shown(found.field, found.before)
    return render_template(
        _template(), view=found, now=now, before=before, problem=problem, url=f"/audit/changes/{id}/{field}",
        module=found.told.module, may=bool(found.told.about and found.told.about.may_edit) and not found.same,
    )  # fmt: skip


def _template() -> str:
    return "screens/audit_back_ask.html" if is_fragment() else "screens/audit_back.html"


def _first(wrong: Invalid) -> Message:
    """The first thing that is wrong with the record as it would be."""
    return next(iter(next(iter(wrong.errors.values()))))


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@door("delete", asks="delete")
def restore(id: UUID) -> AnyResponse:
    """Takes the record of an entry out of the bin."""
    told = auditing.one(connection(), g.catalog, g.actor, id)
    if told.about is None or not told.about.deleted:
        raise NotFound(GONE)
    try:
        record = write(lambda conn, catalog: records.restore(conn, catalog, g.actor, told.key, told.record))
    except Refused as refused:
        notify(refused.message, kind="failed")
        return redirect("/audit/changes", 303)
    undo = f"/{record.module}/{record.id}/delete"
    notify(say("“{title}” is back.", title=shortened(record.title)), undo=undo, values={"version": record.version})
    return redirect(f"/{record.module}/{record.id}", 303)


# -- export --------------------------------------------------------------------------------------------------------
@door("export", asks="export")
def export_ask(log: str) -> str:
    return _export_ask(_asked(log))


@door("export", asks="export")
def export(log: str) -> AnyResponse:
    return _export(_asked(log))


@door("export", who=ADMINISTRATOR)
def export_administration_ask() -> str:
    return _export_ask(_asked(ADMINISTRATION))


@door("export", who=ADMINISTRATOR)
def export_administration() -> AnyResponse:
    return _export(_asked(ADMINISTRATION))


def _export_ask(asked: Asked) -> str:
    template = "screens/audit_export_ask.html" if is_fragment() else "screens/audit_export.html"
    return render_template(template, asked=asked, title=TITLES[asked.log], formats_=tuple(FORMATS.items()))


def _export(asked: Asked) -> AnyResponse:
    sent = request.form.get("format", "")
    ending = sent if sent in FORMATS else next(iter(FORMATS))
    plain = replace(asked, after=None, before=None)
    since, until = plain.span
    wish = jobs.Wish(
        log=plain.log, language=g.language, ending=ending, module=plain.module,
        action=plain.action, field=plain.field, words=plain.words, actor=plain.actor, person=plain.person,
        record=plain.record, since=since, until=until,
    )  # fmt: skip
    write(lambda conn, catalog: jobs.ask(conn, catalog, g.actor, wish))
    own_work.began()
    notify(say("The export runs in the background. You find it at the top of the page, also when it is done."))
    return redirect(plain.url(), 303)
