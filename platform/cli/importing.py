"""`hanok import`: records from a CSV or XLSX file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from hanok.app import live_of, opened
from hanok.cli.console import command, complain, dump, progress, site_option, tell, words
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.accounts.acting import actor_named
from hanok.engine.catalog import Module
from hanok.engine.deploy import Live
from hanok.engine.errors import Invalid, Message, say
from hanok.engine.records.importing import Counts, Order, Outcome, Sheet, check, open_sheet, run, run_sound
from hanok.engine.records.writing import write_table

MOST_SHOWN = 20


def pairs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """`A=B` options as a map; a heading may hold `=` itself, a field never does."""
    found = {}
    for value in values:
        name, sign, rest = value.rpartition("=") if parameter.name == "said" else value.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f"{value!r}: NAME=VALUE")
        found[name.strip()] = rest.strip()
    return found


def listed(context: click.Context, parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """`a,b` as (a, b)."""
    return tuple(name.strip() for name in value.split(",") if name.strip())


def acting(live: Live, username: str) -> Actor:
    """Whoever `--as` names, else the system."""
    if not username:
        return SYSTEM
    with live.read() as (conn, catalog):
        return actor_named(conn, catalog, username)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--module", required=True, help="What the rows are: the key of a module.")
@click.option("--key", default="", callback=listed, metavar="FIELD,…",
              help="Find the record of a row by these fields and change it; without, every row makes a new record. "
                   "`id` is a key too: a record with an id that nobody has is made with that id.")  # fmt: skip
@click.option("--map", "said", multiple=True, callback=pairs, metavar="HEADING=FIELD",
              help="Which field a column is, where its heading says it otherwise. Repeatable.")  # fmt: skip
@click.option("--ignore", "ignored", multiple=True, metavar="HEADING", help="Leave a column out. Repeatable.")
@click.option("--ignore-unknown", is_flag=True, help="Leave out every column that fits no field.")
@click.option("--dry-run", is_flag=True, help="Only show what would become of each row. Writes and locks nothing.")
@click.option("--skip-errors", is_flag=True,
              help="Write the rows that are right and leave out the others, 500 rows a transaction. "
                   "Without it one wrong row stops the import and nothing is written.")  # fmt: skip
@click.option("--skip-blank", is_flag=True, help="An empty cell leaves the field as it is; else it empties the field.")
@click.option("--errors", "faulty", type=click.Path(path_type=Path), metavar="FILE",
              help="Write the rows that failed, with the reasons, into a .csv or .xlsx file.")  # fmt: skip
@click.option("--sheet", default="", help="Which sheet of a workbook (default: the first).")
@click.option("--delimiter", default="", help="The sign between the cells of a CSV file (default: found out).")
@click.option("--as", "username", default="", metavar="USERNAME", help="Act as this user, with her rights.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def import_command(
    folder: Path, file: Path, module: str, username: str, faulty: Path | None, sheet: str, delimiter: str, plain: bool,
    dry_run: bool, skip_errors: bool, **asked: Any,
) -> None:  # fmt: skip
    """Bring the rows of a CSV or XLSX FILE in as records of a module.

    The first row holds headings: keys or labels of fields in any language. The cell of a link says the title of one
    record (or its id, or a value that only one record has); `account.email` says which value it is. Dates are written
    year first. Numbers that the system gives are compared, never written.

    Every row is looked at before anything is written, and every error is told with its row and column. The rows are
    then written in one transaction, which keeps other writers of a SQLite database waiting until it ends: with many
    rows in working hours, --skip-errors writes in small steps instead. Exit code 1 when a row failed.
    """
    live = live_of(opened(folder))
    order = Order(actor=acting(live, username), module=module, **asked)
    found = live.catalog.module(module)
    table = open_sheet(file, sheet=sheet, delimiter=_sign(delimiter))
    report = Report(table, found)
    with advice(), progress() as show:
        work = check if dry_run else run_sound if skip_errors else run
        counts = work(live, order, table, seen=report.note, progress=_telling(show))
    if counts.written:
        live.store.analyze(found.table.name, "hanok_search")
    if faulty and report.failed:
        write_table(faulty, [*table.headings, words(say("Row")), words(say("Reason"))], report.faulty_rows())
    if plain:
        dump(report.as_json(counts))
    else:
        report.tell(counts, dry_run=dry_run, faulty=faulty)
    if counts.failed:
        raise SystemExit(1)


def _sign(delimiter: str) -> str:
    return {"tab": "\t", "\\t": "\t"}.get(delimiter.lower(), delimiter)


def _telling(show: Callable[[str, int, int], None]) -> Callable[[str, int, int], None]:
    sentences = {"check": words(say("Looking at the rows")), "write": words(say("Writing"))}
    return lambda phase, done, total: show(sentences[phase], done, total)


@contextmanager
def advice() -> Any:
    """Behind headings that fit nothing, what to do about them."""
    try:
        yield
    except Invalid as error:
        for heading, messages in error.errors.items():
            for message in messages:
                complain(f"{heading}: {words(message)}" if heading else words(message))
        complain(say('Say which field a column is with --map "HEADING=FIELD", or leave it out with --ignore "HEADING" '
                     "or --ignore-unknown."))  # fmt: skip
        raise SystemExit(1) from None


@dataclass(slots=True)
class Report:
    """What is kept of the outcomes: all that failed, and the first of the others."""

    sheet: Sheet
    module: Module
    failed: list[Outcome] = field(default_factory=list)
    shown: list[Outcome] = field(default_factory=list)

    def note(self, outcome: Outcome) -> None:
        if outcome.action == "failed":
            self.failed.append(outcome)
        elif outcome.action != "unchanged" and len(self.shown) < MOST_SHOWN:
            self.shown.append(outcome)

    def faulty_rows(self) -> list[list[Any]]:
        return [[*each.cells, each.row, " ".join(map(self._sentence, each.faults))] for each in self.failed]

    def _sentence(self, fault: Any) -> str:
        return f"{fault.heading}: {words(fault.message)}" if fault.heading else words(fault.message)

    def tell(self, counts: Counts, *, dry_run: bool, faulty: Path | None) -> None:
        for outcome in self.shown if dry_run else ():
            tell(self._line(outcome))
        rest = counts.new + counts.changed - len(self.shown)
        if dry_run and rest > 0:
            tell(say("… and {count} more rows.", count=f"{rest:,}"))
        for outcome in self.failed[:MOST_SHOWN]:
            for fault in outcome.faults:
                complain(say("Row {row}: {reason}", row=outcome.row, reason=self._sentence(fault)))
        if len(self.failed) > MOST_SHOWN:
            complain(say("… and {count} more failed rows; --errors FILE writes all of them.",
                         count=f"{len(self.failed) - MOST_SHOWN:,}"))  # fmt: skip
        if faulty and self.failed:
            tell(say("The failed rows are in {file}.", file=faulty.as_posix()))
        facts = {key: f"{getattr(counts, key):,}" for key in ("new", "changed", "unchanged", "failed")}
        tell(Message(_summary(counts, dry_run).text, facts))

    def _line(self, outcome: Outcome) -> Message:
        if outcome.action == "new":
            return say("Row {row}: new: {title}", row=outcome.row, title=outcome.title)
        changes = ", ".join(
            f"{words(Message('{label}', {'label': self.module.field(key).label}))}: {_short(before)} → {_short(after)}"
            for key, (before, after) in outcome.changes.items()
        )
        return say("Row {row}: {title}: {changes}", row=outcome.row, title=outcome.title, changes=changes)

    def as_json(self, counts: Counts) -> Mapping[str, Any]:
        return {
            "new": counts.new, "changed": counts.changed, "unchanged": counts.unchanged, "failed": counts.failed,
            "written": counts.written,
            "rows": [
                {"row": each.row, "action": each.action, "id": str(each.id), "title": each.title,
                 "changes": each.changes if each.action == "changed" else {}}
                for each in self.shown
            ],
            "errors": [
                {"row": each.row, "column": fault.heading, "message": words(fault.message)}
                for each in self.failed for fault in each.faults
            ],
        }  # fmt: skip


def _summary(counts: Counts, dry_run: bool) -> Message:
    if dry_run:
        return say("{new} new, {changed} changed, {unchanged} unchanged, {failed} failed. Nothing is written yet.")
    if counts.written:
        return say("{new} new, {changed} changed, {unchanged} unchanged, {failed} failed.")
    return say("{failed} rows failed, so nothing was written. Correct them, or import the others with --skip-errors.")


def _short(dumped: Any) -> str:
    """A value in dump form, short enough for a line."""
    if isinstance(dumped, dict):
        dumped = dumped.get("title") or dumped.get("amount")
    if dumped is None:
        return "–"
    text = ", ".join(map(str, dumped)) if isinstance(dumped, list) else str(dumped)
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
