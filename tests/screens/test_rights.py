"""Rights: what somebody may not see is not there, what she may not do has no button."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hanok.engine.records import Record
from tests.screens.conftest import Browser, Enter, titles

Make = Callable[..., Record]


@pytest.fixture
def rep(enter: Enter) -> Browser:
    return enter("rep")


def test_an_owner_sees_and_finds_only_her_own(rep: Browser, make: Make) -> None:
    other = make("company", name="남의 회사")
    rep.send("/company/new", name="나의 회사")
    assert titles(rep.page("/company?filter=all")) == ["나의 회사"]
    assert "남의" not in rep.page("/search?words=회사")
    assert rep.get("/company/_pick?words=회사").json["items"][0]["title"] == "나의 회사"  # type: ignore[index]
    for tail in ("", "/edit", "/history", "/_sub/people"):
        assert rep.get(f"/company/{other.id}{tail}").status_code == 404
    assert rep.send(f"/company/{other.id}/edit", name="X", version="1").status_code == 404
    assert rep.send(f"/company/{other.id}/delete", version="1").status_code == 404


def test_whoever_has_no_role_is_denied(enter: Enter) -> None:
    guest = enter("guest")
    for path in ("/company", "/company/new", "/company/_pick"):
        assert guest.get(path).status_code == 403
    assert guest.send("/company/new", name="X").status_code == 403
    assert guest.page("/")


def test_names_of_colleagues_can_be_picked_without_seeing_more(rep: Browser) -> None:
    items = rep.get("/user/_pick?words=").json["items"]  # type: ignore[index]
    assert {item["title"] for item in items} >= {"rep", "관리자"}


def test_strangers_are_led_to_the_login_and_come_back(app: object, enter: Enter) -> None:
    client = enter().client
    client.delete_cookie("hanok_session")
    answer = client.get("/company?stage=won")
    assert answer.status_code == 302
    assert answer.location == "/login?next=%2Fcompany%3Fstage%3Dwon"
