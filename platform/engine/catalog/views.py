"""The views of a module: what its forms, lists, boards, timelines and searches show, in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any

from hanok.engine.conditions import Node
from hanok.engine.fields import Labels


@dataclass(frozen=True, slots=True)
class CellSpec:
    """One cell of a panel's row: a field, or an empty place (field "")."""

    field: str
    span: int = 1
    label: Labels = also(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled block of rows of cells; `columns` is the number of cells side by side on a desktop (1 to 4).

    `visible` is the condition under which it is shown (None: always); `widget` the key of what a package draws there.
    """

    key: str
    label: Labels
    columns: int
    rows: tuple[tuple[CellSpec, ...], ...]
    visible: Node | None = None
    widget: str = ""

    def fields(self) -> Iterator[str]:
        return (cell.field for row in self.rows for cell in row if cell.field)


@dataclass(frozen=True, slots=True)
class Tab:
    key: str
    label: Labels
    panels: tuple[Panel, ...]
    visible: Node | None = None


@dataclass(frozen=True, slots=True)
class FormView:
    """Tabs of panels, panels at the side, and panels below all tabs. Serves as form and as detail."""

    tabs: tuple[Tab, ...]
    side: tuple[Panel, ...] = ()
    bottom: tuple[Panel, ...] = ()

    def panels(self) -> tuple[Panel, ...]:
        return (*(panel for tab in self.tabs for panel in tab.panels), *self.side, *self.bottom)

    def fields(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(key for panel in self.panels() for key in panel.fields()))


@dataclass(frozen=True, slots=True)
class ListView:
    """`columns` in order (`title` stands for `$title`); `available` are the other columns that a reader may add.

    `sort` holds field keys, "-" in front for descending. `where` is a condition (plain YAML data) or None. `labels`
    are those of columns that are called otherwise here; `tree` is the link by whose tree the list is narrowed, or "".
    """

    columns: tuple[str, ...]
    available: tuple[str, ...]
    sort: tuple[str, ...]
    page_size: int = 25
    where: Mapping[str, Any] | None = None
    labels: Mapping[str, Labels] = also(default_factory=dict)
    tree: str = ""


@dataclass(frozen=True, slots=True)
class KanbanView:
    """A board: a column for each option of the choice `by`, a card for each record, `sum` in the columns' heads."""

    by: str
    card: tuple[str, ...]
    sort: tuple[str, ...]
    sum: str = ""
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar: records stand at the field `by` (a day, a moment, a period), up to `until`, named by `title`."""

    by: str
    until: str = ""
    title: str = "title"
    where: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TimelineView:
    """How records stand in the timelines of those that they belong to: at the time `by` while they are `open` (a
    condition, None: they never are), at `past` afterwards. They show the long field `text` and the fields `card`;
    `finish` is the action that ends an open one, "" without.
    """

    by: str = "created_at"
    past: str = "created_at"
    open: Mapping[str, Any] | None = None
    text: str = ""
    card: tuple[str, ...] = ()
    finish: str = ""


@dataclass(frozen=True, slots=True)
class SearchView:
    """Fields offered by the filter editor: the basic ones first, then the advanced ones."""

    basic: tuple[str, ...]
    advanced: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavedFilter:
    key: str
    label: Labels
    where: Mapping[str, Any]
    sort: tuple[str, ...] = ()
    default: bool = False
