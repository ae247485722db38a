"""The registry of doors: what each address lets somebody do, and who may come to it at all.

A door is said where its view is made: `@door("list", asks="list")`. What a view then shows or changes is decided by the
one permission function in the engine; the door says which question that is, so that one test can try them all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeVar

from flask import Flask

ANYBODY, KNOWN, ADMINISTRATOR = "anybody", "known", "administrator"
#: Kinds of doors, and what is behind them.
KINDS: Mapping[str, str] = MappingProxyType({
    "entry": "logging in and out, a forgotten password, the language",
    "own": "one's own account, work and notices",
    "home": "the start page and what it is made of",
    "list": "records of a module in rows",
    "record": "one record",
    "form": "a form, and what it asks for while it is filled in",
    "save": "creating or changing one record",
    "delete": "deleting or restoring one record",
    "subpanel": "records that are linked to one",
    "link": "linking and unlinking",
    "picker": "choosing the record that a link names",
    "search": "finding records by words",
    "history": "what happened to records",
    "file": "uploading and downloading",
    "export": "many records as a file",
    "import": "many records from a file",
    "mass": "changing many records at once",
    "action": "a button that metadata declares",
    "access": "roles, security groups, and why somebody sees something",
    "admin": "running the site",
    "watch": "health and figures for machines",
    "api": "records for programs",
    "portal": "what strangers and other systems send",
})  # fmt: skip
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Door:
    """One door. `asks` is the right of the module that it wants ("" where it is about no records), `who` whom it opens
    to before any right is asked: anybody, known people, administrators."""

    kind: str
    asks: str = ""
    who: str = KNOWN


def door(kind: str, *, asks: str = "", who: str = KNOWN) -> Callable[[View], View]:
    """Marks a view with its door. Raises KeyError for a kind that there is not."""
    found = Door(kind, asks, who) if KINDS[kind] else None

    def marked(view: View) -> View:
        view.door = found  # type: ignore[attr-defined]  # read by the frame and by the test of all doors
        return view

    return marked


def door_of(view: Callable[..., Any] | None) -> Door | None:
    """The door of a view, None where it says none."""
    found: Door | None = getattr(view, "door", None)
    return found


def doors(app: Flask) -> Mapping[str, Door | None]:
    """Every endpoint of an application with its door."""
    return MappingProxyType({name: door_of(view) for name, view in app.view_functions.items()})
