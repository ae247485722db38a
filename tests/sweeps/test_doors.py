"""The law of doors: each is tried for every module, right, level and person. Nobody gets through who may not, nothing
that is refused leaves anything, and what is hidden answers like what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random

import pytest
import sqlalchemy as sa

from hanok.app import job_kinds
from hanok.engine.access import rows
from hanok.web import frame
from hanok.web.doors import ADMINISTRATOR, ANYBODY, KNOWN, Door, doors
from tests.databases import Databases, opened
from tests.doors.attempts import FACTORS, Attempt, Found, attempted, send
from tests.doors.pairs import pairs
from tests.doors.plain import PLAIN, Plain
from tests.doors.stores import changed, hashes
from tests.doors.trial import Ask
from tests.doors.trials import BY_NAME, TRIALS
from tests.doors.world import ADMIN, ANONYMOUS, BESIDE, GONE, INSTEAD, LEVELS, PEOPLE, SHAPES, World, a_world
from tests.evidence import Evidence
from tests.sweeps.rights import ACTIONS

#: After so many attempts a site is left for a fresh one: what was done there makes every look longer.
ATTEMPTS = 250
#: On PostgreSQL, which answers more slowly, the whole matrix is tried with each of so many attempts once in the row.
STRIDE = {"sqlite": 1, "postgresql": 4}
#: Whom levels mean nothing to.
BESIDES = (ADMIN, ANONYMOUS, GONE)
Settle = Callable[[], tuple[World, Path]]


@pytest.fixture
def settle(databases: Databases, dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settle]:
    """Makes a fresh site, and ends the one before."""
    template, stack, number = request.getfixturevalue(f"{dialect}_template"), ExitStack(), iter(range(10**6))

    def settled() -> tuple[World, Path]:
        stack.close()
        address, folder = databases.copy(template), tmp_path / str(next(number))
        folder.mkdir()
        stack.callback(databases.drop, address)
        return stack.enter_context(a_world(stack.enter_context(opened(address)), folder)), folder

    yield settled
    stack.close()


@pytest.fixture
def site(settle: Settle) -> tuple[World, Path]:
    return settle()


# -- the matrix ----------------------------------------------------------------------------------------------------
def tried(settle: Settle, attempts: Iterator[Attempt], evidence: Evidence, dialect: str) -> list[str]:
    """Every attempt of which something is wrong, in words."""
    wrong: list[str] = []
    for number, attempt in enumerate(attempts):
        if number % ATTEMPTS == 0:
            world, folder = settle()
        found = attempted(world, folder, attempt)
        counted(evidence, dialect, attempt, found)
        wrong += [f"{attempt}: {fault}" for fault in found.faults]
    return wrong


def counted(evidence: Evidence, dialect: str, attempt: Attempt, found: Found) -> None:
    evidence.count(f"{dialect}: attempts")
    for name in (f"door {attempt.door}", f"level {attempt.level}", f"person {attempt.person}", "all"):
        evidence.count(f"{dialect}: {name}: {found.expected}")
    evidence.count(f"{dialect}: faults", len(found.faults))


def test_a_sample_of_all_doors(settle: Settle, evidence: Evidence, dialect: str) -> None:
    """Every second pair on each database."""
    drawn = Random(evidence.random.random())
    rows = list(pairs(FACTORS, drawn))
    sample = [Attempt.of(row, drawn) for row in rows[dialect == "postgresql" :: 2]]
    wrong = tried(settle, iter(sample), evidence, dialect)
    laws = {name.rpartition(": ")[2]: number for name, number in evidence.counts.items() if f"{dialect}: all" in name}
    assert not wrong, "\n".join(wrong[:20])
    assert {"allowed", "closed", "refused", "hidden", "outside"} <= laws.keys()


@pytest.mark.slow
def test_all_doors(settle: Settle, evidence: Evidence, dialect: str) -> None:
    drawn = Random(evidence.random.random())
    wrong = tried(settle, whole(drawn, STRIDE[dialect]), evidence, dialect)
    assert not wrong, "\n".join(wrong[:20])
    evidence.find(f"{dialect}: nobody got through who may not, and nothing that was refused left anything")


def whole(drawn: Random, stride: int) -> Iterator[Attempt]:
    """Each door with each right that decides there and one that does not, module, level and person."""
    number = drawn.randrange(stride)
    for trial, module, person in product(TRIALS, SHAPES, PEOPLE):
        others = [each for each in ACTIONS if each not in trial.asks]
        for action in (*trial.asks, drawn.choice(others)):
            decides = person not in BESIDES and action in trial.asks
            for level in LEVELS if decides else (drawn.choice(tuple(LEVELS)),):
                number += 1
                if number % stride == 0:
                    yield Attempt(trial.name, module, action, level, person, drawn.choice(BESIDE))


def test_a_sample_has_every_pair() -> None:
    factors = {"a": ("1", "2", "3"), "b": ("x", "y"), "c": ("p", "q", "r", "s")}
    found = list(pairs(factors, Random(1)))
    for one, other in (("a", "b"), ("a", "c"), ("b", "c")):
        assert {(row[one], row[other]) for row in found} == set(product(factors[one], factors[other]))
    assert len(found) < 24 / 1.5


# -- every door is tried -------------------------------------------------------------------------------------------
def test_every_door_is_tried_somewhere(site: tuple[World, Path], dialect: str) -> None:
    """Whoever adds an address describes here how it is tried: in tests/doors."""
    known = {name: door for name, door in doors(site[0].app).items() if door is not None}
    described = {trial.endpoint for trial in TRIALS if not trial.for_engine} | set(PLAIN)
    assert set(known) - described == set(), "doors that nobody tries"
    assert described - set(known) == set(), "trials of doors that there are not"
    assert {name for name in PLAIN if known[name].asks} == set(), "about records, and not tried as such"


#: Whose rights a job has: the site's own, or those that whoever asked for it has when it runs (and the test of that).
OF_THE_SITE = frozenset({
    "jobs.forget", "notices.forget", "notices.mail", "sessions.forget", "logins.forget", "undo.forget", "files.clean",
    "audit.forget", "groups.follow", "groups.below",
    "mail.deliver", "mail.forget", "mail.wake", "mail.follow", "mail.fetch", "mail.look", "reminders.tell",
    "deploy.finish", "accounts.reset", "accounts.invite",
    "accounts.changed", "accounts.factor", "accounts.address", "outbox.event",
    "workflow.run", "runs.forget", "workflow.sweep", "workflow.due", "workflow.mail",
})  # fmt: skip
OF_WHO_ASKED: Mapping[str, str] = {
    "records.export": "engine.records.export",
    "audit.export": "engine.audit.export",
    "runs.export": "tests/screens/test_workflows.py",
    "workflow.dry": "tests/screens/test_workflows.py",
    "groups.apply": "tests/jobs/test_following.py",
    "records.handover": "tests/jobs/test_handover.py",
    "records.handover.undo": "tests/jobs/test_handover.py",
    "records.bulk": "tests/jobs/test_bulk.py",
    "records.bulk.undo": "tests/jobs/test_bulk.py",
    "records.merge": "tests/jobs/test_merging.py",
    "records.merge.undo": "tests/jobs/test_merging.py",
    "records.import.check": "tests/jobs/test_importing.py",
    "records.import": "tests/jobs/test_importing.py",
    "records.import.undo": "tests/jobs/test_importing.py",
}  # fmt: skip


def test_every_job_says_with_whose_rights_it_runs() -> None:
    assert set(job_kinds()) == OF_THE_SITE | OF_WHO_ASKED.keys()
    root = Path(__file__).parents[2]
    assert {place for place in OF_WHO_ASKED.values() if not (place in BY_NAME or (root / place).exists())} == set()


def test_addresses_that_watch_tell_of_no_record(site: tuple[World, Path], dialect: str) -> None:
    """They are answered before the application, whoever asks."""
    world, folder = site
    target, before = world.target("plain"), hashes(world.store, folder)
    for path in ("/health", "/health/ready", "/metrics"):
        answer = world.clients[ANONYMOUS].get(path)
        assert answer.status_code < 500 and target.mark not in answer.text
    assert changed(before, hashes(world.store, folder)) == set()


# -- doors about no records ----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Answer:
    """What somebody was answered at a door, and which tables differ now."""

    name: str
    status: int
    location: str
    left: set[str]

    @property
    def led_to_login(self) -> bool:
        return self.status in (400, 401) or (self.status == 302 and self.location.startswith("/login"))


def asked(site: tuple[World, Path], person: str, name: str, plain: Plain, *, theirs: bool = False) -> Answer:
    world, folder = site
    rule = next(rule for rule in world.app.url_map.iter_rules() if rule.endpoint == name)
    at = (plain.theirs or plain.at) if theirs else plain.at
    values = dict(at(world)) if at else {}
    form = dict(plain.form(world)) if plain.form else values
    with world.app.test_request_context():
        found = rule.build({key: values[key] for key in rule.arguments}, append_unknown=False)
    assert found is not None
    method = "GET" if "GET" in (rule.methods or ()) else "POST"
    before = hashes(world.store, folder, traces=theirs)
    answer = send(world, person, Ask(found[1], method, form if method == "POST" else {}))
    left = changed(before, hashes(world.store, folder, traces=theirs))
    return Answer(name, answer.status_code, answer.headers.get("Location", ""), left)


def of_people(site: tuple[World, Path], who: str) -> Iterator[tuple[str, Plain, Door]]:
    known = doors(site[0].app)
    for name, plain in PLAIN.items():
        door = known[name]
        if door is not None and door.who == who:
            yield name, plain, door


def test_strangers_find_nothing_but_the_entry(site: tuple[World, Path], evidence: Evidence, dialect: str) -> None:
    for who in (KNOWN, ADMINISTRATOR):
        for name, plain, _ in of_people(site, who):
            for person in (ANONYMOUS, GONE):
                answer = asked(site, person, name, plain)
                assert answer.led_to_login and not answer.left, f"{person}: {answer}"
                evidence.count(f"{dialect}: strangers turned away")


def test_administration_is_closed_to_everybody_else(
    site: tuple[World, Path], evidence: Evidence, dialect: str
) -> None:
    """Also to whoever looks at the site in somebody's place."""
    world = site[0]
    for name, plain, _ in of_people(site, ADMINISTRATOR):
        for person in ("stranger", "owner", INSTEAD):
            world.hold(person, ("rest_list", "list_all"))
            answer = asked(site, person, name, plain)
            assert answer.status == 403 and not answer.left, f"{person}: {answer}"
            evidence.count(f"{dialect}: doors of administrators closed to others")
    for name, plain, _ in of_people(site, ADMINISTRATOR):
        world.enter(ADMIN)
        answer = asked(site, ADMIN, name, plain)
        assert answer.status not in (401, 403, 405) and answer.status < 500, answer


def test_what_is_one_s_own_opens_to_whoever_is_known(site: tuple[World, Path], dialect: str) -> None:
    for name, plain, _ in of_people(site, KNOWN):
        site[0].enter("stranger")
        answer = asked(site, "stranger", name, plain)
        assert not answer.led_to_login and answer.status < 500, answer


def test_the_entry_is_open(site: tuple[World, Path], dialect: str) -> None:
    for name, plain, _ in of_people(site, ANYBODY):
        for person in (ANONYMOUS, "stranger"):
            site[0].enter(person)
            answer = asked(site, person, name, plain)
            assert answer.status < 500, f"{person}: {answer}"


def test_what_belongs_to_somebody_is_nobody_else_s(site: tuple[World, Path], evidence: Evidence, dialect: str) -> None:
    for name, plain in PLAIN.items():
        if plain.theirs is None:
            continue
        for person in ("stranger", "member"):
            site[0].enter(person)
            answer = asked(site, person, name, plain, theirs=True)
            assert answer.status in (303, 403, 404) and not answer.left, f"{person}: {answer}"
            evidence.count(f"{dialect}: things of others that nobody reached")


# -- the checker is checked ----------------------------------------------------------------------------------------
def trials_of(*names: str) -> list[Attempt]:
    """Attempts of a stranger who may do this to her own records only, and of those who may see and no more."""
    found = []
    for name in names:
        for action in BY_NAME[name].asks:
            found += [Attempt(name, "plain", action, level, "stranger", "rest") for level in ("owner", "none")]
    return found


GUARDED = ("records_show", "forms_update", "api.show", "searching_search")


def faults_of(site: tuple[World, Path], attempts: list[Attempt]) -> set[str]:
    """The doors of which something is wrong."""
    return {attempt.door for attempt in attempts if attempted(*site, attempt).faults}


def test_a_predicate_that_lets_everybody_in_is_found(
    site: tuple[World, Path], monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    attempts = trials_of(*GUARDED)
    assert faults_of(site, attempts) == set()
    monkeypatch.setattr(rows, "_granted", lambda *_: sa.true())
    assert faults_of(site, attempts) == set(GUARDED)


def test_a_frame_that_lets_strangers_in_is_found(
    site: tuple[World, Path], monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    name = "screens.admin_overview"
    assert asked(site, "stranger", name, PLAIN[name]).status == 403
    monkeypatch.setattr(frame, "ADMINISTRATOR", "nobody in particular")
    assert asked(site, "stranger", name, PLAIN[name]).status == 200


def test_a_denied_field_that_is_shown_is_found(
    site: tuple[World, Path], monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    from hanok.web import coming

    attempts = [Attempt("records_show", "plain", "edit", "all", "stranger", "rest")]
    assert faults_of(site, attempts) == set()
    monkeypatch.setattr(coming, "seen", lambda catalog, actor: catalog)
    assert faults_of(site, attempts) == {"records_show"}


def test_a_refusal_that_leaves_something_is_found(
    site: tuple[World, Path], monkeypatch: pytest.MonkeyPatch, dialect: str
) -> None:
    from hanok.engine.store.counters import draw
    from hanok.screens import reading

    world = site[0]
    attempts = [Attempt("records_show", "plain", "view", "none", "stranger", "rest")]
    assert faults_of(site, attempts) == set()

    def careless(*given: object) -> bool:
        with world.store.write() as conn:
            draw(conn, "visits")
        return False

    monkeypatch.setattr(reading, "may", careless)
    assert faults_of(site, attempts) == {"records_show"}
