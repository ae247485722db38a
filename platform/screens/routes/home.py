"""The start page, its counts, and putting the first five minutes away."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import may
from hanok.engine.catalog import Module
from hanok.engine.records import Query
from hanok.engine.records.favourites import favourites
from hanok.engine.records.recent import recently_viewed
from hanok.screens import home
from hanok.screens.reading import openings
from hanok.web.doors import door
from hanok.web.own_choices import start_of
from hanok.web.visit import connection

STARTED = "hanok_started"
YEAR = 365 * 24 * 3600


def add(to: Blueprint) -> None:
    to.get("/", endpoint="home_start")(start)
    to.get("/search/amounts", endpoint="home_amounts")(amounts)
    to.post("/started", endpoint="home_put_away")(put_away)


@door("home", asks="list")
def start() -> AnyResponse | str:
    """The home page, or where she wants to start; `?home=1` is the home page all the same."""
    elsewhere = start_of(g.look) if not request.args else ""
    if elsewhere:
        return redirect(elsewhere)
    modules = _modules()
    mine = tuple(
        home.show(
            one,
            records.page(connection(), g.catalog, g.actor, home.query(one)),
            g.formats,
            may_create=may(g.catalog, g.actor, one.module.key, "create"),
        )
        for one in home.mine_of(modules)
    )
    steps = () if STARTED in request.cookies else _steps(modules)
    stars = favourites(connection(), g.catalog, g.actor)
    seen = recently_viewed(connection(), g.catalog, g.actor, openings().of(g.actor.id))
    others = [one for one in seen if one not in stars]
    view = home.Home(mine, steps, *(home.kept(g.catalog, some, g.language) for some in (stars, others)))
    return render_template("screens/home.html", view=view)


@door("home", asks="list")
def amounts() -> str:
    """How many records there are of each module, as a fragment."""
    found = tuple(home.amount(one, g.language, _count(one, home.COUNT_CAP)) for one in _modules())
    return render_template("screens/amounts.html", amounts=found)


@door("own")
def put_away() -> AnyResponse:
    answer = make_response(redirect("/", 303))
    answer.set_cookie(STARTED, "1", max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return answer


def _modules() -> tuple[Module, ...]:
    return home.of_menu(g.catalog, [key for key in g.catalog.modules if may(g.catalog, g.actor, key, "list")])


def _steps(modules: tuple[Module, ...]) -> tuple[home.FirstStep, ...]:
    """The first records of the first modules; nothing once each has one."""
    own = [one for one in modules if may(g.catalog, g.actor, one.key, "create")][: home.STEPS]
    steps = tuple(home.step(one, g.language, done=_count(one, 0) > 0) for one in own)
    return () if all(step.done for step in steps) else steps


def _count(module: Module, cap: int) -> int:
    return records.count(connection(), g.catalog, g.actor, Query(module=module.key), cap=cap)
