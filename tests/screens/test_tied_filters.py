"""Lists narrowed by links to many: by one that is among them, one that is not, and whether there are any."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Browser, Enter, titles

Make = Callable[..., Record]
TAG = "label: {en: Tag}\nfields:\n  name: {type: text, required: true}\n"
COMPANY = FILES["modules/company.yaml"].replace(
    "fields:\n", "fields:\n  tags: {type: links, to: tag, label: {en: Tags}}\n", 1
)
#: Sees companies, and no tags.
BLIND = "label: {en: Blind}\nmodules: {company: {list: all, view: all}}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**FILES, "modules/company.yaml": COMPANY, "modules/tag.yaml": TAG, "roles/blind.yaml": BLIND})


def test_a_list_is_narrowed_by_ties(admin: Browser, make: Make) -> None:
    hot, cold = make("tag", name="뜨거움"), make("tag", name="차가움")
    make("company", name="a", tags=[str(hot.id), str(cold.id)])
    make("company", name="b", tags=[str(cold.id)])
    make("company", name="c")
    asked = {f"tags.with.{hot.id}": ["a"], f"tags.with.{cold.id}": ["a", "b"], f"tags.without.{hot.id}": ["b", "c"],
             "tags.tied.true": ["c"], "tags.tied.false": ["a", "b"], f"tags.with.{uuid4()}": []}  # fmt: skip
    for condition, expected in asked.items():
        assert titles(admin.page(f"/company?filter=all&f={condition}")) == expected, condition
    both = f"/company?filter=all&f=tags.with.{hot.id}&f=tags.with.{cold.id}"
    assert titles(admin.page(both)) == ["a"]


def test_the_chip_names_the_record_and_the_editor_picks_one(admin: Browser, make: Make) -> None:
    hot = make("tag", name="뜨거움")
    make("company", name="a")
    page = admin.page(f"/company?filter=all&f=tags.without.{hot.id}")
    assert "<span>Tags is not among them</span><b>뜨거움</b>" in page
    editor = admin.page("/company?filter=all&ask=tags")
    assert re.search(r'<hk-link[^>]*tag', editor)
    answer = admin.get("/company/_filter", query_string={"of": "tags", "by": "with", "value": str(hot.id)})
    assert answer.location.endswith(f"f=tags.with.{hot.id}")


@pytest.mark.parametrize("text", ["x", "", "' OR 1=1 --", "$me"])
def test_what_is_no_record_is_said(admin: Browser, text: str) -> None:
    answer = admin.get("/company", query_string={"filter": "all", "f": f"tags.with.{text}"})
    assert answer.status_code == 200 and "was left out" in answer.text


def test_whoever_sees_no_tags_learns_nothing_of_them(
    enter: Enter, make: Make, site: Store, catalog: Catalog, hashed: str
) -> None:
    hot = make("tag", name="뜨거움")
    make("company", name="a", tags=[str(hot.id)])
    make("company", name="b")
    with site.write() as conn:
        raw = {"username": "blind", "last_name": "Blind", "email": "blind@example.com"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("blind",))
    blind = enter("blind")
    assert titles(blind.page("/company?filter=all")) == ["a", "b"]
    said = [titles(blind.page(f"/company?filter=all&f=tags.{way}")) for way in (f"with.{hot.id}", f"with.{uuid4()}")]
    assert said[0] == said[1]
    said = [titles(blind.page(f"/company?filter=all&f=tags.{way}")) for way in ("tied.true", "tied.false")]
    assert said[0] in (["a", "b"], []) and said[1] in (["a", "b"], [])
    assert "뜨거움" not in blind.page(f"/company?filter=all&f=tags.with.{hot.id}")
