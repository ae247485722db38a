"""Links by which records inherit security groups: the compiler lets none of them lead round in a circle."""

from __future__ import annotations

import pytest

from hanok.engine.catalog.inheriting import parents_first
from hanok.engine.errors import MetadataError
from tests.builders import a_catalog


def module(**links: str) -> str:
    fields = "\n".join(f"  {key}: {{type: link, to: {to}, inherit: true}}" for key, to in links.items())
    return f"label: {{en: Thing}}\nfields:\n  name: {{type: text}}\n{fields}\n"


def test_a_circle_of_modules_is_refused_where_it_stands() -> None:
    files = {"modules/one.yaml": module(up="two"), "modules/two.yaml": module(up="three"),
             "modules/three.yaml": module(up="one")}  # fmt: skip
    with pytest.raises(MetadataError) as refused:
        a_catalog(files)
    assert {problem.place.file for problem in refused.value.problems} == {f"site/{key}" for key in files}
    assert all("in a circle" in problem.message.text for problem in refused.value.problems)


def test_records_of_one_module_inherit_from_each_other_in_a_tree_alone() -> None:
    with pytest.raises(MetadataError, match="tree: true"):
        a_catalog({"modules/one.yaml": module(up="one")})
    a_catalog({"modules/one.yaml": module(up="one, tree: true")})


def test_modules_stand_behind_those_that_they_inherit_from() -> None:
    found = a_catalog({"modules/a.yaml": module(up="b"), "modules/b.yaml": module(up="c"), "modules/c.yaml": module()})
    assert [each.key for each in parents_first(found.modules)] == ["b", "a"]
