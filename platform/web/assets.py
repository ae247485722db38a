"""Static files under addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from time import monotonic

FOLDER = Path(__file__).parent / "static"
ADDRESS = "/static"
#: What a script takes from another one beside it.
TAKEN = re.compile(r"""^(import\b[^"';]*["'])\./([\w-]+\.js)(["'])""", re.M)


class Assets:
    """The addresses of static files: `/static/css/theme.css?v=1f09ab32`. A missing file has no version.

    A page names thirty of them: each is looked at again only after `trusted` seconds.
    """

    def __init__(self, folder: Path = FOLDER, *, trusted: float = 1.0) -> None:
        self.folder, self.trusted = folder, trusted
        self._versions: dict[str, tuple[tuple[int, ...], str]] = {}
        self._taken: dict[str, tuple[str, ...]] = {}
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
        """Eight digits of the hash of the file and of the scripts that it imports, read again when one of them was
        touched; "" when there is none."""
        try:
            touched = tuple(self.folder.joinpath(one).stat().st_mtime_ns for one in (name, *self._taken.get(name, ())))
        except FileNotFoundError:
            return ""
        known = self._versions.get(name)
        if known is None or known[0] != touched:
            content = (self.folder / name).read_bytes()
            self._taken[name] = taken = _imports(name, content)
            digest = hashlib.sha256(content + "".join(map(self.version, taken)).encode())
            touched = tuple(self.folder.joinpath(one).stat().st_mtime_ns for one in (name, *taken))
            known = self._versions[name] = (touched, digest.hexdigest()[:8])
        return known[1]

    def imports(self, name: str) -> tuple[str, ...]:
        """The scripts that a script imports; none when there is no such file."""
        return self._taken.get(name, ()) if self.version(name) else ()

    def script(self, name: str) -> str:
        """A script whose imports name the versions of what they import."""
        beside = Path(name).parent

        def versioned(found: re.Match[str]) -> str:
            return f"{found[1]}./{found[2]}?v={self.version((beside / found[2]).as_posix())}{found[3]}"

        return TAKEN.sub(versioned, (self.folder / name).read_text())

    def lines(self, name: str) -> frozenset[str]:
        """The lines of a text file; none when there is no such file."""
        path = self.folder / name
        return frozenset(path.read_text().split()) if path.is_file() else frozenset()


def _imports(name: str, content: bytes) -> tuple[str, ...]:
    if not name.endswith(".js") or b"\nimport" not in b"\n" + content:
        return ()
    return tuple((Path(name).parent / found[2]).as_posix() for found in TAKEN.finditer(content.decode()))
