"""Links and lines that are renamed keep their own tables."""

from __future__ import annotations

from tests.deploy.conftest import House

COMPANY = "modules/company.yaml"
LINKS = "friends: {type: links, to: person, reverse: known, fields: {role: {type: text}}}"
LINES = "stock:   {type: lines, of: {item: {type: text}}}"


def tables(house: House) -> set[str]:
    return set(house.live().catalog.metadata.tables)


def test_the_table_of_an_n_n_link_and_the_columns_of_its_own_fields_stay(house: House) -> None:
    house.change("size:    {type: integer, min: 0}", LINKS)
    house.deploy()
    before = tables(house)
    house.change("friends: {", "fellows: {was: [friends], ")
    house.change("role: {type", "part: {was: [role], type")
    assert {kind for _, kind, _ in house.steps()} <= {"rename_field"}
    house.deploy()
    assert tables(house) == before
    assert "$role" in house.live().catalog.metadata.tables["l_company_friends"].c


def test_the_table_of_lines_and_their_columns_stay(house: House) -> None:
    house.change("size:    {type: integer, min: 0}", LINES)
    house.deploy()
    before = tables(house)
    house.change("stock:   {", "goods:   {was: [stock], ")
    house.change("item: {type", "thing: {was: [item], type")
    assert {kind for _, kind, _ in house.steps()} <= {"rename_field", "rename_module"}
    house.deploy()
    assert tables(house) == before
    assert "item" in house.live().catalog.metadata.tables["p_company_stock"].c
