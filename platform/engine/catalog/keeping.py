"""What a catalog keeps for the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from hanok.engine.catalog.model import Catalog
from hanok.engine.catalog.pieces import Piece, Place
from hanok.engine.catalog.references import Reworded
from hanok.engine.catalog.schemas import kinds
from hanok.engine.fields import FieldType
from hanok.engine.language import Kept as KeptDocuments
from hanok.engine.language import Kind


@dataclass(frozen=True, slots=True)
class Kept:
    """Parsed files, merged documents and pieces of modules, and the types and kinds that they were read with."""

    types: Mapping[str, FieldType]
    kinds: Mapping[str, Kind]
    documents: KeptDocuments = field(default_factory=KeptDocuments)
    reworded: Reworded | None = None
    pieces: Mapping[Place, Piece] = field(default_factory=dict)


def kept_for(before: Catalog | None, types: Mapping[str, FieldType]) -> Kept:
    """What a catalog of the same types kept; nothing without one."""
    kept = before.kept if before is not None else None
    if kept is not None and kept.types == types:
        return kept
    return Kept(types, _kinds(tuple(types.items())))


@lru_cache(maxsize=4)
def _kinds(types: tuple[tuple[str, FieldType], ...]) -> Mapping[str, Kind]:
    """The same kinds for the same types: to build their validators takes longer than a small catalog does."""
    return kinds(dict(types))
