"""The functions and filters that templates may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def person_name(last: Any, first: Any) -> str:
    """A person's name: 성+이름 joined when either is written in Hangul or Han, else given name first."""
    family, given = str(last or "").strip(), str(first or "").strip()
    if any("가" <= sign <= "힣" or "一" <= sign <= "鿿" for sign in family + given):
        return family + given
    return f"{given} {family}".strip()


def upper(value: Any) -> str:
    return str(value or "").upper()


def lower(value: Any) -> str:
    return str(value or "").lower()


def trim(value: Any) -> str:
    return str(value or "").strip()


def default(value: Any, other: Any = "") -> Any:
    return other if value is None or value == "" else value


FUNCTIONS: dict[str, Callable[..., Any]] = {"person_name": person_name}
FILTERS: dict[str, Callable[..., Any]] = {"upper": upper, "lower": lower, "trim": trim, "default": default}
