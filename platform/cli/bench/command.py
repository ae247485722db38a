"""The command and how it shows what was found."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hanok.cli.bench import access, automation, compiling, jobs, lists
from hanok.cli.bench.clock import Timing
from hanok.cli.bench.crowd import crowded
from hanok.cli.bench.house import built, empty
from hanok.cli.console import command, dump, progress, screen

LIST, COMPILE, JOBS, ACCESS, AUTOMATION = "list", "compile", "jobs", "access", "automation"
SIZES, QUICK_SIZES = ((50, 30), (200, 50), (1000, 50)), ((10, 20), (20, 20))
QUICK_ROWS = 5000
EVENTS, QUICK_EVENTS = 500, 50


@click.command()
@click.argument("what", type=click.Choice([LIST, COMPILE, JOBS, ACCESS, AUTOMATION]), required=False)
@click.option("--rows", type=click.IntRange(1000, 10_000_000), default=100_000, show_default=True, help="Records.")
@click.option("--database", default="", metavar="URL", help="An empty PostgreSQL database, emptied again afterwards.")
@click.option("--quick", is_flag=True, help="A few seconds: fewer records, fewer rounds, smaller models.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@command
def bench(what: str | None, rows: int, database: str, quick: bool, plain: bool) -> None:
    """Measure lists beside a bare handler, the compiler, jobs beside bare rows, lists by rights, and workflows.

    Ratios count; milliseconds are of this machine.
    """
    found: dict[str, Any] = {}
    if what in (None, LIST):
        made = _lists(min(rows, QUICK_ROWS) if quick else rows, database, seconds=1 if quick else 15)
        found["list"] = lists_json(made)
        if not plain:
            _show_lists(made)
    if what in (None, COMPILE):
        sizes = compiling.measure(QUICK_SIZES if quick else SIZES, seconds=1 if quick else 8)
        found["compile"] = [compiled_json(one) for one in sizes]
        if not plain:
            _show_compiled(sizes)
    if what in (None, JOBS):
        measured = _jobs(QUICK_EVENTS if quick else EVENTS, database, seconds=1 if quick else 20)
        found["jobs"] = jobs_json(measured)
        if not plain:
            _show_jobs(measured)
    if what in (None, AUTOMATION):
        ran = _automation(QUICK_EVENTS if quick else EVENTS, database, seconds=1 if quick else 20)
        found["automation"] = automation_json(ran)
        if not plain:
            _show_automation(ran)
    if what in (None, ACCESS):
        told = _access(min(rows, QUICK_ROWS) if quick else rows, database, seconds=2 if quick else 120)
        found["access"] = access_json(told)
        if not plain:
            _show_access(told)
    if plain:
        dump(found)


def _lists(rows: int, database: str, *, seconds: float) -> lists.Lists:
    with (
        tempfile.TemporaryDirectory(prefix="hanok-bench-") as folder,
        progress() as show,
        built(Path(folder) / "site", rows=rows, database=database, progress=show) as house,
    ):
        return lists.measure(house, seconds=seconds)


def _jobs(count: int, database: str, *, seconds: float) -> jobs.Jobs:
    with (
        tempfile.TemporaryDirectory(prefix="hanok-bench-") as folder,
        empty(Path(folder) / "site", database=database) as live,
    ):
        return jobs.measure(live, count=count, seconds=seconds)


def _automation(count: int, database: str, *, seconds: float) -> automation.Automation:
    with (
        tempfile.TemporaryDirectory(prefix="hanok-bench-") as folder,
        empty(Path(folder) / "site", database=database, files=automation.FILES) as live,
    ):
        return automation.measure(live, count=count, seconds=seconds)


def _access(rows: int, database: str, *, seconds: float) -> access.Access:
    with (
        tempfile.TemporaryDirectory(prefix="hanok-bench-") as folder,
        progress() as show,
        crowded(Path(folder) / "site", rows=rows, database=database, progress=show) as crowd,
    ):
        return access.measure(crowd, seconds=seconds)


def access_json(made: access.Access) -> dict[str, Any]:
    return {
        "database": made.database, "rows": made.rows, "in_groups": made.in_groups,
        "questions": {
            one.name: {case: timing_json(timing, one.ratio(case)) for case, timing in one.timings.items()}
            for one in made.answers
        },
    }  # fmt: skip


def lists_json(made: lists.Lists) -> dict[str, Any]:
    return {
        "database": made.database, "rows": made.rows, "statements": made.statements, "bytes": made.bytes,
        "situations": [
            {
                "name": one.name, "index": one.index, "plan": one.plan,
                "ways": {way: timing_json(timing, one.ratio(way)) for way, timing in one.timings.items()},
            }
            for one in made.situations
        ],
    }  # fmt: skip


def timing_json(timing: Timing, ratio: float) -> Mapping[str, float]:
    return {
        "ratio": round(ratio, 2), "median_ms": round(timing.median, 3), "p95_ms": round(timing.p95, 3),
        "runs": timing.runs,
    }  # fmt: skip


def compiled_json(one: compiling.Compiled) -> dict[str, Any]:
    return {
        "modules": one.modules, "fields": one.fields, "whole_ms": round(one.whole.median, 1),
        "share_of_reading": round(one.share_of_reading, 2),
        "ms_per_module": round(one.whole.median / one.modules, 3), "bytes_per_module": one.bytes_per_module,
        "peak_bytes": one.memory.peak, "bytes": one.memory.stays, "bytes_kept_for_the_next": one.memory.kept,
        "bytes_of_another_with_one_field_changed": one.memory.more,
        "unchanged": again_json(one, one.again), "one_field_changed": again_json(one, one.changed),
    }  # fmt: skip


def again_json(one: compiling.Compiled, again: compiling.Again) -> dict[str, Any]:
    return {
        "ms": round(again.timing.median, 2), "share_of_whole": round(one.share(again), 4),
        "parsed": again.work.parsed, "merged": again.work.merged, "modules": len(again.work.built),
    }  # fmt: skip


def jobs_json(made: jobs.Jobs) -> dict[str, Any]:
    return {
        "database": made.database, "count": made.count, "threads": made.threads, "rounds": len(made.rounds),
        "ratio": round(made.ratio, 2), "events_per_second": round(made.events_per_second),
        "bare_per_second": round(made.bare_per_second),
        **{f"{part}_per_second": round(made.per_second(part)) for part in jobs.PARTS},
    }  # fmt: skip


def automation_json(made: automation.Automation) -> dict[str, Any]:
    return {
        "database": made.database, "count": made.count, "threads": made.threads, "rounds": len(made.rounds),
        "ratio": round(made.ratio, 2), "bare_ratio": round(made.bare_ratio, 2),
        "events_per_second": round(made.events_per_second),
        **{f"{part}_per_second": round(made.per_second(part)) for part in automation.PARTS},
    }  # fmt: skip


def _show_automation(made: automation.Automation) -> None:
    title = f"Workflows on {made.database}: {made.count:,} events a round, {len(made.rounds)} rounds in turns."
    _line(f"\n{title}", style="bold")
    _line(f"  {'':<44}{'ratio':>8}{'a second':>12}", style="dim")
    _line(f"  {'saved, run begun and done':<44}{made.bare_ratio:>8.2f}{made.events_per_second:>12,.0f}")
    _line(f"  {'row of its own inserted, then deleted':<44}{1:>8.2f}{made.per_second('bare'):>12,.0f}")
    _line(f"  {'runs beside the queue and their steps alone':<44}{made.ratio:>8.2f}")
    for part, name in automation.PARTS.items():
        _line(f"    {name:<42}{'':>8}{made.per_second(part):>12,.0f}", style="dim")


def _show_jobs(made: jobs.Jobs) -> None:
    title = f"Jobs on {made.database}: {made.count:,} events a round, {len(made.rounds)} rounds in turns."
    _line(f"\n{title}", style="bold")
    _line(f"  {'':<44}{'ratio':>8}{'a second':>12}", style="dim")
    _line(f"  {'event told, relayed, its job run and done':<44}{made.ratio:>8.2f}{made.events_per_second:>12,.0f}")
    _line(f"  {'bare row inserted, then deleted':<44}{1:>8.2f}{made.bare_per_second:>12,.0f}")
    for part, name in jobs.PARTS.items():
        _line(f"    {name:<42}{'':>8}{made.per_second(part):>12,.0f}", style="dim")


def _show_lists(made: lists.Lists) -> None:
    _line(f"A list of 25 of {made.rows:,} on {made.database}, one filter, one sort; filled past the validator.")
    _line(f"One request: {made.statements} statements, {made.bytes / 1024:.0f} kB. Ratios are of the quickest tenth.")
    for one in made.situations:
        _line(f"\n{one.name}: {'index used' if one.index else 'index not used'}", style="bold")
        _line(f"  {'':<16}{'ratio':>8}{'median ms':>12}{'p95 ms':>10}{'runs':>7}", style="dim")
        for way, timing in one.timings.items():
            figures = f"{one.ratio(way):>8.2f}{timing.median:>12.2f}{timing.p95:>10.2f}{timing.runs:>7}"
            _line(f"  {lists.WAYS[way]:<16}{figures}")
        for line in one.plan:
            _line(f"    {line}", style="dim")
    _line("")


def _show_access(made: access.Access) -> None:
    _line(f"\nLists of {made.rows:,} contacts on {made.database}, which stand {made.in_groups:,} times in 200 groups.")
    _line("The rate of each person beside the administrator's, and milliseconds of the median.")
    for one in made.answers:
        _line(f"\n{one.name}", style="bold")
        _line(f"  {'administrator':<36}{1:>8.2f}{one.timings[access.ADMIN].median:>10.2f} ms", style="dim")
        for case, name in access.CASES.items():
            _line(f"  {name:<36}{one.ratio(case):>8.2f}{one.timings[case].median:>10.2f} ms")


def _show_compiled(sizes: tuple[compiling.Compiled, ...]) -> None:
    _line("Compiling a catalog of modules × fields. The ratio is time a field beside the first line.")
    _line(f"  {'':<12}{'ratio':>8}{'seconds':>10}{'reading':>10}{'ms a module':>14}{'kB a module':>14}", style="dim")
    first = sizes[0].milliseconds_a_field
    for one in sizes:
        _line(
            f"  {f'{one.modules} × {one.fields}':<12}{one.milliseconds_a_field / first:>8.2f}"
            f"{one.whole.median / 1000:>10.2f}{one.share_of_reading:>10.0%}"
            f"{one.whole.median / one.modules:>14.1f}{one.bytes_per_module / 1024:>14.0f}"
        )
    for one in sizes:
        _line(f"\n{one.modules} × {one.fields} from the catalog before", style="bold")
        _line(f"  {'':<20}{'of the whole':>14}{'ms':>10}{'parsed':>9}{'merged':>9}{'modules':>9}", style="dim")
        for name, again in (("unchanged", one.again), ("one field changed", one.changed)):
            work = again.work
            _line(
                f"  {name:<20}{one.share(again):>14.2%}{again.timing.median:>10.1f}{work.parsed:>9}{work.merged:>9}"
                f"{len(work.built):>9}"
            )
        memory = one.memory
        _line(
            f"  Memory: {_mb(memory.peak)} at most, {_mb(memory.stays)} stay, {_mb(memory.kept)} of them for the next"
            f" one; that one adds {_mb(memory.more)}."
        )


def _mb(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"


def _line(text: str, **style: str) -> None:
    screen.print(text, markup=False, **style)  # type: ignore[arg-type]  # rich takes a style as text
