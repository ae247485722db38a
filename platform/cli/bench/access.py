"""The list of contacts for people with different rights, beside the administrator's, in turns in one run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask.testing import FlaskClient

from hanok.app import create_app
from hanok.cli.bench.clock import Timing, in_turns
from hanok.cli.bench.crowd import MODULE, Crowd, Person
from hanok.engine import records
from hanok.engine.records import Query
from hanok.web.visit import SESSION_COOKIE

ADMIN = "admin"
#: What each case is called; `Crowd.people` has somebody for each.
CASES: Mapping[str, str] = {
    "half": "groups hold half", "tenth": "groups hold a tenth", "usual": "in three groups of the usual size",
    "hundredth": "groups hold a hundredth", "thousandth": "groups hold a thousandth", "nothing": "groups hold nothing",
    "oldest_tenth": "the oldest tenth", "oldest_hundredth": "the oldest hundredth",
    "stranger": "no groups, nothing owned", "bench_owner": "level owner", "bench_condition": "level of a condition",
}  # fmt: skip
COLUMNS = ("title", "account", "job_title", "department", "mobile", "email", "owner")
FILTER: Mapping[str, Any] = {"source": "seminar"}
MIDDLE_PAGES, MIDDLE_SIZE = 4, 500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the name, and the work of one person."""

    name: str
    work: Callable[[Person], Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Answered:
    """One question: the timing of each case and of the administrator."""

    name: str
    timings: Mapping[str, Timing]

    def ratio(self, case: str) -> float:
        """How many times as often as the administrator's it can be asked in the same time."""
        return self.timings[ADMIN].quick / self.timings[case].quick


@dataclass(frozen=True, slots=True)
class Access:
    """What `hanok bench access` found. `in_groups`: how often a contact stands in a group."""

    database: str
    rows: int
    in_groups: int
    answers: tuple[Answered, ...]


def measure(crowd: Crowd, *, seconds: float) -> Access:
    """Every question for everybody. `seconds` are for all of it, but each is asked a few times at least."""
    asker = _Asker(crowd)
    questions = asker.questions()
    answers = tuple(_answered(crowd, one, seconds / len(questions)) for one in questions)
    return Access(crowd.live.store.dialect, crowd.rows, crowd.in_groups, answers)


def _answered(crowd: Crowd, question: Question, seconds: float) -> Answered:
    people = {name: crowd.people[name] for name in (ADMIN, *CASES)}
    works = {name: question.work(person) for name, person in people.items()}
    return Answered(question.name, in_turns(works, seconds=seconds, warm=2))


class _Asker:
    """Asks for pages as the list's own view does, and for what stands in them alone."""

    def __init__(self, crowd: Crowd) -> None:
        self.live = crowd.live
        self.app = create_app(crowd.live, {"secret_key": "of the bench"})

    def questions(self) -> Sequence[Question]:
        return (
            Question("request: first page", lambda one: self.request(one)),
            Question("request: a middle page", lambda one: self.request(one, middle=True)),
            Question("request: by name", lambda one: self.request(one, sort="title")),
            Question("request: with a filter", lambda one: self.request(one, **FILTER)),
            Question("records.page: first page", lambda one: self.page(one)),
            Question("records.page: a middle page", lambda one: self.page(one, after=self.middle(one))),
            Question("records.page: by name", lambda one: self.page(one, sort=("title",))),
            Question("records.page: newest first", lambda one: self.page(one, sort=("-created_at",))),
            Question("records.page: by owner", lambda one: self.page(one, sort=("owner",))),
            Question("records.page: with a filter", lambda one: self.page(one, asked=FILTER)),
            Question("records.count: up to 1,000", lambda one: partial(self.count, one)),
        )

    def request(self, person: Person, *, middle: bool = False, **asked: str) -> Callable[[], object]:
        client: FlaskClient = self.app.test_client()
        client.set_cookie(SESSION_COOKIE, person.token)
        after = self.middle(person) if middle else None
        words = {**asked, **({"after": after} if after else {})}

        def ask() -> int:
            answer = client.get(f"/{MODULE}", query_string=words)
            if answer.status_code != 200:
                raise RuntimeError(f"the list answered {answer.status}")
            return len(answer.get_data())

        return ask

    def page(self, person: Person, **asked: Any) -> Callable[[], object]:
        query = Query(module=MODULE, columns=COLUMNS, **asked)

        def ask() -> object:
            with self.live.read() as (conn, catalog):
                return records.page(conn, catalog, person.actor, query)

        return ask

    def middle(self, person: Person) -> str | None:
        """The cursor of a page that is some two thousand records in, where she sees as many."""
        after: str | None = None
        with self.live.read() as (conn, catalog):
            for _ in range(MIDDLE_PAGES):
                query = Query(module=MODULE, columns=COLUMNS, size=MIDDLE_SIZE, after=after)
                after = records.page(conn, catalog, person.actor, query).next or after
        return after

    def count(self, person: Person) -> int:
        with self.live.read() as (conn, catalog):
            return records.count(conn, catalog, person.actor, Query(module=MODULE))
