"""Static files under addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path
from time import monotonic

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/static"


class Assets:
    """The addresses of static files: `/static/css/theme.css?v=1f09ab32`. A missing file has no version.

    A page names thirty of them: each is looked at again only after `trusted` seconds.
    """

    def __init__(self, folder: Path = FOLDER, *, trusted: float = 1.0) -> None:
        self.folder, self.trusted = folder, trusted
        self._versions: dict[str, tuple[int, str]] = {}
        self._addresses: dict[str, str] = {}
        self._looked = 0.0

    def __call__(self, name: str) -> str:
        if monotonic() - self._looked > self.trusted:
            self._addresses, self._looked = {}, monotonic()
        found = self._addresses.get(name)
        if found is None:
            version = self.version(name)
            found = self._addresses[name] = f"{ADDRESS}/{name}" + (f"?v={version}" if version else "")
        return found

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
