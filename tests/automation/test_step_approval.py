"""Approvals: who is asked, what enough of them mean, delegation, escalation, and what follows either way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.actor import Behind
from hanok.engine.automation.approving import Approval, decide, delegate, open_approvals
from hanok.engine.automation.steering import cancel
from hanok.engine.automation.steps import approval as asking
from hanok.engine.automation.steps.base import Into
from hanok.engine.errors import Denied, Invalid, NotFound, Refused
from hanok.engine.records import Record
from hanok.engine.records.telling.reading import notices
from hanok.engine.store.approval_tables import approval
from hanok.engine.store.automation_tables import run
from hanok.engine.store.job_tables import job
from tests.automation.conftest import Opening
from tests.automation.doing import a_doing
from tests.automation.site import Site
from tests.builders import a_user, an_administrator

ASKING = """
label: {en: Ask, ko: 승인}
module: company
trigger: {event: created}
do:
  - approval:
      by: {team: board}
      need: %s
      text: {en: "May {{ name }} begin?", ko: "{{ name }} 시작?"}
      %s
      approved: [{set: {size: 7}}]
      rejected: [{set: {stage: open}}]
  - set: {stage: won}
"""
USER = "fields: {team: {type: link, to: team, reverse: members}}\n"
MORE = {"modules/user.yaml": USER}


class Board:
    """A site whose new companies are approved by a board of three, and what became of one of them."""

    def __init__(self, open_site: Opening, need: object = 1, more: str = "") -> None:
        self.site: Site = open_site({"ask": ASKING % (need, more)}, MORE)
        team = self.site.make("team", name="이사회", key="board").id
        self.people = {name: self.person(name, team) for name in ("ga", "na", "da")}
        self.outside = self.person("ra", None)
        self.company = self.site.make("company", name="Hanok")
        self.site.work()

    def person(self, name: str, team: UUID | None) -> Actor:
        made = a_user(self.site.store, self.site.live.catalog, name)
        if team is not None:
            user = Record("user", made.id or uuid4(), 1, name)
            self.site.change(user, team=str(team))
        return made

    def waiting(self, who: Actor) -> tuple[Approval, ...]:
        with self.site.store.read() as conn:
            return open_approvals(conn, self.site.live.catalog, who)

    @property
    def id(self) -> UUID:
        with self.site.store.read() as conn:
            (found,) = conn.scalars(sa.select(approval.c.id))
            return UUID(str(found))

    def says(self, name: str, yes: bool, comment: str = "because") -> Approval:
        return self.decides(self.people.get(name, self.outside), yes, comment)

    def decides(self, who: Actor, yes: bool, comment: str = "because") -> Approval:
        with self.site.store.write() as conn:
            return decide(conn, self.site.live.catalog, who, self.id, yes, comment)

    def gives(self, who: Actor, to: Actor) -> Approval:
        assert to.id is not None
        with self.site.store.write() as conn:
            return delegate(conn, self.site.live.catalog, who, self.id, to.id)

    def late(self) -> None:
        """The time is up."""
        past = datetime.now(UTC) - timedelta(seconds=1)
        with self.site.store.write() as conn:
            conn.execute(approval.update().values(due=past))
            conn.execute(run.update().values(due=past))
            conn.execute(job.update().values(due=past))
        self.site.work()

    @property
    def became(self) -> tuple[str, int | None, str]:
        """The stage and the size of the company, and the state of its run."""
        self.site.work()
        record = self.site.read(self.company)
        (one,) = self.site.runs()
        return record["stage"], record["size"], one.state


def test_the_run_waits_and_each_approver_is_told(open_site: Opening) -> None:
    board = Board(open_site)
    assert board.became == ("new", None, "waiting")
    for who in board.people.values():
        (one,) = board.waiting(who)
        assert (one.title, one.text, one.need) == ("Hanok", {"en": "May Hanok begin?", "ko": "Hanok 시작?"}, 1)
        with board.site.store.read() as conn:
            (notice,) = notices(conn, board.site.live.catalog, who).rows
        assert str(notice.text) == "Your approval is asked for: May Hanok begin?"
    assert board.waiting(board.outside) == ()


def test_approved_it_goes_on(open_site: Opening) -> None:
    board = Board(open_site)
    assert board.says("ga", True, "좋습니다").state == "approved"
    assert board.became == ("won", 7, "done")
    assert board.waiting(board.people["na"]) == (), "nobody else is needed"
    with pytest.raises(Refused, match="decided meanwhile"):
        board.says("na", False)
    (one,) = board.site.runs()
    (told,) = (row["told"] for row in board.site.trace(one.id) if row["kind"] == "approval")
    spoke = [voice for voice in told["voices"] if voice["state"] != "open"]
    assert [(voice["name"], voice["state"], voice["comment"]) for voice in spoke] == [("ga", "yes", "좋습니다")]


def test_so_many_of_them_have_to_approve(open_site: Opening) -> None:
    board = Board(open_site, need=2)
    assert board.says("ga", True).state == "open"
    with pytest.raises(Refused):
        board.says("ga", True)
    assert board.became[2] == "waiting"
    assert board.says("na", False).state == "open", "two are still to be had"
    assert board.says("da", True).state == "approved"
    assert board.became == ("won", 7, "done")


def test_one_no_is_enough_where_all_are_needed(open_site: Opening) -> None:
    board = Board(open_site, need="all")
    assert board.says("ga", True).state == "open"
    assert board.says("na", False).state == "rejected"
    assert board.became == ("open", None, "done"), "what follows the approval is not done"


def test_a_rejection_has_a_reason(open_site: Opening) -> None:
    board = Board(open_site)
    with pytest.raises(Invalid) as caught:
        board.says("ga", False, "  \x00 ")
    assert set(caught.value.errors) == {"comment"}
    with pytest.raises(Invalid):
        board.says("ga", True, "x" * 2001)


def test_nobody_else_decides_and_nobody_in_her_place(open_site: Opening) -> None:
    board = Board(open_site)
    for who in (board.outside, an_administrator()):
        with pytest.raises(NotFound):
            board.decides(who, True)
    with pytest.raises(Denied):
        board.decides(replace(board.people["ga"], by=Behind(uuid4(), "admin")), True)
    assert board.became[2] == "waiting"


def test_somebody_else_decides_in_ones_place(open_site: Opening) -> None:
    board = Board(open_site, need="all")
    ga, ra = board.people["ga"], board.outside
    assert [one.state for one in board.gives(ga, ra).voices if one.user == ga.id] == ["delegated"]
    assert board.waiting(ga) == () and len(board.waiting(ra)) == 1
    with pytest.raises(Refused):
        board.decides(ga, True)
    for who in (ra, board.people["na"]):
        assert board.decides(who, True).state == "open"
    assert board.says("da", True).state == "approved"


def test_one_delegates_only_to_active_people_who_are_not_asked(open_site: Opening) -> None:
    board = Board(open_site)
    for to in (board.people["na"], board.people["ga"], replace(board.outside, id=uuid4())):
        with pytest.raises(Invalid):
            board.gives(board.people["ga"], to)
    with pytest.raises(NotFound):
        board.gives(board.outside, board.people["na"])


def test_after_a_time_others_are_asked_too(open_site: Opening) -> None:
    board = Board(open_site, more="within: 2d\n      escalate: [$record.owner]")
    ra = board.outside
    board.site.change(board.company, owner=str(ra.id))
    assert board.waiting(ra) == ()
    assert board.waiting(board.people["ga"])[0].due is not None
    board.late()
    assert len(board.waiting(ra)) == 1 and len(board.waiting(board.people["ga"])) == 1
    board.site.work()
    assert board.decides(ra, True).state == "approved"
    assert board.became == ("won", 7, "done")


def test_where_nobody_else_is_asked_time_rejects(open_site: Opening) -> None:
    board = Board(open_site, more="within: 2d")
    board.late()
    assert board.became == ("open", None, "done")
    with pytest.raises(Refused):
        board.says("ga", True)


def test_a_dry_run_tells_whom_it_would_ask_and_goes_on_as_if_they_approved(open_site: Opening) -> None:
    board = Board(open_site)
    step, company = board.site.catalog.workflows["ask"].do[0], board.site.read(board.company)
    (run_now,) = board.site.runs()
    with board.site.store.write() as conn, conn.begin_nested() as tried:
        doing = replace(a_doing(conn, board.site.catalog, company, dry=True), key=uuid4(), run=run_now)
        done = asking.approval(doing, step)
        tried.rollback()
    assert isinstance(done, Into) and done.steps == "approved"
    assert [voice["name"] for voice in done.told["voices"]] == ["da", "ga", "na"]
    assert len(board.waiting(board.people["ga"])) == 1, "what really waits, and no more"


def test_a_run_that_was_cancelled_asks_nobody_any_more(open_site: Opening) -> None:
    board = Board(open_site)
    (one,) = board.site.runs()
    with board.site.store.write() as conn:
        cancel(conn, an_administrator(), one.id)
    assert board.waiting(board.people["ga"]) == ()
    with pytest.raises(Refused):
        board.says("ga", True)


def test_where_too_few_are_there_the_run_fails_and_says_so(open_site: Opening) -> None:
    board = Board(open_site, need=4)
    (one,) = board.site.runs()
    assert (one.state, str(one.error)) == ("failed", "Of 4 who have to approve only 3 are there.")


def test_two_who_decide_at_the_same_moment_are_both_heard_and_nobody_twice(open_site: Opening) -> None:
    board = Board(open_site, need=2)
    gate, told = Barrier(4), list[str]()

    def decides(name: str) -> None:
        gate.wait()
        try:
            board.says(name, True)
            told.append(name)
        except Refused:
            told.append("refused")

    others = [Thread(target=decides, args=(name,)) for name in ("ga", "na", "ga", "na")]
    for one in others:
        one.start()
    for one in others:
        one.join()
    assert sorted(told) == ["ga", "na", "refused", "refused"]
    board.site.work()
    assert board.site.read(board.company)["size"] == 7 and [one.state for one in board.site.runs()] == ["done"]
