"""What the demo makes up: the same for the same seed, and nothing that a validator would refuse."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from hanok.demo import Draft, Ref, amounts, generate
from hanok.demo.hangul import initials, with_particles
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.fields import BUILT_IN
from hanok.engine.language import Layer, read_folder

ROOT = Path(__file__).parents[2]
TYPES = {found.key: found() for found in BUILT_IN}
TODAY = date(2026, 11, 23)
HANGUL = re.compile("[가-힣]")


def compiled(*more: Layer) -> Catalog:
    core = read_folder(ROOT / "platform" / "engine" / "catalog" / "core", name="core", root="core")
    return compile_catalog([core, read_folder(ROOT / "metadata", name="shipped", root="metadata"), *more], TYPES)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return compiled()


@pytest.fixture(scope="module")
def drafts(catalog: Catalog) -> list[Draft]:
    return list(generate(catalog, 500, seed=1, today=TODAY))


def of(drafts: Sequence[Draft], module: str) -> list[Draft]:
    return [draft for draft in drafts if draft.module == module]


def test_the_same_seed_tells_the_same_story(catalog: Catalog, drafts: list[Draft]) -> None:
    assert list(generate(catalog, 500, seed=1, today=TODAY)) == drafts
    assert list(generate(catalog, 500, seed=2, today=TODAY)) != drafts


@pytest.mark.parametrize("count", [0, 1, 2, 30])
def test_any_number_of_accounts_will_do(catalog: Catalog, count: int) -> None:
    made = Counter(draft.module for draft in generate(catalog, count, seed=3, today=TODAY))
    assert made == Counter(amounts(count))


def test_every_value_is_valid(catalog: Catalog, drafts: list[Draft]) -> None:
    for draft in drafts:
        for key, value in draft.values.items():
            field = catalog.modules[draft.module].fields[key]
            if not isinstance(value, Ref | tuple):
                field.type.value(field).deserialize(value)


def test_nothing_that_is_required_is_missing(catalog: Catalog, drafts: list[Draft]) -> None:
    for draft in drafts:
        fields = catalog.modules[draft.module].fields
        required = {key for key, field in fields.items() if field.required and not field.readonly}
        assert {key for key in required if "default" not in fields[key].settings} <= set(draft.values), draft


def test_links_point_to_records_that_came_before(catalog: Catalog, drafts: list[Draft]) -> None:
    known: dict[str, str] = {}
    for draft in drafts:
        for key, value in draft.values.items():
            field = catalog.modules[draft.module].fields[key]
            for one in [value] if isinstance(value, Ref) else value if isinstance(value, tuple) else ():
                assert known[one.key] in (*field.targets, *field.members)
        assert draft.key not in known
        known[draft.key] = draft.module


def test_no_two_accounts_have_one_name(drafts: list[Draft]) -> None:
    names = Counter(draft.values["name"] for draft in of(drafts, "account"))
    assert max(names.values()) == 1


def test_most_of_it_is_korean(drafts: list[Draft]) -> None:
    accounts = of(drafts, "account")
    korean = [draft for draft in accounts if HANGUL.search(draft.values["name"])]
    assert 0.7 < len(korean) / len(accounts) < 0.9


def test_deals_close_when_their_stage_says(drafts: list[Draft]) -> None:
    closes = defaultdict(list)
    for draft in of(drafts, "opportunity"):
        closes[draft.values["stage"]].append(date.fromisoformat(draft.values["close_date"]))
    assert max(closes["won"] + closes["lost"]) < TODAY
    assert min(closes["prospecting"]) > TODAY
    assert any(day < TODAY for day in closes["proposal"])


def test_the_probability_follows_the_stage(drafts: list[Draft]) -> None:
    found = {(draft.values["stage"], int(draft.values["probability"])) for draft in of(drafts, "opportunity")}
    assert {chance for stage, chance in found if stage == "won"} == {100}
    assert {chance for stage, chance in found if stage in ("lost", "on_hold")} == {0}
    assert all(75 <= chance <= 90 for stage, chance in found if stage == "negotiation")


def test_only_finished_tasks_have_a_time_of_finishing(drafts: list[Draft]) -> None:
    for draft in of(drafts, "task"):
        assert ("done_at" in draft.values) == (draft.values["status"] == "done")


def test_some_tasks_are_late_and_some_are_to_come(drafts: list[Draft]) -> None:
    waiting = [draft.values["due"] for draft in of(drafts, "task") if draft.values["status"] == "not_started"]
    assert min(waiting) < TODAY.isoformat() < max(waiting)


def test_a_converted_lead_is_the_contact_that_it_became(drafts: list[Draft]) -> None:
    people = {draft.key: draft.values for draft in of(drafts, "contact")}
    became = [draft.values for draft in of(drafts, "lead") if draft.values["status"] == "converted"]
    assert became
    for lead in became:
        assert lead["last_name"] == people[lead["contact"].key]["last_name"]
        assert lead["account"] == people[lead["contact"].key]["account"]


def test_whoever_loads_it_has_something_to_do(drafts: list[Draft]) -> None:
    for module in ("account", "opportunity", "lead", "case", "task", "call", "meeting", "note", "document"):
        assert any("owner" not in draft.values for draft in of(drafts, module)), module


def test_nothing_is_left_unfilled(drafts: list[Draft]) -> None:
    written = [value for draft in drafts for value in draft.values.values() if isinstance(value, str)]
    assert not [text for text in written if "{" in text or "(가)" in text or "(를)" in text]


def test_what_a_site_took_away_is_left_out() -> None:
    files = {"modules/lead.yaml": "fields: {interest: null}\nviews: null\n"}
    site = Layer(name="site", files=files, root="site/metadata")
    made = of(list(generate(compiled(site), 20, seed=1, today=TODAY)), "lead")
    assert made
    assert not [draft for draft in made if "interest" in draft.values]


@pytest.mark.parametrize(
    ("text", "said"),
    [("커넥터을(를)", "커넥터를"), ("기판이(가)", "기판이"), ("은하은(는)", "은하는"), ("POS을(를)", "POS를")],
)
def test_particles_follow_the_sound(text: str, said: str) -> None:
    assert with_particles(text) == said


@pytest.mark.parametrize(("name", "letters"), [("하늘", "hn"), ("서연", "sy"), ("은영", "ey"), ("Ryan", "")])
def test_initials_in_latin_letters(name: str, letters: str) -> None:
    assert initials(name) == letters
