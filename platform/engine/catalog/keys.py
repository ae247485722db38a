"""Keys of fields and modules that suit some types only: what is unique, what has an index, who is an owner."""

from __future__ import annotations

from hanok.engine.catalog.reading import Reader
from hanok.engine.errors import say
from hanok.engine.fields import Field

USER = "user"


def check_keys(reader: Reader) -> None:
    """Reports fields that are unique or indexed though nothing compares their values, and owners that are no users."""
    module, place, wrong = reader.module, reader.source.place, reader.report.wrong
    for key, field in module.fields.items():
        for name in ("unique", "index"):
            if field.settings.get(name) and not _is_compared(field):
                told = say("“{field}” has no value of its own that could be compared.", field=key)
                wrong(place("fields", key, name), told)
    for name in ("unique", "index"):
        for number, group in enumerate(reader.source.data.get(name, [])):
            for at, key in enumerate(group):
                if module.has(key) and not _is_compared(module.field(key)):
                    told = say("“{field}” has no value of its own that could be compared.", field=key)
                    wrong(place(name, number, at), told)
    for number, key in enumerate(reader.source.data.get("owners", [])):
        found = module.fields.get(key)
        if found is not None and USER not in (*found.targets, *found.members):
            told = say("“{field}” names no user, so it cannot say who the owner is.", field=key)
            wrong(place("owners", number), told)


def _is_compared(field: Field) -> bool:
    return bool(field.columns) and "eq" in field.type.operators
