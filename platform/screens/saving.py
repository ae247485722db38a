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


@dataclass(frozen=True, slots=True)
class Named:
    """A filter in the menu; `change` is the dialog about it, "" for somebody else's."""

    label: str
    url: str
    change: str
    current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """`save` is the dialog that names the view of this address, "" where there is nothing to save."""

    mine: tuple[Named, ...]
    shared: tuple[Named, ...]
    save: str


def menu(module: Module, asked: Asked, own: Sequence[OwnFilter], language: str) -> Menu:
    shown = [(one, _named(module, asked, one, language)) for one in own]
    return Menu(
        tuple(named for one, named in shown if one.mine), tuple(named for one, named in shown if not one.mine),
        asked.url("/_filters/new") if differs(asked) else "",
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


def _named(module: Module, asked: Asked, one: OwnFilter, language: str) -> Named:
    url = asked.url(saved=one.key, conditions=(), words="", sort=(), columns=())
    change = f"/{module.key}/_filters/{one.key}" if one.mine else ""
    return Named(in_language(one.label, language), url, change, one.key == asked.saved)
