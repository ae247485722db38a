"""Static files under addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/static"


class Assets:
    """The addresses of static files: `/static/css/theme.css?v=1f09ab32`. A missing file has no version."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self._versions: dict[str, tuple[int, str]] = {}

    def __call__(self, name: str) -> str:
        version = self.version(name)
        return f"{ADDRESS}/{name}" + (f"?v={version}" if version else "")

    def version(self, name: str) -> str:
        """Eight digits of the file's hash, read again when the file was touched; "" when there is none."""
        try:
            touched = (self.folder / name).stat().st_mtime_ns
        except FileNotFoundError:
            return ""
        known = self._versions.get(name)
        if known is None or known[0] != touched:
            known = (touched, hashlib.sha256((self.folder / name).read_bytes()).hexdigest()[:8])
            self._versions[name] = known
        return known[1]

    def lines(self, name: str) -> frozenset[str]:
        """The lines of a text file; none when there is no such file."""
        path = self.folder / name
        return frozenset(path.read_text().split()) if path.is_file() else frozenset()
