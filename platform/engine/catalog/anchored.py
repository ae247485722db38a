"""Fields that say `after` or `before` a neighbour find their place on forms whose rows do not name them.

Such a field takes an empty cell of its neighbour's row, else a row of its own below (or above) it. So a site adds a
field to a shipped form by one line, and a later version of that form moves it along with its neighbour.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from hanok.engine.catalog.views import CellSpec, FormView, Panel
from hanok.engine.language.ordering import AFTER, Anchor

Row = tuple[CellSpec, ...]


def with_anchored(view: FormView, anchors: Mapping[str, Anchor]) -> FormView:
    """The view with every anchored field that it does not hold yet, as far as its neighbour is there."""
    waiting = {key: anchor for key, anchor in anchors.items() if key not in view.fields()}
    while True:
        key = next((key for key, anchor in waiting.items() if anchor.of in view.fields()), None)
        if key is None:
            return view
        anchor = waiting.pop(key)
        view = _mapped(view, partial(_placed, key=key, anchor=anchor))


def _mapped(view: FormView, change: Callable[[Panel], Panel]) -> FormView:
    tabs = tuple(replace(tab, panels=tuple(map(change, tab.panels))) for tab in view.tabs)
    return FormView(tabs, tuple(map(change, view.side)), tuple(map(change, view.bottom)))


def _placed(panel: Panel, *, key: str, anchor: Anchor) -> Panel:
    rows: list[Row] = []
    for row in panel.rows:
        if anchor.of not in [cell.field for cell in row]:
            rows.append(row)
            continue
        filled = _filled(row, key, panel.columns)
        own = (CellSpec(key),)
        rows += [filled] if filled else [row, own] if anchor.side == AFTER else [own, row]
    return replace(panel, rows=tuple(rows))


def _filled(row: Row, key: str, columns: int) -> Row | None:
    """The row with the field in its empty cell, or at its end where it has room; None when it is full."""
    for place, cell in enumerate(row):
        if not cell.field:
            return (*row[:place], replace(cell, field=key), *row[place + 1 :])
    if len(row) > 1 and sum(cell.span for cell in row) < columns:
        return (*row, CellSpec(key))
    return None
