"""The palette leads to records, lists, new records and pages; empty, to favourites and what was opened last."""

from __future__ import annotations

import re
from collections.abc import Callable

from hanok.engine.records import Record
from tests.screens.conftest import Browser, Enter

Make = Callable[..., Record]


def options(who: Browser, words: str = "") -> list[tuple[str, str]]:
    """Address and text of what is offered, in order."""
    part = who.part(f"/search/quick?words={words}")
    found = re.findall(r'<a [^>]*role="option"[^>]*href="([^"]+)">(.*?)</a>', part, flags=re.DOTALL)
    return [(url, " ".join(re.sub(r"<[^>]+>", " ", text).split())) for url, text in found]


def test_records_are_found_by_words_and_by_initials(admin: Browser, make: Make) -> None:
    made = make("company", name="삼성전자")
    make("company", name="한빛")
    assert options(admin, "ㅅㅅㅈㅈ")[0] == (f"/company/{made.id}", "삼성전자")
    assert "<mark>성전</mark>" in admin.part("/search/quick?words=ㅅㅈ")
    assert options(admin, "삼성")[0][0] == f"/company/{made.id}"


def test_lists_new_records_and_pages_are_found_by_name(admin: Browser) -> None:
    assert ("/company", "Compan y List") in options(admin, "Compan")
    assert "/company/new" in dict(options(admin, "new company"))
    assert dict(options(admin, "administration"))["/admin"] == "Administration Page"
    assert dict(options(admin, "import"))["/company/_import"] == "Import company Action"
    assert dict(options(admin, "still"))["/company?filter=going"] == "Company · Still going Filter"


def test_nobody_is_led_where_she_may_not_go(enter: Enter, admin: Browser, make: Make) -> None:
    make("company", name="삼성전자")
    rep = enter("rep")
    assert "/admin" not in dict(options(rep, "admin"))
    assert not any("삼성전자" in text for _, text in options(rep, "삼성"))


def test_what_was_opened_stands_there_and_favourites_above(admin: Browser, make: Make) -> None:
    one, two, three = (make("company", name=name) for name in ("가나", "다라", "마바"))
    for record in (one, two, three):
        admin.page(f"/company/{record.id}")
    assert [text for _, text in options(admin)] == ["마바 Company", "다라 Company", "가나 Company"]
    assert admin.send(f"/company/{one.id}/star", on="1").status_code == 303
    assert [text for _, text in options(admin)] == ["가나 Favourite Company", "마바 Company", "다라 Company"]
    assert 'aria-pressed="true"' in admin.page(f"/company/{one.id}")
    home = admin.page("/")
    assert home.index("Favourites") < home.index("가나") < home.index("Recently viewed") < home.index("마바")
    admin.send(f"/company/{one.id}/star", on="0")
    assert 'aria-pressed="true"' not in admin.page(f"/company/{one.id}")
