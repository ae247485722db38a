"""A view of a list is saved under a name: one's own, or for everybody, who each ask with their own rights."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
import sqlalchemy as sa

from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import saved_filter
from tests.screens.conftest import Browser, Enter, titles

Make = Callable[..., Record]
VIEW = "filter=all&f=size.gte.5&sort=-size&columns=name,size"


@pytest.fixture
def three(make: Make) -> None:
    for name, size in (("가", "1"), ("나", "5"), ("다", "9")):
        make("company", name=name, size=size)


def saved(who: Browser, name: str = "Large", query: str = VIEW, **form: str) -> str:
    """The address of the list by a filter that was saved."""
    answer = who.send(f"/company/_filters?{query}", name=name, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_a_view_comes_back_with_rows_order_and_columns(admin: Browser, three: None) -> None:
    there = saved(admin)
    page = admin.page(there)
    assert titles(page) == ["다", "나"]
    assert re.search(r'<summary class="saved">Large', page)
    assert len(re.findall(r"<th\b", page)) < len(re.findall(r"<th\b", admin.page("/company?filter=all")))
    assert there.replace("/company?", "") in admin.part("/company/_filters?filter=all")
    assert "2 records" in admin.page("/company/_count?" + there.partition("?")[2])
    narrower = admin.page(f"{there}&f=size.gte.9")
    assert titles(narrower) == ["다"]


def test_it_works_for_a_change_of_many_and_an_export(admin: Browser, three: None) -> None:
    query = saved(admin).partition("?")[2]
    assert "2 records" in admin.send(f"/company/_bulk/ask?{query}", action="set", all="1").text
    answer = admin.send(f"/company/_export?{query}", format=".csv", columns="every")
    assert answer.status_code == 200
    text = answer.text
    answer.close()
    assert "다" in text and "가" not in text


def test_others_have_it_only_when_it_is_shared(admin: Browser, enter: Enter, three: None) -> None:
    rep = enter("rep")
    there = saved(admin)
    assert "Large" not in rep.part("/company/_filters?filter=all")
    assert "There is no such filter any more" in rep.page(there)
    id = there.rpartition("=")[2]
    assert rep.get(f"/company/_filters/{id}").status_code == 404
    assert admin.send(f"/company/_filters/{id}", name="Large ones", shared="1").status_code == 303
    assert "Large ones" in rep.part("/company/_filters?filter=all")
    assert titles(rep.page(there)) == []  # what she may not list stays away
    assert rep.send("/company/_filters?sort=name", name="Mine", shared="1").status_code == 403
    assert rep.send(f"/company/_filters/{id}", do="delete").status_code == 404
    admin.send(f"/company/_filters/{id}", do="delete")
    assert "Large ones" not in admin.part("/company/_filters?filter=all")


def test_what_is_gone_is_left_out_and_said(admin: Browser, site: Store, three: None) -> None:
    there = saved(admin)
    with site.write() as conn:
        document = {"where": {"all": [{"size": {"gte": 9}}, {"gone": 1}]}, "columns": ["name", "lost"]}
        conn.execute(sa.update(saved_filter).values(document=document))
    page = admin.page(there)
    assert titles(page) == ["다"]
    assert "Some of this filter is no longer there" in page
    refused = admin.send(f"/company/_export?{there.partition('?')[2]}", format=".csv", columns="every")
    assert refused.status_code >= 400


def test_a_name_is_asked_for(admin: Browser) -> None:
    answer = admin.send(f"/company/_filters?{VIEW}", name="  ")
    assert answer.status_code == 422
    assert "Give it a name." in unescape(answer.text)
    assert "Save this view" in admin.part(f"/company/_filters?{VIEW}")
    assert 'name="shared"' in admin.part(f"/company/_filters/new?{VIEW}")
