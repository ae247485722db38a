"""Messengers: what carries a short text to a number. One is here, which writes files: for trying things out."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from hanok.engine.errors import say
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.jobs.work import GiveUp

#: The messenger that writes into a folder of the site, and that folder.
FOLDER, WHERE = "folder", "messages"
#: What packages bring messengers as (`Surroundings.brought`).
BROUGHT = "messengers"


class Messenger(Protocol):
    """Carries texts. A message may be asked for again under the same key, which the peer should know it by.

    Raises `steps.base.Retry` where it may pass, `GiveUp` where it will not. What it returns is told, as plain JSON.
    """

    def send(self, to: str, text: str, key: str) -> Mapping[str, Any]: ...


#: Makes a messenger of a site's settings.
Making = Callable[[Surroundings], Messenger]


class ToFolder:
    """Writes each message into a file of its own, named by its key: the same message is there once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, to: str, text: str, key: str) -> Mapping[str, Any]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        written = {"to": to, "text": text, "key": key, "at": datetime.now(UTC).isoformat(timespec="seconds")}
        name = f"{key}.json"
        beside = self._folder / f".{name}.{os.getpid()}"
        beside.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        beside.replace(self._folder / name)
        return {"file": f"{WHERE}/{name}"}


def messenger_of(surroundings: Surroundings, name: str = "") -> Messenger:
    """The messenger of this name; without one, that of the setting `messenger`. Raises GiveUp where there is none."""
    wanted = name or str(surroundings.settings.get("messenger", "")) or FOLDER
    if wanted == FOLDER:
        return ToFolder(surroundings.folder / WHERE)
    making: Making | None = surroundings.brought.get(BROUGHT, {}).get(wanted)
    if making is None:
        known = ", ".join(sorted({FOLDER, *surroundings.brought.get(BROUGHT, {})}))
        raise GiveUp(say("There is no messenger “{name}” here; there are: {known}.", name=wanted, known=known))
    return making(surroundings)
