"""A link to a team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.link import ON_DELETE, REVERSE, Link


class Team(Link):
    """A record of the core module `team`: people who work together."""

    key = "team"
    label: ClassVar[Labels] = {"en": "Team", "ko": "팀"}
    icon = "users-group"
    options: ClassVar[Mapping[str, Any]] = {"on_delete": ON_DELETE, "reverse": REVERSE}
    needs = ()

    def targets(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        return ("team",)

    def input(self, field: Field) -> Widget:
        return Widget("link", {"targets": ("team",)})

    def cell(self, field: Field) -> Cell:
        return Cell("link", width="link", role="sub")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"on_delete": "restrict"})
