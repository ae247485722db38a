"""Inputs: the widgets that field types name, each a template and how its text is written and read.

A widget is drawn with its label above, the mark of a required field, its help, and its errors in place. What was typed
is kept: give the sent form to `draw` and every text comes back as it was. `read_form` turns a sent form into raw values
for the one validator of each type. A box that sends nothing when it is empty (a checkbox) sends an empty companion, so
that a missing name always means "not on this form".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from hanok.engine.errors import HanokError, Message, say
from hanok.engine.fields import Choice, Field, in_language
from hanok.engine.fields.phone import national
from hanok.web.cells import money_parts
from hanok.web.formats import Formats
from hanok.web.i18n import translate

Form = MultiDict[str, str]
TITLE = "$title"
CURRENCY = ".currency"


@dataclass(frozen=True, slots=True)
class Control:
    """One input as its template sees it. `text` is what stands in the box, `picked` what is chosen of several."""

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


# -- writing: a value into the box ------------------------------------------------------------------------------
def fill_text(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=str(value))


def fill_number(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=formats.number(value) if isinstance(value, (int, Decimal)) else str(value))


def fill_money(control: Control, value: Any, formats: Formats) -> Control:
    if isinstance(value, str):
        return replace(control, text=value)
    amount, currency = money_parts(value, control.currency)
    places = formats.currency_places(currency) if currency else None
    whole = places == 0 or (isinstance(amount, Decimal) and amount == amount.to_integral_value())
    return replace(control, text=formats.number(amount, 0 if whole else places), currency=currency)


def fill_phone(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=national(str(value), str(control.facts.get("country", ""))))


def fill_flag(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text="true" if value else "")


def fill_date(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=value if isinstance(value, str) else value.isoformat())


def fill_datetime(control: Control, value: Any, formats: Formats) -> Control:
    if isinstance(value, str):
        return replace(control, text=value)
    here = formats.local(value).replace(tzinfo=None)
    exact = bool(here.second or here.microsecond)
    return replace(control, text=here.isoformat(timespec="auto" if exact else "minutes"))


def fill_link(control: Control, value: Any, formats: Formats) -> Control:
    key, title = str(getattr(value, "id", value)), str(getattr(value, "title", ""))
    several = len(control.field.targets) > 1 and hasattr(value, "module")
    return replace(control, text=f"{value.module}:{key}" if several else key, title=title)


def fill_several(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, picked=tuple(map(str, value)))


# -- reading: the box into a raw value ----------------------------------------------------------------------------
def read_text(form: Form, name: str, formats: Formats) -> Any:
    return form.getlist(name)[-1]


def read_number(form: Form, name: str, formats: Formats) -> Any:
    return plain_number(form.getlist(name)[-1])


def read_money(form: Form, name: str, formats: Formats) -> Any:
    amount = plain_number(form.getlist(name)[-1])
    currency = form.get(name + CURRENCY, "")
    return {"amount": amount, "currency": currency} if currency and amount else amount


def read_several(form: Form, name: str, formats: Formats) -> Any:
    return [found for found in form.getlist(name) if found]


def plain_number(typed: str) -> str:
    """The number without a currency or percent sign around it; the type's validator reads the rest."""
    text = unicodedata.normalize("NFKC", typed)
    return "".join(sign for sign in text if sign != "%" and unicodedata.category(sign) != "Sc").strip()


@dataclass(frozen=True, slots=True)
class Input:
    """One widget: its name, which is also its template `widgets/<name>.html`, how it is filled and how it is read."""

    name: str
    fill: Fill = fill_text
    read: Read = read_text
    wide: bool = False


BUILT_IN: tuple[Input, ...] = (
    Input("text"),
    Input("textarea", wide=True),
    Input("email"),
    Input("tel", fill_phone),
    Input("url"),
    Input("number", fill_number, read_number),
    Input("percent", fill_number, read_number),
    Input("money", fill_money, read_money),
    Input("checkbox", fill_flag),
    Input("select"),
    Input("multiselect", fill_several, read_several),
    Input("date", fill_date),
    Input("datetime", fill_datetime),
    Input("link", fill_link),
)


def registry(*more: Input) -> Mapping[str, Input]:
    """All widgets by name. Raises when a name is taken."""
    found: dict[str, Input] = {}
    for one in (*BUILT_IN, *more):
        if one.name in found:
            raise HanokError(say("There are two widgets called {name}.", name=one.name))
        found[one.name] = one
    return MappingProxyType(found)


INPUTS = registry()


def input_of(field: Field, inputs: Mapping[str, Input] = INPUTS) -> Input:
    """The widget of a field; a name that nobody registered is a plain text box."""
    return inputs.get(field.type.input(field).name) or inputs["text"]


def field_id(key: str) -> str:
    """The id of a field's input on the page, for links to it."""
    return "f-" + key.replace(".", "-")


def read_form(fields: Iterable[Field], form: Form, formats: Formats) -> dict[str, Any]:
    """The raw values of those fields that stood on the form, ready for `records.create` and `update`."""
    return {one.key: input_of(one).read(form, one.key, formats) for one in fields if one.key in form}


@dataclass(frozen=True, slots=True)
class Widgets:
    """Draws inputs with the templates of an environment."""

    environment: Environment
    inputs: Mapping[str, Input] = field(default_factory=lambda: INPUTS)

    def draw(
        self,
        field: Field,
        value: Any = None,
        *,
        formats: Formats,
        form: Form | None = None,
        errors: Sequence[Message | str] = (),
        autofocus: bool = False,
        label: str = "",
        wide: bool | None = None,
        required: bool | None = None,
        options: Sequence[tuple[str, str]] = (),
    ) -> Markup:
        """The whole field: label, input, help or errors. `form` brings back what was typed, else `value` is shown.

        `options` make a link a plain list of these (keys and titles), for browsers without scripts.
        """
        asked, chosen = field.type.input(field), input_of(field, self.inputs)
        control = Control(
            field=field,
            name=field.key,
            id=field_id(field.key),
            label=label or field.label_in(formats.language),
            help=in_language(field.help, formats.language),
            facts=asked.facts,
            currency=str(asked.facts.get("currency", "")),
            errors=tuple(translate(one, formats.language) for one in errors),
            required=field.required if required is None else required,
            wide=chosen.wide if wide is None else wide,
            autofocus=autofocus,
            placeholder=in_language(field.settings.get("placeholder", {}), formats.language),
            choices=field.choices,
            options=tuple(options),
        )
        control = _filled(control, chosen, value, form, formats)
        drawn = self.environment.get_template(f"widgets/{chosen.name}.html").render(w=control, formats=formats)
        return Markup(drawn)  # noqa: S704  the template escapes


def _filled(control: Control, chosen: Input, value: Any, form: Form | None, formats: Formats) -> Control:
    if form is not None and control.name in form:
        typed = form.getlist(control.name)
        return replace(
            control,
            text=typed[-1],
            picked=tuple(one for one in typed if one),
            title=form.get(control.name + TITLE, ""),
            currency=form.get(control.name + CURRENCY, control.currency),
        )
    return control if value is None else chosen.fill(control, value, formats)
