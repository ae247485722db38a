"""The roles of users, teams and groups, the security groups of a record, and why somebody may do something."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.accounts.acting import actor_named, actor_with
from hanok.engine.accounts.explaining import explain
from hanok.engine.accounts.grants import GROUP, HOLDERS, USER
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, Message, NotFound, Refused, say
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.link import Link
from hanok.engine.jobs import following
from hanok.engine.records import Record, sharing
from hanok.engine.records.deeds import tell
from hanok.engine.records.ways import HAND
from hanok.screens import picking
from hanok.screens.access import holding, reach, why
from hanok.screens.access.words import ACTION_WORDS, VIA_WORDS
from hanok.screens.admin.asking import guarded
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.screens.routes.forms import LISTS
from hanok.screens.words import shortened
from hanok.web.controls import TITLE
from hanok.web.doors import ADMINISTRATOR, door
from hanok.web.notices import notify
from hanok.web.proving import proved
from hanok.web.visit import connection

GONE = say("There is no such record, or you may not see it.")
#: The user of whom something is asked, and how many a list without scripts offers.
WHO, OFFERED = "user", 500
PICKER = Field(USER, WHO, Link(), {"en": "User", "ko": "사용자"}, {"to": [USER]}, targets=(USER,))


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/why", "admin_why", show_why)
    guarded(to, "GET", "/admin/holders/<module>/<uuid:id>", "admin_holder", show_holder)
    guarded(to, "POST", "/admin/holders/<module>/<uuid:id>/give", "admin_holder_give", proved(give))
    guarded(to, "POST", "/admin/holders/<module>/<uuid:id>/take", "admin_holder_take", proved(take))
    guarded(to, "GET", "/admin/groups/<uuid:id>", "admin_group", show_reach)
    guarded(to, "POST", "/admin/groups/<uuid:id>/apply", "admin_group_apply", apply)
    to.get("/<module>/<uuid:id>/groups", endpoint="records_groups")(show_groups)
    to.post("/<module>/<uuid:id>/groups/add", endpoint="records_groups_add")(share)
    to.post("/<module>/<uuid:id>/groups/remove", endpoint="records_groups_remove")(unshare)


# -- who holds them ------------------------------------------------------------------------------------------------
@door("access", who=ADMINISTRATOR)
def show_holder(module: str, id: UUID) -> str:
    return _holder(_of_holder(module, id))


@door("access", who=ADMINISTRATOR)
def give(module: str, id: UUID) -> AnyResponse:
    return _changed(module, id, accounts.give)


@door("access", who=ADMINISTRATOR)
def take(module: str, id: UUID) -> AnyResponse:
    return _changed(module, id, accounts.revoke)


def _changed(module: str, id: UUID, change: Callable[..., bool]) -> AnyResponse:
    record, role, problem = _of_holder(module, id), request.form.get("role", ""), None
    try:
        write(lambda conn, catalog: change(conn, catalog, g.actor, module, id, role))
    except Refused as refused:
        problem = refused.message
    if is_fragment():
        return make_response(_holder(record, problem))
    if problem:
        notify(problem, kind="failed")
    return redirect(f"/{module}/{id}", 303)


def _of_holder(module: str, id: UUID) -> Record:
    if module not in HOLDERS:
        raise NotFound(GONE)
    return record_of(module, id)


def _holder(record: Record, problem: Message | None = None) -> str:
    view = holding.holding(connection(), g.catalog, record, g.language, problem)
    return render_template(f"screens/{'holder' if is_fragment() else 'holder_page'}.html", view=view)


# -- what a group holds --------------------------------------------------------------------------------------------
@door("access", who=ADMINISTRATOR)
def show_reach(id: UUID) -> str:
    return _reach(id)


@door("access", who=ADMINISTRATOR)
def apply(id: UUID) -> AnyResponse:
    """Asks for the group to be applied to the records that are there already; it is done as a job."""
    record = record_of(GROUP, id)

    def ask(conn: Connection, catalog: Catalog) -> None:
        asked = following.apply(conn, id, record.title, g.actor)
        tell(conn, g.actor, "job", "begun", about=asked, title=record.title)

    write(ask)
    if is_fragment():
        return make_response(_reach(id))
    notify(say("The group is applied to existing records. This may take a while."))
    return redirect(f"/{GROUP}/{id}", 303)


def _reach(id: UUID) -> str:
    view = reach.reach(connection(), g.catalog, record_of(GROUP, id), g.language)
    return render_template(f"screens/{'group_reach' if is_fragment() else 'group_reach_page'}.html", view=view)


# -- groups of a record --------------------------------------------------------------------------------------------
@door("access", asks="assign")
def show_groups(module: str, id: UUID) -> str:
    found = module_of(module, "view")
    record = _assignable(found, id)
    conn = connection()
    offered = sharing.known_groups(conn, g.catalog, g.actor)
    known = {one.id for one in offered}
    inside = sharing.in_groups(conn, g.catalog, found, id)
    by_hand = {one.group.id for one in inside if HAND in one.vias}
    return render_template(
        "screens/groups.html", module=found, record=record, url=f"/{module}/{id}", vias=VIA_WORDS,
        rows=tuple(one for one in inside if one.group.id in known),
        hidden=sum(one.group.id not in known for one in inside),
        offered=tuple(one for one in offered if one.id not in by_hand),
    )  # fmt: skip


@door("access", asks="assign")
def share(module: str, id: UUID) -> AnyResponse:
    found, group = module_of(module, "view"), _group()
    record = _assignable(found, id)
    if write(lambda conn, catalog: sharing.share(conn, catalog, g.actor, record, group)):
        notify(say("“{title}” is in the group now.", title=shortened(record.title)))
    return redirect(f"/{module}/{id}/groups", 303)


@door("access", asks="assign")
def unshare(module: str, id: UUID) -> AnyResponse:
    found, group = module_of(module, "view"), _group()
    record = _assignable(found, id)
    if write(lambda conn, catalog: sharing.unshare(conn, catalog, g.actor, record, group)):
        notify(say("“{title}” was taken out of the group.", title=shortened(record.title)))
    try:
        record_of(module, id)
    except NotFound:
        return redirect(f"/{module}", 303)  # it was the group that showed the record
    return redirect(f"/{module}/{id}/groups", 303)


def _assignable(module: Module, id: UUID) -> Record:
    record = record_of(module.key, id)
    if not record.may_assign:
        raise Denied(say("You may not give this record to other groups."))
    return record


def _group() -> UUID:
    try:
        return UUID(request.form.get("group", ""))
    except ValueError:
        raise NotFound(GONE) from None


# -- why -----------------------------------------------------------------------------------------------------------
@door("access", who=ADMINISTRATOR)
def show_why() -> AnyResponse | str:
    """The question; with a user, a record and an action the answer below it."""
    if WHO + TITLE in request.args:  # what the combobox keeps beside the id
        asked = [(key, text) for key, text in request.args.items(multi=True) if key != WHO + TITLE]
        return redirect(f"/admin/why?{urlencode(asked)}")
    record, problem, view = _asked_record(), None, None
    module = g.catalog.modules.get(record.module) if record else None
    fields = module.fields if module else {}
    action, field = request.args.get("action", "view"), request.args.get("field", "")
    action, field = action if action in ACTION_WORDS else "view", field if field in fields else ""
    action = "view" if field and action not in ("view", "edit") else action
    who = None
    try:
        who = _asked_person()
        if who is not None and record is not None:
            told = explain(connection(), g.catalog, who, record.module, record.id, action, field)
            view = why.shown(g.catalog, told, g.language)
    except NotFound as missing:
        problem = missing.message
    return render_template(
        "screens/why.html", view=view, record=record, module=module, field=field, action=action, actions=ACTION_WORDS,
        fields=[(key, one.label_in(g.language)) for key, one in fields.items()], problem=problem,
        picker=PICKER, who=Linked(USER, who.id, who.title) if who and who.id else None, people=_people(who),
        listing=f"/admin/why?{urlencode({**request.args.to_dict(), LISTS: '1'})}",
    )  # fmt: skip


def _asked_person() -> Actor | None:
    """Whom the address names, by id or user name; None where it names nobody. Raises NotFound."""
    said = request.args.get(WHO, "").strip()
    if not said:
        return None
    try:
        id = UUID(said)
    except ValueError:
        return actor_named(connection(), g.catalog, said)
    try:
        return actor_with(connection(), g.catalog, id)
    except NotFound:
        raise NotFound(say("This user is inactive or was deleted, and may do nothing any more.")) from None


def _people(who: Actor | None) -> tuple[tuple[str, str], ...]:
    """Users as a plain list, where a browser without scripts asked for one."""
    if LISTS not in request.args:
        return ()
    module = g.catalog.module(USER)
    found = {str(one.id): one.title for one in picking.choices(connection(), g.catalog, g.actor, module, size=OFFERED)}
    return tuple((({str(who.id): who.title} if who else {}) | found).items())


def _asked_record() -> Record | None:
    """The record that the address names as `module:id`, None where it names none. Raises NotFound."""
    module, _, id = request.args.get("record", "").partition(":")
    if not module and not id:
        return None
    if module not in g.catalog.modules:
        raise NotFound(GONE)
    try:
        return records.get(connection(), g.catalog, g.actor, module, id)
    except NotFound:
        return records.get(connection(), g.catalog, g.actor, module, id, deleted=True)
