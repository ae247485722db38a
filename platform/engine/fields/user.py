"""A link to a user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.link import ON_DELETE, REVERSE, Link


class User(Link):
    """`$me` in conditions and defaults is the actor; whoever runs them says so."""

    key = "user"
    label: ClassVar[Labels] = {"en": "User", "ko": "사용자"}
    icon = "user"
    options: ClassVar[Mapping[str, Any]] = {"on_delete": ON_DELETE, "reverse": REVERSE}
    needs = ()

    def targets(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ("user",)

    def input(self, field: Field) -> Widget:
        return Widget("link", {"targets": ("user",), "faces": True})

    def cell(self, field: Field) -> Cell:
        return Cell("user", width="user", role="owner")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"on_delete": "restrict"})
