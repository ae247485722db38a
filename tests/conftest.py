"""The fixtures that tests share: databases and stores, a served site, a browser, evidence."""

from __future__ import annotations

import os

import pytest
import structlog
from hypothesis import settings

pytest_plugins = [
    "tests.quick", "tests.order", "tests.faces", "tests.databases", "tests.served", "tests.browser", "tests.evidence",
]  # fmt: skip

#: On CI a commit that was green stays green: Hypothesis draws the same examples; at a desk it draws new ones.
settings.register_profile("ci", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(autouse=True, scope="module")
def logs_begin_anew() -> None:
    """Where logs go is said for a whole process: what the tests of one file said is nothing to those of the next."""
    structlog.reset_defaults()
