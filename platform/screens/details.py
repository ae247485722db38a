"""A record, decided: head, tabs of panels, and what stands beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hanok.engine.catalog.model import Module, Subpanel
from hanok.engine.catalog.views import CellSpec, Panel, Tab
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Record
from hanok.screens import inline
from hanok.screens.cells import Shown
from hanok.screens.conditional import Present
from hanok.screens.facts import Path, facts, path
from hanok.screens.words import Formats
from hanok.web.cells import is_empty

WIDE = frozenset({"long"})


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value; `wide` spans the panel. `edit` says how it is edited in place (`screens.inline`)."""

    label: str
    shown: Shown | None
    wide: bool = False
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A titled panel of pairs."""

    key: str
    label: str
    columns: int
    pairs: tuple[Pair, ...]

    @property
    def alone(self) -> bool:
        """A single value under a heading that says the same."""
        return len(self.pairs) == 1 and self.pairs[0].label == self.label

    @property
    def silent(self) -> bool:
        """Nothing to show: no pairs, or a single value that is empty."""
        return not self.pairs or (
            self.alone and self.pairs[0].shown is not None and is_empty(self.pairs[0].shown.value)
        )


@dataclass(frozen=True, slots=True)
class TabShown:
    key: str
    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class SubpanelPlace:
    """Where a subpanel's fragment goes."""

    key: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that the record's page prints."""

    module: Module
    record: Record
    url: str
    label: str
    plural: str
    facts: tuple[Shown, ...]
    path: Path | None
    tabs: tuple[TabShown, ...]
    closing: Block
    subpanels: tuple[SubpanelPlace, ...]


def build(here: Present, record: Record, subpanels: tuple[Subpanel, ...], formats: Formats) -> Detail:
    """The page of a record as it stands `here`; `subpanels` are those that the actor may see."""
    module = here.module
    url, language = f"/{module.key}/{record.id}", formats.language
    view = module.views.detail
    tabs = tuple(_tab(here, tab, record, language) for tab in view.tabs if here.holds(tab.visible))
    return Detail(
        module=module,
        record=record,
        url=url,
        label=in_language(module.label, language),
        plural=in_language(module.plural, language),
        facts=tuple(fact for fact in facts(module, record, formats) if here.shown(fact.field.key)),
        path=path(module, record, language),
        tabs=tabs or tuple(_tab(here, replace(tab, panels=()), record, language) for tab in view.tabs[:1]),
        closing=_closing(here, record, language),
        subpanels=tuple(
            SubpanelPlace(one.key, in_language(one.label, language), f"{url}/_sub/{one.key}") for one in subpanels
        ),
    )


def _tab(here: Present, tab: Tab, record: Record, language: str) -> TabShown:
    shown = (panel for panel in tab.panels if here.holds(panel.visible))
    blocks = tuple(block(here, panel, record, language) for panel in shown)
    return TabShown(tab.key, in_language(tab.label, language), blocks)


def block(here: Present, panel: Panel, record: Record, language: str) -> Block:
    pairs = tuple(pair for row in panel.rows for pair in _row(here, row, record, language))
    return Block(panel.key, in_language(panel.label, language), panel.columns, pairs)


def _row(here: Present, row: Sequence[CellSpec], record: Record, language: str) -> list[Pair]:
    """A row's pairs; a cell that is invisible leaves its place empty as long as another one is shown."""
    pairs = [_pair(here, cell, record, language) for cell in row if _stands(here.module, cell)]
    return pairs if any(pair.shown for pair in pairs) else []


def _stands(module: Module, cell: CellSpec) -> bool:
    return not cell.field or (module.has(cell.field) and not module.field(cell.field).hidden)


def _pair(here: Present, cell: CellSpec, record: Record, language: str) -> Pair:
    if not cell.field or not here.shown(cell.field):
        return Pair("", None)
    field = here.module.field(cell.field)
    label = in_language(cell.label, language) or field.label_in(language)
    value, edit = record.values.get(field.key), inline.way_here(here, field.key, record)
    return Pair(label, Shown(field, value), cell.span > 1 or _long(field), edit)


def _long(field: Field) -> bool:
    return field.type.cell(field).width in WIDE


def _closing(here: Present, record: Record, language: str) -> Block:
    """What stands at the form's side, then who made the record and who changed it last."""
    module = here.module
    panels = [panel for panel in module.views.detail.side if here.holds(panel.visible)]
    side = [pair for panel in panels for pair in block(here, panel, record, language).pairs]
    placed = {pair.shown.field.key for pair in side if pair.shown}
    keys = [key for key in ("created_at", "created_by", "updated_at", "updated_by") if key not in placed]
    pairs = [
        Pair(module.field(key).label_in(language), Shown(module.field(key), record.values.get(key))) for key in keys
    ]
    return Block("closing", "", 2, tuple(pair for pair in side if pair.shown) + tuple(pairs))
