"""Tests of what is shown rather than of what is asked: on SQLite always, on PostgreSQL among the slow ones.

Whatever these pages ask of a database is asked by the engine, whose own tests run on both (tests/records, access,
accounts, jobs …), and so do the screens that are not named here: lists, boards, saves, imports, merges, every door.
docs/decisions/0030 says why.
"""

from __future__ import annotations

import pytest

SHOWN = frozenset({
    "tests/screens/test_address.py", "tests/screens/test_addresses.py", "tests/screens/test_admin_factors.py",
    "tests/screens/test_admin_jobs.py", "tests/screens/test_admin_logins.py", "tests/screens/test_admin_mail.py",
    "tests/screens/test_audit.py", "tests/screens/test_deadlines.py", "tests/screens/test_dynamic.py",
    "tests/screens/test_feed.py", "tests/screens/test_files.py", "tests/screens/test_forms.py",
    "tests/screens/test_keeping.py", "tests/screens/test_log_in_as.py", "tests/screens/test_markup.py",
    "tests/screens/test_names_only.py", "tests/screens/test_odd_addresses.py", "tests/screens/test_palette.py",
    "tests/screens/test_proofs.py", "tests/screens/test_quick.py", "tests/screens/test_role_fields.py",
    "tests/screens/test_telling.py", "tests/screens/test_tokens.py", "tests/web/test_account.py",
    "tests/web/test_forgot.py", "tests/web/test_second_factor.py",
})  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        params = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        if params.get("dialect") == "postgresql" and item.nodeid.partition("::")[0] in SHOWN:
            item.add_marker(pytest.mark.slow)
