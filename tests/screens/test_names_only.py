"""Where only the names of people may be seen, nothing else of them can be guessed."""

from __future__ import annotations

import pytest

from hanok.engine.catalog import Catalog
from tests.builders import OWNER_ONLY, a_catalog
from tests.screens.conftest import FILES, Browser, Enter

ROLE = OWNER_ONLY + "modules: {user: none}\n"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/owner_only.yaml": ROLE})


@pytest.mark.parametrize(("words", "found"), [("관리자", True), ("admin@example.com", False), ("admin", False)])
def test_a_colleague_is_found_by_name_and_not_by_what_is_hidden(enter: Enter, words: str, found: bool) -> None:
    rep: Browser = enter("rep")
    assert bool(rep.get(f"/user/_pick?words={words}").json["items"]) is found  # type: ignore[index]
    assert rep.get("/user/_pick").json["items"]  # type: ignore[index]
