"""People who are told: which, in which language, and only those who want it and may see the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.accounts import grants
from hanok.engine.automation.steps import notify
from hanok.engine.automation.whom import people
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record, preferences
from hanok.engine.records.telling.reading import notices
from hanok.engine.store import Store
from tests.automation.doing import a_doing, step_of
from tests.builders import OWNER_ONLY, STAGE, a_catalog, a_record, a_user, with_tables

JOB = """
label: {en: Job, ko: 건}
traits: [owned]
fields:
  name:    {type: text, required: true}
  stage:   {type: choice, options: stage, default: new}
  helper:  {type: user}
  team:    {type: link, to: team}
  others:  {type: links, to: user}
actions:
  owner:  {do: [{notify: {text: {en: "{{ name }} is {{ stage }}", ko: "{{ name }}: {{ stage }}"}}}]}
  twice:  {do: [{notify: {to: [helper, $record.helper, $record.owner], text: {en: "Hello {braces}"}}}]}
  team:   {do: [{notify: {to: {team: sales}, text: {en: Hello}}}]}
  linked: {do: [{notify: {to: [$record.team, others], text: {en: Hello}}}]}
"""
USER = "fields: {team: {type: link, to: team, reverse: members}}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/job.yaml": JOB, "modules/user.yaml": USER, "options/stage.yaml": STAGE,
                      "roles/own.yaml": OWNER_ONLY})  # fmt: skip


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def somebody(store: Store, catalog: Catalog, name: str, **raw: Any) -> Actor:
    user = a_user(store, catalog, name, "own")
    assert user.id is not None
    with store.write() as conn:
        grants.grant(conn, user.id, "own")
        if raw:
            records.update(conn, catalog, Actor(None, "a", "a", admin=True), "user", user.id, raw, version=1)
    return user


def told(store: Store, catalog: Catalog, action: str, job: Record, *, times: int = 1) -> None:
    with store.write() as conn:
        for _ in range(times):
            notify.notify(a_doing(conn, catalog, job), step_of(catalog, "job", action))


def heard(store: Store, catalog: Catalog, user: Actor, language: str = "en") -> list[str]:
    with store.read() as conn:
        rows = notices(conn, catalog, user).rows
        return [one.text.written(one.text.text, language) for one in rows]


def test_whose_the_record_is_is_told_in_her_language_once(filled: Store, catalog: Catalog) -> None:
    kim = somebody(filled, catalog, "kim")
    job = a_record(filled, catalog, "job", name="지붕", owner=str(kim.id))
    told(filled, catalog, "owner", job, times=2)
    assert heard(filled, catalog, kim) == ["지붕 is New"]
    assert heard(filled, catalog, kim, "ko") == ["지붕: 신규"]


def test_each_is_told_once_however_she_is_meant(filled: Store, catalog: Catalog) -> None:
    kim, lee = somebody(filled, catalog, "kim"), somebody(filled, catalog, "lee")
    job = a_record(filled, catalog, "job", name="a", owner=str(kim.id), helper=str(lee.id))
    told(filled, catalog, "twice", job)
    assert heard(filled, catalog, kim) == ["Hello {braces}"]
    assert heard(filled, catalog, lee) == [], "her rights show her no such record"


def test_who_wants_nothing_of_workflows_is_told_nothing(filled: Store, catalog: Catalog) -> None:
    kim = somebody(filled, catalog, "kim")
    assert kim.id is not None
    with filled.write() as conn:
        preferences.put(conn, kim.id, preferences.BELL, {"without": ["workflow"]})
    told(filled, catalog, "owner", a_record(filled, catalog, "job", name="a", owner=str(kim.id)))
    assert heard(filled, catalog, kim) == []


def meant(store: Store, catalog: Catalog, action: str, job: Record) -> set[UUID]:
    with store.write() as conn:
        return set(people(a_doing(conn, catalog, job), step_of(catalog, "job", action).data["to"]))


def test_a_team_means_the_active_people_in_it(filled: Store, catalog: Catalog) -> None:
    team = str(a_record(filled, catalog, "team", name="영업", key="sales").id)
    kim = somebody(filled, catalog, "kim", team=team)
    somebody(filled, catalog, "left", team=team, active=False)
    lee = somebody(filled, catalog, "lee")
    job = a_record(filled, catalog, "job", name="a", team=team, others=[{"id": str(lee.id)}, {"id": str(kim.id)}])
    assert meant(filled, catalog, "team", job) == {kim.id}
    assert meant(filled, catalog, "linked", job) == {kim.id, lee.id}
