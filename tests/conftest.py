"""The fixtures that tests share: databases and stores, a served site, a browser, evidence."""

from __future__ import annotations

pytest_plugins = ["tests.databases", "tests.served", "tests.browser", "tests.evidence"]
