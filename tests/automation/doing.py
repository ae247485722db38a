"""A step that is done by itself, as a run would do it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.automation.run import RUNNING, Run
from hanok.engine.automation.steps.base import Doing
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Step
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.records import Record
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.acting.steps import Running

KEY = uuid.UUID("0199c7e4-7a3b-7c00-8000-00000000000a")


def step_of(catalog: Catalog, module: str, action: str) -> Step:
    """The one step of an action."""
    (step,) = catalog.module(module).actions[action].do
    return step


def a_doing(conn: sa.Connection, catalog: Catalog, record: Record, **changes: Any) -> Doing:
    """A step about this record, of a run that stands in no table."""
    words = Words(conn, catalog, SYSTEM, record)
    run = Run(
        uuid.uuid4(), "flow", "", record.module, record.id, record.title, RUNNING, "manual", {}, None, 0, None, None,
        False, None, None, datetime.now(UTC), None, None,
    )  # fmt: skip
    return Doing(conn, catalog, SYSTEM, Running(words, record), words, record, run, "do.0", KEY, **changes)


def surroundings(folder: Path, settings: Mapping[str, Any] | None = None, **more: Any) -> Surroundings:
    """Of a site without a database."""
    return Surroundings(cast(Any, None), folder, settings or {}, **more)
