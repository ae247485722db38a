"""The board of a module, decided: its lanes, and what their heads and cards print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from hanok.engine.access.levels import owners
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.views import KanbanView
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.records import Page, Query, Record
from hanok.engine.records.boards import Lane, Lanes
from hanok.screens import filters, lists
from hanok.screens.address import Asked, Condition
from hanok.screens.deadlines import columns_to_ask, deadline, is_end, is_late, path_field
from hanok.screens.words import Formats, in_words

#: How many cards of each lane are drawn at first, and with each further page.
SIZE = 20
#: What stands for "no value" in addresses; no option is called so.
NONE = "-"
#: Where the parts of a card stand, by the place that their types want in a phone's row.
FIGURE, WHEN, OWNER = ("figure", "state"), "when", "owner"
FIGURES = frozenset({"number", "money", "float"})
NO_VALUE = say("Without a value")


@dataclass(frozen=True, slots=True)
class Said:
    """One value of a card with its field; `late` says that it is a deadline which is over."""

    field: Field
    value: Any
    late: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A record on the board. `move` is where it is moved ("" where its reader may not), `url` where it is opened."""

    record: Record
    lane: str
    title: str
    url: str
    move: str
    below: tuple[Said, ...]
    figures: tuple[Said, ...]
    times: tuple[Said, ...]
    owner: str = ""

    @property
    def has_foot(self) -> bool:
        return bool(self.figures or self.times or self.owner)


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane: its head, its first cards, and how there are more.

    `shut` lanes are those of closed states in which nothing stands: narrow, but records can be moved there. `takes`
    says whether they can at all; `create_url` is "" where nothing is made there.
    """

    key: str
    label: str | Message
    color: str
    count: int
    capped: bool
    short: str
    full: str
    cards: tuple[Card, ...]
    shut: bool
    takes: bool
    more_url: str = ""
    more_part: str = ""
    create_url: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """All lanes. `by` is called `label`; `sum_label` says what is summed up, "" where nothing is."""

    label: str
    sum_label: str
    lanes: tuple[LaneView, ...]


def query(module: Module, view: KanbanView, asked: Asked, checked: Sequence[filters.Checked]) -> Query:
    """What the list of this address asks, in the board's own order unless the reader or the filter chose one."""
    found = lists.query(module, asked, checked)
    saved = module.saved_filters.get(asked.saved)
    shown = lists.every([view.where or module.views.list.where, saved.where if saved else None])
    sort = asked.sort or (saved.sort if saved else ()) or view.sort or module.views.list.sort
    columns = (*(key for key in view.card if key != "title"), view.by)
    return replace(found, where=shown, sort=sort, size=SIZE, columns=columns_to_ask(module, columns))


def filled(found: Lanes) -> tuple[str | None, ...]:
    """The lanes in which records stand."""
    return tuple(found.found)


def build(
    module: Module, view: KanbanView, asked: Asked, lanes: Lanes, pages: Mapping[str | None, Page], *,
    formats: Formats, may_create: bool,
) -> Board:  # fmt: skip
    by = module.field(view.by)
    total = module.field(view.sum) if view.sum else None
    keys = [choice.key for choice in by.choices if not choice.retired or choice.key in lanes.found]
    others = [key for key in lanes.found if key not in keys]
    every = [*([None] if None in others else []), *keys, *sorted(key for key in others if key is not None)]
    made = tuple(
        _lane(module, view, asked, lanes, key, pages.get(key), total=total, formats=formats, may_create=may_create)
        for key in every
    )
    return Board(by.label_in(formats.language), total.label_in(formats.language) if total else "", made)


def _lane(
    module: Module, view: KanbanView, asked: Asked, lanes: Lanes, key: str | None, page: Page | None, *,
    total: Field | None, formats: Formats, may_create: bool,
) -> LaneView:  # fmt: skip
    by = module.field(view.by)
    choice = by.choice(key) if key is not None else None
    lane = lanes.found.get(key) or Lane(key, 0)
    name = NONE if key is None else key
    short, full = figures(total, lane.total, formats) if total is not None and lane.total is not None else ("", "")
    takes = not by.readonly and (
        (choice is not None and not choice.retired) or (key is None and not by.required)
    )
    makes = may_create and takes and choice is not None and not is_end(choice)
    after = page.next if page else None
    return LaneView(
        key=name,
        label=in_language(choice.label, formats.language) if choice else NO_VALUE if key is None else key,
        color=choice.color if choice else "",
        count=lane.count,
        capped=lanes.capped,
        short=short,
        full=full,
        cards=cards(module, view, asked, page.rows if page else (), formats),
        shut=choice is not None and is_end(choice) and not lane.count,
        takes=takes,
        more_url=_as_list(asked, by, key) if after else "",
        more_part=more_part(asked, name, after),
        create_url=f"/{module.key}/new?{by.key}={quote(name)}" if makes else "",
    )


def more_part(asked: Asked, lane: str, after: str | None) -> str:
    """The address of a lane's next cards, "" where there are none."""
    return asked.url(f"/_lane/{quote(lane, safe='')}", after=after) if after else ""


def _as_list(asked: Asked, by: Field, key: str | None) -> str:
    """The lane as a list of its own, for those who have no scripts."""
    own = Condition(by.key, "empty", ("true",), "flag") if key is None else Condition(by.key, "eq", (key,))
    return asked.url(view="list", conditions=(*asked.conditions, own))


def figures(field: Field, total: Any, formats: Formats) -> tuple[str, str]:
    """A sum, short (1.3억) and in full (₩129,450,000)."""
    value = field.type.read(field, {"": total, "base": total, "currency": None})
    full = in_words(field, value, formats)
    amount = getattr(value, "amount", value)
    if field.type.cell(field).name in FIGURES and isinstance(amount, Decimal | int | float):
        return formats.compact(amount), str(full)
    return str(full), str(full)


def cards(
    module: Module, view: KanbanView, asked: Asked, rows: Sequence[Record], formats: Formats
) -> tuple[Card, ...]:
    by, moving, due = module.field(view.by), path_field(module), deadline(module)
    found = []
    for record in rows:
        late = moving is not None and due is not None and is_late(record, moving, due, formats)
        shown = [
            Said(module.field(key), record.values.get(key), late and due is not None and key == due.key)
            for key in view.card
            if key not in ("title", by.key) and _is_said(record.values.get(key))
        ]
        found.append(_card(module, asked, record, by, shown))
    return tuple(found)


def _is_said(value: Any) -> bool:
    return value is not None and value not in ("", ())


def _card(module: Module, asked: Asked, record: Record, by: Field, shown: Sequence[Said]) -> Card:
    role = {one.field.key: one.field.type.cell(one.field).role for one in shown}
    value = record.values.get(by.key)
    there = f"/{module.key}/{record.id}"
    return Card(
        record=record,
        lane=value if isinstance(value, str) and value else NONE,
        title=record.title,
        url=there if record.may_view else "",
        move=asked.url(f"/{record.id}/_move") if record.may_view and record.may_edit and not by.readonly else "",
        below=tuple(one for one in shown if role[one.field.key] not in (*FIGURE, WHEN, OWNER)),
        figures=tuple(one for one in shown if role[one.field.key] in FIGURE),
        times=tuple(one for one in shown if role[one.field.key] == WHEN),
        owner=_owner(module, record),
    )


def _owner(module: Module, record: Record) -> str:
    """The name of whose it is: of the first owner that is one person."""
    whose = (record.values.get(key) for key in owners(module))
    return next((one.title for one in whose if isinstance(one, Linked) and one.title), "")
