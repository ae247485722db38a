"""A rename is metadata only: data, history, search and counters go along."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.deploy import deploy, make_plan
from hanok.engine.deploy.revisions import layers_of, names_of
from hanok.engine.errors import MetadataError
from tests.builders import CORE, TYPES, a_layer, a_record, an_administrator
from tests.deploy.conftest import House

ADMIN = an_administrator()
COMPANY = "modules/company.yaml"


def values(house: House, key: str, module: str = "company") -> dict[str, Any]:
    """What the records hold in a field, by title."""
    live = house.live()
    with house.store.read() as conn:
        page = records.page(conn, live.catalog, ADMIN, records.Query(module=module, columns=(key,)))
    return {row.title: row[key] for row in page.rows}


def back(house: House, number: int) -> int:
    with house.store.read() as conn:
        layers, then = layers_of(conn, number), names_of(conn, number)
    return deploy(house.store, make_plan(house.store, layers, TYPES, then=then))


class TestAField:
    def test_its_values_its_history_and_its_column_stay(self, lived_in: House) -> None:
        live = lived_in.live()
        made = a_record(lived_in.store, live.catalog, "company", name="가람", size="7")
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: integer, min: 0, was: [size]}")
        assert lived_in.steps() == [("switch", "rename_field", "company.staff")]
        assert not lived_in.plan().losses
        lived_in.deploy()
        assert values(lived_in, "staff") == {"가람": 7, "한빛": 0, "Ångström": 10, "한라": 20}
        catalog = lived_in.live().catalog
        assert catalog.modules["company"].fields["staff"].columns == {"": "size"}
        with lived_in.store.read() as conn:
            (entry,) = records.history(conn, catalog, ADMIN, "company", made.id)
        assert [(change.field, change.after) for change in entry.changes if change.field == "staff"] == [("staff", 7)]

    def test_it_may_change_its_type_in_the_same_step(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: decimal, was: [size]}")
        assert [kind for _, kind, _ in lived_in.steps()] == ["convert", "rename_field"]
        lived_in.deploy()
        assert sorted(str(value) for value in values(lived_in, "staff").values()) == ["0.00", "10.00", "20.00"]

    def test_it_may_be_renamed_again_and_again(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: integer, was: [size]}")
        lived_in.deploy()
        lived_in.change("staff:   {type: integer, was: [size]}", "heads:   {type: integer, was: [size, staff]}")
        lived_in.deploy()
        assert sorted(values(lived_in, "heads").values()) == [0, 10, 20]
        lived_in.change("was: [size, staff]", "min: 0")
        lived_in.deploy()
        assert sorted(values(lived_in, "heads").values()) == [0, 10, 20]

    def test_a_site_may_skip_a_release(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "heads:   {type: integer, was: [size, staff]}")
        lived_in.deploy()
        assert sorted(values(lived_in, "heads").values()) == [0, 10, 20]

    def test_a_new_field_of_the_old_key_gets_a_column_of_its_own(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: integer, was: [size]}")
        lived_in.deploy()
        lived_in.change("was: [size]}", "min: 0}\n  size: {type: integer}")
        lived_in.deploy()
        assert sorted(values(lived_in, "staff").values()) == [0, 10, 20]
        assert set(values(lived_in, "size").values()) == {None}

    def test_going_back_gives_it_its_old_key_with_all_values(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: integer, was: [size]}")
        lived_in.deploy()
        live = lived_in.live()
        a_record(lived_in.store, live.catalog, "company", name="가람", staff="7")
        back(lived_in, 1)
        assert values(lived_in, "size") == {"가람": 7, "한빛": 0, "Ångström": 10, "한라": 20}
        lived_in.deploy()
        assert values(lived_in, "staff") == {"가람": 7, "한빛": 0, "Ångström": 10, "한라": 20}

    def test_what_was_there_beside_it_never_becomes_one_with_it(self, lived_in: House) -> None:
        lived_in.change("  size:    {type: integer, min: 0}\n", "")
        lived_in.change("rate:    {type: decimal, places: 3}", "rate:    {type: decimal, places: 3, was: [size]}")
        lived_in.deploy()
        assert {str(value) for value in values(lived_in, "rate").values()} == {"1.250"}

    def test_its_numbers_go_on(self, house: House) -> None:
        house.change("size:    {type: integer, min: 0}", "code:    {type: auto_number, prefix: C-}")
        house.deploy()
        a_record(house.store, house.live().catalog, "company", name="a")
        house.change("code:    {type: auto_number, ", "no:      {type: auto_number, was: [code], ")
        house.deploy()
        a_record(house.store, house.live().catalog, "company", name="b")
        assert values(house, "no") == {"a": "C-1", "b": "C-2"}


class TestAModule:
    def test_its_records_their_history_and_search_stay(self, lived_in: House) -> None:
        with lived_in.store.read() as conn:
            (hit,) = records.search(conn, lived_in.live().catalog, ADMIN, "한빛")
        renamed = lived_in.files.pop(COMPANY).replace("traits:", "was: [company]\ntraits:", 1)
        lived_in.files["modules/firm.yaml"] = renamed.replace("to: company", "to: firm")
        assert ("switch", "rename_module", "firm") in lived_in.steps()
        assert not [step for step in lived_in.steps() if step[1] in ("create_table", "retire_module", "add_column")]
        lived_in.deploy()
        catalog = lived_in.live().catalog
        assert catalog.modules["firm"].table.name == "m_company"
        assert catalog.modules["person"].fields["company"].targets == ("firm",)
        with lived_in.store.read() as conn:
            found = records.search(conn, catalog, ADMIN, "한빛")
            entries = records.history(conn, catalog, ADMIN, "firm", hit.id)
        assert [(each.module, each.id) for each in found] == [("firm", hit.id)]
        assert [entry.action for entry in entries] == ["created"]
        assert lived_in.steps() == []
        back(lived_in, 1)
        assert sorted(values(lived_in, "size").values()) == [0, 10, 20]


class TestOptions:
    def test_stored_values_follow_in_every_field_of_the_set(self, house: House) -> None:
        house.change("size:    {type: integer, min: 0}", "past:    {type: choices, options: stage}")
        house.deploy()
        live = house.live()
        for name, stage, past in (("a", "open", ["new", "open"]), ("b", "new", ["won"]), ("c", "open", None)):
            a_record(house.store, live.catalog, "company", name=name, stage=stage, past=past)
        house.change("open: {label", "running: {was: [open], label", file="options/stage.yaml")
        plan = house.plan()
        assert [(step.key, step.rows) for step in plan.steps if step.kind == "recode"] == [
            ("company.past", 1), ("company.stage", 2),
        ]  # fmt: skip
        assert not plan.losses
        house.deploy()
        assert values(house, "stage") == {"a": "running", "b": "new", "c": "running"}
        assert values(house, "past") == {"a": ("new", "running"), "b": ("won",), "c": None}
        back(house, 1)
        assert values(house, "stage") == {"a": "open", "b": "new", "c": "open"}

    def test_options_that_stand_in_the_field_too(self, house: House) -> None:
        house.change("size:    {type: integer, min: 0}", "kind:    {type: choice, options: {s: {}, m: {}}, default: s}")
        house.deploy()
        a_record(house.store, house.live().catalog, "company", name="a")
        house.change("options: {s: {}, m: {}}", "options: {small: {was: [s]}, m: {}}")
        house.deploy()
        assert values(house, "kind") == {"a": "small"}
        assert house.live().catalog.modules["company"].fields["kind"].settings["default"] == "small"


class TestWhatOthersSay:
    def test_references_under_old_keys_are_read_as_the_new_ones(self, lived_in: House) -> None:
        shipped = dict(lived_in.files)
        shipped[COMPANY] = shipped[COMPANY].replace("size:    {type: ", "staff:   {was: [size], type: ")
        shipped["options/stage.yaml"] = shipped["options/stage.yaml"].replace("won:  {", "done: {was: [won], ")
        shipped["modules/human.yaml"] = "was: [person]\n" + shipped.pop("modules/person.yaml").lstrip()
        site = {
            COMPANY: (
                'title: "{{ name }} {{ size }}"\n'
                "index: [[size, name]]\n"
                "fields: {double: {type: integer, after: size}}\n"
                "saved_filters:\n"
                "  big: {where: {any: [{size: {gte: 10}}, {stage: won}]}, sort: [-size]}\n"
                "views:\n"
                "  list: {columns: [name, size], sort: [size]}\n"
                "  form: {rows: [[name, size], [{field: stage, span: 2}]]}\n"
                "subpanels: {people: {columns: [family], where: {company: {size: {gt: 1}}}}}\n"
            ),
            "roles/owner_only.yaml": "modules: {person: none}\n",
            "menus/main.yaml": "filters: {all: {label: All, modules: [company, person]}}\n",
            "modules/note.yaml": "label: Note\nfields: {about: {type: link, to: person}}\n",
        }
        plan = make_plan(lived_in.store, [CORE, a_layer(shipped, name="shipped"), a_layer(site)], TYPES)
        company = plan.new.modules["company"]
        assert company.title.names == {"name", "staff"}
        assert company.index == (("staff", "name"),)
        assert list(company.fields)[:3] == ["name", "staff", "double"]
        assert company.saved_filters["big"].where == {"any": [{"staff": {"gte": 10}}, {"stage": "done"}]}
        assert company.saved_filters["big"].sort == ("-staff",)
        assert (company.views.list.columns, company.views.list.sort) == (("name", "staff"), ("staff",))
        assert company.subpanels["people"].where == {"company": {"staff": {"gt": 1}}}
        assert "staff" in company.views.form.fields()
        assert plan.new.roles["owner_only"].level("human", "list") == "none"
        assert plan.new.menu[0].modules == ("company", "human")
        assert plan.new.modules["note"].fields["about"].targets == ("human",)
        told = [str(each) for each in plan.new.advice if each.code == "renamed"]
        at = "site/modules/company.yaml:5:24 saved_filters.big.where.any[0].size"
        assert f'{at}: "size" is called "staff" now' in told
        assert 'site/roles/owner_only.yaml:1:11 modules.person: "person" is called "human" now' in told
        assert len(told) == 13


class TestQuestions:
    def test_a_key_that_goes_beside_a_new_one_is_asked_about(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: integer, min: 0}")
        (asked,) = lived_in.plan().questions
        assert str(asked) == (
            "“company.size” goes and “company.staff” is new, of the same type. Renamed? Then write: "
            "staff: {type: integer, was: [size]}"
        )

    def test_modules_and_options_too_but_nothing_that_is_unlike(self, lived_in: House) -> None:
        lived_in.files["modules/firm.yaml"] = lived_in.files.pop(COMPANY).replace("to: company", "to: firm")
        lived_in.change("to: company", "to: firm", file="modules/person.yaml")
        lived_in.change("open: {label", "running: {label", file="options/stage.yaml")
        asked = [str(each) for each in lived_in.plan().questions]
        assert [text.split(" goes")[0] for text in asked] == ["The module “company”", "The option “open” of “stage”"]
        lived_in.files["modules/firm.yaml"] = "label: Firm\nfields: {x: {type: text}}\n"
        lived_in.files["modules/person.yaml"] = "label: P\nfields: {name: {type: text}}\n"
        assert not [each for each in lived_in.plan().questions if "module" in each.text]

    def test_a_declared_rename_is_not_asked_about(self, lived_in: House) -> None:
        lived_in.change("size:    {type: integer, min: 0}", "staff:   {type: integer, min: 0, was: [size]}")
        assert lived_in.plan().questions == ()

    def test_an_old_key_that_is_still_there_is_an_error(self, lived_in: House) -> None:
        lived_in.change("rate:    {type: decimal, places: 3}", "rate:    {type: decimal, was: [size]}")
        with pytest.raises(MetadataError):
            lived_in.plan()
