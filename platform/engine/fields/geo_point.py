"""A place on the globe: latitude and longitude."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal as Exactly
from typing import Any, ClassVar

import marshmallow as ma
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import Exact, plain_text
from hanok.engine.fields.decimal import Decimal
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.number import NumberValue, exact, plain
from hanok.engine.fields.operators import OPERATORS, Operator
from hanok.engine.fields.parts import part_of
from hanok.engine.fields.value import Value, refuse

PLACES = 6
#: Mean radius of the Earth in kilometres (IUGG), and half of its girth.
RADIUS = 6371.0088
FARTHEST = 20_015
SPLIT = re.compile(r"\s*[,;\s]\s*")
NOT_ONE = say("This must be latitude and longitude, such as 37.5665, 126.9780.")
AXES = ("x", "y", "z")
WORDS: Mapping[str, Labels] = {
    "lat": {"en": "latitude", "ko": "위도"},
    "lng": {"en": "longitude", "ko": "경도"},
}


@dataclass(frozen=True, slots=True)
class GeoPoint:
    """Degrees with six places (a tenth of a metre): `lat` north of the equator, `lng` east of Greenwich."""

    lat: Exactly
    lng: Exactly

    def __str__(self) -> str:
        return ", ".join(f"{each.normalize():f}" for each in (self.lat, self.lng))

    def axes(self) -> tuple[float, float, float]:
        """The point on a globe of radius 1, whose axes leave through 0°E, 90°E and the North Pole."""
        lat, lng = math.radians(self.lat), math.radians(self.lng)
        return math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)


@dataclass(frozen=True, slots=True)
class Circle:
    """All points that are at most `km` from `centre` along the surface."""

    centre: GeoPoint
    km: float

    @property
    def reach(self) -> float:
        """The square of the straight line through a globe of radius 1 to the circle's edge."""
        line: float = (2 * math.sin(self.km / RADIUS / 2)) ** 2
        return line


def _apart(place: Sequence[Any], circle: Circle) -> Any:
    """The square of the straight line between two points; of columns or of floats, in the same order of steps."""
    x, y, z = place
    a, b, c = circle.centre.axes()
    return (x - a) * (x - a) + (y - b) * (y - b) + (z - c) * (z - c)


def _within_sql(columns: Any, circle: Circle) -> ColumnElement[bool]:
    return sa.and_(columns[0].is_not(None), _apart(columns, circle) <= circle.reach)


def _within(place: Any, circle: Circle) -> bool:
    return place[0] is not None and bool(_apart(place, circle) <= circle.reach)


#: Exact on a globe (the Earth is one to half a percent) with nothing but sums and products of doubles, which are the
#: same in Python and in every database.
WITHIN = Operator(
    "within", {"en": "within", "ko": "반경 안"}, "own", _within_sql, _within,
    "{within: [37.5665, 126.9780, 5]}", parts=AXES,
)  # fmt: skip


class Degrees(NumberValue):
    """Degrees to six places; more are rounded, as a position is never exact."""

    def __init__(self, most: int) -> None:
        super().__init__(places=PLACES, low=-most, high=most)

    def rounded(self, found: Exactly) -> Exactly:
        return found.quantize(Exactly(1).scaleb(-PLACES)) + 0


class GeoPointValue(Value):
    """A GeoPoint from `{lat: …, lng: …}`, `[lat, lng]` or text: 37.5665, 126.9780."""

    def load(self, value: Any, **known: Any) -> GeoPoint | None:
        if isinstance(value, GeoPoint):
            return value
        if isinstance(value, str):
            value = SPLIT.split(plain(value).strip("()"))
        if isinstance(value, Mapping) and set(value) == {"lat", "lng"}:
            value = [value["lat"], value["lng"]]
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise refuse(NOT_ONE)
        lat, lng = Degrees(90).deserialize(value[0]), Degrees(180).deserialize(value[1])
        if lat is None and lng is None:
            return None
        if lat is None or lng is None:
            raise refuse(NOT_ONE)
        return GeoPoint(lat, lng)


class CircleValue(Value):
    """A Circle from `[latitude, longitude, kilometres]`, or from text with commas."""

    def load(self, value: Any, **known: Any) -> Circle:
        found = SPLIT.split(value.strip()) if isinstance(value, str) else value
        if not isinstance(found, list | tuple) or len(found) != 3:
            raise refuse(say("This must be latitude, longitude and kilometres, such as [37.5665, 126.9780, 5]."))
        centre, km = GeoPointValue().deserialize(list(found[:2])), float(exact(found[2]))
        if centre is None or not 0 < km <= FARTHEST:
            raise refuse(say("This must be latitude, longitude and kilometres, such as [37.5665, 126.9780, 5]."))
        return Circle(centre, km)


class GeoPointType(FieldType):
    """Parts: `.lat`, `.lng`. `within` asks for all within so many kilometres of a point.

    The three axes are kept beside them, so that distances need no trigonometry in a database.
    """

    key = "geo_point"
    label: ClassVar[Labels] = {"en": "Place on the map", "ko": "지도 위치"}
    icon = "map-pin"
    operators = ("within", "eq", "ne", "empty")
    sortable = False

    def parts(self, field: Field) -> tuple[Part, ...]:
        degrees = (Part("lat", Exact(PLACES)), Part("lng", Exact(PLACES)))
        return (Part("", plain_text()), *degrees, *(Part(axis, sa.Double()) for axis in AXES))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if value is None:
            return dict.fromkeys(("", "lat", "lng", *AXES))
        return {"": str(value), "lat": value.lat, "lng": value.lng, **dict(zip(AXES, value.axes(), strict=True))}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts["lat"] is None or parts["lng"] is None else GeoPoint(parts["lat"], parts["lng"])

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return GeoPointValue()

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return CircleValue() if operator == "within" else self.value(field)

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        if operator != "within":
            return self.samples(field)
        return ([37.5665, 126.978, 1], "37.5,127,350", [0, 180, 0.5], [-90, 0, 10000], [0, 0, 20015])

    def operator(self, key: str) -> Operator:
        return WITHIN if key == "within" else OPERATORS[key]

    def comparable(self, field: Field, value: Any) -> Any:
        return str(value) if isinstance(value, GeoPoint) else value

    def part_field(self, field: Field, part: str) -> Field | None:
        if part not in WORDS:
            return None
        return part_of(field, part, Decimal(), WORDS[part], {"": part}, {"places": PLACES})

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else {"lat": str(value.lat), "lng": str(value.lng)}

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else str(value)

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("geo_point")

    def asks(self, field: Field) -> Widget:
        return Widget("text")

    def cell(self, field: Field) -> Cell:
        return Cell("geo_point", width="text")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "37.5665, 126.9780", "(35.1796 129.0756)", [-33.8688, 151.2093], {"lat": "0", "lng": "-0.0"}, "90, 0",
            "-90,180", "0, -180", "0.0000001, 179.999999", "３７.5，127",
        )  # fmt: skip
