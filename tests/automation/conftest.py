"""Sites with workflows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from hanok.engine.store import Store
from tests.automation.site import Site, catalog_with

Opening = Callable[..., Site]


@pytest.fixture
def open_site(store: Store, tmp_path: Path) -> Opening:
    """Opens the site of this test with these workflows."""

    def opened(workflows: Mapping[str, str], more: Mapping[str, str] | None = None, **options: Any) -> Site:
        return Site(store, catalog_with(workflows, more), tmp_path, **options)

    return opened
