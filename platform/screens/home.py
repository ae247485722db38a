"""The start page: what is mine to do, how much there is of everything, and the first five minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanok.engine.catalog.model import Catalog, Module
from hanok.engine.catalog.views import SavedFilter
from hanok.engine.fields import in_language
from hanok.engine.records import Page, Query
from hanok.engine.records.desk import AtHand
from hanok.screens import cells
from hanok.screens.deadlines import columns_to_ask, path_field
from hanok.screens.words import Formats

ROWS = 5
COLUMNS = 4
STEPS = 4
COUNT_CAP = 1000
KEPT = 8
FIRST_AREA = "activities"


@dataclass(frozen=True, slots=True)
class Mine:
    """One list of what belongs to the reader: a saved filter that asks for *me*."""

    module: Module
    filter: SavedFilter


@dataclass(frozen=True, slots=True)
class MineShown:
    """Its first rows; `url` is the whole list."""

    label: str
    record_label: str
    module: Module
    url: str
    table: cells.Table
    more: bool
    may_create: bool


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do in the first five minutes, on the real screen."""

    label: str
    icon: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Amount:
    """How many records of a module the reader may see."""

    label: str
    icon: str
    url: str
    total: int
    capped: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """A record at hand: a favourite, or one that was opened last."""

    title: str
    kind: str
    icon: str
    url: str


@dataclass(frozen=True, slots=True)
class Home:
    mine: tuple[MineShown, ...]
    steps: tuple[FirstStep, ...]
    favourites: tuple[Kept, ...] = ()
    recent: tuple[Kept, ...] = ()

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)


def of_menu(catalog: Catalog, seen: Sequence[str]) -> tuple[Module, ...]:
    """The modules of the menu that the reader may list, in its order; the area that manages access is left out."""
    keys = dict.fromkeys(key for menu in catalog.menu for key in menu.modules)
    return tuple(catalog.modules[key] for key in keys if key in seen and catalog.modules[key].area != "access")


def mine_of(modules: Sequence[Module]) -> tuple[Mine, ...]:
    """For each module in which work is finished its first saved filter that asks for *me*, activities first."""
    found = []
    working = (module for module in modules if path_field(module))
    for module in sorted(working, key=lambda one: one.area != FIRST_AREA):
        mine = next((one for one in module.saved_filters.values() if asks_for_me(one.where)), None)
        found += [Mine(module, mine)] if mine else []
    return tuple(found)


def asks_for_me(where: Any) -> bool:
    """True when `$me` stands anywhere in the condition."""
    if isinstance(where, Mapping):
        return any(map(asks_for_me, where.values()))
    if isinstance(where, list | tuple):
        return any(map(asks_for_me, where))
    return bool(where == "$me")


def columns_of(mine: Mine) -> tuple[str, ...]:
    """The first columns of the list, without the one that says *me*."""
    said = [key for key, test in mine.filter.where.items() if asks_for_me(test)]
    return tuple(key for key in mine.module.views.list.columns if key not in said)[:COLUMNS]


def query(mine: Mine) -> Query:
    return Query(
        module=mine.module.key,
        where=mine.filter.where,
        sort=mine.filter.sort or mine.module.views.list.sort,
        columns=columns_to_ask(mine.module, columns_of(mine)),
        size=ROWS,
    )


def show(mine: Mine, page: Page, formats: Formats, *, may_create: bool) -> MineShown:
    module, columns, language = mine.module, columns_of(mine), formats.language
    plural, label = in_language(module.plural, language), in_language(mine.filter.label, language)
    return MineShown(
        label=label if plural in label else f"{plural} · {label}",
        record_label=in_language(module.label, language),
        module=module,
        url=f"/{module.key}?filter={mine.filter.key}",
        table=cells.table(module, columns, page.rows, formats),
        more=page.next is not None,
        may_create=may_create,
    )


def kept(catalog: Catalog, records: Sequence[AtHand], language: str) -> tuple[Kept, ...]:
    """The first of these records."""
    found = ((one, catalog.module(one.module)) for one in records[:KEPT])
    return tuple(
        Kept(one.title, in_language(module.label, language), module.icon, f"/{one.module}/{one.id}")
        for one, module in found
    )


def step(module: Module, language: str, *, done: bool) -> FirstStep:
    url = f"/{module.key}" if done else f"/{module.key}/new"
    return FirstStep(in_language(module.label, language), module.icon, url, done)


def amount(module: Module, language: str, total: int) -> Amount:
    return Amount(
        in_language(module.plural, language),
        module.icon,
        f"/{module.key}?filter=all",
        min(total, COUNT_CAP),
        total > COUNT_CAP,
    )
