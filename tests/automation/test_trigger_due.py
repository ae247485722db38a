"""Workflows by dates: what came due since the last look begins a run, once, and what was long past never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.automation.triggers.keeping import key_of
from hanok.engine.catalog import Catalog
from hanok.engine.errors import MetadataError
from hanok.engine.jobs import Surroundings
from hanok.engine.jobs.overview import planned, set_active
from hanok.engine.store import Store
from tests.automation.triggering import a_site_of, runs_of, since, surroundings_of, swept, titles
from tests.builders import a_record, an_administrator

VISIT = """
label: {en: Visit, ko: 방문}
title: "{{ name }}"
fields:
  name:   {type: text, required: true}
  day:    {type: date}
  begins: {type: datetime}
"""
APP = """
name: {en: House}
languages: [en]
currency: KRW
zone: Asia/Seoul
areas: {access: {label: {en: Access}, icon: lock}}
"""
SOON = """
label: {en: Soon, ko: 곧}
module: visit
trigger: {due: day, offset: -3d, at: "09:00"}
do: [{set: {name: told}}]
"""
MOMENT = SOON.replace("due: day, offset: -3d, at: \"09:00\"", "due: begins, offset: -15m")
BIRTHDAY = SOON.replace("due: day, offset: -3d", "anniversary: day")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
#: Half past eight in Seoul, on 4 March.
MORNING = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    workflows = {"soon": SOON, "moment": MOMENT, "birthday": BIRTHDAY}
    return a_site_of(workflows, {"modules/visit.yaml": VISIT, "app.yaml": APP})


@pytest.fixture
def site(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    found = surroundings_of(store, catalog, tmp_path)
    for workflow in catalog.workflows:
        since(store, workflow, MORNING)
    return found


def visit(site: Surroundings, name: str, **raw: str) -> records.Record:
    return a_record(site.store, site.live.catalog, "visit", name=name, **raw)


def move(site: Surroundings, one: records.Record, **raw: str) -> records.Record:
    with site.store.write() as conn:
        return records.update(
            conn, site.live.catalog, an_administrator(), "visit", one.id, raw, version=one.version
        )  # fmt: skip


def test_it_is_looked_at_the_time_of_the_day_or_every_minute(site: Surroundings) -> None:
    with site.store.read() as conn:
        found = {one.key: (one.cron, one.zone) for one in planned(conn)}
    assert found == {
        "workflow:soon": ("0 9 * * *", "Asia/Seoul"), "workflow:birthday": ("0 9 * * *", "Asia/Seoul"),
        "workflow:moment": ("* * * * *", "Asia/Seoul"),
    }  # fmt: skip


def test_what_came_due_begins_once(site: Surroundings) -> None:
    visit(site, "due", day="2026-03-07")
    visit(site, "tomorrow", day="2026-03-08")
    visit(site, "never", day="")
    swept(site, "soon", at=MORNING + timedelta(minutes=10))
    assert runs_of(site.store, "soon") == [], "twenty to nine"
    for _ in range(2):
        swept(site, "soon", at=MORNING + HOUR)
    (row,) = runs_of(site.store, "soon")
    assert (row["title"], row["trigger"], row["cause"]["facts"]["due"]) == ("due", "due", "2026-03-04T00:00:00+00:00")
    swept(site, "soon", at=MORNING + DAY + HOUR)
    assert titles(site.store, "soon") == ["due", "tomorrow"]


def test_a_worker_that_slept_for_two_days_makes_up_for_them(site: Surroundings) -> None:
    for number in (6, 7, 8, 9, 10):
        visit(site, str(number), day=f"2026-03-{number:02}")
    swept(site, "soon", at=MORNING + 2 * DAY + HOUR)
    assert titles(site.store, "soon") == ["7", "8", "9"]


def test_what_was_past_before_the_workflow_went_live_is_left_alone(site: Surroundings) -> None:
    visit(site, "long past", day="2020-01-01")
    visit(site, "past", day="2026-03-06")
    swept(site, "soon", at=MORNING + HOUR)
    assert runs_of(site.store, "soon") == []


def test_a_date_that_is_moved_later_comes_due_again_then_and_only_then(site: Surroundings) -> None:
    one = visit(site, "one", day="2026-03-07")
    swept(site, "soon", at=MORNING + HOUR)
    one = move(site, one, day="2026-03-08")
    swept(site, "soon", at=MORNING + 2 * HOUR)
    assert len(runs_of(site.store, "soon")) == 1
    swept(site, "soon", at=MORNING + DAY + HOUR)
    move(site, one, day="2026-03-07")
    swept(site, "soon", at=MORNING + DAY + 2 * HOUR)
    moments = [row["cause"]["facts"]["due"][:10] for row in runs_of(site.store, "soon")]
    assert moments == ["2026-03-04", "2026-03-05"]


def test_one_that_was_moved_before_it_came_due_comes_at_its_new_day_alone(site: Surroundings) -> None:
    move(site, visit(site, "one", day="2026-03-07"), day="2026-03-09")
    for day in range(4):
        swept(site, "soon", at=MORNING + day * DAY + HOUR)
    assert [row["cause"]["facts"]["due"][:10] for row in runs_of(site.store, "soon")] == ["2026-03-06"]


def test_moments_come_due_at_themselves(site: Surroundings) -> None:
    for minutes in (10, 20, 30):
        visit(site, f"in {minutes}", begins=(MORNING + timedelta(minutes=minutes)).isoformat())
    for minute in range(0, 10):
        swept(site, "moment", at=MORNING + timedelta(minutes=minute))
    assert titles(site.store, "moment") == ["in 20"]


def test_birthdays_come_back_each_year_that_on_29_february_on_the_28th(site: Surroundings) -> None:
    since(site.store, "birthday", datetime(2026, 2, 27, 23, tzinfo=UTC))
    visit(site, "leap", day="2000-02-29")
    visit(site, "eve", day="1990-02-28")
    visit(site, "first", day="1980-03-01")
    visit(site, "born today", day="2026-02-28")
    swept(site, "birthday", at=datetime(2026, 2, 28, 1, tzinfo=UTC))
    assert titles(site.store, "birthday") == ["eve", "leap"]
    since(site.store, "birthday", datetime(2028, 2, 27, 23, tzinfo=UTC))
    swept(site, "birthday", at=datetime(2028, 2, 29, 1, tzinfo=UTC))
    found = {(row["title"], row["cause"]["facts"]["due"][:10]) for row in runs_of(site.store, "birthday")[2:]}
    assert found == {("eve", "2028-02-28"), ("leap", "2028-02-29"), ("born today", "2028-02-28")}


def test_what_came_due_while_a_schedule_rested_is_not_made_up_for(site: Surroundings) -> None:
    visit(site, "one", day="2026-03-07")
    with site.store.write() as conn:
        set_active(conn, key_of("soon"), active=False)
        set_active(conn, key_of("soon"), active=True)
    swept(site, "soon", at=MORNING + HOUR)
    assert runs_of(site.store, "soon") == [], "it counts from now, which is later"


@pytest.mark.parametrize(
    "trigger",
    ["{due: name}", "{anniversary: begins}", '{schedule: "0 9 31 2 *"}', '{schedule: "every day"}', "{due: daay}"],
)
def test_what_never_comes_is_reported(trigger: str) -> None:
    written = SOON.replace('{due: day, offset: -3d, at: "09:00"}', trigger)
    with pytest.raises(MetadataError, match=r"workflows/soon.yaml:4"):
        a_site_of({"soon": written}, {"modules/visit.yaml": VISIT})
