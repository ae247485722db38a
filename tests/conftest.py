"""The fixtures that tests share: databases and stores, a served site, a browser, evidence."""

from __future__ import annotations

import logging
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
    root = logging.getLogger()
    root.setLevel(logging.WARNING)
    for handler in root.handlers[:]:
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter):
            root.removeHandler(handler)
    logging.captureWarnings(False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole sweeps take as long as they take; any other test that stands still for minutes is told where."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(0))
