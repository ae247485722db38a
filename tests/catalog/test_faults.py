"""What `hanok check` says: everything that is wrong, each with its place, all together."""

import pytest

from hanok.engine.catalog import compile_catalog
from hanok.engine.errors import MetadataError
from tests.builders import CORE, SMALL, TYPES, a_catalog, a_layer

BOOK = "label: {en: Book, ko: 책}\nfields:\n  name: {type: text}\n"


def faults(files: dict[str, str]) -> list[str]:
    with pytest.raises(MetadataError) as caught:
        compile_catalog([CORE, a_layer(SMALL, name="shipped"), a_layer(files)], TYPES)
    return [str(problem) for problem in caught.value.problems]


def test_six_files_with_one_fault_each_are_all_named_in_one_run() -> None:
    found = faults({
        "modules/one.yaml": BOOK + "  price: {type: mony}\n",
        "modules/two.yaml": BOOK + "  writer: {type: link, to: writer}\n",
        "modules/three.yaml": BOOK + "  name: {type: text}\n",
        "modules/four.yaml": "label: {en: Book, ko: 책}\nfields:\n  name: {type: text}\n pages: {type: integer}\n",
        "modules/five.yaml": BOOK + "  stage: {type: choice, options: stages}\n",
        "modules/six.yaml": BOOK + "  lent: {type: boolean, required: yes}\n",
    })  # fmt: skip
    assert len(found) == 6
    said = dict(zip(("five", "four", "one", "six", "three", "two"), found, strict=True))
    assert said["one"].startswith("site/modules/one.yaml:4:17 fields.price: unknown type")
    assert 'did you mean "money"?' in said["one"]
    assert said["two"].startswith("site/modules/two.yaml:4:28 fields.writer.to: unknown module")
    assert said["three"].startswith("site/modules/three.yaml:4:3 fields.name:")
    assert said["four"].startswith("site/modules/four.yaml:4:")
    assert said["five"].startswith("site/modules/five.yaml:4:34 fields.stage.options: unknown option set")
    assert 'did you mean "stage"?' in said["five"]
    assert said["six"].startswith("site/modules/six.yaml:4:35 fields.lent.required:")
    assert "true" in said["six"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOOK + "title: '{{ nmae }}'\n", 'unknown field "nmae", did you mean "name"?'),
        (BOOK + "title: '{{ 9**9 }}'\n", "not allowed"),
        (BOOK + "title: '{{ name'\n", "not a template"),
        (BOOK + "  company: {type: link, to: company}\ntitle: '{{ name }} {{ company }}'\n", "not everybody"),
        (BOOK + "title: '{{ " + "(" * 900 + "name" + ")" * 900 + " }}'\n", "too large"),
        (BOOK + "views: {list: {columns: [nme]}}\n", 'did you mean "name"?'),
        (BOOK + "views: {form: {rows: [[name, nme]]}}\n", 'did you mean "name"?'),
        (BOOK + "views: {form: {rows: [[name], [name]]}}\n", "more than once"),
        (BOOK + "views: {list: {sort: [-nme]}}\n", 'did you mean "name"?'),
        (BOOK + "saved_filters: {x: {where: {nme: a}}}\n", 'did you mean "name"?'),
        (BOOK + "saved_filters: {x: {where: {name: {gt: 1}}}}\n", "unknown operator"),
        (BOOK + "traits: [ownd]\n", 'unknown trait "ownd", did you mean "owned"?'),
        (BOOK + "extends: persn\n", "person"),
        (BOOK + "  deleted_at: {type: date}\n", "reserved"),
        (BOOK + "  company: {type: link, to: company, reverse: name}\n", "taken"),
        (BOOK + "subpanels: {x: {}}\n", "unknown link to this module"),
        (BOOK + "unique: [[nme]]\n", 'did you mean "name"?'),
        (BOOK + "index: [[name, nme]]\n", 'did you mean "name"?'),
        ("plural: Books\n", ""),
        (BOOK + "  size: {type: integer, default: many}\n", "number"),
        (BOOK + "  stage: {type: choice, options: stage, default: lost}\n", "none of the options"),
        (BOOK + "  stage: {type: choice}\n", "options"),
        (BOOK + "  writer: {type: link}\n", "to"),
        (BOOK + "saved_filters: {x: {where: {created_at: [this_month]}}}\n", "cannot stand in a list"),
    ],
)
def test_a_fault_is_a_sentence_with_a_place(text: str, said: str) -> None:
    found = faults({"modules/book.yaml": text})
    assert len(found) == 1
    assert found[0].startswith("site/modules/book.yaml:")
    assert said in found[0]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("menus/main.yaml", "filters: {sales: {label: Sales, modules: [compny]}}\n"),
        ("roles/rep.yaml", "label: Rep\nmodules: {compny: none}\n"),
        ("roles/rep.yaml", "label: Rep\ndefault: {list: al}\n"),
        ("app.yaml", "name: X\nzone: Asia/Soul\n"),
    ],
)
def test_faults_outside_modules_have_places_too(file: str, text: str) -> None:
    found = faults({file: text})
    assert len(found) == 1
    assert found[0].startswith(f"site/{file}:")


def test_a_site_without_faults_has_a_catalog() -> None:
    assert list(a_catalog({"modules/book.yaml": BOOK}).modules)[-1] == "book"


def test_the_address_of_the_platform_is_no_module() -> None:
    assert "reserved" in faults({"modules/login.yaml": BOOK})[0]


def test_an_area_that_app_yaml_does_not_name_is_a_fault() -> None:
    app = "name: X\nareas: {sales: {label: Sales}, access: {label: Access}}\n"
    found = faults({"app.yaml": app, "modules/book.yaml": BOOK + "area: sals\n"})
    assert 'unknown area "sals", did you mean "sales"?' in found[0]


@pytest.mark.parametrize(
    "files",
    [
        {"modules/book.yaml": BOOK + "  price: {type: mony}\nviews: {list: {columns: [name, price]}}\n"
         "saved_filters: {x: {where: {price: 3}}}\ntitle: '{{ price }}'\nindex: [[price]]\n"},
        {"modules/book.yaml": BOOK + "  kind: {type: choice, options: kinds, default: novel}\n"
         "saved_filters: {novels: {where: {kind: novel}}}\n"},
        {"modules/book.yaml": "label: [\n", "menus/main.yaml": "filters: {main: {label: Main, modules: [book]}}\n",
         "roles/rep.yaml": "label: Rep\nmodules: {book: none}\n",
         "modules/shelf.yaml": "label: Shelf\nfields:\n  book: {type: link, to: book}\n"},
        {"modules/book.yaml": BOOK + "  stage: {type: choice, options: {a: {colour: blue}}}\n"},
        {"options/stage.yaml": "attributes: {closed: {type: boolean}}\noptions: {new: {closd: true}}\n"},
    ],
)  # fmt: skip
def test_what_follows_from_a_fault_is_not_said_again(files: dict[str, str]) -> None:
    found = faults(files)
    assert len(found) == 1, "\n".join(found)


def test_a_tie_keeps_plain_values() -> None:
    found = faults({
        "modules/book.yaml": BOOK + "  people: {type: links, to: person, fields: {\n"
        "    role: {type: text, required: true},\n    deed: {type: file}}}\n",
    })  # fmt: skip
    assert [problem.partition(" fields.")[2].partition(":")[0] for problem in found] == [
        "people.fields.role.required", "people.fields.deed",
    ]  # fmt: skip
