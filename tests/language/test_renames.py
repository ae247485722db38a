"""`was`: the layer that declares a thing renames it; other layers are read under the new key."""

from __future__ import annotations

from typing import Any

from hanok.engine.language import read
from tests.language.layers import KINDS, layer, module, problems

BASE = "label: Account\nfields:\n  value: {type: money, was: [amount]}\n  name: {type: text}\n"


def fields(*layers: Any) -> dict[str, Any]:
    return {key: dict(found) for key, found in module(*layers).data["fields"].items()}


def test_a_patch_under_the_old_key_is_read_as_the_new_one() -> None:
    shipped, site = layer("shipped", account=BASE), layer("site", account="fields:\n  amount: {search: true}\n")
    assert fields(shipped, site) == {"value": {"type": "money", "search": True}, "name": {"type": "text"}}
    assert problems(shipped, site) == []
    assert problems(shipped, site, advice=True) == [
        'site/modules/account.yaml:2:3 fields.amount: "amount" is called "value" now'
    ]


def test_a_field_that_was_renamed_can_be_removed_by_its_old_key() -> None:
    assert list(fields(layer("shipped", account=BASE), layer("site", account="fields: {amount: null}"))) == ["name"]


def test_a_neighbour_may_be_named_by_its_old_key() -> None:
    shipped, site = layer("shipped", account=BASE), layer("site", account="fields: {x: {type: text, after: amount}}")
    assert list(fields(shipped, site)) == ["value", "x", "name"]
    assert problems(shipped, site, advice=True) == [
        'site/modules/account.yaml:1:33 fields.x.after: "amount" is called "value" now'
    ]


def test_a_patch_may_still_replace_the_type_of_what_was_renamed() -> None:
    shipped, site = layer("shipped", account=BASE), layer("site", account="fields: {amount: {type: text}}")
    found = module(shipped, site)
    assert found.data["fields"]["value"] == {"type": "text"}
    assert found.former == {("fields",): {"amount": "value"}}


def test_one_key_needs_no_list_and_several_are_all_known() -> None:
    text = BASE.replace("[amount]", "amount").replace("name: {", "name: {was: [title_of, label_of], ")
    site = layer("site", account="fields: {label_of: {search: true}, amount: {search: true}}")
    found = fields(layer("shipped", account=text), site)
    assert [key for key, said in found.items() if said.get("search")] == ["value", "name"]


def test_the_old_key_may_not_stand_beside_the_new_one() -> None:
    text = BASE + "  amount: {type: money}\n"
    assert problems(layer("shipped", account=text)) == [
        'shipped/modules/account.yaml:3:30 fields.value.was: "amount" is still there beside "value", '
        "which says that it was called so"
    ]


def test_two_cannot_have_been_the_same() -> None:
    text = BASE.replace("name: {", "name: {was: [amount], ")
    assert problems(layer("shipped", account=text)) == [
        'shipped/modules/account.yaml:4:16 fields.name.was: "value" says already that it was called "amount"'
    ]


def test_two_that_were_each_other_go_in_a_circle() -> None:
    text = "label: A\nfields:\n  a: {type: text, was: [b]}\n  b: {type: text, was: [a]}\n"
    assert problems(layer("shipped", account=text)) == [
        'shipped/modules/account.yaml:3:25 fields.a.was: "b" and "a" each say that they were called like the other',
        'shipped/modules/account.yaml:4:25 fields.b.was: "a" and "b" each say that they were called like the other',
    ]


def test_only_the_declaring_layer_renames() -> None:
    shipped = layer("shipped", account=BASE)
    said = "only the layer that declares it renames it; give it another label instead"
    at = "site/modules/account.yaml:1:"
    assert problems(shipped, layer("site", account="fields: {name: {was: [title_of]}}")) == [
        f"{at}17 fields.name.was: {said}"
    ]
    taken = layer("site", account="fields: {name: null, x: {type: text, was: [name]}}")
    assert problems(shipped, taken) == [f"{at}38 fields.x.was: {said}"]


def test_a_key_is_no_former_key_of_itself_and_keys_have_a_form() -> None:
    text = "label: A\nfields:\n  a: {type: text, was: [a, Bad-Key, 7]}\n"
    assert problems(layer("shipped", account=text)) == [
        'shipped/modules/account.yaml:3:28 fields.a.was: "Bad-Key" cannot be a key: a key is small letters, digits '
        "and _, begins with a letter and has at most 40 characters",
        'shipped/modules/account.yaml:3:37 fields.a.was: "was" takes the keys that this had before: [old_key]',
        'shipped/modules/account.yaml:3:25 fields.a.was: "a" is its own key',
    ]


def test_a_trait_renames_what_it_brings() -> None:
    trait = "fields:\n  value: {type: money, was: [amount]}\n"
    shipped = layer("shipped", trait_worth=trait, account="label: A\ntraits: [worth]\nfields: {name: {type: text}}\n")
    site = layer("site", account="fields: {amount: {search: true}}")
    assert fields(shipped, site)["value"] == {"type": "money", "search": True}
    assert problems(shipped, site) == []


def test_patches_of_a_module_that_was_renamed_are_laid_over_it() -> None:
    shipped = layer("shipped", deal="label: Deal\nwas: [account]\nfields: {name: {type: text}}\n")
    package = layer("package", account="fields: {name: {search: true}}")
    site = layer("site", deal="plural: Deals\n")
    found = read([shipped, package, site], KINDS)
    assert list(found.of("module")) == ["deal"]
    assert found.of("module")["deal"].data["fields"] == {"name": {"type": "text", "search": True}}
    assert found.former == {"module": {"account": "deal"}}
    assert found.of("module")["deal"].layers == ("shipped", "package", "site")
    assert [str(each) for each in found.advice] == [
        'package/modules/account.yaml:1:1: "account" is called "deal" now: call this file modules/deal.yaml'
    ]


def test_a_module_cannot_be_renamed_to_what_is_still_there() -> None:
    one = "label: A\nwas: [two]\n"
    assert problems(layer("shipped", one=one, two="label: B\nwas: [one]\n")) == [
        'shipped/modules/one.yaml:2:7 was: "two" and "one" each say that they were called like the other',
        'shipped/modules/two.yaml:2:7 was: "one" and "two" each say that they were called like the other',
    ]
    assert problems(layer("shipped", one=one, two="label: B\n")) == [
        'shipped/modules/one.yaml:2:7 was: "two" is still there beside "one", which says that it was called so'
    ]
    assert problems(layer("shipped", one=one, three="label: B\nwas: two\n")) == [
        'shipped/modules/three.yaml:2:6 was: "one" says already that it was called "two"'
    ]
    assert problems(layer("shipped", one="label: A\n"), layer("site", one="was: [two]\n")) == [
        "site/modules/one.yaml:1:1 was: only the layer that declares it renames it; give it another label instead"
    ]
