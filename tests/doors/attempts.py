"""One attempt at a door: what is allowed is worked out by hand; the request is sent; all that stands is compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from werkzeug.wrappers import Response

from hanok.engine.access import Actor
from hanok.engine.accounts.acting import actor_with
from hanok.engine.errors import HanokError, Invalid
from tests.doors.stores import changed, hashes
from tests.doors.trial import DO, EITHER, MINE, MODULE, NEVER, NEW, ROW, SEE, Ask, Here, Trial
from tests.doors.trials import BY_NAME
from tests.doors.world import ADMIN, ANONYMOUS, BESIDE, GONE, INSTEAD, LEVELS, PEOPLE, READER, SHAPES, Rights, World
from tests.sweeps.rights import ACTIONS, Row

ALLOWED, CLOSED, REFUSED, HIDDEN, OUTSIDE, NOBODY = (
    "allowed", "closed", "refused", "hidden", "outside", "nobody comes",
)  # fmt: skip
#: Which right is tried: one of the first that decide there, or one that decides nothing.
ABOUT = ("first", "second", "third", "other")
FACTORS: Mapping[str, tuple[str, ...]] = {
    "door": tuple(BY_NAME), "module": tuple(SHAPES), "about": ABOUT, "level": tuple(LEVELS), "person": PEOPLE,
    "beside": BESIDE,
}  # fmt: skip
TO_LOGIN = "/login"
#: What two equal answers differ in: tokens, numbers of faults, ids.
PASSING = re.compile(r'(name="csrf-token" content="|"X-CSRFToken": "|name="csrf_token" value="|"number": ?")[^"]*"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}')  # fmt: skip  # noqa: E501


@dataclass(frozen=True)
class Attempt:
    """Who tries what: a value of each factor."""

    door: str
    module: str
    action: str
    level: str
    person: str
    beside: str

    @classmethod
    def of(cls, row: Mapping[str, str], drawn: Random) -> Attempt:
        """The attempt that a row of factors says."""
        asks, place = BY_NAME[row["door"]].asks, ABOUT.index(row["about"])
        others = [each for each in ACTIONS if each not in asks]
        action = asks[place % len(asks)] if asks and place < len(ABOUT) - 1 else drawn.choice(others)
        return cls(row["door"], row["module"], action, row["level"], row["person"], row["beside"])

    @property
    def trial(self) -> Trial:
        return BY_NAME[self.door]

    @property
    def held(self) -> tuple[str, ...]:
        """The roles: what is tried, and what is beside it."""
        return (f"{self.action}_{self.level}", f"rest_{self.action}" if self.beside == "rest" else self.beside)


@dataclass(frozen=True)
class Found:
    """What came of an attempt: what was expected, and every sentence about what was not so."""

    expected: str
    faults: tuple[str, ...]
    left: frozenset[str] = frozenset()


def expected(world: World, attempt: Attempt, here: Here, rights: Rights) -> str:
    """What the law says of it, need by need."""
    trial, row = attempt.trial, here.target.row
    if trial.for_engine and attempt.person in (ANONYMOUS, GONE, READER):
        return NOBODY
    if attempt.person in (ANONYMOUS, GONE, INSTEAD if trial.for_programs else READER):
        return OUTSIDE
    either = [rights.may(attempt.module, action) for kind, action in trial.needs if kind == EITHER]
    if either and not any(either):
        return CLOSED
    new = Row(None if attempt.module == "tied" else rights.person, (), ())  # nobody says who owns it
    for kind, action in trial.needs:
        if kind == MODULE and not rights.may(attempt.module, action):
            return CLOSED
        if kind == MINE and trial.only is not None and not trial.only(here):
            return HIDDEN
        if kind == NEW and not rights.allows(attempt.module, action, new):
            return REFUSED
        if kind == ROW and not rights.allows(attempt.module, action, row):
            return REFUSED if rights.allows(attempt.module, "list", row) else HIDDEN
        if kind in (SEE, DO) and not rights.allows(attempt.module, action, row):
            return HIDDEN if kind == SEE else REFUSED
    return ALLOWED


def attempted(world: World, folder: Path, attempt: Attempt) -> Found:
    """Tries it. The world is as before, or a fresh record is meant next time."""
    trial, person = attempt.trial, attempt.person
    target = world.clean.pop(attempt.module, None) or world.target(attempt.module)
    if trial.prepare:
        target = trial.prepare(world, target, person)
    world.hold(person, attempt.held)
    identity = world.identity(person)
    rights = Rights(world, identity, tuple(world.roles[key] for key in attempt.held), everything=person == ADMIN,
                    looks_only=person == READER)  # fmt: skip
    here = Here(world, attempt.module, target, target.id, person)
    law = expected(world, attempt, here, rights)
    if law == NOBODY:
        return Found(law, ())
    before = hashes(world.store, folder)
    answer = send(world, person, trial.ask(here))
    text = answer.get_data().decode(errors="replace")
    left = frozenset(changed(before, hashes(world.store, folder))) - ({*trial.leaves} if law != ALLOWED else set())
    faults = [*status(trial, law, answer), *learned(attempt, law, here, rights, text)]
    if law != ALLOWED and left:
        faults.append(f"{law}, and yet these changed: {sorted(left)}")
    if law == ALLOWED and trial.writes and not left:
        faults.append("allowed, and nothing changed")
    if law == ALLOWED and trial.writes is False and left:
        faults.append(f"only looked, and yet these changed: {sorted(left)}")
    if answer.status_code in (302, 303) and law != OUTSIDE:
        faults += followed(world, person, here, rights, answer)
    if law == HIDDEN:
        faults += told_apart(world, person, trial, here, answer, text)
    if not left and not trial.prepare:
        world.clean[attempt.module] = target
    return Found(law, tuple(faults), left)


def send(world: World, person: str, ask: Ask) -> Response:
    if ask.act is not None:
        return acted(world, person, ask.act)
    headers = {"X-CSRFToken": world.tokens[person]} if ask.method != "GET" else {}
    more: dict[str, Any] = {"query_string": dict(ask.query) or None}
    if ask.path.startswith("/api/") or person == READER:
        headers = {"Authorization": f"Bearer {world.programs[person]}"} if person in world.programs else {}
    if ask.document is not None:
        more["json"] = ask.document
    elif ask.method == "POST":
        more["data"] = dict(ask.form)
    answer = world.clients[person].open(ask.path, method=ask.method, headers=headers, **more)
    answer.get_data()
    answer.close()  # files are sent as they are read
    return answer


def acted(world: World, person: str, act: Callable[[Actor], str]) -> Response:
    """The same for what is no request: what it raises, as an answer would say it."""
    with world.store.read() as conn:
        actor = actor_with(conn, world.catalog, world.identity(person) or world.ids["owner"])
    try:
        return Response(act(actor))
    except HanokError as error:
        more = [one for said in error.errors.values() for one in said] if isinstance(error, Invalid) else []
        return Response(" ".join(map(str, [error, *more])), error.status)


def status(trial: Trial, law: str, answer: Response) -> list[str]:
    """Whether the answer is one of those that this door gives."""
    if law == OUTSIDE and trial.for_programs:
        return [] if answer.status_code in (401, 429) else [f"outside, answered {answer.status_code}"]
    if law == OUTSIDE:
        there = answer.headers.get("Location", "")
        login = answer.status_code in (400, 401) or (answer.status_code == 302 and there.startswith(TO_LOGIN))
        return [] if login else [f"outside, answered {answer.status_code} {there}"]
    wanted = {ALLOWED: trial.done, CLOSED: trial.closed, REFUSED: trial.refused, HIDDEN: trial.hidden}[law]
    return [] if answer.status_code in wanted else [f"{law}: answered {answer.status_code}, not one of {wanted}"]


def learned(attempt: Attempt, law: str, here: Here, rights: Rights, text: str) -> list[str]:
    """What the answer tells that it may not, or does not tell that it should."""
    trial, target, faults = attempt.trial, here.target, []
    outside = law == OUTSIDE
    sees = not outside and any(rights.allows(attempt.module, each, target.row) for each in ("list", "view"))
    if target.mark in text and not sees:
        faults.append("tells the title of a hidden record")
    if law == ALLOWED and trial.shows:
        shows = rights.everything or (trial.shows != NEVER and rights.allows(attempt.module, trial.shows, target.row))
        if shows != (target.mark in text):
            faults.append("does not tell the title" if shows else "tells the title of what it may not show")
    if target.budget in text and not rights.everything and "denied field" not in trial.way:
        faults.append("tells a denied field")
    if target.margin in text and (outside or not rights.sees_margin(target.row)):
        faults.append("tells a field that is shown for records of others")
    if target.mark.replace("mark", "secret") in text and not (rights.everything or law == ALLOWED):
        faults.append("tells a secret")
    return faults


def followed(world: World, person: str, here: Here, rights: Rights, answer: Response) -> list[str]:
    """What is told on the page that it leads to, notices among it."""
    text = world.clients[person].get(answer.location).get_data(as_text=True)
    sees = any(rights.allows(here.module, each, here.target.row) for each in ("list", "view"))
    return ["tells the title of a hidden record afterwards"] if here.target.mark in text and not sees else []


def told_apart(world: World, person: str, trial: Trial, here: Here, answer: Response, text: str) -> list[str]:
    """Whether what is hidden answers otherwise than what is not there."""
    nothing = send(world, person, trial.ask(replace(here, id=uuid4())))
    other = nothing.get_data().decode(errors="replace")
    if nothing.status_code in (302, 303):
        world.clients[person].get(nothing.location)
    if nothing.status_code != answer.status_code:
        return [f"told apart from a record that is not there: {answer.status_code}, {nothing.status_code}"]
    here_, there = (PASSING.sub("", one).splitlines() for one in (text, other))
    apart = [line for line in unified_diff(here_, there, lineterm="", n=0) if line[0] in "+-"]
    return [f"told apart from a record that is not there: {apart[2:8]}"] if apart else []

