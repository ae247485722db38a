"""Money with fewer places than its currency has."""

from __future__ import annotations

from dataclasses import replace

from tests.fields.loading import field, load, refusal


def test_places_may_be_fewer_than_those_of_the_currency() -> None:
    whole = replace(field("money", places=0), app={"currency": "USD"})
    assert str(load(whole, "1,200").amount) == "1200"
    assert "whole number" in refusal(whole, "1.50")
    assert whole.type.input(whole).facts["places"] == 0
    won = field("money", places=2)
    assert won.type.input(won).facts["places"] == 0
