"""Where names are looked up while old ones are read as the new: the fields of a module, or those of links and lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hanok.engine.catalog.renames import Keys, Renames
from hanok.engine.fields import FieldType
from hanok.engine.language import Document, Documents

NONE: Keys = {}
#: What says of a field where it leads.
LEADS = ("type", "to", "of", "options", "reverse")


@dataclass(frozen=True, slots=True)
class Home:
    """Fields by key, as they are written; `place` is the module's key, or that of the field they belong to."""

    place: str
    fields: Mapping[str, Any]
    renamed: Keys = field(default_factory=dict)


class Homes:
    """The homes of all modules, and how paths lead from one to another."""

    def __init__(self, documents: Documents, renames: Renames, types: Mapping[str, FieldType]) -> None:
        self.documents = documents
        self.renames = renames
        self.types = types
        self._ends: dict[str, dict[str, str]] | None = None

    def of(self, module: Any) -> Home | None:
        """The home of a module, by its key of today or of before."""
        key = self.renames.modules.get(module, module) if isinstance(module, str) else ""
        document = self.documents.of("module").get(key)
        if document is None:
            return None
        return Home(key, document.data.get("fields", {}), self.renames.fields.get(key, NONE))

    def beyond(self, home: Home, key: str) -> Home | None:
        """Where a field, or the reverse of a link, leads; None where that is nowhere, or to several modules."""
        settings = home.fields.get(key)
        if settings is None:
            return self.of(self._reverse(home.place).get(key))
        if isinstance(settings.get("of"), Mapping):
            return Home(f"{home.place}.{key}", settings["of"], self.renames.own.get(f"{home.place}.{key}", NONE))
        found = self.types.get(settings.get("type", ""))
        fixed = found.targets({}) if found else ()
        targets = fixed or _listed(settings.get("to")) or _listed(settings.get("of"))
        return self.of(targets[0]) if len(targets) == 1 else None

    def options(self, home: Home, key: str) -> Keys:
        """The options of a field that were renamed."""
        said = home.fields.get(key, {}).get("options")
        if isinstance(said, str):
            return self.renames.sets.get(said.removeprefix("$"), NONE)
        return self.renames.options.get(f"{home.place}.{key}", NONE)

    def _reverse(self, module: str) -> Mapping[str, str]:
        if self._ends is None:
            self._ends = {}
            for key, document in self.documents.of("module").items():
                for settings in document.data.get("fields", {}).values():
                    self._take(key, settings)
        return self._ends.get(module, {})

    def _take(self, module: str, settings: Mapping[str, Any]) -> None:
        said = settings.get("reverse")
        name = said.get("key") if isinstance(said, Mapping) else said
        for target in _listed(settings.get("to")) if isinstance(name, str) and self._ends is not None else ():
            now = self.renames.modules.get(target, target)
            self._ends.setdefault(now, {})[name] = module  # type: ignore[union-attr,index]  # both were asked above


def alike(before: Documents, now: Documents) -> bool:
    """Whether names lead to the same places in both: modules with the same fields of the same types, links and sets."""
    old, new = before.of("module"), now.of("module")
    return list(old) == list(new) and all(
        old[key] is each or _leads(old[key]) == _leads(each) for key, each in new.items()
    )


def _leads(document: Document) -> Any:
    fields: Mapping[str, Mapping[str, Any]] = document.data.get("fields", {})
    return {key: {name: said.get(name) for name in LEADS} for key, said in fields.items()}


def _listed(said: Any) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said) if isinstance(said, list | tuple) else ()
