"""Addresses that nobody writes by hand are answered by a page, and soon."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from hanok.engine.records import Record
from tests.screens.conftest import Browser

Make = Callable[..., Record]
ADDRESSES = {
    "a thousand conditions": "&".join(["f=name.contains.a"] * 1000),
    "a long list": "f=size.in." + ",".join(map(str, range(20_000))),
    "a long list in short": "&".join(f"size={number}" for number in range(9000)),
    "many links": "&".join(f"parent=00000000-0000-0000-0000-{number:012}" for number in range(2000)),
    "sorted by everything": "sort=" + ",".join(["name", "-size", "founded"] * 500),
    "a long number": "ask=name.eq." + "9" * 5000,
    "no digit": "ask=name.eq.²",
    "a moment without its zone": "f=created_at.gt.2026-11-17T09:30",
    "the end of time": "f=created_at.eq.9999-12-31T23:59",
    "a relative moment": "f=created_at.gt.-7d",
    "a relative word": "created_at=this_month",
    "far from now": "f=founded.eq.%2b" + "9" * 4400 + "d",
}


@pytest.mark.parametrize("query", ADDRESSES.values(), ids=ADDRESSES)
def test_the_list_and_its_count_answer(admin: Browser, make: Make, query: str) -> None:
    make("company", name="한빛")
    for path in ("/company", "/company/_count"):
        began = time.process_time()
        answer = admin.get(f"{path}?filter=all&{query}")
        assert answer.status_code == 200
        assert len(answer.data) < 600_000
        assert time.process_time() - began < 5
