"""Layers: sets of files, each laid over the ones before it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from hanok.engine.errors import Message, Place, Problem, say

#: The largest file that is read, in bytes.
LARGEST = 1024 * 1024
TOO_LARGE = say("the file is larger than 1 MiB; split it, or keep data out of the metadata")
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: the shipped app, a package or the site.

    `files` maps the path below the layer's folder ("modules/book.yaml") to its text; `root` is what is put before it
    when the file is shown ("site/metadata"). `unread` holds a problem for each file that could not be turned into text.
    """

    name: str
    files: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    root: str = ""
    unread: tuple[Problem, ...] = ()

    def shown(self, file: str) -> str:
        return f"{self.root}/{file}" if self.root else file


def read_folder(path: Path, *, name: str, root: str) -> Layer:
    """The YAML files below a folder as a layer; a folder that is not there is an empty layer.

    Hidden files and folders are left out. A file that cannot be read becomes a problem of the compilation.
    """
    files: dict[str, str] = {}
    unread: list[Problem] = []
    for file in sorted(_yaml_files(path)):
        shown = file.relative_to(path).as_posix()
        place = Place(f"{root}/{shown}" if root else shown)
        try:
            files[shown] = _text(file)
        except UnicodeDecodeError as error:
            unread.append(_not_utf8(error, place))
        except (OSError, _TooLargeError) as error:
            said = TOO_LARGE if isinstance(error, _TooLargeError) else _unreadable(error)
            unread.append(Problem("file", place, said))
    return Layer(name, MappingProxyType(files), root, tuple(unread))


class _TooLargeError(Exception):
    """The file is not worth reading."""


def _yaml_files(path: Path) -> Iterator[Path]:
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in names:
            if name.endswith((".yaml", ".yml")) and not name.startswith("."):
                yield Path(folder, name)


def _text(file: Path) -> str:
    with file.open("rb") as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise _TooLargeError
    return raw.decode("utf-8")


def _unreadable(error: OSError) -> Message:
    return say("the file cannot be read: {reason}", reason=error.strerror or str(error))


def _not_utf8(error: UnicodeDecodeError, place: Place) -> Problem:
    """Names the encoding that it probably is: Korean editors and Excel on Windows write CP949."""
    before: bytes = error.object[: error.start]
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    at = Place(place.file, line, column)
    guess = _encoding(error.object)
    if guess:
        return Problem("encoding", at, say("the file is {encoding}, not UTF-8; save it as UTF-8", encoding=guess))
    return Problem("encoding", at, say("the file is not UTF-8 text; save it as UTF-8"))


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        raw.decode("cp949")
    except UnicodeDecodeError:
        return ""
    return "CP949 (EUC-KR)"
