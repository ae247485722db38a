"""Filters of one's own: what a view comes to as a document, and the menu of those that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanok.engine.catalog import Module
from hanok.engine.fields import in_language
from hanok.engine.records.filters import OwnFilter, asked_of
from hanok.screens import lists
from hanok.screens.address import Asked
from hanok.screens.keeping import ALL


@dataclass(frozen=True, slots=True)
class Named:
    """A filter in the menu; `change` is the dialog about it, "" for somebody else's; the list `opens` with it."""

    label: str
    url: str
    change: str
    current: bool
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """`save` is the dialog that names the view of this address, "" where there is nothing to save.

    `opening` is where the filter of this address becomes the one that the list opens with, or stops being it (`opens`);
    "" where the list opens with it anyway, or where the address asks for more than a filter.
    """

    mine: tuple[Named, ...]
    shared: tuple[Named, ...]
    save: str
    opening: str = ""
    opens: bool = False


def menu(module: Module, asked: Asked, own: Sequence[OwnFilter], language: str, opening: str = "") -> Menu:
    """`opening` is the filter with which she lets the list open."""
    shown = [(one, _named(module, asked, one, language, opening)) for one in own]
    usual = module.default_filter.key if module.default_filter else ALL
    here = asked.saved or ALL
    known = opening if opening in (ALL, *module.saved_filters, *(one.key for one in own)) else ""
    may = here == opening or here != (known or usual)
    return Menu(
        tuple(named for one, named in shown if one.mine), tuple(named for one, named in shown if not one.mine),
        asked.url("/_filters/new") if differs(asked) else "",
        asked.url("/_opening") if may and not (asked.conditions or asked.words) else "", here == opening,
    )  # fmt: skip


def differs(asked: Asked) -> bool:
    """Whether the reader asked for something that a filter can keep."""
    return bool(asked.conditions or asked.sort or asked.columns)


def document(module: Module, asked: Asked, own: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """The view of an address in the shape of a module's `saved_filters`."""
    saved = module.saved_filters.get(asked.saved)
    where = lists.every([saved.where if saved else None, asked_of(saved), own])
    sort, columns = lists.sort_of(module, asked), lists.columns_of(module, asked)
    view = module.views.list
    kept: dict[str, Any] = {"where": where} if where else {}
    if sort != view.sort:
        kept["sort"] = list(sort)
    if columns != view.columns:
        kept["columns"] = list(columns)
    return kept


def _named(module: Module, asked: Asked, one: OwnFilter, language: str, opening: str) -> Named:
    url = asked.url(saved=one.key, conditions=(), words="", sort=(), columns=())
    change = f"/{module.key}/_filters/{one.key}" if one.mine else ""
    return Named(in_language(one.label, language), url, change, one.key == asked.saved, one.key == opening)
