"""What holds for every record of a module: its rules, and which records are taken for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog.behaviour import Duplicate, Rule
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.reading import Reader
from hanok.engine.conditions.tree import Node, named
from hanok.engine.errors import say


def rules(reader: Reader) -> dict[str, Rule]:
    """The rules by key; what is wrong with one is reported, and it is left out."""
    found = {key: _rule(reader, key, said) for key, said in reader.source.data.get("rules", {}).items()}
    return {key: rule for key, rule in found.items() if rule is not None}


def _rule(reader: Reader, key: str, said: Mapping[str, Any]) -> Rule | None:
    module, place = reader.module, ("rules", key)
    check = reader.node(said["check"], *place, "check")
    when = reader.node(said["when"], *place, "when") if "when" in said else None
    field = said.get("field", "")
    if field and field not in module.fields:
        reader.report.missing_field(reader.source, reader.source.place(*place, "field"), field, module.fields)
    if check is None or ("when" in said and when is None):
        return None
    return Rule(key, check, said["message"], field or _first(module, check), when)


def _first(module: Module, check: Node) -> str:
    """The first own field that a condition names; "" when it names none."""
    keys = (field.key.partition(".")[0] for field in named(check) if field.module == module.key)
    return next((key for key in keys if key in module.fields), "")


def duplicates(reader: Reader) -> dict[str, Duplicate]:
    """By key, the fields by which records are taken for one."""
    found = {}
    for key, said in reader.source.data.get("duplicates", {}).items():
        match = tuple(_match(reader, key, said["match"]))
        if match:
            found[key] = Duplicate(key, match, said.get("then", "warn") == "refuse")
    return found


def _match(reader: Reader, key: str, written: list[str]) -> list[str]:
    fields, kept = reader.module.fields, []
    for number, name in enumerate(written):
        place = reader.source.place("duplicates", key, "match", number)
        if name not in fields:
            reader.report.missing_field(reader.source, place, name, fields)
        elif fields[name].type.apart or "eq" not in fields[name].type.operators:
            reader.report.wrong(place, say("“{field}” has no value that could be alike.", field=name))
        else:
            kept.append(name)
    return kept if len(kept) == len(written) else []
