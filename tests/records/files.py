"""Files to import, and the shortest way to import them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
import xlsxwriter

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query, Record, page
from hanok.engine.records.exporting import Wish, export
from hanok.engine.records.importing import Counts, Order, Outcome, check, open_sheet, run, run_sound
from hanok.engine.records.writing import write_table
from hanok.engine.store import Store
from tests.builders import an_administrator

T = TypeVar("T")
ADMIN = an_administrator()


@dataclass
class Imported:
    """What came of an import: the counts, and the outcome of each row."""

    counts: Counts
    outcomes: list[Outcome]

    @property
    def numbers(self) -> tuple[int, int, int, int]:
        """New, changed, unchanged, failed."""
        return self.counts.new, self.counts.changed, self.counts.unchanged, self.counts.failed

    @property
    def faults(self) -> list[str]:
        """`row heading: sentence`."""
        return [f"{each.row} {fault.heading}: {fault.message}" for each in self.outcomes for fault in each.faults]


@dataclass
class Database:
    """A store and its catalog, as a run wants them."""

    store: Store
    catalog: Catalog

    @contextmanager
    def read(self) -> Iterator[tuple[sa.Connection, Catalog]]:
        with self.store.read() as conn:
            yield conn, self.catalog

    def write(self, work: Callable[[sa.Connection, Catalog], T]) -> T:
        with self.store.write() as conn:
            return work(conn, self.catalog)

    def bring(
        self, file: Path, module: str, *, actor: Actor = ADMIN, how: Callable[..., Counts] = run, **order: Any
    ) -> Imported:
        outcomes: list[Outcome] = []
        wanted = Order(actor=actor, module=module, **order)
        counts = how(self, wanted, open_sheet(file), seen=outcomes.append, progress=lambda *told: None)
        return Imported(counts, outcomes)

    def try_out(self, file: Path, module: str, **order: Any) -> Imported:
        return self.bring(file, module, how=check, **order)

    def bring_sound(self, file: Path, module: str, **order: Any) -> Imported:
        return self.bring(file, module, how=run_sound, **order)

    def take(self, file: Path, module: str, *, actor: Actor = ADMIN, language: str = "ko", **wish: Any) -> int:
        """Exports, and says how many records."""
        with self.store.read() as conn:
            found = export(conn, self.catalog, Wish(actor=actor, module=module, language=language, **wish))
            write_table(file, found.headings, found.rows(), title=found.title)
            return found.count()

    def all(self, module: str, actor: Actor = ADMIN) -> list[Record]:
        """Every record in the order of ids."""
        rows: list[Record] = []
        after = None
        with self.store.read() as conn:
            while True:
                query = Query(module=module, sort=("id",), size=1000, after=after)
                found = page(conn, self.catalog, actor, query)
                rows += found.rows
                after = found.next
                if after is None:
                    return rows


def a_csv(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "rows.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def an_xlsx(folder: Path, *rows: Sequence[Any], name: str = "rows.xlsx") -> Path:
    file = folder / name
    with xlsxwriter.Workbook(str(file), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file
