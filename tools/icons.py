"""The icons as SVG sprites: one `<symbol id="i-NAME">` per icon of Tabler's outline set.

`icons.svg` holds those that metadata, templates and code name and those of `icons.txt`: small, loaded by every page.
`icons-all.svg` holds every one, for a module of a site that names another: loaded by the pages that need it.
`icons.txt` beside them lists the names of the small one.
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
MENTIONS = {
    "*.yaml": re.compile(rf"\bicon:\s*[\"']?{NAME}"),
    "*.html": re.compile(rf"\bicon\(\s*[\"']{NAME}[\"']|#i-{NAME}|\bicon=[\"']{NAME}[\"']"),
    "*.py": re.compile(rf"\bicon\(\s*[\"']{NAME}[\"']|\bicon=[\"']{NAME}[\"']|[\"']icon[\"']:\s*[\"']{NAME}[\"']"),
    "*.js": re.compile(rf"#i-{NAME}|\bicon\(\s*[\"']{NAME}[\"']"),
}


def curated() -> frozenset[str]:
    """The names of `tools/icons.txt`: one a line or several, `#` begins a comment."""
    lines = (line.partition("#")[0] for line in CURATED.read_text().splitlines())
    return frozenset(name for line in lines for name in line.split())


def mentioned(root: Path) -> frozenset[str]:
    """The names that files of the platform, the shipped metadata and packages use."""
    return frozenset(
        name
        for folder in ("platform", "metadata", "plugins")
        for pattern, mention in MENTIONS.items()
        for path in (root / folder).rglob(pattern)
        if "vendor" not in path.parts
        for found in mention.findall(path.read_text())
        for name in ([found] if isinstance(found, str) else found)
        if name
    )


def names(root: Path) -> frozenset[str]:
    return curated() | mentioned(root)


def write(nodes: Path, wanted: Iterable[str], folder: Path) -> None:
    """Writes both sprites and the list. A wanted name that Tabler does not have is left out (a test finds it)."""
    drawn = {name: _symbol(name, shapes) for name, shapes in json.loads(nodes.read_text()).items()}
    near = sorted(set(wanted) & drawn.keys())
    (folder / "icons.svg").write_text(SHEET.format(symbols="\n".join(drawn[name] for name in near)))
    (folder / "icons-all.svg").write_text(SHEET.format(symbols="\n".join(drawn.values())))
    (folder / "icons.txt").write_text("".join(f"{name}\n" for name in near))


def _symbol(name: str, shapes: list[tuple[str, dict[str, str]]]) -> str:
    return SYMBOL.format(name=name, shapes="".join(_shape(tag, said) for tag, said in shapes))


def _shape(tag: str, said: dict[str, str]) -> str:
    return f"<{tag} " + " ".join(f"{key}='{escape(value)}'" for key, value in said.items()) + "/>"
