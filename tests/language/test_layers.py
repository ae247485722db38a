"""Layers: what a later one may change, in which order things stand, and who wrote what."""

from __future__ import annotations

import string
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.language import Anchor, Layer
from hanok.engine.language.ordering import order
from tests.language.layers import layer, module, problems

CORE = layer(
    "core",
    account="""\
label: {en: Account, ko: 거래처}
fields:
  name:  {type: text, length: 100}
  total: {type: money, min: 1.50}
  owner: {type: link, to: [user]}
columns: [name, total, owner]
sort: [name, total]
where: {stage: {closed: false}}
""",
)


def site(text: str) -> Layer:
    return layer("site", account=text)


def columns(*layers: Layer) -> list[str]:
    return list(module(*layers).data["columns"])


def test_short_forms_are_written_out() -> None:
    found = module(
        layer(
            "core",
            account="""\
label: Account
fields:
  parent: {type: link, to: account, reverse: children}
columns: {name: true, parent: {width: 3}}
""",
        )
    )
    assert found.data == {
        "label": {"en": "Account"},
        "fields": {"parent": {"type": "link", "to": ["account"], "reverse": {"key": "children"}}},
        "columns": {"name": {}, "parent": {"width": 3}},
    }


def test_a_plain_label_is_in_the_first_language_of_the_app() -> None:
    core = layer("core", app="languages: [en, ko]", account="label: {en: Account, ko: 거래처}")
    other = layer("site", app="languages: [ko, en]", account="label: 고객사")
    assert module(core, other).data["label"] == {"en": "Account", "ko": "고객사"}


def test_maps_merge_and_lists_replace() -> None:
    found = module(CORE, site("fields: {name: {length: 50, search: true}}\nsort: [total]\n")).data
    assert found["fields"]["name"] == {"type": "text", "length": 50, "search": True}
    assert found["sort"] == ["total"]
    assert list(found["fields"]) == ["name", "total", "owner"]


def test_null_removes() -> None:
    found = module(CORE, site("fields: {total: null, owner: {to: [team]}}\ncolumns: {total: null}\nwhere: null\n")).data
    assert list(found["fields"]) == ["name", "owner"]
    assert list(found["columns"]) == ["name", "owner"]
    assert "where" not in found


def test_null_is_no_value_where_there_is_nothing_below() -> None:
    found = problems(layer("core", account="label: A\nfields: {a: {type: text, help: null}}\n"))
    assert found == [
        "core/modules/account.yaml:2:32 fields.a.help: null is never a value; leave the key out "
        "(a condition tests with {empty: true})"
    ]


def test_null_in_a_condition_is_never_a_value() -> None:
    assert "where.stage: null is never a value" in problems(CORE, site("where: {stage: null}"))[0]


def test_to_remove_what_is_not_there_is_advice() -> None:
    assert not problems(CORE, site("fields: {totl: null}"))
    advice = problems(CORE, site("fields: {totl: null}"), advice=True)
    assert advice == [
        'site/modules/account.yaml:1:10 fields.totl: there is no "totl" below to remove, did you mean "total"?'
    ]


def test_a_key_without_a_value_removes_nothing() -> None:
    assert 'nothing stands after "columns:"' in problems(CORE, site("columns:\n"))[0]


def test_required_keys_are_not_demanded_of_a_patch() -> None:
    assert module(CORE, site("sort: [name]")).data["label"]["en"] == "Account"


def test_what_is_required_cannot_be_removed() -> None:
    assert problems(CORE, site("fields:\n  name: {type: null}\n")) == [
        'site/modules/account.yaml:2:16 fields.name: "type" is missing'
    ]


def test_conditions_are_replaced_whole() -> None:
    assert module(CORE, site("where: {owner: $me}")).data["where"] == {"owner": "$me"}


def test_a_field_that_changes_its_type_is_replaced_whole() -> None:
    found = module(CORE, site("fields: {total: {type: text, length: 3}}")).data["fields"]
    assert found["total"] == {"type": "text", "length": 3}
    assert list(found) == ["name", "total", "owner"]


def test_a_patch_is_judged_by_the_type_that_stands_below() -> None:
    assert module(CORE, site("fields: {total: {min: 3}}")).data["fields"]["total"] == {"type": "money", "min": 3}
    assert 'fields.total.length: unknown key "length"' in problems(CORE, site("fields: {total: {length: 3}}"))[0]


def test_a_list_of_names_replaces_and_a_map_merges() -> None:
    assert columns(CORE, site("columns: [owner, name]")) == ["owner", "name"]
    assert columns(CORE, site("columns: {score: true}")) == ["name", "total", "owner", "score"]


def test_items_stand_after_and_before_others() -> None:
    assert columns(CORE, site("columns: {score: {after: name}}")) == ["name", "score", "total", "owner"]
    assert columns(CORE, site("columns: {owner: {before: name}}")) == ["owner", "name", "total"]


def test_an_item_takes_along_what_hangs_on_it() -> None:
    package = layer("package", account="columns: {score: {after: total}, grade: {after: score}}")
    found = module(CORE, package, site("columns: {total: {before: name}}"))
    assert list(found.data["columns"]) == ["total", "score", "grade", "name", "owner"]
    assert found.anchors[("columns", "score")] == Anchor("after", "total")


def test_a_later_layer_moves_what_an_earlier_one_placed() -> None:
    package = layer("package", account="columns: {score: {after: name}}")
    assert columns(CORE, package, site("columns: {score: {before: owner}}")) == ["name", "total", "score", "owner"]


def test_after_and_before_are_no_data() -> None:
    found = module(CORE, site("fields: {score: {type: text, after: name}}"))
    assert list(found.data["fields"]) == ["name", "score", "total", "owner"]
    assert found.data["fields"]["score"] == {"type": "text"}


def test_a_neighbour_that_is_gone_is_advice() -> None:
    assert columns(CORE, site("columns: {score: {after: totl}}"))[-1] == "score"
    assert problems(CORE, site("columns: {score: {after: totl}}"), advice=True) == [
        'site/modules/account.yaml:1:26 columns.score.after: there is no "totl" to stand after, did you mean "total"?'
    ]


def test_items_that_wait_for_each_other_are_an_error() -> None:
    found = problems(CORE, site("columns: {a: {after: b}, b: {after: a}}"))
    assert len(found) == 2
    assert '"a" and "b" wait for each other' in found[0]


def test_a_neighbour_has_a_key() -> None:
    assert '"after" takes the key of a neighbour' in problems(CORE, site("columns: {a: {after: 5}}"))[0]


def test_an_unlabelled_document_must_patch_another() -> None:
    assert problems(CORE, layer("site", acount="sort: [name]")) == [
        'site/modules/acount.yaml:1:1: "acount" has no label, so it must patch a document of that name in a layer '
        'below, and there is none; did you mean "account"?'
    ]


def test_every_value_knows_the_layer_that_wrote_it() -> None:
    found = module(CORE, site("fields:\n  total: {search: true}\n  score: {type: text}\n"))
    assert str(found.place(["fields", "total", "search"])) == "site/modules/account.yaml:2:19 fields.total.search"
    assert str(found.place(["fields", "total", "min"])) == "core/modules/account.yaml:4:29 fields.total.min"
    assert str(found.key_place(["fields", "total", "min"])) == "core/modules/account.yaml:4:24 fields.total.min"
    assert found.layer(["fields", "score"]) == "site"
    assert found.layer(["fields", "total"]) == "core"
    assert found.layers == ("core", "site")


def test_a_place_that_is_not_there_is_its_parents() -> None:
    assert str(module(CORE).place(["fields", "name", "gone"])) == "core/modules/account.yaml:3:3 fields.name.gone"


def test_decimals_survive_the_merge() -> None:
    assert str(module(CORE, site("sort: [name]")).data["fields"]["total"]["min"]) == str(Decimal("1.50"))


def test_a_document_may_patch_what_its_traits_bring() -> None:
    core = layer(
        "core",
        trait_owned="fields: {owner: {type: text, after: name}, team: {type: text}}",
        account="label: A\ntraits: [owned]\nfields: {owner: {label: Owner}, name: {type: text}, team: null}\n",
    )
    found = module(core)
    assert found.data["fields"] == {"name": {"type": "text"}, "owner": {"type": "text", "label": {"en": "Owner"}}}
    assert found.place(["fields", "owner", "type"]).file == "core/traits/owned.yaml"


def test_a_site_may_patch_a_trait_for_all_who_have_it() -> None:
    core = layer("core", trait_owned="fields: {owner: {type: text}}", account="label: A\ntraits: [owned]\n")
    found = module(core, layer("site", trait_owned="fields: {owner: {search: true}, unit: {type: text}}"))
    assert found.data["fields"] == {"owner": {"type": "text", "search": True}, "unit": {"type": "text"}}


def test_a_site_may_take_a_trait_away() -> None:
    core = layer("core", trait_owned="fields: {owner: {type: text}}", account="label: A\ntraits: [owned]\n")
    assert "fields" not in module(core, site("traits: {owned: null}")).data


KEYS = st.lists(st.sampled_from(string.ascii_lowercase), unique=True, max_size=10)


@given(
    KEYS,
    st.dictionaries(
        st.sampled_from(string.ascii_lowercase), st.tuples(st.booleans(), st.sampled_from(string.ascii_lowercase))
    ),
)
def test_placing_keeps_every_item_once_and_is_stable(keys: list[str], wanted: dict[str, tuple[bool, str]]) -> None:
    anchors = {key: Anchor("after" if after else "before", of) for key, (after, of) in wanted.items()}
    found = order(keys, anchors)
    assert sorted(found.keys) == sorted(keys)
    assert order(keys, {}).keys == keys
    for key in keys:
        if key in anchors and key not in found.missing and key not in found.circles:
            later, earlier = (key, anchors[key].of) if anchors[key].side == "after" else (anchors[key].of, key)
            assert found.keys.index(later) > found.keys.index(earlier)


FIELD = st.fixed_dictionaries({"type": st.sampled_from(["text", "money", "link"])})
NAMES = st.lists(st.sampled_from(["name", "total", "owner", "score"]), unique=True, min_size=1)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), FIELD), NAMES, NAMES)
def test_an_empty_later_layer_changes_nothing(
    fields: dict[str, dict[str, str]], names: list[str], sort: list[str]
) -> None:
    core = layer(
        "core", account=f"label: A\nfields: {fields}\ncolumns: [{', '.join(names)}]\nsort: [{', '.join(sort)}]\n"
    )
    alone = module(core)
    for later in (Layer("site"), site("{}"), site("fields: {}\ncolumns: {}\n")):
        assert module(core, later).data == alone.data
        assert list(module(core, later).data["columns"]) == names
