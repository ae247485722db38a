"""What a field type is: one class that says everything about itself.

A type is written once, in one file, and registered in one tuple (`fields/__init__.py`). Its facets return data only:
SQLAlchemy columns, marshmallow fields, names of widgets and cells. HTML and addresses are the faces' business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

import marshmallow as ma
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.fields.field import NOTHING, Cell, Counter, Field, Labels, Part, Widget
from hanok.engine.fields.keys import Keys
from hanok.engine.fields.operators import OPERATORS, Operator


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
    #: True when its texts name people (`records.telling.mentions`).
    mentions: ClassVar[bool] = False
    #: The operator by which a record is found by an e-mail address of it, "" where it holds none.
    addressed: ClassVar[str] = ""
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

    def default(self, field: Field) -> Any:
        """What the document says that a new record has here, raw; None for nothing."""
        return field.settings.get("default")

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

    def may_lack_options(self, settings: Mapping[str, Any]) -> bool:
        """Whether the option set is one that packages bring (`$name`): without them there is none."""
        return False

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

    def addresses(self, field: Field, value: Any) -> tuple[str, ...]:
        """The e-mail addresses that a value says, the one that mail goes to first; none for most types."""
        return ()

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
