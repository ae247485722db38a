"""What the documentation tells people to write works.

The diff of `docs/howto/add-a-field-type.md` applies, and its type has filter, form, cell and export. The YAML of every
page compiles over the shipped CRM.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import textwrap
from decimal import Decimal
from pathlib import Path

import jsonschema_rs
import pytest
from flask.testing import FlaskClient

from hanok.app import create_app, field_types
from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import compile_catalog, kinds
from hanok.engine.deploy import Live, deploy, load_live, make_plan, shipped_layers
from hanok.engine.fields import Field, FieldType
from hanok.engine.language import for_editors
from hanok.engine.language.nodes import Source
from hanok.engine.language.reading import read_text
from hanok.engine.records import Query, create, page
from hanok.engine.records.exporting import Wish, export
from hanok.engine.store import Store
from tests.builders import CORE, a_layer
from tests.fields import test_contract as contract
from tests.fields import test_operators as operators
from tests.fields.fields import a_field, name_of
from tests.house.sources import ROOT

HOWTO = (ROOT / "docs" / "howto" / "add-a-field-type.md").read_text()
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSWORD = "celadon-tiger-42"
GREENHOUSE = {"name": "Greenhouse", "inside": "34.2"}
APP = "name: {en: Test}\nlanguages: [en, ko]\ncurrency: KRW\nzone: Asia/Seoul\n"
PAGES = [
    ROOT / "README.md", ROOT / "README.ko.md", *sorted((ROOT / "docs" / "howto").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorial").glob("*.md")), *sorted((ROOT / "docs" / "explanation").glob("*.md")),
]  # fmt: skip
SITE_FILE = re.compile(r"site/metadata/([\w/]+\.yaml)|^ *```yaml\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
NAMED_INSIDE = re.compile(r"# site/metadata/([\w/]+\.yaml)\n")


def site_files(page: str) -> dict[str, str]:
    """The files that a page tells people to write: the YAML behind the name of a file, or that begins with it.

    The last one wins.
    """
    found, named = {}, ""
    for match in SITE_FILE.finditer(page):
        if match[1]:
            named = match[1]
            continue
        text = textwrap.dedent(match[2])
        inside = NAMED_INSIDE.match(text)
        if name := inside[1] if inside else named:
            found[name] = text
        named = ""
    return found


def fenced(kind: str) -> str:
    """The first block of this kind."""
    return next(text for found, text in FENCE.findall(HOWTO) if found == kind)


def new_file() -> str:
    """The text of the file that the diff adds."""
    _, _, added = fenced("diff").partition("--- /dev/null\n")
    return "".join(f"{line[1:]}\n" for line in added.splitlines()[2:] if line.startswith("+"))


@pytest.fixture(scope="module")
def temperature(tmp_path_factory: pytest.TempPathFactory) -> type[FieldType]:
    """The class of the page's file."""
    path = tmp_path_factory.mktemp("howto") / "temperature.py"
    path.write_text(new_file())
    spec = importlib.util.spec_from_file_location("temperature", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: type[FieldType] = module.Temperature
    return found


@pytest.fixture(scope="module")
def fields(temperature: type[FieldType]) -> list[Field]:
    return [a_field(temperature(), **settings) for settings in temperature().settings_samples()]


@pytest.fixture
def live(store: Store, temperature: type[FieldType]) -> Live:
    """The page's module, deployed with the type registered."""
    types = field_types([temperature])
    layer = a_layer({"app.yaml": APP, "modules/reading.yaml": fenced("yaml")})
    deploy(store, make_plan(store, [CORE, layer], types))
    return load_live(store, types)


@pytest.fixture
def client(live: Live) -> FlaskClient:
    """An administrator's browser."""
    raw, hashed = {"username": "admin", "last_name": "Admin"}, accounts.hash_password(PASSWORD)
    live.write(lambda conn, catalog: accounts.create_administrator(conn, catalog, raw, password=hashed))
    found = create_app(live, {"secret_key": "for tests only"}).test_client()
    form = {"username": "admin", "password": PASSWORD, **hidden(found, "/login", "csrf_token")}
    assert found.post("/login", data=form).status_code == 303
    found.set_cookie("hanok_language", "en")
    return found


def hidden(client: FlaskClient, path: str, *names: str) -> dict[str, str]:
    """The hidden inputs of a page's form, as far as they are there."""
    text = client.get(path).text
    found = {name: re.search(rf'name="{name}" value="([^"]*)"', text) for name in names}
    return {name: value[1] for name, value in found.items() if value}


def add(client: FlaskClient, **typed: str) -> int:
    form = hidden(client, "/reading/new", "csrf_token", "token") | typed
    return client.post("/reading/new", data=form).status_code


def test_the_diff_applies_to_the_present_code(tmp_path: Path) -> None:
    patch = tmp_path / "temperature.diff"
    patch.write_text(fenced("diff"))
    done = subprocess.run(
        ["git", "apply", "--check", "--ignore-whitespace", str(patch)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_type_keeps_the_contract(fields: list[Field], store: Store) -> None:
    alone = [
        contract.test_a_value_survives_json, contract.test_a_loaded_value_loads_again,
        contract.test_blank_input_is_the_blank_value, contract.test_it_has_a_widget_and_a_cell,
        contract.test_its_settings_fit_its_schema, contract.test_it_finds_the_compared_part_among_its_columns,
        contract.test_search_text_is_text,
    ]  # fmt: skip
    for field in fields:
        for test in alone:
            test(field)
        for language in ("ko", "en"):
            contract.test_an_exported_value_is_read_back_unchanged(field, language)
        for raw in contract.NEVER:
            contract.test_what_cannot_be_a_value_is_refused_with_messages(field, raw)
        contract.test_it_is_labelled_in_korean_and_english(field.type)
        contract.test_types_that_convert_exist(field.type)


def test_it_keeps_its_values_and_operators_on_the_database(fields: list[Field], store: Store) -> None:
    with store.write() as conn:
        for field in fields:
            assert name_of(field).startswith("temperature")
            contract.test_a_value_survives_the_database(field, conn)
            operators.test_sql_and_python_agree(field, conn)


def test_form_cell_filter_and_export_are_there(client: FlaskClient, live: Live) -> None:
    form = client.get("/reading/new").text
    assert 'name="inside"' in form and "°C" in form
    assert add(client, name="Greenhouse", inside="34.2 ℃") == 303
    assert add(client, name="Cold store", inside="-18.5") == 303

    assert "34.2 °C" in client.get("/reading").text
    assert "between" in client.get("/reading?ask=inside").text.lower()
    warm = client.get("/reading?f=inside.gte.20&sort=-inside").text
    assert "Greenhouse" in warm and "Cold store" not in warm

    with live.read() as (conn, catalog):
        found = export(conn, catalog, Wish(actor=SYSTEM, module="reading", language="en"))
        written = [dict(zip(found.headings, row, strict=True)) for row in found.rows()]
    assert {row["Place"]: row["Inside"] for row in written} == {
        "Greenhouse": Decimal("34.2"), "Cold store": Decimal("-18.5"),
    }  # fmt: skip


def test_nothing_is_colder_than_absolute_zero(client: FlaskClient, live: Live) -> None:
    form = hidden(client, "/reading/new", "csrf_token", "token")
    answer = client.post("/reading/new", data={**form, "name": "Hell", "inside": "-300"})
    assert answer.status_code == 422 and "at least -273.15" in answer.text
    with live.read() as (conn, catalog):
        assert not page(conn, catalog, SYSTEM, Query(module="reading")).rows


def test_a_decimal_becomes_a_temperature(store: Store, temperature: type[FieldType]) -> None:
    types, module = field_types([temperature]), fenced("yaml")
    for kind in ("decimal", "temperature"):
        layer = a_layer({"app.yaml": APP, "modules/reading.yaml": module.replace("type: temperature", f"type: {kind}")})
        plan = make_plan(store, [CORE, layer], types)
        deploy(store, plan, accept=[step.key for step in plan.steps if step.loses])
        if kind == "decimal":
            load_live(store, types).write(lambda conn, catalog: create(conn, catalog, SYSTEM, "reading", GREENHOUSE))
    with load_live(store, types).read() as (conn, catalog):
        (row,) = page(conn, catalog, SYSTEM, Query(module="reading")).rows
    assert row["inside"] == Decimal("34.2")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_files_of_a_page_compile(path: Path, temperature: type[FieldType]) -> None:
    files = site_files(path.read_text(encoding="utf-8"))
    catalog = compile_catalog([*shipped_layers(), a_layer(files)], field_types([temperature]))
    written = {file.removeprefix("modules/").removesuffix(".yaml") for file in files if file.startswith("modules/")}
    patterns = {key for key in written if "extends: line" in files[f"modules/{key}.yaml"]}
    assert written - patterns <= set(catalog.modules)
    assert not [str(each) for each in catalog.advice if each.place.file.startswith("site")]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_an_editor_takes_the_files_of_a_page(path: Path, temperature: type[FieldType]) -> None:
    folders = {kind.folder: kind for kind in kinds(field_types([temperature])).values()}
    for file, text in site_files(path.read_text(encoding="utf-8")).items():
        schema = for_editors(folders[file.rpartition("/")[0]])
        data = read_text(text, Source(file, text)).root
        assert data is not None
        assert jsonschema_rs.Draft202012Validator(schema).is_valid(data.plain()), file


def test_pages_have_files_to_write() -> None:
    written = [len(site_files(path.read_text(encoding="utf-8"))) for path in PAGES]
    assert sum(written) >= 12
