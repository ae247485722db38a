"""The page of a web form, decided: what it asks for in the visitor's language, what is wrong, what is said after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from hanok.engine.catalog import Module
from hanok.engine.catalog.outside import Asked, Webform
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.web.i18n import translate

Errors = Mapping[str, Sequence[Message]]
SEND, THANKS = say("Send"), say("Thank you. We have what you wrote.")
INCOMPLETE = say("This form cannot be saved as it is. Please tell us by another way.")


@dataclass(frozen=True, slots=True)
class Question:
    """A field of the form, as it is called here, and what was wrong with it."""

    field: Field
    required: bool
    errors: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """`shown` says when it was, signed; `problem` is what was wrong with all of it."""

    url: str
    title: str
    text: str
    button: str
    thanks: str
    questions: tuple[Question, ...]
    shown: str
    problem: Message | None = None

    @property
    def first_wrong(self) -> str:
        return next((each.field.key for each in self.questions if each.errors), "")


def page_of(
    module: Module, form: Webform, language: str, *, url: str, shown: str,
    errors: Errors | None = None, problem: Message | None = None,
) -> FormPage:  # fmt: skip
    wrong = told(errors or {}, form)
    questions = tuple(
        Question(_asked(module.field(one.key), one), one.required, tuple(wrong.get(one.key, ()))) for one in form.asked
    )
    return FormPage(
        url, in_language(form.title or module.label, language), _said(form.text, language),
        _said(form.button, language) or translate(SEND, language), thanks_of(form, language), questions, shown,
        problem or next(iter(wrong.get("", ())), None),
    )  # fmt: skip


def _asked(field: Field, one: Asked) -> Field:
    """The field as a form asks for it: like one of an embedded module, which offers no colleagues to name."""
    settings = {**field.settings, "help": one.help}
    return replace(field, module=f"{field.module}.form", label=one.label, settings=settings)


def told(errors: Errors, form: Webform) -> Errors:
    """What is wrong as a stranger is told it: of fields that the form does not ask for, that it is not complete."""
    asked = {"", *(one.key for one in form.asked)}
    mine = {key: found for key, found in errors.items() if key in asked}
    return mine if len(mine) == len(errors) else {**mine, "": (*mine.get("", ()), INCOMPLETE)}


def thanks_of(form: Webform, language: str) -> str:
    """What is said when it was sent."""
    return _said(form.thanks, language) or translate(THANKS, language)


def _said(labels: Mapping[str, str], language: str) -> str:
    return in_language(labels, language) if labels else ""
