"""Models of any size to compile, and random changes of their files."""

from __future__ import annotations

from pathlib import Path
from random import Random

from hanok.engine.language import Layer, read_folder
from tests.builders import CORE

#: Real modules as they were written, and small ones below them that they refer to.
VERBATIM = read_folder(Path(__file__).parent / "examples", name="site", root="site")
STUBS = read_folder(Path(__file__).parent / "stubs", name="shipped", root="shipped")
_EVENT = {"modules/event.yaml": "extends: basic\n" + VERBATIM.files["modules/event.yaml"]}
#: All of them as one layer.
EXAMPLES = Layer("shipped", {**STUBS.files, **VERBATIM.files, **_EVENT}, root="shipped")

THING = """\
label: {{en: Thing {n}, ko: 것 {n}}}
traits: [owned]
title: "{{{{ name }}}} {n}"
fields:
  name: {{type: text, required: true, search: true}}
  stage: {{type: choice, options: {options}}}
  size: {{type: integer, min: 0, visible: {{stage: {{closed: false}}}}}}
  price: {{type: money}}
  twice: {{type: integer, formula: size * 2}}
  link: {{type: link, to: thing_{to}{reverse}, where: {{stage: open}}}}
  others: {{type: links, to: thing_{other}}}
  parts: {{type: lines, of: {{what: {{type: text}}, often: {{type: integer}}}}}}
  total: {{type: integer, rollup: {{sum: parts.often}}}}
{fill}saved_filters:
  open: {{label: {{en: Open}}, where: {{stage: open, link: {{size: {{gt: 3}}}}}}, sort: [-size]}}
views:
  list: {{columns: [name, stage, link.name, total]}}
rules:
  sized: {{check: {{size: {{gte: 0}}}}, message: {{en: Never less than nothing}}}}
"""
STAGES = """\
label: {en: Stage, ko: 단계}
attributes: {closed: {type: boolean}}
options:
  open: {label: {en: Open, ko: 진행}}
  done: {label: {en: Done, ko: 완료}, closed: true}
"""
KINDS = (
    "type: text, length: 60", "type: integer, min: 0", "type: decimal, places: 2", "type: date", "type: boolean",
    "type: email", "type: datetime", "type: phone", "type: long_text", "type: percent", "type: url", "type: period",
    "type: address", "type: choice, options: stage_0",
)  # fmt: skip


def things(count: int, *, sets: int = 3, fields: int = 9, reverse: int = 4) -> dict[str, str]:
    """Files of so many modules, each with a link to the next one, which shows it where its number is divided so."""
    files = {f"options/stage_{number}.yaml": STAGES for number in range(sets)}
    fill = [f"  field_{place}: {{{KINDS[place % len(KINDS)]}}}\n" for place in range(fields - 9)]
    for number in range(count):
        to = (number + 1) % count
        shown = "" if number % reverse else f", reverse: things_{number}"
        files[f"modules/thing_{number}.yaml"] = THING.format(
            n=number, to=to, other=(number + 5) % count, options=f"stage_{number % sets}", reverse=shown,
            fill="".join(fill),
        )  # fmt: skip
    return files


def layers(files: dict[str, str]) -> list[Layer]:
    return [CORE, Layer("site", dict(files), "site")]


def changed(files: dict[str, str], random: Random) -> dict[str, str]:
    """The files with one random change: of a line, its place or a word; of whole files."""
    files = dict(files)
    name = random.choice(sorted(files))
    lines = files[name].splitlines()
    place = random.randrange(len(lines))
    match random.randrange(8):
        case 0:
            lines.insert(place, f"# {random.random()}")
        case 1:
            del lines[place]
        case 2:
            lines[place] = lines[place].replace("en: ", f"en: New{random.randrange(100)} ", 1)
        case 3:
            words = [word for word in lines[place].replace(",", " ").split() if word.isidentifier()]
            if words:
                lines[place] = lines[place].replace(random.choice(words), f"word{random.randrange(9)}", 1)
        case 4:
            lines[place] = lines[place].replace("required: true, ", "").replace("type: text", "type: long_text")
        case 5:
            at = lines.index("fields:") if "fields:" in lines else None
            if at is not None:
                lines.insert(at + 1, f"  extra_{random.randrange(50)}: {{{random.choice(KINDS[:6])}}}")
        case 6:
            del files[name]
            return files
        case _:
            files[f"{name.removesuffix('.yaml')}_copy.yaml"] = files[name]
            return files
    files[name] = "\n".join([*lines, ""])
    return files
