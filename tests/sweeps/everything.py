"""The "everything" module: each field type with each of its settings, made from the registry; and values for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import marshmallow as ma

from hanok.engine import records
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field, FieldType
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import STAGE, TYPES, a_catalog, a_user, an_administrator
from tests.sweeps.uploads import pending

EVERYTHING = "everything"
ADMIN = an_administrator()
#: Modules that are there anyway.
CORE = {"user", "team", "security_group", "outbound_account", "inbound_account", "login_provider"}
OF_LINES = {"parent", "position", "group"}
KNOWN = {*CORE, EVERYTHING}
PLACE = "label: {en: %s}\nfields:\n  name: {type: text, required: true}\n  size: {type: integer}\n"
#: What the samples of a type lack: values that are nearly equal, and those that databases treat differently.
MORE: Mapping[str, Sequence[Any]] = {
    "text": ("한빛", "한", "z", "Z", "%", "_", "a\\b", "İstanbul", "ıstanbul", "ﬁn", "ΣΑΣ", "σας", "e\u0301", "é"),
    "long_text": ("한빛\n전자", "Z", "%", "a\\b", "ﬁn", "ς"),
    "integer": (1, 2, 3, 10),
    "decimal": ("1", "2", "0.5", "10"),
    "percent": ("10%", "50", "100"),
    "money": ("1", "1000", "47,800,000"),
    "date": ("2026-11-21", "2026-11-20", "2026-11-22", "2026-12-31", "2026-10-31", "2025-11-21", "2027-01-01"),
    "datetime": (
        "2026-11-21T00:00+09:00", "2026-11-20T23:59:59.999999+09:00", "2026-11-21T23:59+09:00",
        "2026-11-30T23:30+09:00", "2026-10-31T15:00Z", "2025-12-31T15:00Z", "2026-11-21T03:00:00Z",
    ),
    "phone": ("+82 2-1234-5678", "+82 10-1234-5679"),
    "email": ("KIM@example.com", "lee@example.com"),
    "url": ("https://EXAMPLE.com", "https://example.com/"),
}  # fmt: skip


#: Settings that the types' own samples cannot have: they name what else is in these files.
MORE_SETTINGS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "links": (
        {"to": EVERYTHING, "reverse": "tied", "fields": {
            "role": {"type": "choice", "options": "stage"}, "share": {"type": "percent"}, "since": {"type": "date"},
            "note": {"type": "text"},
        }},
    ),
    "lines": (
        {"groups": True, "of": {
            "name": {"type": "text", "required": True}, "quantity": {"type": "decimal", "places": 2},
            "price": {"type": "money"}, "due": {"type": "date"}, "stage": {"type": "choice", "options": "stage"},
            "ready": {"type": "boolean"}, "account": {"type": "link", "to": "account"}, "at": {"type": "datetime"},
            "sum": {"type": "money", "formula": "quantity * price"},
        }},
    ),
}  # fmt: skip


def everything_files(types: Mapping[str, FieldType] = TYPES) -> dict[str, str]:
    """The documents: the module, and small ones for its links to point at."""
    of_a_set = [(f"{key}_set", {"type": key, "options": "stage"}) for key in ("choice", "choices")]
    fields = [*every_setting(types), *of_a_set]
    lines = [f"  {key}: {json.dumps(settings, ensure_ascii=False)}\n" for key, settings in fields]
    targets = sorted({to for _, found in every_setting(types) for to in _targets(types[found["type"]], found)} - KNOWN)
    files = {f"modules/{key}.yaml": PLACE % key.capitalize() for key in targets}
    text = f"label: {{en: Everything, ko: 모두}}\ntitle: '{{{{ text_1 }}}}'\nfields:\n{''.join(lines)}"
    return files | {f"modules/{EVERYTHING}.yaml": text, "options/stage.yaml": STAGE}


def _led_to(found: Field) -> tuple[str, ...]:
    """The modules of the records that a link or an n-n link may lead to, but for this one."""
    members = () if found.type.embedded(found.settings) is not None else found.members
    return tuple(key for key in (*found.targets, *members) if key != EVERYTHING)


def _targets(found: FieldType, settings: Mapping[str, Any]) -> tuple[str, ...]:
    return (*found.targets(settings), *found.members(settings))


def every_setting(types: Mapping[str, FieldType] = TYPES) -> Iterator[tuple[str, dict[str, Any]]]:
    """Keys and settings of the fields; searched, indexed and not audited by turns."""
    for found in types.values():
        for number, settings in enumerate((*found.settings_samples(), *MORE_SETTINGS.get(found.key, ())), 1):
            indexed = found.sortable and "eq" in found.operators
            common: dict[str, Any] = {"search": True} if number % 2 else {"audit": False, "index": indexed}
            common = {} if found.apart else common
            yield f"{found.key}_{number}", {"type": found.key, **common, **settings}


def everything() -> Catalog:
    return a_catalog(everything_files())


def writable(module: Module) -> list[Field]:
    return [found for found in module.fields.values() if not found.type.generated]


def raw_values(found: Field) -> list[Any]:
    """Values that the field takes, as they are written: its samples, and some more."""
    every = [*found.type.samples(found), *MORE.get(found.type.key, ())]
    return [raw for raw in every if _takes(found, raw)]


def _takes(found: Field, raw: Any) -> bool:
    try:
        return found.type.value(found).deserialize(raw, zone="Asia/Seoul") is not None
    except ma.ValidationError:
        return False


@dataclass
class Filler:
    """Makes records of everything in a store; `known` are the ids that links may point at, by module."""

    store: Store
    catalog: Catalog
    drawn: Random
    known: dict[str, list[str]] = field(default_factory=dict)
    key: str = EVERYTHING

    def __post_init__(self) -> None:
        self.module = self.catalog.modules[self.key]
        self.fields = [found for found in writable(self.module) if not found.type.apart]
        self.plain = [found.key for found in self.fields if not (found.targets or found.type.holds_files)]
        self.pools = {key: raw_values(self.module.fields[key]) for key in self.plain}
        self.known["user"] = [str(a_user(self.store, self.catalog, f"u{number}").id) for number in range(3)]
        for place in sorted({to for found in self.module.fields.values() for to in _led_to(found)} - {"user"}):
            with self.store.write() as conn:
                raws = [{"name": f"{place} {number}", **self._own(place, number)} for number in range(6)]
                made = [records.create(conn, self.catalog, ADMIN, place, raw) for raw in raws]
            self.known[place] = [str(record.id) for record in made]

    @staticmethod
    def _own(place: str, number: int) -> dict[str, Any]:
        return {"key": f"k{number}"} if place in CORE else {"size": number % 4 or None}

    def raw(self, *, empty: float = 0.25) -> dict[str, Any]:
        """Raw values of one record, of which so many are left out."""
        wanted = [found for found in writable(self.module) if self.drawn.random() >= empty and not found.type.apart]
        return {found.key: self.value(found) for found in wanted}

    def another(self, found: Field, dumped: Any) -> Any:
        """A raw value of a field whose value is not this one, where it takes one."""
        if found.targets or found.type.holds_files:
            some = [self.value(found) for _ in range(12 if found.targets else 1)]
        else:
            some = self.drawn.sample(self.pool(found), len(self.pool(found)))
        other = (raw for raw in some if self.stored(found, raw) != dumped)
        return next(other, some[0])

    def stored(self, found: Field, raw: Any) -> Any:
        """What is kept of a raw value, as JSON."""
        if found.type.holds_files:
            return raw
        return found.type.dump(found, found.type.value(found).deserialize(raw, zone="Asia/Seoul"))

    def variety(self, found: Field) -> int:
        """How many different values a field may be given here."""
        if found.targets or found.type.holds_files:
            return 9
        return len({json.dumps(self.stored(found, raw), sort_keys=True) for raw in self.pools[found.key]})

    def apart(self, *, empty: float = 0.25) -> dict[str, Any]:
        """Raw ties and lines of one record, of which so many fields are left out."""
        wanted = [found for found in writable(self.module) if self.drawn.random() >= empty and found.type.apart]
        return {found.key: self.several(found) for found in wanted}

    def several(self, found: Field, *, least: int = 0) -> list[dict[str, Any]]:
        """Up to four ties or lines, some of their own fields left out."""
        count = self.drawn.randint(least, 4)
        if found.type.embedded(found.settings) is None:
            every = [{"module": to, "id": id} for to in found.members for id in self.known.get(to, ())]
            some = self.drawn.sample(every, min(count, len(every)))
            return [{**tie, **self._inner(found.own.values())} for tie in some]
        child = [each for each in writable(self.catalog.every[found.members[0]]) if each.key not in OF_LINES]
        groups = ["", "가", "B"] if found.settings.get("groups") else [""]
        placed = [{"group": group} if (group := self.drawn.choice(groups)) else {} for _ in range(count)]
        return [{**place, **self._inner(child)} for place in placed]

    def _inner(self, fields: Iterable[Field]) -> dict[str, Any]:
        given = [each for each in fields if each.required or self.drawn.random() < 0.7]
        return {each.key: self.value(each) for each in given if not each.made}

    def value(self, found: Field) -> Any:
        if found.type.holds_files:
            return pending(self.store, self.drawn, several=isinstance(found.type.samples(found)[0], list))
        if not found.targets:
            return self.drawn.choice(self.pool(found))
        target = self.drawn.choice(found.targets)
        id = self.drawn.choice(self.known[target])
        return {"module": target, "id": id} if len(found.targets) > 1 else id

    def pool(self, found: Field) -> list[Any]:
        if found.module == self.key:
            return self.pools[found.key]
        key = f"{found.module}.{found.key}"
        if key not in self.pools:
            self.pools[key] = raw_values(found)
        return self.pools[key]

    def records(self, count: int, *, empty: float = 0.25, apart: bool = False) -> list[Record]:
        """So many records, as they were created; `apart` gives them ties and lines, too."""
        more = self.apart if apart else lambda empty: {}
        raws = [self.raw(empty=empty) | more(empty=empty) for _ in range(count)]
        with self.store.write() as conn:
            return [records.create(conn, self.catalog, ADMIN, self.key, raw) for raw in raws]
