"""1,000 modules of 50 fields compile, and then only what changes is made anew. The quick size has 60 modules."""

from __future__ import annotations

import gc
import time
import tracemalloc

import pytest

from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.language import Layer
from tests.builders import CORE, TYPES
from tests.catalog.models import things
from tests.evidence import Evidence

MEGABYTE = 1024**2
LONELY = "label: Lonely\nfields: {name: {type: text, length: 40}, stage: {type: choice, options: stage_1}}\n"


def compiled(files: dict[str, str], before: Catalog | None = None) -> tuple[Catalog, float]:
    """The catalog, and the seconds of processor time."""
    started = time.process_time()
    catalog = compile_catalog([CORE, Layer("site", dict(files), "site")], TYPES, before=before)
    return catalog, time.process_time() - started


@pytest.mark.parametrize(
    ("modules", "sets"), [pytest.param(60, 30, id="sample"), pytest.param(999, 300, id="full", marks=pytest.mark.slow)]
)
def test_a_large_model_compiles_and_then_only_what_changes(evidence: Evidence, modules: int, sets: int) -> None:
    files = {**things(modules, sets=sets, fields=50), "modules/lonely.yaml": LONELY}
    catalog, whole = compiled(files)
    assert len(catalog.modules) >= modules + 1
    assert catalog.work.parsed == len(files) + len(CORE.files)
    evidence.find(f"{modules + 1} modules, of 50 fields each but one, with views, filters, rules, links and lines: "
                  f"{whole:.1f} s of processor time, {whole / modules * 1000:.1f} ms a module")  # fmt: skip

    again, spent = compiled(files, catalog)
    assert (again.work.parsed, again.work.merged, again.work.built) == (0, 0, ())
    evidence.find(f"again, nothing changed: {spent / whole:.2%} of that")

    edited = {**files, "modules/lonely.yaml": LONELY.replace("length: 40", "length: 50")}
    one, spent = compiled(edited, catalog)
    assert (one.work.parsed, one.work.merged, one.work.built) == (1, 1, ("lonely",))
    evidence.find(f"one field of a module that nobody points to: {spent / whole:.2%}, 1 file, 1 module")

    file = "modules/thing_9.yaml"
    edited = {**files, file: files[file].replace("size: {type: integer", "size: {type: decimal")}
    shown, spent = compiled(edited, catalog)
    assert shown.work.parsed == shown.work.merged == 1
    assert {"thing_9", "thing_8"} <= set(shown.work.built) and len(shown.work.built) < 8
    built = len(shown.work.built)
    evidence.find(f"one field that two other modules show: {spent / whole:.2%}, 1 file, {built} modules")

    sets_file = "options/stage_4.yaml"
    chosen, spent = compiled({**files, sets_file: files[sets_file].replace("en: Done", "en: Over")}, catalog)
    assert chosen.work.parsed == 1 and len(chosen.work.built) < len(chosen.every) / 2
    evidence.find(f"one option set: {spent / whole:.2%}, 1 file, {len(chosen.work.built)} modules")


@pytest.mark.slow
def test_what_a_large_model_weighs(evidence: Evidence) -> None:
    files = {**things(999, sets=300, fields=50), "modules/lonely.yaml": LONELY}
    gc.collect()
    tracemalloc.start()
    catalog, _ = compiled(files)
    peak = tracemalloc.get_traced_memory()[1]
    gc.collect()
    stays = tracemalloc.get_traced_memory()[0]
    other, _ = compiled({**files, "modules/lonely.yaml": LONELY.replace("length: 40", "length: 50")}, catalog)
    gc.collect()
    more = tracemalloc.get_traced_memory()[0] - stays
    tracemalloc.stop()
    assert len(other.every) == len(catalog.every)
    assert more < stays / 10
    evidence.find(f"memory: {peak / MEGABYTE:.0f} MB at most, {stays / MEGABYTE:.0f} MB stay; "
                  f"a second catalog with one field changed adds {more / MEGABYTE:.1f} MB")  # fmt: skip
