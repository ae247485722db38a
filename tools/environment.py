"""The virtual environment `.venv`: made, filled, and made anew when it is broken or half made."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from steps import ROOT, Failed, glance, run_quietly

VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / "python"
HANOK = BIN / "hanok"
MISLEADING = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "__PYVENV_LAUNCHER__")
#: Without compiled files each of the hundred processes of the tests compiles everything again.
SLOWING = ("PYTHONDONTWRITEBYTECODE",)


def clean_environment() -> dict[str, str]:
    """The caller's variables without those that would send an install elsewhere, or slow every process down."""
    kept = {name: value for name, value in os.environ.items() if name not in (*MISLEADING, *SLOWING)}
    return {**kept, "PIP_USER": "0", "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}


def ensure(*extras: str) -> None:
    """Makes `.venv` hold the platform (editable) and the libraries of these extras. Free when nothing changed."""
    stamp = VENV / f"installed-{'-'.join(extras) or 'plain'}"
    wanted = _wanted()
    if stamp.is_file() and stamp.read_text() == wanted and _works():
        return
    if not _works():
        _make()
    target = f".[{','.join(extras)}]" if extras else "."
    _pip("--editable", target)
    stamp.write_text(wanted)


def install(*packages: str) -> None:
    """Installs single packages beside the others."""
    _pip(*packages)


def _wanted() -> str:
    facts = [sys.version, str(ROOT), (ROOT / "pyproject.toml").read_text(), (ROOT / "setup.py").read_text()]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def _works() -> bool:
    if not PYTHON.exists():
        return False
    check = [str(PYTHON), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(check, env=clean_environment(), capture_output=True, check=False).returncode == 0


def _make() -> None:
    glance("      making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(VENV)
    except (OSError, subprocess.CalledProcessError) as reason:
        hint = "On Debian and Ubuntu: apt install python3-venv"
        raise Failed(f"Python could not make {VENV}: {reason}. {hint}") from None


def _pip(*words: str) -> None:
    collected: list[str] = []

    def watch(line: str) -> str:
        if line.startswith("Collecting "):
            collected.append(line.split()[1])
            return f"{len(collected)} packages · {collected[-1]}"
        return line.strip() if line.startswith(("Downloading", "Building", "Installing")) else ""

    options = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off", "--prefer-binary"]
    run_quietly([PYTHON, "-m", "pip", "install", *options, *words], env=clean_environment(), watch=watch)


def in_environment(name: str) -> Path:
    """A command of `.venv`."""
    return BIN / name
