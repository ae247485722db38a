"""What compiling the metadata costs: from nothing and from the catalog before; time, work and memory."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hanok.app import field_types
from hanok.cli.bench.clock import Timing, in_turns
from hanok.cli.bench.clock import Work as Timed
from hanok.engine.catalog import Work, compile_catalog, kinds
from hanok.engine.deploy import shipped_layers
from hanok.engine.fields import FieldType
from hanok.engine.language import Layer, survey

OPTION_SET = "label: {en: Stage, ko: 단계}\noptions:\n  open: {label: {en: Open}}\n  done: {label: {en: Done}}\n"
APP = "name: {en: Bench}\nlanguages: [en, ko]\ncurrency: KRW\nzone: Asia/Seoul\n"
#: What fields look like, in turns; the first is a text, which names the record.
KINDS = (
    "type: text, length: 100, search: true", "type: integer, min: 0", "type: decimal, places: 2",
    "type: choice, options: bench_stage", "type: date", "type: boolean", "type: money", "type: email",
    "type: datetime", "type: link, to: {target}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Again:
    """Compiling from the catalog before: processor time, and what was made anew."""

    timing: Timing
    work: Work


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes of a catalog, as Python counts them: at most while it is compiled, as it stays, of that what is kept for
    the next one, and what another catalog adds in which one field changed."""

    peak: int
    stays: int
    kept: int
    more: int


@dataclass(frozen=True, slots=True)
class Compiled:
    """One size: processor time of all of it and of reading alone (YAML, schemas, layers), and of compiling again.

    `again` is that of the same files, `changed` that of one field changed.
    """

    modules: int
    fields: int
    whole: Timing
    read: Timing
    again: Again
    changed: Again
    memory: Memory

    @property
    def share_of_reading(self) -> float:
        return self.read.quick / self.whole.quick

    @property
    def milliseconds_a_field(self) -> float:
        return self.whole.quick / (self.modules * self.fields)

    def share(self, again: Again) -> float:
        return again.timing.quick / self.whole.quick

    @property
    def bytes_per_module(self) -> int:
        return self.memory.stays // self.modules


def measure(sizes: Sequence[tuple[int, int]], *, seconds: float) -> tuple[Compiled, ...]:
    """Each size, the smallest first; `seconds` are for each, but every work runs at least a few times."""
    types = field_types()
    return tuple(_measure(modules, fields, types, seconds=seconds) for modules, fields in sizes)


def _measure(modules: int, fields: int, types: Mapping[str, FieldType], *, seconds: float) -> Compiled:
    core, site = shipped_layers()[0], written(modules, fields)
    layers, edited = (core, site), (core, changed(site))
    before = compile_catalog(layers, types)
    works: dict[str, Timed] = {
        "read": lambda: survey(layers, kinds(types)), "whole": partial(compile_catalog, layers, types),
        "again": partial(compile_catalog, layers, types, before=before),
        "changed": partial(compile_catalog, edited, types, before=before),
    }  # fmt: skip
    timings = in_turns(works, seconds=seconds, warm=0, fewest=2, now=time.process_time_ns)
    again, one = (compile_catalog(each, types, before=before).work for each in (layers, edited))
    del before, works
    return Compiled(
        modules, fields, timings["whole"], timings["read"], Again(timings["again"], again),
        Again(timings["changed"], one), _memory(layers, edited, types),
    )  # fmt: skip


def _memory(layers: Sequence[Layer], edited: Sequence[Layer], types: Mapping[str, FieldType]) -> Memory:
    gc.collect()
    tracemalloc.start()
    catalog = compile_catalog(layers, types)
    peak = tracemalloc.get_traced_memory()[1]
    stays = _traced()
    other = compile_catalog(edited, types, before=catalog)
    more = _traced() - stays
    bare = replace(other, kept=None)
    del other, catalog
    kept = stays + more - _traced()
    tracemalloc.stop()
    return Memory(peak, stays if bare.modules else 0, max(0, kept - more), more)


def _traced() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def changed(site: Layer) -> Layer:
    """The layer with another label of one field."""
    file = "modules/thing_0.yaml"
    return replace(site, files={**site.files, file: site.files[file].replace("en: Field 1,", "en: Another,")})


def written(modules: int, fields: int) -> Layer:
    """A layer of so many modules with so many fields each, as people write them."""
    files = {"app.yaml": APP, "options/bench_stage.yaml": OPTION_SET}
    files |= {f"modules/thing_{number}.yaml": _module(number, modules, fields) for number in range(modules)}
    return Layer("site", files, "site/metadata")


def _module(number: int, modules: int, fields: int) -> str:
    lines = [f"label: {{en: Thing {number}, ko: 것 {number}}}", "fields:"]
    for place in range(fields):
        kind = KINDS[place % len(KINDS)].replace("{target}", f"thing_{(number + place) % modules}")
        lines.append(f"  field_{place}: {{label: {{en: Field {place}, ko: 필드 {place}}}, {kind}}}")
    lines += ["saved_filters:", "  busy: {label: {en: Busy}, where: {field_3: open}, sort: [field_4]}"]
    return "\n".join([*lines, ""])
