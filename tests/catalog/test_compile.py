"""What is left out is derived; what lower layers say is kept; what was named stays named."""

from hanok.engine.catalog import Catalog, Names, compile_catalog
from tests.builders import CORE, SMALL, TYPES, a_catalog, a_layer

BOOK = """
label: {en: Book, ko: 책}
fields:
  name: {type: text, required: true, search: true}
  pages: {type: integer}
  story: {type: long_text}
"""


def layered(*files: dict[str, str]) -> Catalog:
    layers = [a_layer(each, name=f"layer{number}") for number, each in enumerate(files)]
    return compile_catalog([CORE, *layers], TYPES)


def test_three_fields_give_a_list_a_form_and_a_search() -> None:
    book = a_catalog({"modules/book.yaml": BOOK}).modules["book"]
    assert book.views.list.columns == ("name", "pages")
    assert [[cell.field for cell in row] for row in book.views.form.tabs[0].panels[0].rows] == [
        ["name", "pages"],
        ["story"],
    ]
    assert book.views.detail is book.views.form
    assert book.views.search.basic == ("name", "pages", "story")
    assert book.title.source == "{{ name }}"
    assert book.icon


def test_a_link_gives_its_target_a_subpanel_with_the_names_that_it_has_there() -> None:
    company = a_catalog().modules["company"]
    assert list(company.ends) == ["children", "people"]
    people = company.subpanels["people"]
    assert (people.module, people.field, people.columns) == ("person", "company", ("family", "given", "owner"))
    assert people.label["ko"] == "사람"


def test_a_later_layer_adds_a_field_after_another_and_relabels() -> None:
    site = {
        "modules/book.yaml": "label: {ko: 도서}\nfields:\n  isbn: {type: text, after: name}\n  pages: {hidden: true}\n"
    }
    book = layered({"modules/book.yaml": BOOK}, site).modules["book"]
    assert list(book.fields) == ["name", "isbn", "pages", "story"]
    assert dict(book.label) == {"en": "Book", "ko": "도서"}
    assert book.fields["pages"].hidden
    assert "pages" not in book.views.list.columns


def test_columns_written_as_a_map_patch_the_list() -> None:
    listed = {"modules/book.yaml": BOOK + "views: {list: {columns: [name, pages]}}\n"}
    site = {"modules/book.yaml": "views: {list: {columns: {created_at: {after: name}, pages: null}}}\n"}
    assert layered(listed, site).modules["book"].views.list.columns == ("name", "created_at")


def test_a_trait_brings_its_fields_below_the_modules_own() -> None:
    company = a_catalog().modules["company"]
    assert company.owners == ("owner",)
    assert "owner" in company.fields


def test_physical_names_stay_when_a_field_goes_and_comes_back() -> None:
    first = a_catalog({"modules/book.yaml": BOOK})
    without = a_catalog(
        {"modules/book.yaml": BOOK.replace("pages: {type: integer}", "leaves: {type: integer}")}, names=first.names
    )
    again = a_catalog({"modules/book.yaml": BOOK}, names=without.names)
    assert again.modules["book"].fields["pages"].columns == first.modules["book"].fields["pages"].columns


def test_another_type_gets_another_column() -> None:
    first = a_catalog({"modules/book.yaml": BOOK})
    changed = a_catalog({"modules/book.yaml": BOOK.replace("type: integer", "type: date")}, names=first.names)
    assert first.modules["book"].fields["pages"].columns[""] == "pages"
    assert changed.modules["book"].fields["pages"].columns[""] == "pages$2"
    assert Names.from_json(changed.names.to_json()) == changed.names


def test_a_module_in_no_menu_can_still_be_reached() -> None:
    menu = {"menus/main.yaml": "filters: {main: {label: Main, modules: [company]}}\n"}
    found = a_catalog({**SMALL, **menu})
    assert [(each.key, each.modules) for each in found.menu] == [("main", ("company",)), ("more", ("person",))]


def test_a_long_key_gets_a_name_that_every_database_keeps() -> None:
    key = "a" * 40
    book = a_catalog({f"modules/{key}.yaml": BOOK}).modules[key]
    assert len(book.table.name.encode()) <= 63


def test_a_module_may_patch_and_hide_what_its_trait_brings() -> None:
    book = BOOK + "  owner: {label: {en: Keeper, ko: 보관자}}\ntraits: [owned]\n"
    found = a_catalog({"modules/book.yaml": book}).modules["book"]
    assert found.fields["owner"].label["en"] == "Keeper"
    assert found.fields["owner"].type.key == "user"
    assert list(found.fields)[-1] == "owner"


def test_a_side_panel_alone_keeps_the_derived_form() -> None:
    book = BOOK + "views: {form: {side: {more: {rows: [[pages]]}}}}\n"
    form = a_catalog({"modules/book.yaml": book}).modules["book"].views.form
    assert form.fields() == ("name", "story", "pages")


def test_a_column_that_comes_later_holds_its_default_in_old_rows() -> None:
    company = a_catalog().modules["company"]
    assert company.table.c["active"].server_default is not None


ACCOUNT = """
label: {en: Account, ko: 거래처}
fields:
  name: {type: text}
  size: {type: integer}
  kind: {type: text}
views: {form: {rows: [[name, ""], [size, kind]]}}
subpanels: {people: {}}
"""
EMPLOYEE = """
label: {en: Employee, ko: 직원}
fields:
  name: {type: text}
  account: {type: link, to: account, reverse: people}
  former: {type: link, to: account, reverse: leavers}
"""


def rows(catalog: Catalog, module: str) -> list[list[str]]:
    return [[cell.field for cell in row] for row in catalog.modules[module].views.form.tabs[0].panels[0].rows]


def test_a_field_of_a_site_takes_the_empty_cell_or_a_row_beside_its_neighbour() -> None:
    shipped = {"modules/account.yaml": ACCOUNT.replace("subpanels: {people: {}}", "")}
    site = (
        "fields:\n  grade: {type: text, after: name}\n  area: {type: text, after: size}\n"
        "  first: {type: text, before: name}\n  chained: {type: text, after: area}\n  lost: {type: text}\n"
    )
    found = layered(shipped, {"modules/account.yaml": site})
    assert rows(found, "account") == [["first"], ["name", "grade"], ["size", "kind"], ["area"], ["chained"]]


def test_a_link_from_a_layer_above_gets_its_subpanel_beside_the_written_ones() -> None:
    shipped = {"modules/account.yaml": ACCOUNT, "modules/employee.yaml": EMPLOYEE}
    link = "publisher: {type: link, to: account, reverse: books}"
    book = f"label: {{en: Book, ko: 책}}\nfields:\n  name: {{type: text}}\n  {link}\n"
    found = layered(shipped, {"modules/book.yaml": book})
    assert list(found.modules["account"].subpanels) == ["people", "books"]
    hidden = {"modules/book.yaml": book, "modules/account.yaml": "subpanels: {books: {hidden: true}}\n"}
    assert list(layered(shipped, hidden).modules["account"].subpanels) == ["people"]


def test_options_written_in_a_field_have_labels_like_those_of_a_set() -> None:
    options = "{a: {label: Plain, color: blue}, b: {en: Short}, c: {label: {ko: 다}}}"
    text = f"label: Book\nfields:\n  kind: {{type: choice, options: {options}}}\n"
    choices = a_catalog({"modules/book.yaml": text}).modules["book"].fields["kind"].choices
    assert [dict(choice.label) for choice in choices] == [{"en": "Plain"}, {"en": "Short"}, {"ko": "다"}]
    assert choices[0].color == "blue"
