"""Small files of one folder joined into one answer: a page asks twice instead of thirty times.

A page names the files, `joined("css", ("theme", "frame"))` is `/static/joined/css/theme,frame.css?v=1f09ab32`. Styles
follow each other; scripts stand in blocks of their own, so that none sees the names of another. Such a script imports
nothing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from flask import Response, request

from hanok.engine.errors import NotFound, say
from hanok.web.assets import Assets

TYPES = {"css": "text/css", "js": "text/javascript"}
NAMED = re.compile(r"([a-z][a-z0-9-]*(?:,[a-z][a-z0-9-]*){0,39})\.(css|js)")
#: Joined files that are kept; a site has a handful.
KEPT = 32


class Joined:
    """The joined files of one static folder, under `address` (like `/static/joined`)."""

    def __init__(self, assets: Assets, address: str) -> None:
        self.assets, self.address = assets, address
        self._body = lru_cache(KEPT)(self._join)

    def __call__(self, folder: str, names: Iterable[str], ending: str = "") -> str:
        """The address of these files of a folder ("" is the static folder itself), in their order."""
        ending = ending or folder
        paths = [_path(folder, name, ending) for name in names]
        versions = "".join(map(self.assets.version, paths))
        said = ",".join(Path(path).stem for path in paths)
        return f"{self.address}/{folder or '-'}/{said}.{ending}?v={hashlib.sha256(versions.encode()).hexdigest()[:8]}"

    def answer(self, folder: str, name: str) -> Response:
        """The files as one. Raises NotFound where one of them is not there."""
        found = NAMED.fullmatch(name)
        if found is None or not re.fullmatch(r"-|[a-z]+", folder):
            raise NotFound(say("There is nothing here"))
        paths = tuple(_path(folder.strip("-"), one, found[2]) for one in found[1].split(","))
        versions = tuple(map(self.assets.version, paths))
        if not all(versions):
            raise NotFound(say("There is nothing here"))
        answer = Response(self._body(paths, versions), mimetype=TYPES[found[2]])
        answer.set_etag(hashlib.sha256("".join(versions).encode()).hexdigest()[:16])
        answer.make_conditional(request)
        return answer

    def _join(self, paths: tuple[str, ...], versions: tuple[str, ...]) -> bytes:
        texts = (self.assets.folder.joinpath(path).read_text() for path in paths)
        if paths[0].endswith(".js"):
            return "".join(f"{{\n{text}\n}}\n" for text in texts).encode()
        return "\n".join(texts).encode()


def _path(folder: str, name: str, ending: str) -> str:
    return f"{folder}/{name}.{ending}" if folder else f"{name}.{ending}"
