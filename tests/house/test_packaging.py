"""The house can be packed: the wheel holds all that runs, and runs without the checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.sources import PLATFORM, ROOT
from tests.served import run_hanok, serving

RUNS = (".py", ".html", ".yaml", ".po", ".css", ".js", ".svg", ".png", ".woff2", ".mako")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info")


def python(*words: str, cwd: Path) -> str:
    return subprocess.run([sys.executable, *words], cwd=cwd, capture_output=True, text=True, check=True).stdout


def test_the_standard_library_keeps_its_platform() -> None:
    said = python("-c", "import platform; print(platform.python_version())", cwd=ROOT)
    assert said.strip() == ".".join(map(str, sys.version_info[:3]))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built in a copy so that nothing is left in the checkout."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("platform", "metadata"):
        shutil.copytree(ROOT / name, source / name, ignore=LEFT_OUT)
    for name in ("pyproject.toml", "setup.py", "README.md"):
        shutil.copy(ROOT / name, source / name)
    python("-m", "build", "--wheel", "--no-isolation", "--outdir", str(target), str(source), cwd=source)
    return next(target.glob("hanok-*.whl"))


def test_the_wheel_holds_all_that_runs_and_no_tests(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    folders = {"hanok": PLATFORM, "hanok/metadata": ROOT / "metadata"}
    needed = {
        f"{prefix}/{path.relative_to(folder)}"
        for prefix, folder in folders.items()
        for path in folder.rglob("*")
        if path.suffix in RUNS and not any(part.endswith(".new") for part in path.parts)
    }
    assert needed <= packed, sorted(needed - packed)
    assert not [name for name in packed if "test" in Path(name).name or not name.startswith("hanok")]


def test_the_wheel_holds_the_browser_libraries(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())
    vendored = {"tabler.min.css", "fonts.css", "htmx.min.js", "pretendard.css", "icons.svg", "icons-all.svg"}
    assert {f"hanok/web/static/vendor/{name}" for name in vendored} <= packed


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`hanok` in an environment of its own that has the wheel and, by a path, the libraries, but no checkout."""
    folder = tmp_path_factory.mktemp("empty") / "venv"
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    own = folder / "bin" / "python"
    python("-m", "pip", "--python", str(own), "install", "--quiet", "--no-deps", str(wheel), cwd=folder)
    libraries = folder / "libraries"
    libraries.mkdir()
    for library in Path(sysconfig.get_path("purelib")).iterdir():
        if "hanok" not in library.name and library.suffix != ".pth":
            (libraries / library.name).symlink_to(library)
    packages = next(folder.glob("lib/python*/site-packages"))
    (packages / "libraries.pth").write_text(f"{libraries}\n")
    return folder / "bin" / "hanok"


def test_the_installed_wheel_does_not_see_the_checkout(installed: Path, tmp_path: Path) -> None:
    code = "import hanok.engine.errors, hanok.metadata; print(hanok.engine.errors.__file__, hanok.metadata.__file__)"
    words = [str(installed.with_name("python")), "-c", code]
    said = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert str(ROOT) not in said
    assert said.count(str(installed.parents[1])) == 2


def test_the_installed_wheel_makes_a_site_and_serves_it(installed: Path, tmp_path: Path) -> None:
    command = (str(installed),)
    run_hanok("--site", tmp_path / "site", "init", command=command, cwd=tmp_path)
    with (
        serving(tmp_path / "site", command=command, cwd=tmp_path) as served,
        urllib.request.urlopen(f"{served.address}/login") as answer,
    ):
        assert b"<form" in answer.read()
