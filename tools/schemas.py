"""Keeps the JSON Schemas in `.schemas/` up to date, by which `.vscode/settings.json` checks YAML while it is typed."""

from __future__ import annotations

import environment
from steps import ROOT, main, run_quietly

FOLDER = ROOT / ".schemas"
SOURCES = ("platform/engine/catalog", "platform/engine/fields", "platform/engine/language")


def ensure() -> None:
    """Writes them when one of the files that they are made of is younger."""
    files = [path for folder in SOURCES for path in (ROOT / folder).glob("*.py")]
    made = min((path.stat().st_mtime for path in FOLDER.glob("*.json")), default=0.0)
    if made <= max(path.stat().st_mtime for path in files):
        run_quietly([environment.HANOK, "schema", "--out", FOLDER.name], env=environment.clean_environment())


def work() -> None:
    environment.ensure()
    ensure()


if __name__ == "__main__":
    main(work)
