"""Workflows that others begin by a signal."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanok.engine.automation.steering import repeat
from hanok.engine.automation.switching import switch
from hanok.engine.errors import Refused
from hanok.engine.store import Store
from tests.automation.site import Site, catalog_with
from tests.builders import an_administrator

GIVES = """
label: {en: Gives}
module: company
trigger: {event: created}
do: [{signal: welcome}, {each: {of: people, do: [{signal: welcome}]}}]
"""
HEARS = """
label: {en: Hears}
module: company
trigger: {signal: welcome}
when: {stage: new}
do: [{set: {story: welcome}}]
"""
OTHER = HEARS.replace("signal: welcome}", "signal: farewell}")
PERSON = HEARS.replace("module: company", "module: person").replace("when: {stage: new}\n", "").replace(
    "set: {story: welcome}", "set: {given: heard}")  # fmt: skip


def test_a_signal_begins_whoever_listens_for_the_same_record(store: Store, tmp_path: Path) -> None:
    site = Site(store, catalog_with({"gives": GIVES, "hears": HEARS, "other": OTHER, "person": PERSON}), tmp_path)
    new, won = site.make("company", name="A"), site.make("company", name="B", stage="won")
    site.work()
    assert (site.read(new)["story"], site.read(won)["story"]) == ("welcome", None)
    begun = site.runs("hears")
    assert [(one.trigger, one.depth, one.record) for one in begun] == [("signal", 1, new.id), ("signal", 1, won.id)]
    assert {one.parent for one in begun} == {one.id for one in site.runs("gives")}
    assert site.runs("other") == [] and site.runs("person") == []


def test_who_is_switched_off_hears_nothing(store: Store, tmp_path: Path) -> None:
    site = Site(store, catalog_with({"gives": GIVES, "hears": HEARS}), tmp_path)
    with store.write() as conn:
        switch(conn, site.catalog, an_administrator(), "hears", active=False)
    site.make("company", name="A")
    site.work()
    assert site.runs("hears") == [] and [one.state for one in site.runs("gives")] == ["done"]


def test_who_is_switched_off_is_not_called_and_not_begun_anew(store: Store, tmp_path: Path) -> None:
    calls = GIVES.partition("do:")[0] + "do: [{workflow: hears}]\n"
    site = Site(store, catalog_with({"gives": calls, "hears": HEARS}), tmp_path)
    site.make("company", name="A")
    site.work()
    with store.write() as conn:
        switch(conn, site.catalog, an_administrator(), "hears", active=False)
    site.make("company", name="B")
    site.work()
    [called] = site.runs("hears")
    assert [one.state for one in site.runs("gives")] == ["done", "done"]
    with pytest.raises(Refused), store.write() as conn:
        repeat(conn, site.catalog, an_administrator(), called.id)


def test_a_signal_within_a_loop_is_about_each_record(store: Store, tmp_path: Path) -> None:
    site = Site(store, catalog_with({"gives": GIVES, "person": PERSON}), tmp_path)
    company = site.make("company", name="A")
    people = [site.make("person", family=name, company=str(company.id)) for name in ("Kim", "Lee")]
    site.work()
    assert [site.read(one)["given"] for one in people] == ["heard", "heard"]
