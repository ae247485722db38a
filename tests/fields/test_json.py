"""JSON: what documents of the metadata say about it."""

from __future__ import annotations

from decimal import Decimal

import marshmallow as ma
import pytest

from hanok.engine.fields.json import document
from tests.builders import a_catalog


def test_a_number_with_a_point_is_a_number_of_json() -> None:
    assert document({"a": Decimal("1.50"), "b": [Decimal("-5e-08")]}).text == '{"a":1.5,"b":[-5e-08]}'
    assert document(Decimal("2")) == document(2.0)
    with pytest.raises(ma.ValidationError, match="too large"):
        document(Decimal("1e400"))


def test_the_metadata_may_say_one() -> None:
    shop = "label: {en: Shop}\nfields:\n  name: {type: text}\n  facts: {type: json, default: {rate: 1.5}}\n" \
        "saved_filters:\n  low: {label: {en: Low}, where: {facts: {ne: 0.5}}}\n"  # fmt: skip
    assert "facts" in a_catalog({"modules/shop.yaml": shop}).modules["shop"].fields
