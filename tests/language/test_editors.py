"""The schemas for editors take what people write: short forms, patches, neighbours."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest

from hanok.engine.language import for_editors
from tests.language.layers import KINDS

VALIDATOR = jsonschema_rs.Draft202012Validator(for_editors(KINDS["module"]))


@pytest.mark.parametrize(
    "document",
    [
        {"label": "Account"},
        {"columns": ["name", "total"]},
        {"columns": {"name": True, "total": None, "score": {"after": "name"}}},
        {"fields": {"score": {"type": "text", "after": "name"}, "total": {"length": 3}, "old": None}},
        {"fields": {"parent": {"type": "link", "to": "account", "reverse": "children"}}},
        {"where": None},
    ],
)
def test_editors_accept_what_the_language_reads(document: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "document",
    [{"lable": "Account"}, {"fields": {"a": {"type": "mony"}}}, {"fields": {"a": {"type": "text", "lenght": 3}}},
     {"columns": [1]}, {"fields": {"A": {"type": "text"}}}],
)
def test_editors_refuse_what_the_language_refuses(document: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(document)


def test_the_kinds_own_schema_is_left_alone() -> None:
    assert "after" not in KINDS["module"].schema["$defs"]["field"]["properties"]
