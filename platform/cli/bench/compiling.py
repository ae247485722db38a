"""What compiling the metadata costs: time, its share for reading, and memory of the catalog."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from hanok.app import field_types
from hanok.cli.bench.clock import Timing, Work, in_turns
from hanok.engine.catalog import compile_catalog, kinds
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
class Compiled:
    """One size: processor time of all of it, of reading alone (YAML, schemas, layers), and bytes kept a module."""

    modules: int
    fields: int
    whole: Timing
    read: Timing
    bytes_per_module: int

    @property
    def share_of_reading(self) -> float:
        return self.read.quick / self.whole.quick

    @property
    def milliseconds_a_field(self) -> float:
        return self.whole.quick / (self.modules * self.fields)


def measure(sizes: Sequence[tuple[int, int]], *, seconds: float) -> tuple[Compiled, ...]:
    """Each size, the smallest first; `seconds` are for each, but every work runs at least a few times."""
    types = field_types()
    return tuple(_measure(modules, fields, types, seconds=seconds) for modules, fields in sizes)


def _measure(modules: int, fields: int, types: Mapping[str, FieldType], *, seconds: float) -> Compiled:
    layers = (shipped_layers()[0], written(modules, fields))
    works: dict[str, Work] = {
        "read": lambda: survey(layers, kinds(types)), "whole": partial(compile_catalog, layers, types),
    }  # fmt: skip
    timings = in_turns(works, seconds=seconds, warm=0, fewest=2, now=time.process_time_ns)
    return Compiled(modules, fields, timings["whole"], timings["read"], _kept(layers, types) // modules)


def _kept(layers: Sequence[Layer], types: Mapping[str, FieldType]) -> int:
    """Bytes of a catalog that stays, as Python counts them."""
    gc.collect()
    tracemalloc.start()
    catalog = compile_catalog(layers, types)
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return size if catalog.modules else 0


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
