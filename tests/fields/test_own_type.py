"""A stranger's type: one class over Decimal has its filter, form, cell and export."""

from __future__ import annotations

from decimal import Decimal as Exactly
from typing import ClassVar

from hanok.engine.fields import Labels
from hanok.engine.fields.decimal import Decimal
from tests.fields.fields import a_field


class Temperature(Decimal):
    key = "temperature"
    label: ClassVar[Labels] = {"en": "Temperature", "ko": "온도"}
    icon = "temperature"
    unit = "°C"
    usual_places = 1


def test_a_type_with_a_unit_is_a_label_and_a_unit() -> None:
    field = a_field(Temperature(), min=-273.1)
    value = field.type.value(field).deserialize("-3.5 ℃")
    assert value == Exactly("-3.5")
    assert field.type.input(field).facts["unit"] == field.type.cell(field).facts["unit"] == "°C"
    assert field.type.export(field, value, "ko") == value
    assert field.type.operand(field, "gte").deserialize("25") == Exactly("25.0")
    assert repr(field.type.parts(field)[0].type) == "Exact(places=1)"
