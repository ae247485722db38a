"""A field as it is bound in one module, and the small things that a type says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy.types import TypeEngine

from hanok.engine.errors import Place

if TYPE_CHECKING:
    from hanok.engine.fields.base import FieldType

Labels = Mapping[str, str]
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Part:
    """One physical column of a field. `name` is "" for the value itself, else what follows the `$` in the column.

    `default`, when it is not None, is the column's server default: what rows hold that were there before the column.
    """

    name: str
    type: TypeEngine[Any]
    default: Any = None


@dataclass(frozen=True, slots=True)
class Widget:
    """Which input draws the field: the name of a widget of the face, and its facts (min, max, step, rows, unit …)."""

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cell:
    """How a value is shown: the name of a cell of the face, its facts, alignment and the kind of column width.

    `width` is one of: text, long, link, choice, number, money, percent, date, datetime, period, user, phone, email,
    flag.
    `role` is its place in a phone's list row: "title", "figure", "sub", "when", "state", "owner" or "" (left out).
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    align: str = "start"
    width: str = "text"
    role: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of an option set, with its attributes (`closed`, `probability` …)."""

    key: str
    label: Labels
    color: str = ""
    icon: str = ""
    retired: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counter:
    """What an auto-number needs from the database: the counter's key, its first value, and how a value is written."""

    key: str
    start: int
    write: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Linked:
    """The value of a link as it is read: the target's module, id (canonical text outside) and stored title."""

    module: str
    id: Any
    title: str

    def __str__(self) -> str:
        return self.title


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one module, bound: its type, its labels and everything that was written about it.

    `settings` holds the keys of the document (own keys of the type and the common ones) as read; `choices` is the
    resolved option set of choice types; `targets` the modules that a link may point to; `members` those whose records
    a to-many field holds, and `own` the fields that each such tie has itself; `columns` maps the names of
    the type's parts to physical column names. `app` holds what `app.yaml` says that types ask for: `currency`
    (ISO 4217) and `country` (ISO 3166, two letters).
    """

    module: str
    key: str
    type: FieldType
    label: Labels
    settings: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    targets: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    own: Mapping[str, Field] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    system: bool = False
    app: Mapping[str, Any] = field(default_factory=dict)

    @property
    def help(self) -> Labels:
        found: Labels = self.settings.get("help", NOTHING)
        return found

    @property
    def required(self) -> bool:
        """True when every record has a value here; under a condition, `catalog.Dynamic` says when."""
        return self.settings.get("required") is True

    @property
    def unique(self) -> bool:
        """True when no two records have the same value; of a link also when the other end has one record at most."""
        back = self.settings.get("reverse")
        one = bool(back.get("one", False)) if isinstance(back, Mapping) else False
        return one or bool(self.settings.get("unique", False))

    @property
    def readonly(self) -> bool:
        """True when nobody ever writes it by hand: system fields, generated ones, and what the document says."""
        return self.system or self.made or self.settings.get("readonly") is True

    @property
    def made(self) -> bool:
        """True when the engine makes the value: a generated one, or one that is worked out."""
        return self.type.generated or "formula" in self.settings or "rollup" in self.settings

    @property
    def live(self) -> bool:
        """True when it is worked out when it is read: it has no column, and no list sorts or chooses by it."""
        return bool(self.settings.get("live", False)) and "formula" in self.settings

    @property
    def hidden(self) -> bool:
        return bool(self.settings.get("hidden", False))

    @property
    def search(self) -> bool:
        return bool(self.settings.get("search", False))

    @property
    def audit(self) -> bool:
        """True when the history keeps its changes; of what is worked out, only when the document says so."""
        return bool(self.settings.get("audit", not self.made or self.type.generated))

    @property
    def mask(self) -> str:
        """How much of it lists hide: "" (nothing), "most" (all but the last four letters and digits) or "all"."""
        return str(self.settings.get("mask", ""))

    @property
    def personal(self) -> bool:
        """True when it says something about a human being."""
        return bool(self.settings.get("personal", False))

    @property
    def imported(self) -> bool:
        """True when a file may fill it."""
        return bool(self.settings.get("import", True))

    @property
    def exported(self) -> bool:
        """True when it stands in an export of everything. One that is said to be `export: false` stands in none."""
        return bool(self.settings.get("export", not self.type.secret))

    @property
    def massupdated(self) -> bool:
        """True when many records may get a value of it at once."""
        return bool(self.settings.get("massupdate", not (self.unique or self.type.secret))) and not self.readonly

    def choice(self, key: str) -> Choice | None:
        return next((found for found in self.choices if found.key == key), None)

    def label_in(self, language: str) -> str:
        return in_language(self.label, language)


def in_language(labels: Labels, language: str) -> str:
    """The label in this language, else in English, else in any language that there is."""
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), "")
