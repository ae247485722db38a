"""Places on the globe, and how far they are."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from hanok.engine.fields.geo_point import RADIUS, WITHIN, Circle, GeoPoint
from tests.fields.fields import stored
from tests.fields.loading import field, load, refusal

SEOUL, BUSAN = "37.5665, 126.978", "35.1796, 129.0756"
points = st.builds(
    lambda lat, lng: GeoPoint(Decimal(lat).scaleb(-6), Decimal(lng).scaleb(-6)),
    st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000),
)  # fmt: skip


@pytest.mark.parametrize(
    "raw", [SEOUL, "(37.5665 126.978)", [37.5665, 126.978], {"lat": "37.5665", "lng": "126.9780000"}]
)
def test_places_are_read_in_many_forms(raw: Any) -> None:
    assert str(load(field("geo_point"), raw)) == SEOUL


@pytest.mark.parametrize(
    "raw", ["91, 0", "0, 180.1", "37.5", [1, 2, 3], {"lat": 1}, ["", 1], "a, b", {"lat": 1, "lng": None}]
)
def test_what_is_no_place_is_refused(raw: Any) -> None:
    assert refusal(field("geo_point"), raw)


def distance(one: GeoPoint, other: GeoPoint) -> float:
    """Kilometres along the surface, by the haversine formula."""
    a, b, c, d = (math.radians(each) for each in (one.lat, one.lng, other.lat, other.lng))
    hav = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * RADIUS * math.asin(math.sqrt(min(1.0, hav)))


@given(one=points, other=points, km=st.floats(0.001, 20_015))
def test_within_is_the_distance_along_the_surface(one: GeoPoint, other: GeoPoint, km: float) -> None:
    far = distance(one, other)
    if abs(far - km) > 0.001 + far * 1e-6 and far < 19_900:
        assert WITHIN.test(one.axes(), Circle(other, km)) is (far <= km)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(points, min_size=1, max_size=8), centre=points, km=st.floats(0.001, 20_015))
def test_databases_say_the_same_as_python(
    rows: list[GeoPoint], centre: GeoPoint, km: float, conn: sa.Connection
) -> None:
    found, circle = field("geo_point"), Circle(centre, km)
    table = stored(conn, found, [*rows, None])
    columns = tuple(table.c[found.columns[axis]] for axis in WITHIN.parts)
    chosen = set(conn.scalars(sa.select(table.c.row).where(WITHIN.sql(columns, circle))))
    assert chosen == {row for row, point in enumerate(rows) if WITHIN.test(point.axes(), circle)}


def test_a_circle_is_read_or_refused() -> None:
    read = field("geo_point").type.operand(field("geo_point"), "within")
    circle = read.deserialize([37.5665, 126.978, 325.2])
    assert WITHIN.test(load(field("geo_point"), BUSAN).axes(), circle)
    assert not WITHIN.test(load(field("geo_point"), BUSAN).axes(), Circle(circle.centre, 325.0))
    for raw in ([37.5, 127], "37.5, 127, 0", [37.5, 127, -1], [37.5, 127, 30_000], [100, 127, 5], "here"):
        with pytest.raises(ValidationError):
            read.deserialize(raw)
