"""The real provider as a process of Node on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.house.sources import ROOT
from tests.served import free_port

LIBRARY = ROOT / ".make" / "npm" / "node_modules" / "oidc-provider" / "lib" / "index.js"
OLDEST = 20
CLIENT, SECRET = "hanok", "half a secret & half a secret"


@dataclass(frozen=True)
class Real:
    """A running provider: its issuer."""

    issuer: str


@contextmanager
def a_real_provider(address: str, key: str, people: Mapping[str, Mapping[str, Any]]) -> Iterator[Real]:
    """Serves one for the site at this address until the block ends. Skips where there is none; in CI that fails."""
    node, port = _node(), free_port()
    given = {"port": port, "client": CLIENT, "secret": SECRET, "redirect": f"{address}/login/with/{key}/back",
             "home": f"{address}/login", "people": people}  # fmt: skip
    words = [node, str(Path(__file__).with_name("provider.mjs")), str(LIBRARY), json.dumps(given)]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready", "the provider did not start"
        yield Real(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _node() -> str:
    """Node on the PATH, else that of the wheel."""
    for name in ("node", str(ROOT / ".venv" / "bin" / "node")):
        found = shutil.which(name)
        if found and LIBRARY.is_file() and _version(found) >= OLDEST:
            return found
    missing = f"no Node of version {OLDEST} or no oidc-provider: `make vendor` brings both"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def _version(node: str) -> int:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.strip().removeprefix("v").partition(".")[0]
    return int(major) if major.isdigit() else 0
