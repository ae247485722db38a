"""The typeface in files that are loaded as a page needs them: Latin, the syllables of the screens, then by how often
Korean has them. What is rarer still stands in Pretendard's own files, whose styles are asked for when a page has such
signs (`fonts.js`). Cut files are a derived font and may not bear the reserved name: they are called "Hanok UI".
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
CUTTER, SYLLABLES = HERE / "fonts.mjs", HERE / "syllables.txt"
INPUTS = (Path(__file__), CUTTER, SYLLABLES)
FAMILY = "Hanok UI"
LATIN = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0·×°±²³–—‘’“”•…₩€→←↑↓≤≥"
#: Syllables of a file, and how many the files have: those that Korean texts use (KS X 1001 has as many).
A_FILE, ALL = 60, 2350
RANGE = re.compile(r"unicode-range:([^;]*);")
FACE = (
    "@font-face{{font-family:'{family}';font-style:normal;font-display:swap;font-weight:400 700;"
    "src:url(./fonts/{name}.woff2?v={version}) format('woff2');unicode-range:{ranges}}}\n"
)


def write(font: Path, upstream: Path, modules: Path, node: Path | str, target: Path) -> None:
    """Writes `fonts/*.woff2` and `fonts.css` into the target folder."""
    folder = target / "fonts"
    folder.mkdir(parents=True)
    files = parts(upstream.read_text())
    subprocess.run(
        [str(node), CUTTER, font, folder], input=json.dumps(files), cwd=modules.parent, text=True, check=True
    )
    faces = (
        FACE.format(family=FAMILY, name=name, version=_version(folder / f"{name}.woff2"), ranges=ranges(text))
        for name, text in files.items()
    )
    (target / "fonts.css").write_text("".join(faces))


def parts(upstream: str) -> Mapping[str, str]:
    """The characters of each file. `upstream` are Pretendard's styles: their last file has the most frequent signs."""
    own = "".join(line for line in SYLLABLES.read_text().splitlines() if not line.startswith("#"))
    ranked = [sign for sign in _ranked(upstream) if "가" <= sign <= "힣" and sign not in set(own)]
    more = ranked[: ALL - len(own)]
    rest = {f"more-{number:02d}": "".join(more[at : at + A_FILE])
            for number, at in enumerate(range(0, len(more), A_FILE), 1)}  # fmt: skip
    return {"latin": LATIN, "screens": own, **rest}


def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]


def _ranked(upstream: str) -> Iterator[str]:
    for found in reversed(RANGE.findall(upstream)):
        for one in found.split(","):
            first, _, last = one.strip().removeprefix("U+").partition("-")
            yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


def ranges(text: Iterable[str]) -> str:
    """Characters as CSS says them: `U+20-7E,U+AC00`."""
    found: list[list[int]] = []
    for code in sorted(map(ord, text)):
        if found and code == found[-1][1] + 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return ",".join(f"U+{first:X}" + (f"-{last:X}" if last > first else "") for first, last in found)
