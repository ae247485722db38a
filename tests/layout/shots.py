"""`make shots`: pictures of every screen into `shots/`, sheets of them to look through, and a list of what is broken.

    python -m tests.layout.shots [--only WORD …] [--width 360] [--language ko] [--theme dark] [--bare]

Pictures stand in `shots/<width>-<language>-<theme>/<stop>.png`, sheets in `shots/sheets`, faults in `shots/faults.txt`.
`--only` takes stops whose name has one of the words; `--bare` measures without taking pictures.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from tests.browser import OPTIONS, chromium, driver
from tests.layout import desk as desks
from tests.layout.looking import LANGUAGES, SIZES, THEMES, Fault, faults, go, narrow, reader
from tests.layout.stops import Stop, every

FOLDER = Path(__file__).resolve().parents[2] / "shots"
ACCOUNTS = 40
#: Of a page on a phone so much is taken, in px.
LONGEST = 1100
COLUMNS = {1440: 3, 1024: 3, 360: 6}
THUMB = {1440: 640, 1024: 640, 360: 300}
A_SHEET = 12


def main(words: Sequence[str]) -> int:
    asked = _arguments(words)
    path = chromium()
    if path is None:
        sys.exit("No Chromium on the PATH: install it (Debian: apt install chromium).")
    for folder in (FOLDER / "sheets", *(FOLDER / name for name, _ in _windows(asked))):
        if not asked.only:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    playwright = driver()
    browser = playwright.chromium.launch(executable_path=path, args=list(OPTIONS))
    with tempfile.TemporaryDirectory() as made:
        site = Path(asked.site or made) / "site"
        if not site.exists():
            desks.make(site, accounts=ACCOUNTS)
        with desks.serving(site) as desk:
            found = [fault for language in asked.language for fault in look(browser, desk, asked, language)]
    browser.close()
    playwright.stop()
    if not asked.bare:
        sheets(asked)
    _tell(found)
    return 1 if found else 0


def look(browser: Browser, desk: desks.Desk, asked: argparse.Namespace, language: str) -> list[Fault]:
    found: list[Fault] = []
    with reader(browser, desk, language=language) as pages:
        stops = [stop for stop in every(desk, pages["admin"]) if _wanted(stop.name, asked)]
        for stop in stops:
            found += _stop(desk, pages[stop.who], stop, asked, language)
            print(".", end="", flush=True)
    print(f" {len(stops)} screens, {language}")
    return found


def _stop(desk: desks.Desk, page: Page, stop: Stop, asked: argparse.Namespace, language: str) -> list[Fault]:
    narrow(page, max(SIZES))
    try:
        status = go(desk, page, stop)
    except Exception as problem:  # noqa: BLE001  # one screen that cannot be opened does not keep the others from it
        return [Fault("opens", stop.name, max(asked.width), language, stop.path, str(problem).splitlines()[0])]
    found = []
    if status != stop.status:
        found.append(Fault("status", stop.name, 0, language, stop.path, f"{status}, expected {stop.status}"))
    for width in asked.width:
        narrow(page, width, asked.theme[0])
        found += faults(page, stop, width=width, language=language)
        for theme in () if asked.bare else asked.theme:
            narrow(page, width, theme)
            path = FOLDER / _name(width, language, theme) / f"{stop.name}.png"
            page.screenshot(path=path, full_page=width == 360, animations="disabled")
    return found


def sheets(asked: argparse.Namespace) -> None:
    """Montages: sixteen pictures with their names a sheet."""
    for name, width in _windows(asked):
        paths = [path for path in sorted((FOLDER / name).glob("*.png")) if _wanted(path.stem, asked)]
        for number, at in enumerate(range(0, len(paths), A_SHEET), 1):
            made = sheet(paths[at : at + A_SHEET], width)
            made.save(FOLDER / "sheets" / f"{name}-{number:02d}.jpg", quality=82)


def sheet(paths: Sequence[Path], width: int) -> Image.Image:
    thumbs = [_thumb(path, width) for path in paths]
    columns, gap, head = COLUMNS[width], 12, 18
    rows = [thumbs[at : at + columns] for at in range(0, len(thumbs), columns)]
    names = [paths[at : at + columns] for at in range(0, len(paths), columns)]
    heights = [max(one.height for one in row) + head + gap for row in rows]
    made = Image.new("RGB", (columns * (THUMB[width] + gap) + gap, sum(heights) + gap), "#9aa0a6")
    draw, top = ImageDraw.Draw(made), gap
    for row, named, height in zip(rows, names, heights, strict=True):
        for at, (one, path) in enumerate(zip(row, named, strict=True)):
            left = gap + at * (THUMB[width] + gap)
            draw.text((left, top), path.stem, fill="black")
            made.paste(one, (left, top + head))
        top += height
    return made


def _thumb(path: Path, width: int) -> Image.Image:
    with Image.open(path) as opened:
        cut = opened.convert("RGB").crop((0, 0, opened.width, min(opened.height, LONGEST)))
    small = THUMB[width]
    return cut.resize((small, max(1, round(cut.height * small / cut.width))), Image.Resampling.LANCZOS)


def _wanted(name: str, asked: argparse.Namespace) -> bool:
    return not asked.only or any(word in name for word in asked.only)


def _windows(asked: argparse.Namespace) -> list[tuple[str, int]]:
    """The folders of pictures, each with the width of its window."""
    return [(_name(width, language, theme), width)
            for width in asked.width for language in asked.language for theme in asked.theme]  # fmt: skip


def _name(width: int, language: str, theme: str) -> str:
    return f"{width}-{language}-{theme}"


def _tell(found: Iterable[Fault]) -> None:
    lines = [str(fault) for fault in found]
    (FOLDER / "faults.txt").write_text("\n".join(lines) + "\n" if lines else "")
    print("\n".join(lines) or "Nothing is broken.")


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    takes = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    takes.add_argument("--only", nargs="*", default=[], help="stops whose name has one of these words")
    takes.add_argument("--width", nargs="*", type=int, default=list(SIZES), choices=SIZES)
    takes.add_argument("--language", nargs="*", default=list(LANGUAGES), choices=LANGUAGES)
    takes.add_argument("--theme", nargs="*", default=list(THEMES), choices=THEMES)
    takes.add_argument("--bare", action="store_true", help="measure only")
    takes.add_argument("--site", help="folder to keep the site in, so that the next run finds it")
    return takes.parse_args(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
