"""What the code itself reads of its own modules: layers may relabel it and add to it, not take or retype it."""

from __future__ import annotations

from collections.abc import Mapping

from hanok.engine.catalog.model import Module
from hanok.engine.catalog.report import Report, Source
from hanok.engine.errors import say

#: By module, the fields that logins, rights and menus read, with their types.
FIXED: Mapping[str, Mapping[str, str]] = {
    "user": {"username": "text", "email": "email", "active": "boolean", "team": "link", "language": "choice",
             "time_zone": "text"},
    "team": {"name": "text", "key": "text"},
    "security_group": {"name": "text", "key": "text", "users": "links", "from_creator": "boolean",
                       "from_owner": "boolean", "from_parent": "boolean"},
}  # fmt: skip


def check_fixed(modules: Mapping[str, Module], sources: Mapping[str, Source], report: Report) -> None:
    """Reports fields of the core that are gone, of another type, or worked out: nobody could log in any more."""
    for module, wanted in FIXED.items():
        if module in modules:
            for key, kind in wanted.items():
                _check(modules[module], sources[module], key, kind, report)


def _check(module: Module, source: Source, key: str, kind: str, report: Report) -> None:
    found, facts = module.fields.get(key), {"field": key, "module": module.key}
    if found is None:
        if not source.is_lost("fields", key):
            report.wrong(source.place("fields"), say("Hanok itself needs the field “{field}” of {module}.", **facts))
    elif found.type.key != kind:
        told = say("“{field}” of {module} stays of the type {kind}: Hanok itself reads it.", kind=kind, **facts)
        report.wrong(source.place("fields", key, "type"), told)
    elif "formula" in found.settings or "rollup" in found.settings:
        told = say("“{field}” of {module} is not worked out: Hanok itself reads and writes it.", **facts)
        report.wrong(source.place("fields", key), told)
