"""The neighbours of a record are those of the list, in every order, and only what somebody may open."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query
from hanok.engine.records.neighbours import neighbour
from hanok.engine.store import Store
from tests.builders import a_record, a_user, an_administrator

ADMIN = an_administrator()
ORDERS = (("name",), ("-size", "name"), ("parent", "-name"), ("founded",))


@pytest.fixture
def rep(filled: Store, catalog: Catalog) -> Actor:
    return a_user(filled, catalog, "rep", "owner_only")


@pytest.fixture
def companies(filled: Store, catalog: Catalog, rep: Actor) -> Store:
    first = None
    for number, size in enumerate([3, None, 7, 3, None, 1, 7, 3]):
        raw = {"name": f"회사 {number}", "size": size, "founded": "2020-01-01" if number % 3 else None,
               "owner": str(rep.id) if number % 2 else None, "parent": first}  # fmt: skip
        made = a_record(filled, catalog, "company", **raw)
        first = first or str(made.id)
    return filled


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("who", ["admin", "rep"])
def test_a_walk_along_them_is_the_list(
    companies: Store, catalog: Catalog, rep: Actor, sort: tuple[str, ...], who: str
) -> None:
    actor, query = ADMIN if who == "admin" else rep, Query(module="company", sort=sort)
    with companies.read() as conn:
        listed = [row.id for row in records.page(conn, catalog, actor, query).rows]

        def walk(start: UUID, *, forwards: bool) -> list[UUID]:
            found, here = [start], neighbour(conn, catalog, actor, query, start, forwards=forwards)
            while here is not None:
                found.append(here)
                here = neighbour(conn, catalog, actor, query, here, forwards=forwards)
            return found

        assert walk(listed[0], forwards=True) == listed
        assert walk(listed[-1], forwards=False) == listed[::-1]


def test_one_that_left_the_list_has_neighbours_where_it_would_stand(companies: Store, catalog: Catalog) -> None:
    query = Query(module="company", sort=("name",))
    with companies.read() as conn:
        rows = records.page(conn, catalog, ADMIN, query).rows
        narrowed = replace(query, asked={"size": 3})
        named = [row.title for row in records.page(conn, catalog, ADMIN, narrowed).rows]
        found = neighbour(conn, catalog, ADMIN, narrowed, rows[1].id, forwards=True)
    assert named == ["회사 0", "회사 3", "회사 7"]
    assert found == rows[3].id
