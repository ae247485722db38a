"""A type that says it takes another one's values takes them."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from hanok.engine.fields import FieldType
from tests.fields.fields import TYPES, a_field, loaded

PAIRS = [(TYPES[old], new) for new in TYPES.values() for old in sorted(new.converts_from)]


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=lambda found: found.key)
def test_every_value_of_a_type_that_converts_is_carried_over(old: FieldType, new: FieldType) -> None:
    source, target = (a_field(found, **found.settings_samples()[0]) for found in (old, new))
    for value in loaded(source):
        carried = new.value(target).deserialize(new.from_text(target, old.export(source, value, "ko")))
        assert (carried == new.blank) is (value is None), value


def test_a_day_in_a_spreadsheet_is_text_where_text_is_asked() -> None:
    text = a_field(TYPES["text"])
    assert TYPES["text"].from_text(text, date(2026, 11, 17)) == "2026-11-17"
    assert TYPES["text"].from_text(text, datetime(2026, 11, 17)) == "2026-11-17"
    assert TYPES["text"].from_text(text, datetime(2026, 11, 17, 9, 30)) == "2026-11-17T09:30:00"
