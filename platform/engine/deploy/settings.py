"""Reading the settings of a site; which ones there are is given."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from hanok.engine.errors import Refused, say
from hanok.engine.language import unknown

FILE = "site.yaml"
PREFIX = "HANOK_"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")

Value = str | int | bool
#: Name, default, help.
Known = Sequence[tuple[str, Value, str]]


def read_settings(
    folder: Path, known: Known, *, environment: Mapping[str, str] | None = None
) -> Mapping[str, Value]:
    """The known settings of the site in this folder: the environment's, else the file's, else the default.

    Raises Refused for what cannot be read or is not known; a missing file says nothing.
    """
    environment = os.environ if environment is None else environment
    written = _file(folder / FILE)
    names = [name for name, _, _ in known]
    for name in written:
        if name not in names:
            raise Refused(unknown(str(name), names, noun=say("setting")))
    found: dict[str, Value] = {}
    for name, default, _ in known:
        said = environment.get(PREFIX + name.upper(), written.get(name))
        found[name] = default if said is None else _typed(name, said, default)
    return MappingProxyType(found)


def settings_text(known: Known) -> str:
    """The text of a new site.yaml: every setting with its default, commented out."""
    lines = ["# The settings of this site. Each may also come from the environment: HANOK_PORT=8001", ""]
    for name, default, help_text in known:
        shown = yaml.safe_dump({name: default}, width=200).strip()
        lines += [f"# {help_text}", f"# {shown}", ""]
    return "\n".join(lines)


def _file(path: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused(say("{file} cannot be read: {reason}", file=path.as_posix(), reason=_reason(error))) from None
    if found is not None and not isinstance(found, dict):
        raise Refused(say("{file} cannot be read: {reason}", file=path.as_posix(), reason="name: value"))
    return found or {}


def _reason(error: Exception) -> str:
    """Why, and where; never the line itself, in which a password may stand."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"{error.problem} ({error.problem_mark.line + 1}:{error.problem_mark.column + 1})"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "UTF-8" if isinstance(error, UnicodeDecodeError) else "YAML"


def _typed(name: str, said: Any, default: Value) -> Value:
    text = str(said).strip()
    if isinstance(default, bool):
        if text.lower() in TRUE + FALSE:
            return text.lower() in TRUE
        raise Refused(say("The setting {name} is true or false, not “{value}”.", name=name, value=text))
    if isinstance(default, int):
        if text.isascii() and text.isdecimal():
            return int(text)
        raise Refused(say("The setting {name} is a whole number, not “{value}”.", name=name, value=text))
    return text
