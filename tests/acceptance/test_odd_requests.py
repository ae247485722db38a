"""Whatever stands in an address or a form, the answer is a page: never a failure on our side."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.acceptance.visitor import Visitor

NOBODY = "01890000-0000-7000-8000-000000000000"
QUERIES = (
    "after=garbage", "before=%00", "after=WzFd", "size=-1", "sort=-,name,,", "f=name.contains.", "f=name", "f=....",
    "f=employees.between.,", "f=employees.gt.abc", "f=employees.gt.99999999999999999999", "f=employees.in.1,2,x",
    "f=annual_revenue.gte.1e400", "f=created_at.gte.yesterday", "f=created_at.between.today,%2B3d",
    "f=name.matches.a b",
    "kind=nonsense", "owner=nonsense", "owner=$me", "owner=$record.x", "q=%00", "q=%25%25", "q=_", "q='\"<script>",
    "columns=x,y", "ask=name.zzz.99", "ask=created_at.between.0", "count=1", "filter=zzz", f"parent={NOBODY}",
    "sort=owner", "sort=-parent", "q=%F0%9F%98%80", "start=abc", "f=email.contains.%00", f"parent=account:{NOBODY}",
)  # fmt: skip
PATHS = (
    "/search?words=%00", "/search?words=" + "가" * 3000, "/search/quick?words=%F0%9F%98%80", "/account/_pick?words=%00",
    "/account/_filter?of=employees&by=between&value=a&value2=b", "/account/_filter", "/account/_columns?show=zz",
    "/account/_count?f=employees.gt.99999999999999999999", "/Account", "/account/", "/account/zzz",
    f"/account/{NOBODY}",
    "/account/new?parent=zzz&owner=zzz&kind=zzz", "/static/../settings.py", "/hanok_audit", "/task?f=due.eq.2026-02-30",
    "/case?sort=number", "/opportunity?sort=-amount", f"/account/{NOBODY}/_sub/none", "/%E3%85%8B", "/%00", "/_/_",
)  # fmt: skip
FORMS: tuple[Mapping[str, str], ...] = (
    {"name": "x\0y"},
    {"name": "가" * 10_000},
    {"name": "  "},
    {"name": "수", "employees": "99999999999999999999"},
    {"name": "수", "annual_revenue": "1e999"},
    {"name": "수", "parent": "zzz"},
    {"name": "수", "owner": NOBODY},
    {"name": "수", "kind": "zzz"},
    {"name": "수", "website": "javascript:alert(1)"},
    {"name": "수", "description": "z" * 2_000_000},
)


@pytest.mark.parametrize("path", [*(f"/account?{query}" for query in QUERIES), *PATHS], ids=lambda path: path[:60])
def test_an_odd_address_gets_a_page(admin: Visitor, path: str) -> None:
    answer = admin.get(path)
    assert answer.status < 500
    assert "<script>" not in answer.text.replace("<script src", "").replace("<script type", "")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: " ".join(f"{key}={text[:12]!r}" for key, text in form.items()))
def test_an_odd_form_is_refused_with_reasons(admin: Visitor, form: Mapping[str, str]) -> None:
    answer = admin.post("/account/new", form)
    assert answer.status == 422
    assert 'role="alert"' in answer.text


def test_what_nobody_may_write_is_not_written(admin: Visitor) -> None:
    made = admin.create("account", name="정직상사", id=NOBODY, version="7", title="속임", created_by=NOBODY)
    page = admin.get(f"/account/{made}").text
    assert made != NOBODY
    assert "정직상사" in page
    assert "속임" not in page
