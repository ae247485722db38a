"""The settings of a site: one tuple says all there are.

A value comes from the environment (`HANOK_PORT`), else from the site's `site.yaml` (`port: 8000`), else it is the
default, whose type it has. Whatever belongs to the application itself is metadata and not here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from hanok.engine.errors import Refused, say
from hanok.engine.language import unknown

Value = str | int | bool

SETTINGS: tuple[tuple[str, Value, str], ...] = (
    ("database", "", "Address of the database, like postgresql://user:password@host/name; empty: the file hanok.db."),
    ("host", "127.0.0.1", "Address to listen on; 0.0.0.0 is every address of this machine."),
    ("port", 8000, "Port to listen on."),
    ("threads", 8, "Requests that one process serves at a time."),
    ("https", False, "Whether people come by https: cookies are then sent that way only."),
    ("proxies", 0, "How many proxies stand in front and tell the address of the browser (X-Forwarded-For)."),
    ("session_days", 14, "Days after which somebody has to log in again."),
    ("secret_key", "", "What cookies are signed with; empty: a random one kept in the database."),
)
PREFIX = "HANOK_"
TRUE, FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0", "")


def read_settings(folder: Path, environment: Mapping[str, str] | None = None) -> Mapping[str, Value]:
    """All settings of the site in this folder. Raises Refused for what cannot be read; a missing file says nothing."""
    environment = os.environ if environment is None else environment
    written = _file(folder / "site.yaml")
    names = [name for name, _, _ in SETTINGS]
    for name in written:
        if name not in names:
            raise Refused(unknown(str(name), names, noun=say("setting")))
    found: dict[str, Value] = {}
    for name, default, _ in SETTINGS:
        said = environment.get(PREFIX + name.upper(), written.get(name))
        found[name] = default if said is None else _typed(name, said, default)
    return MappingProxyType(found)


def template() -> str:
    """The text of a new site.yaml: every setting with its default, commented out."""
    lines = ["# The settings of this site. Each may also come from the environment: HANOK_PORT=8001", ""]
    for name, default, help_text in SETTINGS:
        shown = yaml.safe_dump({name: default}, width=200).strip()
        lines += [f"# {help_text}", f"# {shown}", ""]
    return "\n".join(lines)


def _file(path: Path) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Refused(say("{file} cannot be read: {reason}", file=path.as_posix(), reason=str(error))) from error
    if found is not None and not isinstance(found, dict):
        raise Refused(say("{file} cannot be read: {reason}", file=path.as_posix(), reason="name: value"))
    return found or {}


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
