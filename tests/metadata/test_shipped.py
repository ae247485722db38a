"""The CRM that is shipped: complete in both languages, without a loose end."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.catalog.menus import MIRRORS
from hanok.engine.fields import BUILT_IN
from hanok.engine.language import Layer, read_folder

ROOT = Path(__file__).parents[2]
CORE, SHIPPED = ROOT / "platform" / "engine" / "catalog" / "core", ROOT / "metadata"
TYPES = {found.key: found() for found in BUILT_IN}
LANGUAGES = {"en", "ko"}
HANGUL = re.compile("[가-힣]")
SAME_IN_BOTH = {"Asia/Seoul", "sales", "branch_seoul", "123-45-67890"}


def layers() -> list[Layer]:
    return [read_folder(CORE, name="core", root="core"), read_folder(SHIPPED, name="shipped", root="metadata")]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return compile_catalog(layers(), TYPES)


def documents() -> list[Path]:
    return sorted([*CORE.rglob("*.yaml"), *SHIPPED.rglob("*.yaml")])


def texts(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in a document that a reader sees, with the keys that lead to it."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key in ("label", "plural", "help", "placeholder") and not path.endswith("fields"):
                yield f"{path}.{key}", value
            yield from texts(value, f"{path}.{key}")


def labels(catalog: Catalog) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every label that screens show, with its module or option set and its key."""
    for found in catalog.options.values():
        yield from ((f"{found.key}.{choice.key}", choice.label) for choice in found.choices)
    for module in catalog.modules.values():
        named = (module.fields, module.saved_filters, module.subpanels)
        yield from ((f"{module.key}.{key}", each.label) for group in named for key, each in group.items())
        for form in (module.views.form, module.views.detail):
            parts = (*form.tabs, *form.side, *(panel for tab in form.tabs for panel in tab.panels))
            yield from ((f"{module.key}.{part.key}", part.label) for part in parts)


def test_it_compiles_without_advice(catalog: Catalog) -> None:
    assert not catalog.advice


def test_the_core_compiles_alone() -> None:
    core = {"user", "team", "security_group", "outbound_account", "inbound_account", "login_provider"}
    assert set(compile_catalog(layers()[:1], TYPES).modules) == core


@pytest.mark.parametrize("path", documents(), ids=lambda path: "/".join(path.parts[-2:]))
def test_every_text_is_written_in_both_languages(path: Path) -> None:
    found = [*texts(yaml.safe_load(path.read_text()))]
    assert not [where for where, label in found if set(label) != LANGUAGES or not all(label.values())]
    assert not [where for where, label in found if not HANGUL.search(label["ko"]) and label["ko"] not in SAME_IN_BOTH]
    assert not [where for where, label in found if HANGUL.search(label["en"])]


def test_nothing_that_is_shown_was_left_to_be_derived_in_one_language(catalog: Catalog) -> None:
    assert not [where for where, label in labels(catalog) if set(label) != LANGUAGES]


def test_every_option_set_is_used(catalog: Catalog) -> None:
    used = {field.settings.get("options") for module in catalog.modules.values() for field in module.fields.values()}
    assert set(catalog.options) == used - {None}


def test_the_menu_reaches_every_module_once(catalog: Catalog) -> None:
    listed = [module for found in catalog.menu for module in found.modules]
    assert sorted(listed) == sorted([*catalog.modules, *MIRRORS])


def test_every_area_of_a_module_is_one_of_the_app(catalog: Catalog) -> None:
    assert {module.area for module in catalog.modules.values()} <= set(catalog.app.areas)


def test_every_role_speaks_of_the_access_modules(catalog: Catalog) -> None:
    """Users and teams have no owner: a role that leaves them to its default could let anybody rename a colleague."""
    for role in catalog.roles.values():
        assert role.level("user", "list") == "all"
        assert {role.level(module, "edit") for module in ("user", "employee", "team", "security_group")} == {"none"}
        for module in ("outbound_account", "inbound_account", "login_provider"):
            assert {role.level(module, action) for action in ("list", "view", "edit", "export")} == {"none"}


def test_every_form_offers_every_field_once(catalog: Catalog) -> None:
    for module in catalog.modules.values():
        assert set(module.views.form.fields()) == set(module.fields), module.key


def test_quick_forms_ask_for_all_that_is_required(catalog: Catalog) -> None:
    for module in catalog.modules.values():
        asked = set(module.views.quick.fields())
        required = {key for key, field in module.fields.items() if field.required and "default" not in field.settings}
        assert required <= asked, module.key


def test_every_column_can_be_filtered_by(catalog: Catalog) -> None:
    for module in catalog.modules.values():
        offered = {*module.views.search.basic, *module.views.search.advanced}
        assert set(module.views.list.columns) - {"title"} <= offered, module.key


def test_lists_show_the_columns_that_are_written(catalog: Catalog) -> None:
    for path in sorted((SHIPPED / "modules").glob("*.yaml")):
        module = catalog.modules[path.stem]
        written = yaml.safe_load(path.read_text()).get("views", {}).get("list", {}).get("columns")
        if written:
            assert list(module.views.list.columns) == [key.removeprefix("$") for key in written], module.key


def test_every_link_to_a_module_is_seen_from_there(catalog: Catalog) -> None:
    for module in catalog.modules.values():
        united = {way.key for end in module.ends.values() if end.kind == "union" for way in end.ways}
        alone = {key: end for key, end in module.ends.items() if key not in united}
        told = {key for key, end in alone.items() if end.module and catalog.every[end.module].views.timeline}
        told |= {key for key, end in alone.items() if end.forwards and module.fields[end.field].settings.get("chips")}
        assert set(module.subpanels) | told == set(alone), module.key


def test_a_module_opens_with_at_most_one_filter_on(catalog: Catalog) -> None:
    for module in catalog.modules.values():
        assert sum(found.default for found in module.saved_filters.values()) <= 1, module.key


def test_people_are_named_as_their_language_does(catalog: Catalog) -> None:
    for key in ("contact", "lead", "user", "employee"):
        title = catalog.modules[key].title
        assert title.render({"last_name": "김", "first_name": "하늘"}) == "김하늘"
        assert title.render({"last_name": "Boyd", "first_name": "Ryan"}) == "Ryan Boyd"


def test_a_user_without_a_name_is_called_by_the_user_name(catalog: Catalog) -> None:
    assert catalog.modules["user"].title.render({"username": "admin"}) == "admin"


def test_the_stages_say_how_likely_they_win(catalog: Catalog) -> None:
    stages = {found.key: found.attributes for found in catalog.options["sales_stage"].choices}
    path = [facts["probability"] for facts in stages.values() if not facts.get("closed")]
    assert path == sorted(path)
    assert stages["won"]["probability"] == 100
    assert stages["lost"]["probability"] == 0


PLANT = """
label: {en: Plant, ko: 공장}
traits: [owned, activities, notes, documents]
fields: {name: {type: text}}
"""


def told(catalog: Catalog, module: str) -> set[str]:
    """The ends that stand in the timelines of a module's records."""
    ends = catalog.modules[module].ends.items()
    return {key for key, end in ends if end.module and catalog.every[end.module].views.timeline}


def test_a_module_of_a_newcomer_gets_its_timeline_by_traits(catalog: Catalog) -> None:
    site = Layer("site", {"modules/plant.yaml": PLANT}, root="site")
    made = compile_catalog([*layers(), site], TYPES)
    assert told(made, "plant") == {"calls", "meetings", "tasks", "notes", "documents"}
    assert list(made.modules["plant"].subpanels) == []
    assert made.modules["plant"].views.form.fields() == ("name", "owner")
    for key in ("account", "contact", "lead", "opportunity", "case"):
        assert told(made, "plant") <= told(catalog, key)
