"""Web forms: what strangers send becomes a record with the listed fields, and begins the workflow."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.automation.triggers.incoming import Taken, form_of, take_form, workflow_at
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, MetadataError, NotFound, Refused
from hanok.engine.jobs import Surroundings
from hanok.engine.store import Store
from tests.automation.triggering import a_site_of, runs_of, surroundings_of
from tests.builders import an_administrator

LEAD = """
label: {en: Lead, ko: 가망고객}
traits: [owned]
title: "{{ name }}"
fields:
  name:   {type: text, required: true}
  email:  {type: email}
  source: {type: choice, options: source}
  notes:  {type: long_text}
  firm:   {type: link, to: lead}
  paper:  {type: file}
duplicates: {email: {match: [email], then: warn}}
"""
SOURCE = "label: {en: Source}\noptions: {web: {label: {en: Web}}, fair: {label: {en: Fair}}}\n"
ASK = """
label: {en: Web leads, ko: 웹 리드}
module: lead
trigger:
  webform:
    fields: {name: {}, email: {required: true}}
    values: {source: web}
    duplicates: DUPLICATES
do: [{set: {notes: seen}}]
"""
FILES = {"modules/lead.yaml": LEAD, "options/source.yaml": SOURCE}


def ask(duplicates: str) -> str:
    return ASK.replace("DUPLICATES", duplicates)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    kinds = {f"ask_{kind}": ask(kind) for kind in ("create", "update", "refuse")}
    bare = "label: {en: Bare}\nmodule: lead\ntrigger: webform\ndo: [{set: {notes: seen}}]\n"
    off = ask("create") + "active: false\n"
    return a_site_of({**kinds, "bare": bare, "off": off}, FILES)


@pytest.fixture
def site(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    return surroundings_of(store, catalog, tmp_path)


def send(site: Surroundings, key: str, **raw: object) -> Taken:
    catalog = site.live.catalog
    with site.store.write() as conn:
        workflow = workflow_at(conn, catalog, key, "webform")
        return take_form(conn, catalog, workflow, raw, address="192.0.2.1")


def leads(site: Surroundings) -> list[records.Record]:
    query = records.Query(module="lead", columns=("name", "email", "source"), sort=("created_at",))
    with site.store.read() as conn:
        return list(records.page(conn, site.live.catalog, an_administrator(), query).rows)


def test_what_is_sent_becomes_a_record_and_begins_the_workflow(site: Surroundings) -> None:
    taken = send(site, "ask_create", name="김하나", email="hana@example.com")
    (lead,) = leads(site)
    (row,) = runs_of(site.store, "ask_create")
    assert (lead["name"], lead["email"], lead["source"]) == ("김하나", "hana@example.com", "web")
    assert taken.run == row["id"] and row["record"] == lead.id and taken.made
    assert row["cause"]["values"] == {"name": "김하나", "email": "hana@example.com"}
    assert row["cause"]["facts"]["address"] == "192.0.2.1"


def test_fields_that_it_does_not_list_are_refused(site: Surroundings) -> None:
    with pytest.raises(Invalid) as wrong:
        send(site, "ask_create", name="A", email="a@example.com", notes="x", source="fair")
    assert [each.facts["field"] for each in wrong.value.errors[""]] == ["notes", "source"] and leads(site) == []


def test_what_is_required_here_and_what_is_no_value_is_said_by_field(site: Surroundings) -> None:
    for raw, key in (({"name": "A"}, "email"), ({"email": "a@example.com"}, "name"),
                     ({"name": "A", "email": "nonsense"}, "email")):  # fmt: skip
        with pytest.raises(Invalid) as wrong:
            send(site, "ask_create", **raw)
        assert list(wrong.value.errors) == [key]
    assert leads(site) == []


@pytest.mark.parametrize(("kind", "names"), [("create", ["A", "B"]), ("update", ["B"]), ("refuse", ["A"])])
def test_one_that_is_there_already_becomes_what_the_form_says(
    site: Surroundings, kind: str, names: list[str]
) -> None:
    send(site, f"ask_{kind}", name="A", email="a@example.com")
    if kind == "refuse":
        with pytest.raises(Refused):
            send(site, "ask_refuse", name="B", email="A@example.com")
    else:
        assert send(site, f"ask_{kind}", name="B", email="A@example.com").made is (kind == "create")
    assert [one["name"] for one in leads(site)] == names
    assert len(runs_of(site.store, f"ask_{kind}")) == (1 if kind == "refuse" else 2)


def test_one_that_says_no_fields_asks_for_those_of_the_quick_form_that_strangers_can_fill(
    site: Surroundings, catalog: Catalog
) -> None:
    asked = [one.key for one in form_of(catalog, catalog.workflows["bare"]).asked]
    assert "name" in asked and not {"firm", "paper", "owner"} & set(asked)


def test_what_is_off_or_of_another_kind_is_not_there(site: Surroundings, catalog: Catalog) -> None:
    for key, kind in (("off", "webform"), ("nobody", "webform"), ("bare", "webhook")):
        with pytest.raises(NotFound), site.store.read() as conn:
            workflow_at(conn, catalog, key, kind)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("fields: [email]", "5:"), ("fields: [name, paper]", "6:"), ("fields: [nam]", "6:"),
        ("fields: [name]\n    values: {source: nowhere}", "7:"),
        ("fields: [name]\n    redirect: https://elsewhere.example/thanks", "7:"),
        ("fields: [name]\n    origins: [https://www.example.com/path]", "7:"),
    ],
)  # fmt: skip
def test_what_a_form_cannot_do_is_reported(said: str, place: str) -> None:
    written = ask("create").replace("fields: {name: {}, email: {required: true}}", said).replace(
        "    values: {source: web}\n    duplicates: create\n", "")  # fmt: skip
    with pytest.raises(MetadataError, match=r"workflows/ask.yaml"):
        a_site_of({"ask": written}, FILES)
