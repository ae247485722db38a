"""What jobs run in: the live catalog, the files and the settings of a site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.fields import FieldType
from hanok.engine.store import Store
from hanok.engine.store.blobs import Blobs

T = TypeVar("T")


class House(Protocol):
    """A store and the catalog that is live in it (`deploy.Live` is one)."""

    store: Store
    types: Mapping[str, FieldType]

    @property
    def catalog(self) -> Catalog: ...

    def read(self) -> AbstractContextManager[tuple[sa.Connection, Catalog]]: ...

    def write(self, work: Callable[[sa.Connection, Catalog], T]) -> T: ...

    def refresh(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A site as its jobs see it. `blobs` is None where it keeps no files; `brought` is what packages bring."""

    live: House
    folder: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    blobs: Blobs | None = None
    brought: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.live.store
