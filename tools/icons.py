"""The icons as SVG sprites: one `<symbol id="i-NAME">` per icon of Tabler's outline set.

`icons.svg` holds those that metadata, templates and code may name and those of `tools/icons.txt`: small, loaded by
every page. `icons-all.svg` holds every one, for a module of a site that names another: loaded by the pages that need
it. `icons.txt` and `icons-all.txt` list their names.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import escape
from pathlib import Path

CURATED = Path(__file__).with_name("icons.txt")
SHEET = "<svg xmlns='http://www.w3.org/2000/svg'>\n{symbols}\n</svg>\n"
SYMBOL = (
    "<symbol id='i-{name}' viewBox='0 0 24 24' fill='none' stroke='currentColor'"
    " stroke-linecap='round' stroke-linejoin='round'>{shapes}</symbol>"
)
NAME = r"([a-z0-9]+(?:-[a-z0-9]+)*)"
QUOTED = re.compile(rf"[\"'](?:[^\"']*#i-)?{NAME}[\"']")
IN_YAML = re.compile(rf"\bicon:\s*[\"']?{NAME}")
MENTIONS = {"*.yaml": IN_YAML, "*.html": QUOTED, "*.py": QUOTED, "*.js": QUOTED}


def curated() -> frozenset[str]:
    """The names of `tools/icons.txt`: one a line or several, `#` begins a comment."""
    lines = (line.partition("#")[0] for line in CURATED.read_text().splitlines())
    return frozenset(name for line in lines for name in line.split())


def mentioned(root: Path) -> frozenset[str]:
    """Every word in the platform, the shipped metadata and packages that could be the name of an icon."""
    return frozenset(
        name
        for folder in ("platform", "metadata", "plugins")
        for pattern, mention in MENTIONS.items()
        for path in (root / folder).rglob(pattern)
        if "vendor" not in path.parts
        for name in mention.findall(path.read_text())
    )


def wanted(root: Path, known: frozenset[str]) -> frozenset[str]:
    """The names of the small sprite, among the known ones."""
    return (curated() | mentioned(root)) & known


def known_in(folder: Path) -> frozenset[str]:
    """The names of the sprites that were written to this folder; none when there are none."""
    listed = folder / "icons-all.txt"
    return frozenset(listed.read_text().split()) if listed.is_file() else frozenset()


def write(nodes: Path, root: Path, folder: Path) -> None:
    """Writes both sprites and their lists."""
    drawn = {name: _symbol(name, shapes) for name, shapes in json.loads(nodes.read_text()).items()}
    _write(folder / "icons-all", drawn, drawn)
    _write(folder / "icons", drawn, wanted(root, frozenset(drawn)))


def _write(path: Path, drawn: dict[str, str], names: Iterable[str]) -> None:
    ordered = sorted(names)
    path.with_suffix(".svg").write_text(SHEET.format(symbols="\n".join(drawn[name] for name in ordered)))
    path.with_suffix(".txt").write_text("".join(f"{name}\n" for name in ordered))


def _symbol(name: str, shapes: list[tuple[str, dict[str, str]]]) -> str:
    return SYMBOL.format(name=name, shapes="".join(_shape(tag, said) for tag, said in shapes))


def _shape(tag: str, said: dict[str, str]) -> str:
    return f"<{tag} " + " ".join(f"{key}='{escape(value)}'" for key, value in said.items()) + "/>"
