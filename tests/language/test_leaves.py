"""Leaves: what the site says at each place, and what stood there below; cutting one out of a file's text."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.errors import Refused
from hanok.engine.language.layers import Layer
from hanok.engine.language.leaves import Leaf, leaves
from hanok.engine.language.nodes import Source
from hanok.engine.language.reading import read_text
from hanok.engine.language.splicing import without
from tests.language.layers import KINDS, layer

SHIPPED = """label: {en: Account, ko: 거래처}
fields:
  name:   {type: text, length: 40}
  amount: {type: money}
  stage:  {type: choice, options: stage}
columns: [name, amount]
where: {name: {empty: false}}
"""


def found(shipped: str, site: str) -> list[Leaf]:
    return list(leaves([layer("shipped", account=shipped), layer("site", account=site)], KINDS, upper={"site"}))


def pairs(shipped: str, site: str) -> dict[str, tuple[Any, Any]]:
    return {".".join(leaf.path): (leaf.lower, leaf.mine) for leaf in found(shipped, site)}


def test_every_value_of_the_site_is_a_leaf_with_what_it_replaced() -> None:
    site = """
label: {ko: 고객사}
fields:
  name:  {length: 80}
  amount: null
  code:  {type: text, after: name}
columns: {stage: true, amount: null, name: {width: 3}}
where: {name: {empty: true}}
"""
    assert pairs(SHIPPED, site) == {
        "label.ko": ("거래처", "고객사"),
        "fields.name.length": (40, 80),
        "fields.amount": ({"type": "money"}, None),
        "fields.code": (None, {"type": "text", "after": "name"}),
        "columns.stage": (None, {}),
        "columns.amount": ({}, None),
        "columns.name.width": (None, 3),
        "where": ({"name": {"empty": False}}, {"name": {"empty": True}}),
    }


def test_the_hash_below_changes_with_the_value_below_and_with_nothing_else() -> None:
    site = "fields: {name: {length: 80}}\n"
    (before,), (after,) = found(SHIPPED, site), found(SHIPPED.replace("length: 40", "length: 60"), site)
    (other,) = found(SHIPPED.replace("en: Account", "en: Firm"), "# a comment\n" + site)
    assert before.lower_hash != after.lower_hash
    assert (before.lower_hash, before.mine_hash) == (other.lower_hash, other.mine_hash)
    assert before.key == other.key == "modules/account.yaml:fields.name.length"


def test_a_leaf_under_an_old_key_has_the_value_of_today_below_it() -> None:
    shipped = SHIPPED.replace("amount: {type: money}", "value: {type: money, was: [amount], search: true}")
    assert pairs(shipped.replace("amount]\n", "value]\n"), "fields: {amount: {search: false}}") == {
        "fields.amount.search": (True, False)
    }


def test_a_short_form_or_another_type_is_one_leaf() -> None:
    assert pairs(SHIPPED, "label: Firm\nfields: {amount: {type: text}}\n") == {
        "label": ({"en": "Account", "ko": "거래처"}, "Firm"),
        "fields.amount": ({"type": "money"}, {"type": "text"}),
    }


def test_what_a_layer_declares_itself_is_no_leaf_but_what_traits_brought_is() -> None:
    shipped = layer("shipped", trait_owned="fields: {owner: {type: text, length: 5}}")
    site = layer("site", book="label: Book\ntraits: [owned]\nfields: {owner: {length: 9}, pages: {type: text}}\n")
    assert [(leaf.path, leaf.lower) for leaf in leaves([shipped, site], KINDS, upper={"site"})] == [
        (("fields", "owner", "length"), 5)
    ]


def test_a_package_names_its_layer_and_a_root_is_no_part_of_the_file() -> None:
    package = Layer("projects", {"modules/account.yaml": "label: {en: Client}"}, "plugins/projects")
    (leaf,) = leaves([layer("shipped", account=SHIPPED), package], KINDS, upper={"projects"})
    assert leaf.key == "projects:modules/account.yaml:label.en"
    assert str(leaf.place) == "plugins/projects/modules/account.yaml:1:13 label.en"


SITE = """# our own words
label: {ko: 고객사}   # as sales says

fields:
  # longer names
  name:
    length: 80   # was 40
    search: true
  amount: {search: true, label: {en: Worth, ko: 가치}}

  # the end
where:
  name: {empty: true}
"""


@pytest.mark.parametrize(
    ("path", "gone", "come"),
    [
        ("fields.name.length", "    length: 80   # was 40\n", ""),
        ("fields.name.search", "    search: true\n", ""),
        ("fields.amount.search", "search: true, ", ""),
        ("fields.amount.label", ", label: {en: Worth, ko: 가치}", ""),
        ("fields.amount.label.ko", ", ko: 가치", ""),
        ("label.ko", "label: {ko: 고객사}   # as sales says\n", ""),
        ("where", "where:\n  name: {empty: true}\n", ""),
        ("where.name.empty", "where:\n  name: {empty: true}\n", ""),
        ("fields.name", "  name:\n    length: 80   # was 40\n    search: true\n", ""),
    ],
)
def test_a_leaf_is_cut_out_and_all_else_stays(path: str, gone: str, come: str) -> None:
    assert SITE.count(gone) == 1
    assert without(SITE, path.split(".")) == SITE.replace(gone, come)


def test_long_texts_lists_and_files_without_a_last_line_end_are_cut_too() -> None:
    assert without("a: |\n  one\n  two\n\nb: 1\n", ["a"]) == "b: 1\n"
    assert without("a:\n- 1\n- 2\nb: 1", ["b"]) == "a:\n- 1\n- 2\n"
    assert without("a:\n- 1\n- 2\nb: 1", ["a"]) == "b: 1"
    assert without("a: {b: 1}\nc: >-\n  x\n  y", ["c"]) == "a: {b: 1}\n"
    assert without("a: {\n  b: 1,\n  c: 2,\n}\n", ["a", "b"]) == "a: {\n  c: 2,\n}\n"


def test_nothing_is_left_of_a_file_with_one_leaf() -> None:
    assert without("# mine\nfields:\n  name: {length: 80}\n", ["fields", "name", "length"]) == ""


def test_a_short_form_goes_whole() -> None:
    assert without("label: Firm\nplural: Firms\n", ["label", "en"]) == "plural: Firms\n"


def test_what_is_not_there_or_cannot_be_read_is_refused() -> None:
    with pytest.raises(KeyError):
        without(SITE, ["fields", "other"])
    with pytest.raises(Refused):
        without("a: [", ["a"])


WORDS = st.sampled_from(["a", "b", "c_1", "name"])
TREES = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.sampled_from(["x", "한", "two words", "- no", "#x", "a: b"])),
    lambda inner: st.one_of(st.dictionaries(WORDS, inner, min_size=1, max_size=3), st.lists(inner, max_size=2)),
    max_leaves=8,
)


@given(st.dictionaries(WORDS, TREES, min_size=2, max_size=4), st.data(), st.sampled_from([None, True, False]))
def test_any_leaf_of_any_file_can_be_cut_out(tree: dict[str, Any], data: st.DataObject, style: bool | None) -> None:
    import yaml

    text = yaml.safe_dump(tree, allow_unicode=True, default_flow_style=style, sort_keys=False)
    path, at = [], tree
    while isinstance(at, dict) and at and (not path or data.draw(st.booleans())):
        path.append(data.draw(st.sampled_from(sorted(at))))
        at = at[path[-1]]
    left = without(text, path)
    root = read_text(left, Source("", "")).root
    wanted = _less(tree, path)
    assert (root.plain() if root else None) == wanted


def _less(tree: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    head, *rest = path
    inner = _less(tree[head], rest) if rest else None
    kept = {key: inner if key == head else value for key, value in tree.items() if key != head or inner is not None}
    return kept or None
