"""Inputs: the widgets that field types name, each a template and how its text is written and read.

A widget is drawn with its label above, the mark of a required field, its help, and its errors in place. What was typed
is kept: give the sent form to `draw` and every text comes back as it was. `read_form` turns a sent form into raw values
for the one validator of each type. A box that sends nothing when it is empty (a checkbox) sends an empty companion, so
that a missing name always means "not on this form".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from hanok.engine.errors import HanokError, Message, say
from hanok.engine.fields import Field, in_language
from hanok.web.controls import CURRENCY, TITLE, Control, Errors, Form, Input, sent_boxes
from hanok.web.formats import Formats
from hanok.web.i18n import translate
from hanok.web.inputs import BUILT_IN


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
    return {one.key: read_field(one, form, formats) for one in fields if one.key in form and not _stays(one, form)}


def _stays(field: Field, form: Form) -> bool:
    """Whether the box of a value that is only ever written was left empty."""
    return bool(field.type.input(field).facts.get("write_only")) and not form.getlist(field.key)[-1].strip()


def read_field(found: Field, form: Form, formats: Formats) -> Any:
    """The raw value of one field that stood on the form."""
    chosen = input_of(found)
    if chosen.read_rows is not None:
        return chosen.read_rows(found, form, formats, read_field)
    return chosen.read(form, found.key, formats)


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
        unfit: Sequence[str] = (),
        asking: bool = False,
        inner: Errors | None = None,
        prefix: str = "",
    ) -> Markup:
        """The whole field: label, input, help or errors. `form` brings back what was typed, else `value` is shown.

        `asking` draws what asks for the operand of a condition. `options` make a link a plain list of these (keys and
        titles), for browsers without scripts; `unfit` are the choices that are not offered now. `inner` are the errors
        of the rows inside, by name ("lines.0.price"). `prefix` tells its id from that of a second form of the page.
        """
        asked = field.type.asks(field) if asking else field.type.input(field)
        chosen = self.inputs.get(asked.name) or self.inputs["text"]
        control = Control(
            field=field,
            name=field.key,
            id=prefix + field_id(field.key),
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
            unfit=frozenset(unfit),
        )
        control = _filled(control, chosen, value, form, formats)
        if chosen.rows is not None:
            control = chosen.rows(control, value, form, inner or {}, formats, read_field)
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
            boxes=sent_boxes(form, control.name),
        )
    return control if value is None else chosen.fill(control, value, formats)
