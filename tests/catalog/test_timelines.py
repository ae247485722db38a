"""What a module may say of its place in timelines, and what is wrong with it."""

from __future__ import annotations

import pytest

from hanok.engine.errors import MetadataError
from tests.builders import a_catalog
from tests.talking import TALKING, TODO

VIEW = "timeline: {by: due, past: done_at, open: {state: {closed: false}}, text: text, card: [state], finish: done}"


def test_a_module_says_how_it_stands_in_timelines() -> None:
    found = a_catalog(TALKING).module("todo").views.timeline
    assert found
    assert (found.by, found.past, found.text, found.card) == ("due", "done_at", "text", ("state",))
    assert found.finish == "done"
    plain = a_catalog(TALKING).module("memo").views.timeline
    assert plain
    assert (plain.by, plain.past, plain.open) == ("created_at", "created_at", None)
    assert a_catalog(TALKING).module("company").views.timeline is None


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("timeline: {by: name}", "A timeline needs a day, a moment or a period"),
        ("timeline: {by: due, past: text}", "A timeline needs a day, a moment or a period"),
        ("timeline: {by: dew}", "unknown field"),
        ("timeline: {open: {sate: new}}", "state"),
        ("timeline: {finish: dune}", "done"),
        ("timeline: {card: [stat]}", "state"),
        ("timeline: {until: due}", "until"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(view: str, said: str) -> None:
    assert VIEW in TODO
    faulty = {**TALKING, "modules/todo.yaml": TODO.replace(VIEW, view)}
    with pytest.raises(MetadataError) as error:
        a_catalog(faulty)
    assert said in str(error.value)
    assert "modules/todo.yaml" in str(error.value)


def test_a_renamed_field_is_found_under_its_old_name() -> None:
    renamed = TODO.replace("  due:     {type: date}", "  until_day: {type: date, was: [due]}")
    view = a_catalog({**TALKING, "modules/todo.yaml": renamed}).module("todo").views.timeline
    assert view
    assert view.by == "until_day"
