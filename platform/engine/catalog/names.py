"""Physical names: given at the first deploy, kept in the revision, never written in YAML.

A name is never given away again: when a field goes, its columns stay and are retired; when it returns with the same
columns it gets them back, and with others it gets new ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST = 63


def cut(name: str) -> str:
    """The name, or its head and a hash of the whole where a database would cut it (63 bytes)."""
    if len(name.encode()) <= LONGEST:
        return name
    return f"{name[: LONGEST - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class ColumnName:
    """The column(s) of one field: their stem, and the signature (type and parts) that they were made for."""

    stem: str
    signature: str


@dataclass(frozen=True, slots=True)
class Names:
    """`tables` by module key; `columns` by "module.field": the present one first, retired ones after it."""

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[ColumnName, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {
            "tables": dict(self.tables),
            "columns": {key: [[name.stem, name.signature] for name in found] for key, found in self.columns.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Names:
        columns = {key: tuple(ColumnName(*pair) for pair in found) for key, found in data["columns"].items()}
        return cls(tables=dict(data["tables"]), columns=columns)


class Naming:
    """Gives names while a catalog is compiled, starting from those of the live revision."""

    def __init__(self, known: Names) -> None:
        self._tables = dict(known.tables)
        self._columns = dict(known.columns)

    def table(self, module: str) -> str:
        return self._tables.setdefault(module, cut(f"m_{module}"))

    def column(self, module: str, key: str, signature: str) -> str:
        place = f"{module}.{key}"
        known = self._columns.get(place, ())
        same = next((name for name in known if name.signature == signature), None)
        if same is None:
            same = ColumnName(key if not known else f"{key}${len(known) + 1}", signature)
        self._columns[place] = (same, *(name for name in known if name is not same))
        return same.stem

    def names(self) -> Names:
        return Names(tables=self._tables, columns=self._columns)
