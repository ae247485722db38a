"""Physical names: given at the first deploy, kept in the revision, never written in YAML.

A name is never given away again: when a field goes, its columns stay and are retired; when it returns with the same
columns it gets them back, and with others it gets new ones. Where a field or module is renamed, its names go along.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST = 63
#: A name that was given: to what ("table", "link", "column"), of which module, field and signature; the name.
Ask = tuple[str, str, str, str, str]


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
    """`tables` by module key; `columns` and `links` (tables of n-n links) by "module.field".

    Of several columns or link tables the present one stands first, retired ones after it. A module, a field and a field
    of lines have a place each: "quote", "quote.total", "quote.lines.price". `renamed` leads from places of long ago to
    those of today; `gone` are places that no document mentions any more. `moved` says which places are called otherwise
    than in the names that were given (new to old); it is kept nowhere.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[ColumnName, ...]] = field(default_factory=dict)
    links: Mapping[str, tuple[ColumnName, ...]] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    moved: Mapping[str, str] = field(default_factory=dict, compare=False)

    def to_json(self) -> dict[str, Any]:
        return {
            "tables": dict(self.tables),
            "columns": {key: [[name.stem, name.signature] for name in found] for key, found in self.columns.items()},
            "links": {key: [[name.stem, name.signature] for name in found] for key, found in self.links.items()},
            "renamed": dict(self.renamed),
            "gone": sorted(self.gone),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Names:
        columns = {key: tuple(ColumnName(*pair) for pair in found) for key, found in data["columns"].items()}
        links = {key: tuple(ColumnName(*pair) for pair in found) for key, found in data.get("links", {}).items()}
        renamed, gone = dict(data.get("renamed", {})), frozenset(data.get("gone", ()))
        return cls(tables=dict(data["tables"]), columns=columns, links=links, renamed=renamed, gone=gone)

    def before(self, place: str) -> str:
        """What a place was called in the names that were given."""
        return self.moved.get(place, place)

    def formerly(self, place: str) -> tuple[str, ...]:
        """What a place was ever called."""
        return tuple(old for old, new in self.renamed.items() if new == place)


class Naming:
    """Gives names while a catalog is compiled, starting from those of the live revision. `asked` are those it gave."""

    def __init__(self, known: Names) -> None:
        self.asked: list[Ask] = []
        self._known = known
        self._used: set[str] = set()
        self._stems: dict[str, set[str]] | None = None
        self._tables = dict(known.tables)
        self._columns = dict(known.columns)
        self._links = dict(known.links)
        self._taken = {*known.tables.values(), *(name.stem for names in known.links.values() for name in names)}

    def again(self, ask: Ask) -> bool:
        """Gives a name that was given before; whether it is the same."""
        what, module, key, signature, answer = ask
        if what == "table":
            return self.table(module) == answer
        return (self.link if what == "link" else self.column)(module, key, signature) == answer

    def table(self, module: str) -> str:
        """The table of a module; of lines ("quote.lines") too."""
        known = self._tables.get(module)
        self._used.add(module)
        if known is None:
            head, _, field = module.partition(".")
            known = self._tables[module] = self._free(f"p_{head}_{field}" if field else f"m_{head}")
        self.asked.append(("table", module, "", "", known))
        return known

    def link(self, module: str, key: str, signature: str) -> str:
        """The table of an n-n link."""
        place = f"{module}.{key}"
        known = self._links.get(place, ())
        same = next((name for name in known if name.signature == signature), None)
        if same is None:
            stem = f"l_{module}_{key}" if not known else f"l_{module}_{key}${len(known) + 1}"
            same = ColumnName(self._free(stem), signature)
        self._used.add(place)
        self._links[place] = (same, *(name for name in known if name is not same))
        self.asked.append(("link", module, key, signature, same.stem))
        return same.stem

    def _free(self, wanted: str) -> str:
        """The name, with a number where another module or link has it: of `a_b.c` and `a.b_c`, say."""
        found, number = cut(wanted), 1
        while found in self._taken:
            number += 1
            found = cut(f"{wanted}${number}")
        self._taken.add(found)
        return found

    def column(self, module: str, key: str, signature: str) -> str:
        """The stem of a field's columns."""
        place = f"{module}.{key}"
        known = self._columns.get(place, ())
        same = next((name for name in known if name.signature == signature), None)
        if same is None:
            same = ColumnName(self._free_stem(module, key, len(known)), signature)
        self._used.add(place)
        self._columns[place] = (same, *(name for name in known if name is not same))
        self.asked.append(("column", module, key, signature, same.stem))
        return same.stem

    def _free_stem(self, module: str, key: str, number: int) -> str:
        """The key, with a number where it had other columns before, or where another field has its columns."""
        if self._stems is None:
            self._stems = {}
            for place, names in self._known.columns.items():
                self._stems.setdefault(place.rpartition(".")[0], set()).update(name.stem for name in names)
        taken = self._stems.setdefault(module, set())
        found = key if not number else f"{key}${number + 1}"
        while found in taken:
            number += 1
            found = f"{key}${number + 1}"
        taken.add(found)
        return found

    def names(self) -> Names:
        """All names: those that were known, and those that were given meanwhile."""
        known = (*self._tables, *self._columns, *self._links)
        return Names(
            tables=self._tables, columns=self._columns, links=self._links, moved=self._known.moved,
            renamed={old: new for old, new in self._known.renamed.items() if old not in self._used},
            gone=frozenset(place for place in known if place not in self._used),
        )  # fmt: skip
