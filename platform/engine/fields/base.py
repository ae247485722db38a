"""What a field type is: one class that says everything about itself.

A type is written once, in one file, and registered in one tuple (`fields/__init__.py`). Its facets return data only:
SQLAlchemy columns, marshmallow fields, names of widgets and cells. HTML and addresses are the faces' business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar

import marshmallow as ma
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from hanok.engine.errors import Place
from hanok.engine.fields.keys import Keys
from hanok.engine.fields.operators import OPERATORS, Operator

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

    `width` is one of: text, long, link, choice, number, money, percent, date, datetime, user, phone, flag.
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
        return bool(self.settings.get("unique", False))

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


class FieldType:
    """A field type. Subclass it in a file of its own, set the class variables and override what differs.

    Shapes: `value` turns raw input (text from forms and files, JSON from the API) into the Python value of the type or
    raises `marshmallow.ValidationError`; `write`/`read` turn that value into the columns of `parts` and back;
    `dump` turns it into JSON (decimals as text); `export` into a spreadsheet cell, which `value` reads back unchanged.
    """

    key: ClassVar[str]
    label: ClassVar[Labels]
    icon: ClassVar[str] = "forms"
    group: ClassVar[str] = "text"
    #: JSON Schema of the type's own keys; the common keys are added by `catalog.schemas`.
    options: ClassVar[Mapping[str, Any]] = NOTHING
    #: Those of them that a document must write.
    needs: ClassVar[tuple[str, ...]] = ()
    #: Keys of `fields.operators.OPERATORS` that conditions and filters may use, the filter's default first.
    operators: ClassVar[tuple[str, ...]] = ("eq", "ne", "in", "not_in", "empty")
    #: Types whose values become values of this one without a loss.
    converts_from: ClassVar[frozenset[str]] = frozenset()
    #: True when the engine makes the value (auto numbers): no form offers it.
    generated: ClassVar[bool] = False
    #: True when lists may sort by it.
    sortable: ClassVar[bool] = True
    #: True when its values are rows of another table (n-n links, lines): it has no parts, and is read by its end.
    apart: ClassVar[bool] = False
    #: True when its values name uploaded files, which belong to the record that holds them: see `files_of`.
    holds_files: ClassVar[bool] = False
    #: How its values compare in a browser: "text" (casefolded), "exact" (keys and ids), "number", "flag", "day",
    #: "moment", "time", "keys" (several of them), or "" where a condition about it is left to the server.
    compares: ClassVar[str] = ""
    #: True when its values are seen on the record alone: no title, formula, history or outbox holds them.
    secret: ClassVar[bool] = False
    #: The value when nobody said anything and the document gives no default.
    blank: ClassVar[Any] = None

    @classmethod
    def of_site(cls, keys: Keys) -> FieldType:
        """The type for a site with these keys, for types that write with them."""
        return cls()

    # -- storage -----------------------------------------------------------------------------------------------
    def parts(self, field: Field) -> tuple[Part, ...]:
        """The physical columns, the value's own first (name "")."""
        raise NotImplementedError

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        """The value of each part, ready to be bound. `value` is None for empty."""
        return {"": value}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        """The Python value from the parts read back."""
        return parts[""]

    def renewed(self, field: Field, parts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The columns written anew with the newest key of the site; None where they are, or need none."""
        return None

    # -- values ------------------------------------------------------------------------------------------------
    def value(self, field: Field) -> ma.fields.Field[Any]:
        """The one validator: forms, API and import all load through it (a `fields.value.Value`).

        Call it as `value(field).deserialize(raw, zone=actor.zone)`: a moment written without an offset is meant in that
        zone. None and blank text load as `blank`; `required` is not its business. Raises `marshmallow.ValidationError`
        whose `messages` are a list of `Message`.
        """
        raise NotImplementedError

    def former(self, field: Field) -> ma.fields.Field[Any]:
        """The validator without the rules of this field (`min`, `length`, retired options …).

        It reads what was a value once: an audit's dump, a stored value that comes back from a form.
        """
        return self.value(field)

    def unchanged(self, field: Field, raw: Any, present: Any) -> bool:
        """True when the raw input says what is stored already, so that the stored value stays without being checked.

        A form sends every field: nobody shall be stopped by a value that she did not touch and that newer rules
        refuse (a retired option, a narrower `max`). Records ask this before they load.
        """
        if present is None:
            return False
        try:
            found = self.former(field).deserialize(raw)
        except ma.ValidationError:
            return False
        return bool(self.dump(field, found) == self.dump(field, present))

    def dump(self, field: Field, value: Any) -> Any:
        """The value as JSON: for the API, the audit and the outbox."""
        return value

    def kept(self, field: Field, value: Any) -> Any:
        """The value as JSON for the history and the outbox, which compare by it what changed."""
        return self.dump(field, value)

    def export(self, field: Field, value: Any, language: str) -> Any:
        """The value for a spreadsheet cell: text, number, date or None."""
        return self.dump(field, value)

    def from_text(self, field: Field, text: Any) -> Any:
        """What an imported cell says, as `value` wants it: labels become keys, for instance.

        The cell is text, or a spreadsheet's number, boolean, date or datetime.
        """
        return text

    def counter(self, field: Field, today: date) -> Counter | None:
        """The counter that makes the value of a new record, for generated types."""
        return None

    # -- conditions, sorting, search ---------------------------------------------------------------------------
    def compared(self, field: Field) -> str:
        """The part that conditions and sorting look at."""
        return ""

    def comparable(self, field: Field, value: Any) -> Any:
        """A loaded value as it is compared with that part (text is casefolded, say). Never called with None."""
        return value

    def order(self, field: Field, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """What lists sort by, from the compared part's column: options in their own order, for instance."""
        return column

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        """The validator of one value on the right of an operator: of each one in a list, of both ends of a range.

        What loads as None is no operand (`empty` asks for that).
        """
        return self.former(field)

    def part_operand(self, field: Field, part: str) -> ma.fields.Field[Any] | None:
        """The validator of what one of the other parts is compared with (`amount.currency`).

        None when conditions do not ask for this part by itself.
        """
        return None

    def part_field(self, field: Field, part: str) -> Field | None:
        """A part as a field of its own (`billing.city` is text), over columns of this field (see `fields.parts`).

        Its key is the path. It is asked, sorted and shown by its own type. None when there is no such part.
        """
        return None

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        """Raw values worth testing on the right of an operator; each one of a list, where it takes many."""
        return self.samples(field)

    def operator(self, key: str) -> Operator:
        """What one of `operators` means for this type."""
        return OPERATORS[key]

    def relative(self, field: Field, word: str, *, now: datetime, zone: str) -> tuple[Any, Any] | None:
        """First and last value of what a relative word ("today", "+30d", "this_month") stands for, else None.

        `now` is aware; `zone` is the IANA name of the zone whose day is meant.
        """
        return None

    def reading(self, field: Field) -> Mapping[str, Any]:
        """What a browser must know to read the raw text of a form as `compares` says: `signs` around a number, say."""
        return NOTHING

    def search_text(self, field: Field, value: Any) -> str:
        """What the search index keeps of it."""
        return "" if value is None else str(value)

    def snippet(self, field: Field, value: Any) -> str:
        """What a hit of the quick search shows of it."""
        return self.search_text(field, value)

    # -- faces -------------------------------------------------------------------------------------------------
    def input(self, field: Field) -> Widget:
        raise NotImplementedError

    def asks(self, field: Field) -> Widget:
        """Which input asks for an operand, in the editor of filters."""
        return self.input(field)

    def cell(self, field: Field) -> Cell:
        return Cell("text")

    # -- what it refers to -------------------------------------------------------------------------------------
    def option_set(self, settings: Mapping[str, Any]) -> Any:
        """The key of the option set, or the options written in place, or None."""
        return None

    def targets(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Modules that a value points to; not empty means: the value is a record's id and has a title to show."""
        return ()

    def members(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Modules whose records a to-many field ties to its record."""
        return ()

    def own(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields, as they are written, that each tie of a to-many field has itself (the role of a contact)."""
        return NOTHING

    def embedded(self, settings: Mapping[str, Any]) -> Any:
        """What the rows inside the record are made of: the key of a module of lines, a map of fields, or None."""
        return None

    def reverse(self, settings: Mapping[str, Any]) -> Any:
        """What the targets call this link: a key, or a map with key and label, or None."""
        return None

    def files_of(self, field: Field, value: Any) -> tuple[Any, ...]:
        """The files that a value names (`fields.file.Attached`), of types that hold files."""
        return ()

    def with_files(self, field: Field, value: Any, known: Mapping[Any, Any]) -> Any:
        """The value with what is known of its files, by their ids, in place of what its writer said of them."""
        return value

    # -- documentation, preview, contract ----------------------------------------------------------------------
    def samples(self, field: Field) -> Sequence[Any]:
        """Raw values worth testing: each loads, and survives write → read → export → load unchanged."""
        raise NotImplementedError

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        """Settings worth testing, as they stand in YAML."""
        return (NOTHING,)
