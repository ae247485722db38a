"""What an input is: how its template sees it, how a value is written into it, and how it is read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from typing import Any

from werkzeug.datastructures import MultiDict

from hanok.engine.errors import Message
from hanok.engine.fields import Choice, Field
from hanok.web.formats import Formats

Form = MultiDict[str, str]
TITLE = "$title"
CURRENCY = ".currency"


@dataclass(frozen=True, slots=True)
class LineCell:
    """One field of a line: bound under its own name (`lines.0.price`), with its value and what is wrong with it."""

    field: Field
    value: Any
    errors: tuple[Message, ...] = ()
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line of an input of lines. `number` stands in the names of its boxes; `id` is "" for a new one."""

    number: str
    id: str
    group: str
    cells: tuple[LineCell, ...]
    errors: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Control:
    """One input as its template sees it. `text` is what stands in the box, `picked` what is chosen of several.

    An input of several boxes names them `<name>.<part>` and sends an empty `<name>` beside them; `boxes` holds their
    texts by part. `unfit` are the choices that a limit does not offer now, and may once something else is typed.
    """

    field: Field
    name: str
    id: str
    label: str
    help: str
    facts: Mapping[str, Any]
    text: str = ""
    title: str = ""
    picked: tuple[str, ...] = ()
    currency: str = ""
    errors: tuple[str, ...] = ()
    required: bool = False
    wide: bool = False
    autofocus: bool = False
    placeholder: str = ""
    choices: tuple[Choice, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    unfit: frozenset[str] = frozenset()
    boxes: Mapping[str, tuple[str, ...]] = also(default_factory=dict)
    rows: tuple[LineRow, ...] = ()
    blank: LineRow | None = None
    typed: Form | None = None

    def box(self, part: str) -> str:
        """The text of the box `<name>.<part>`, of inputs that have several."""
        return (self.boxes.get(part) or ("",))[-1]

    @property
    def bad(self) -> bool:
        return bool(self.errors)

    @property
    def described(self) -> str:
        """The ids of what describes the input: its error, else its help."""
        return f"{self.id}-error" if self.errors else f"{self.id}-help" if self.help else ""

    @property
    def listed(self) -> tuple[tuple[str, str], ...]:
        """What a plain list of a link offers: keys and titles, what is chosen now among them."""
        chosen = ((self.text, self.title),) if self.text and self.text not in dict(self.options) else ()
        return (*chosen, *self.options)

    @property
    def offered(self) -> tuple[Choice, ...]:
        """The choices that may be picked: retired ones only where they are picked already."""
        kept = {self.text, *self.picked}
        return tuple(choice for choice in self.choices if not choice.retired or choice.key in kept)


Fill = Callable[[Control, Any, Formats], Control]
Read = Callable[[Form, str, Formats], Any]
ReadField = Callable[[Field, Form, Formats], Any]
Errors = Mapping[str, Sequence[Message]]
#: Adds what an input of many rows shows: of a value, or of what was typed, with the errors of its rows by name.
Rows = Callable[[Control, Any, Form | None, Errors, Formats, ReadField], Control]


def fill_text(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=str(value))


def read_text(form: Form, name: str, formats: Formats) -> Any:
    return form.getlist(name)[-1]


@dataclass(frozen=True, slots=True)
class Input:
    """One widget: its name, which is also its template `widgets/<name>.html`, how it is filled and how it is read.

    `rows` and `read_rows` are given instead where it holds other inputs, whose fields are the field's `own`.
    """

    name: str
    fill: Fill = fill_text
    read: Read = read_text
    wide: bool = False
    rows: Rows | None = None
    read_rows: Callable[[Field, Form, Formats, ReadField], Any] | None = None


def sent_boxes(form: Form, name: str) -> dict[str, tuple[str, ...]]:
    """What was typed into the boxes `<name>.<part>`, by part."""
    return {key.removeprefix(name + "."): tuple(form.getlist(key)) for key in form if key.startswith(name + ".")}
