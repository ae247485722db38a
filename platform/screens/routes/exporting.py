"""Export of a list: a file at once, or a job whose file is fetched when it is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.access import may
from hanok.engine.catalog import Module
from hanok.engine.errors import Denied, say
from hanok.engine.jobs import exporting as jobs
from hanok.engine.records.exporting import Export, Wish, export
from hanok.screens import exporting, filters
from hanok.screens.exporting import COLUMNS, EVERY, FORMATS, MOST_AT_ONCE
from hanok.screens.reading import is_fragment, module_of, write
from hanok.screens.routes.lists import asked_of
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.uploads import handed_out, handed_over
from hanok.web.visit import connection


def add(to: Blueprint) -> None:
    to.get("/<module>/_export", endpoint="exporting_ask")(ask)
    to.post("/<module>/_export", endpoint="exporting_run")(run)
    to.get("/mine/jobs/<uuid:id>/file", endpoint="exporting_file")(file)


@door("export", asks="export")
def ask(module: str) -> str:
    """What is asked first: a dialog, and a page without scripts."""
    found = _module(module)
    rows = export(connection(), g.catalog, _wish(found, EVERY)).count(MOST_AT_ONCE)
    view = exporting.build(found, asked_of(found), rows, g.language)
    return render_template("screens/export_form.html" if is_fragment() else "screens/export_page.html", view=view)


@door("export", asks="export")
def run(module: str) -> AnyResponse:
    found = _module(module)
    ending = _chosen("format", FORMATS)
    wish = _wish(found, _chosen("columns", COLUMNS))
    made = export(connection(), g.catalog, wish)
    if made.count(MOST_AT_ONCE) <= MOST_AT_ONCE:
        return _file(made, wish, ending)
    write(lambda conn, catalog: jobs.ask(conn, catalog, wish, ending))
    own_work.began()
    notify(say("The export runs in the background. You find it at the top of the page, also when it is done."))
    return redirect(asked_of(found).url(), 303)


@door("export", asks="export")
def file(id: UUID) -> Response:
    """The file that a job made, for whoever asked for it alone."""
    return handed_out(jobs.file_made(connection(), g.catalog, g.actor, id))


def _module(key: str) -> Module:
    found = module_of(key)
    if not may(g.catalog, g.actor, key, "export"):
        raise Denied(say("You may not export records of this kind."))
    return found


def _wish(module: Module, columns: str) -> Wish:
    asked = asked_of(module)
    checked = [filters.check(g.catalog, module, condition) for condition in asked.conditions]
    return exporting.wish_of(g.catalog, g.actor, module, asked, checked, columns=columns, language=g.language)


def _chosen(name: str, known: Mapping[str, object]) -> str:
    """What was chosen, else the first that there is."""
    sent = request.form.get(name, "")
    return sent if sent in known else next(iter(known))


def _file(made: Export, wish: Wish, ending: str) -> Response:
    """The folder goes at once; the file goes when it was sent, and no file goes that nobody was told of."""
    with TemporaryDirectory(prefix="hanok-export-") as folder:
        path = Path(folder) / f"export{ending}"
        rows, name = made.write(path), jobs.name_of(made, ending)
        write(lambda conn, _: jobs.tell_of(conn, g.actor, wish, rows, name))
        return handed_over(path.open("rb"), name=name, type=jobs.TYPES[ending])
