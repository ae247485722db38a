"""How somebody keeps the list of a module: her columns in her order, the height of rows, what it opens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanok.engine.catalog.model import Module
from hanok.screens.address import known_columns

#: As a filter: all records. The sign of the filter with which a list opens.
ALL, OPENS = "all", "home"
NORMAL, COMPACT = "normal", "compact"


@dataclass(frozen=True, slots=True)
class Kept:
    """`columns` are () and `opening` "" where it is as the module says; `opening` is the key of a filter, or ALL."""

    columns: tuple[str, ...] = ()
    compact: bool = False
    opening: str = ""


NOTHING_KEPT = Kept()


def read(module: Module, chosen: Mapping[str, Any]) -> Kept:
    """What she chose once, as far as the module of today has it for her; the first column is always its own."""
    columns = known_columns(module.views.list, chosen.get("columns", ()))
    return Kept(
        _with_first(module, columns) if columns else (),
        chosen.get("density") == COMPACT,
        str(chosen.get("filter", "")),
    )


def arranged(module: Module, keys: Sequence[str]) -> tuple[str, ...]:
    """The columns that were ticked, in the order in which they stood; () where that is what the module says."""
    found = _with_first(module, known_columns(module.views.list, keys))
    return () if found == module.views.list.columns else found


def document(kept: Kept, usual: str = "") -> dict[str, Any]:
    """What is stored of it: nothing of what is as the module says, or as `usual` says that she has her lists."""
    found: dict[str, Any] = {"columns": list(kept.columns)} if kept.columns else {}
    if kept.compact != (usual == COMPACT):
        found["density"] = COMPACT if kept.compact else NORMAL
    if kept.opening:
        found["filter"] = kept.opening
    return found


def _with_first(module: Module, columns: Sequence[str]) -> tuple[str, ...]:
    first = module.views.list.columns[0]
    return (first, *(key for key in columns if key != first))
