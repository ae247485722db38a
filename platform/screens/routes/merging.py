"""Records that are one: which duplicates there are, what is asked before they are merged, done, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records as engine
from hanok.engine.catalog import Module
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import Field
from hanok.engine.fields.link import Link
from hanok.engine.jobs import merging as jobs
from hanok.engine.records import Query, Record
from hanok.engine.records.merging import asked, choosing, counting, finding, undoing
from hanok.engine.records.merging.asked import ALL, DONE, MINE, MOST, Merge, Wish
from hanok.screens import merging
from hanok.screens.deadlines import columns_to_ask
from hanok.screens.merging import LINES, TAKE, VERSION
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.screens.words import shortened
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection

NONE_HERE = say("You may not merge records here.")


def add(to: Blueprint) -> None:
    to.get("/<module>/_duplicates", endpoint="merging_duplicates")(duplicates)
    to.get("/<module>/_merge", endpoint="merging_ask")(ask)
    to.post("/<module>/_merge", endpoint="merging_run")(run)
    to.get("/<module>/<uuid:id>/_merge", endpoint="merging_choose")(choose)
    to.get("/<module>/_merge/<uuid:id>", endpoint="merging_show")(show)
    to.post("/<module>/_merge/<uuid:id>/undo", endpoint="merging_undo")(undo)


# -- duplicates --------------------------------------------------------------------------------------------------------
@door("list", asks="list")
def duplicates(module: str) -> str:
    """Groups of records that are alike, by one of the module's rules."""
    found = module_of(module)
    rules = finding.rules_of(g.catalog, found)
    if not rules:
        raise NotFound(say("{module} has no rule that tells duplicates.", module=found.label))
    rule, page = request.args.get("by", rules[0].key), _number(request.args.get("page", "1"))
    groups, more = finding.alikes(connection(), g.catalog, g.actor, found, rule, page=page)
    view = merging.duplicates(
        found, rules, rule, groups, _rows(found, [id for one in groups for id in one.ids]), g.formats, page=page,
        more=more, may=asked.may_merge(g.catalog, g.actor, found),
    )  # fmt: skip
    return render_template("screens/duplicates.html", view=view)


def _rows(module: Module, ids: Sequence[UUID]) -> Mapping[UUID, Record]:
    if not ids:
        return {}
    columns = columns_to_ask(module, module.views.list.columns)
    query = Query(module=module.key, asked={"id": [str(id) for id in ids]}, columns=columns, size=len(ids))
    return {row.id: row for row in engine.page(connection(), g.catalog, g.actor, query).rows}


# -- what is asked -----------------------------------------------------------------------------------------------------
@door("mass", asks="edit")
def choose(module: str, id: UUID) -> str:
    """The dialog that asks with which other record one is merged; what is like it stands first."""
    found = _merging(module)
    record = record_of(module, id)
    alike = engine.duplicates(connection(), g.catalog, g.actor, module, record.values, but=record.id)
    others = list(dict.fromkeys(one.record for one in alike))
    picker = Field(module, "other", Link(), found.label, {"to": module}, targets=(module,))
    template = "screens/merge_choose.html" if is_fragment() else "screens/merge_choose_page.html"
    return render_template(template, module=found, record=record, others=others, picker=picker)


@door("mass", asks="edit")
def ask(module: str) -> AnyResponse:
    """The page: columns side by side."""
    found = _merging(module)
    ids = _ids(request.args.getlist("id") + request.args.getlist("other"))
    if len(ids) < 2:
        notify(say("Choose two to {most} records to merge.", most=MOST), kind="failed")
        return redirect(f"/{module}/{ids[0]}" if ids else f"/{module}")
    return make_response(_page(found, ids, request.args))


@door("mass", asks="edit")
def run(module: str) -> AnyResponse:
    found = _merging(module)
    ids = _ids(request.form.getlist("id"))
    try:
        wish = _wish(module, ids)
        plan = write(lambda conn, catalog: jobs.begin(conn, catalog, g.actor, wish))
    except Invalid as wrong:
        return make_response(_page(found, ids, request.form, errors=wrong.errors), 422)
    except (Denied, Refused) as no:
        return make_response(_page(found, ids, request.form, problem=no.message), 422)
    return redirect(_told(plan), 303)


def _page(
    module: Module, ids: Sequence[UUID], sent: Mapping[str, str], *,
    errors: Mapping[str, Sequence[Message]] | None = None, problem: Message | None = None,
) -> str:  # fmt: skip
    conn = connection()
    found = choosing.several(conn, g.catalog, g.actor, module.key, ids)
    wanted = _id(sent.get("stays", ""))
    stays = wanted if wanted is not None and wanted in ids else choosing.stays_best(found)
    goes = [one.id for one in found if one.id != stays]
    choices = choosing.choices(conn, g.catalog, g.actor, module, found, stays)
    different = {one.field.key for one in choices}
    view = merging.build(
        module, found, stays, choices, choosing.line_choices(conn, g.catalog, g.actor, module, found, stays),
        counting.amounts(conn, g.catalog, g.actor, module, goes), language=g.language, sent=sent,
        equal=[one for one in choosing.fields_of(g.catalog, module) if one.key not in different],
        errors=errors or {}, problem=problem,
    )  # fmt: skip
    return render_template("screens/merge.html", view=view)


def _wish(module: str, ids: Sequence[UUID]) -> Wish:
    form = request.form
    stays = _id(form.get("stays", ""))
    if stays is None or stays not in ids:
        raise Refused(say("Say which record stays."))
    return Wish(
        module, stays, tuple(id for id in ids if id != stays),
        {id: _number(form.get(f"{VERSION}{id}", "0")) for id in ids},
        {key.removeprefix(TAKE): found for key, text in form.items()
         if key.startswith(TAKE) and (found := _id(text)) is not None},
        {key.removeprefix(LINES): text for key, text in form.items()
         if key.startswith(LINES) and (text in (ALL, MINE) or _id(text) in ids)},
    )  # fmt: skip


# -- afterwards --------------------------------------------------------------------------------------------------------
@door("mass", asks="edit")
def show(module: str, id: UUID) -> str:
    found = _merging(module)
    plan = _plan(module, id)
    left = undoing.left_of(plan)
    moved = counting.moved_along(connection(), g.catalog, g.actor, plan)
    view = merging.outcome_of(plan, found, _titles(plan), left, g.language, moved=moved)
    return render_template("screens/merge_show.html", view=view)


@door("mass", asks="edit")
def undo(module: str, id: UUID) -> AnyResponse:
    _merging(module)
    _plan(module, id)
    try:
        plan = write(lambda conn, catalog: jobs.begin_undo(conn, catalog, g.actor, id))
    except (Denied, Refused) as no:
        notify(no.message, kind="failed")
        return redirect(f"/{module}/_merge/{id}", 303)
    return redirect(_told(plan), 303)


def _told(plan: Merge) -> str:
    """Says what happened; where that leads."""
    titles = {UUID(id): title for id, title in plan.facts.get("titles", {}).items()}
    went = [titles.get(id, "") for id in plan.wish.goes]
    left = undoing.left_of(plan)
    message, kind = merging.said(plan, [shortened(one) for one in went], shortened(titles.get(plan.wish.stays, "")),
                                 len(left))  # fmt: skip
    there = f"/{plan.wish.module}/_merge/{plan.id}"
    if plan.job is not None:
        own_work.began()
    notify(message, kind=kind, undo=f"{there}/undo" if plan.state == DONE else "")
    return there if left else f"/{plan.wish.module}/{plan.wish.stays}"


def _plan(module: str, id: UUID) -> Merge:
    plan = asked.merge_of(connection(), g.actor, id)
    if plan.wish.module != module:
        raise NotFound(asked.GONE)
    return plan


def _titles(plan: Merge) -> Mapping[UUID, str]:
    """What the records are called, as far as she may still see the one that stays."""
    try:
        here = record_of(plan.wish.module, plan.wish.stays)
    except NotFound:
        return {}
    known = {UUID(id): title for id, title in plan.facts.get("titles", {}).items()}
    return {**known, here.id: here.title}


def _merging(module: str) -> Module:
    found = module_of(module, "view")
    if not asked.may_merge(g.catalog, g.actor, found):
        raise Denied(NONE_HERE)
    return found


def _ids(texts: Sequence[str]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(id for text in texts if (id := _id(text)) is not None))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
