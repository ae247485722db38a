"""The timeline of a record: all of it, more of what happened, writing into it, ending what is next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may, role_labels
from hanok.engine.automation.acting import begin_action
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, Duplicates, Invalid, NotFound, Refused, say
from hanok.engine.records import Record, acting, timelines
from hanok.engine.records.timelines import Origin
from hanok.screens import actions, composing, feed, forms, once
from hanok.screens.composing import TIE, Composer
from hanok.screens.defaults import initial
from hanok.screens.feed import Feed, Reader
from hanok.screens.reading import is_fragment, linked, module_of, record_of, write
from hanok.screens.routes import forms as whole
from hanok.screens.routes.actions import undo_of
from hanok.screens.subpanels import Place
from hanok.screens.telling import tell_unheard
from hanok.screens.words import shortened
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import SESSION_COOKIE, connection
from hanok.web.widgets import read_form


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_timeline", endpoint="feed_show")(show)
    to.get("/<module>/<uuid:id>/_timeline/past", endpoint="feed_past")(past)
    to.get("/<module>/<uuid:id>/_timeline/new/<key>", endpoint="feed_compose")(compose)
    to.post("/<module>/<uuid:id>/_timeline/new/<key>", endpoint="feed_create")(create)
    to.post("/<module>/<uuid:id>/_timeline/finish", endpoint="feed_finish")(finish)


# -- reading -------------------------------------------------------------------------------------------------------
@door("history", asks="view")
def show(module: str, id: UUID) -> str:
    """All of it: a fragment of the record's page, and a page of its own."""
    reader = _reader(module, id)
    if is_fragment():
        return _all(reader)
    return render_template("screens/feed_page.html", feed=_feed(reader), composer=_closed(reader), **_heading(reader))


@door("history", asks="view")
def past(module: str, id: UUID) -> str:
    """More of what happened, or what happened of one kind."""
    reader = _reader(module, id)
    found = _past(reader, timelines.origins(g.catalog, g.actor, reader.module))
    template = "screens/feed_past.html" if is_fragment() else "screens/feed_past_page.html"
    return render_template(template, past=found, **_heading(reader))


def _reader(module: str, id: UUID) -> Reader:
    return Reader(module_of(module, "view"), record_of(module, id), g.formats, role_labels(g.catalog))


def _heading(reader: Reader) -> dict[str, Any]:
    return {"module": reader.module, "record": reader.record, "url": f"/{reader.module.key}/{reader.record.id}"}


def _all(reader: Reader) -> str:
    return render_template("screens/feed.html", feed=_feed(reader), composer=_closed(reader))


def _feed(reader: Reader) -> Feed:
    origins = timelines.origins(g.catalog, g.actor, reader.module)
    size = feed.MORE_NEXT if request.args.get("next") else feed.NEXT
    coming = timelines.coming(connection(), g.catalog, g.actor, reader.record, origins, size=size)
    shown = coming if size > feed.NEXT else coming[: feed.NEXT]
    found, kind = _past(reader, origins), request.args.get("kind", "")
    return Feed(
        url=reader.url,
        next=feed.next_of(reader, shown),
        more_next=f"{reader.url}?next=all" if len(coming) > len(shown) else "",
        past=found,
        chips=feed.chips(reader, origins, kind),
        log=f"/audit/changes?module={reader.module.key}&record={reader.record.id}",
        silent=not shown and all(item.entry is not None for item in found.items) and not kind,
    )


def _past(reader: Reader, origins: Sequence[Origin]) -> feed.Past:
    kind, after, day = (request.args.get(name, "") for name in ("kind", "after", "day"))
    chosen, changes = feed.chosen(origins, kind)
    stretch = timelines.happened(
        connection(), g.catalog, g.actor, reader.record, chosen, changes=changes, after=after, size=feed.PAST
    )
    return feed.past_of(reader, stretch, kind=kind, after=after, day=day)


# -- writing -------------------------------------------------------------------------------------------------------
@door("form", asks="view")
def compose(module: str, id: UUID, key: str) -> AnyResponse:
    """The box, open for one kind: a fragment; without scripts the whole form of that kind."""
    reader = _reader(module, id)
    places = _places(reader)
    place = _place(places, key)
    if not is_fragment():
        kinds = composing.kinds(places, reader.module, reader.record, reader.url, g.language)
        return redirect(next(kind.page for kind in kinds if kind.key == key))
    return make_response(_box(reader, places, place, token=once.new_token()))


@door("save", asks="view")
def create(module: str, id: UUID, key: str) -> AnyResponse:
    """Makes a record that stands in the timeline; what is wrong with it is said in the box."""
    reader = _reader(module, id)
    places = _places(reader)
    place = _place(places, key)
    raw = read_form((one for one in place.module.fields.values() if not one.readonly), request.form, g.formats)
    token = request.form.get("token", "")
    try:
        made = write(lambda conn, catalog: _create(conn, catalog, reader, place, raw, token))
    except Invalid as wrong:
        return make_response(_box(reader, places, place, token=token, wrong=wrong), 422)
    notify(say("“{title}” was saved.", title=shortened(made.title)))
    tell_unheard(made)
    return _renewed(reader)


def _create(
    conn: Connection, catalog: Catalog, reader: Reader, place: Place, raw: Mapping[str, Any], token: str
) -> Record:
    session, module = request.cookies.get(SESSION_COOKIE, ""), place.module.key
    before = once.made_before(conn, catalog, g.actor, session, token)
    if before:
        return records.get(conn, catalog, g.actor, module, before)
    beside = composing.beside(place, reader.module, reader.record)
    tied = beside.pop(TIE, "")
    values = {**{key: text for key, text in beside.items() if key not in raw}, **raw}
    despite = bool(request.form.get("despite"))
    made = records.create(conn, catalog, g.actor, module, values, despite_duplicates=despite)
    if tied:
        records.link(conn, catalog, g.actor, reader.module.key, reader.record.id, place.panel.end, made.id)
    once.remember(conn, catalog, session, token, made.id)
    return made


def _places(reader: Reader) -> tuple[Place, ...]:
    found = timelines.origins(g.catalog, g.actor, reader.module)
    rights = [(origin, may(g.catalog, g.actor, origin.module.key, "create")) for origin in found]
    return composing.places(g.catalog, reader.module, reader.record, rights)


def _place(places: Sequence[Place], key: str) -> Place:
    """The end of this key. Raises NotFound where nothing can be written there."""
    found = next((place for place in places if place.panel.end == key), None)
    if found is None:
        raise NotFound(say("There is no link “{key}” here.", key=key))
    return found


def _closed(reader: Reader) -> Composer:
    return Composer(composing.kinds(_places(reader), reader.module, reader.record, reader.url, g.language))


def _box(
    reader: Reader, places: Sequence[Place], place: Place, *, token: str, wrong: Invalid | None = None
) -> str:
    module = place.module
    beside = composing.beside(place, reader.module, reader.record)
    values = initial(g.catalog, g.actor, module, composing.texts(beside), linked)
    form = forms.build(
        whole.present_of(module, values, typed=wrong is not None, new=True),
        values,
        language=g.language,
        action=f"{reader.url}/new/{place.end.key}",
        cancel=f"/{reader.module.key}/{reader.record.id}",
        token=token,
        errors=whole.errors_of(module, wrong),
        hidden=composing.limiting(module, beside),
        alike=_alike(module, values, wrong),
        view=composing.asked_view(module, beside),
    )
    kinds = composing.kinds(places, reader.module, reader.record, reader.url, g.language)
    return render_template(
        "screens/composer.html", composer=Composer(kinds, place.end.key, form), typed=request.form if wrong else None
    )


def _alike(module: Module, values: Mapping[str, Any], wrong: Invalid | None) -> tuple[records.Alike, ...]:
    if not isinstance(wrong, Duplicates):
        return ()
    return records.duplicates(connection(), g.catalog, g.actor, module.key, values)


# -- ending --------------------------------------------------------------------------------------------------------
@door("action", asks="view")
def finish(module: str, id: UUID) -> AnyResponse:
    """Runs the action that ends what is next; whoever may edit what it changes may do it."""
    reader = _reader(module, id)
    wanted = request.form.get("of", "")
    origin = next((one for one in _origins(reader) if one.module.key == wanted and one.view.finish), None)
    if origin is None:
        raise NotFound(say("There is nothing to do here now"))
    action = origin.module.actions[origin.view.finish]
    try:
        other = UUID(request.form.get("id", ""))
    except ValueError:
        raise NotFound(say("There is no such record, or you may not see it.")) from None
    versions = {other: _version()} if _version() else {}
    try:
        outcome = write(lambda conn, catalog: acting.act(
            conn, catalog, g.actor, wanted, [other], action.key, versions=versions, begin=begin_action))  # fmt: skip
    except (Denied, Refused) as refused:
        notify(refused.message, kind="failed")
        return _renewed(reader)
    (only,) = outcome.records
    back = f"/{reader.module.key}/{reader.record.id}"
    way = {} if only.refused else undo_of(wanted, only, back)
    for message, kind in actions.said(action, outcome):
        notify(message, kind=kind, **(way if kind == "done" else {}))
    return _renewed(reader)


def _origins(reader: Reader) -> tuple[Origin, ...]:
    return timelines.origins(g.catalog, g.actor, reader.module)


def _renewed(reader: Reader) -> AnyResponse:
    """The timeline as it is now, in place of the one that was there; without scripts the record."""
    if not is_fragment():
        return redirect(f"/{reader.module.key}/{reader.record.id}", 303)
    answer = make_response(render_template("screens/feed_renewed.html", feed=_feed(reader), composer=_closed(reader)))
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#feed", "outerHTML"
    return answer


def _version() -> int:
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
