"""Addresses of lists: what is read is what is written."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from werkzeug.datastructures import MultiDict

from hanok.engine.catalog import Catalog
from hanok.screens.address import Asked, Condition, as_condition, read


def asked(catalog: Catalog, query: str, *, own: tuple[str, ...] = ()) -> Asked:
    arguments = MultiDict(parse_qsl(query, keep_blank_values=True))
    return read(catalog.module("company"), arguments, own=own)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "filter=all",
        "filter=mine&stage=won&stage=new",
        "stage=won&q=한빛&sort=-size",
        "f=name.contains.a,b\\c&f=size.between.1,9&f=parent.empty.true",
        "f=stage.not_in.won,new&columns=name,size&size=50",
        "name=$100 & more",
    ],
)
def test_an_address_says_again_what_was_read(catalog: Catalog, query: str) -> None:
    found = asked(catalog, query)
    assert asked(catalog, urlsplit(found.url()).query) == found


def test_a_bare_address_shows_the_default_filter_and_a_condition_drops_it(catalog: Catalog) -> None:
    assert asked(catalog, "").saved == "going"
    assert asked(catalog, "filter=all").saved == ""
    assert asked(catalog, "stage=won").saved == ""


def test_a_value_said_twice_is_any_of(catalog: Catalog) -> None:
    assert asked(catalog, "stage=won&stage=new").conditions == (Condition("stage", "in", ("won", "new"), "many"),)


def test_unknown_keys_fields_and_operators_are_left_alone(catalog: Catalog) -> None:
    assert asked(catalog, "utm_source=mail&f=nothing.eq.1&f=size.sounds_like.9&f=size").conditions == ()


def test_a_comma_within_a_value_survives(catalog: Catalog) -> None:
    found = Condition("name", "in", ("a,b", "c\\d"), "many")
    assert asked(catalog, f"f={found.write()}").conditions == (found,)


def test_only_me_keeps_its_dollar() -> None:
    assert as_condition(Condition("owner", "eq", ("$me",))) == {"owner": {"eq": "$me"}}
    assert as_condition(Condition("name", "eq", ("$record.x",))) == {"name": {"eq": "$$record.x"}}


def test_another_sort_begins_at_the_first_page(catalog: Catalog) -> None:
    found = asked(catalog, "after=abc&start=26")
    assert "after" not in found.url(sort=("size",))
    assert "start" not in found.url(sort=("size",))


def test_own_columns_hold_until_the_address_says_others(catalog: Catalog) -> None:
    mine = asked(catalog, "", own=("name", "size", "gone"))
    assert (mine.own, mine.columns) == (("name", "size"), ())
    assert "columns" not in mine.url()
    assert asked(catalog, "columns=name,size", own=("name", "size")).columns == ()
    assert asked(catalog, "columns=name,stage", own=("name", "size")).columns == ("name", "stage")
    standard = ",".join(catalog.module("company").views.list.columns)
    assert ",".join(asked(catalog, f"columns={standard}", own=("name", "size")).columns) == standard
    assert asked(catalog, f"columns={standard}").columns == ()
