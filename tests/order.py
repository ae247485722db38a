"""In which order processes take the test files: the longest first, so that all of them end together.

Tests that share what is dear to make (the accepted house: two databases, two servers) stay in one process.
"""

from __future__ import annotations

from typing import Any

import pytest

#: Folders whose tests share what lasts as long as the process: each is one piece of work.
TOGETHER = ("tests/acceptance/",)
#: What takes long, measured in processor time; the longest first. Everything else follows as it stands.
LONGEST = (
    "tests/acceptance/",
    "tests/sweeps/test_doors.py",
    "tests/deploy/test_deploy_backup.py",
    "tests/bench/",
    "tests/deploy/test_deploy_run.py",
    "tests/sweeps/test_conditions.py",
    "tests/records/test_page.py",
    "tests/cli/test_working.py",
    "tests/sweeps/",
    "tests/layout/",
    "tests/store/test_store_locks.py",
    "tests/jobs/test_queue_at_scale.py",
    "tests/jobs/test_races.py",
    "tests/deploy/",
    "tests/screens/test_inline_in_the_browser.py",
    "tests/oidc/test_real.py",
    "tests/demo/",
    "tests/cli/",
    "tests/records/",
    "tests/automation/",
    "tests/mail/",
    "tests/screens/",
    "tests/jobs/",
)


def rank(file: str) -> int:
    return next((number for number, prefix in enumerate(LONGEST) if file.startswith(prefix)), len(LONGEST))


def piece(nodeid: str) -> str:
    """The piece of work that a test belongs to: its file, or its folder."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in TOGETHER if file.startswith(folder)), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands out pieces in the order of the collection."""
    if config.getoption("dist") != "loadscope":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Pieces(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return piece(nodeid)

    config.option.loadscopereorder = False
    return Pieces(config, log)
