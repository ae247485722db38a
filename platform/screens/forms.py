"""A form, decided: tabs one below the other, the side, what was wrong and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from typing import Any

from hanok.engine.catalog.model import CellSpec, FormView, Module, Panel
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language

Errors = Mapping[str, Sequence[Message]]
#: What the links of a form may point to: keys and titles, by field.
Options = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form; `fixed` is shown, not asked. `wide` is None where the widget decides."""

    field: Field | None
    label: str = ""
    value: Any = None
    errors: tuple[Message, ...] = ()
    wide: bool | None = None
    fixed: bool = False
    first: bool = False
    inner: Errors = also(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A panel of questions under a heading, "" where its only question says the same."""

    key: str
    label: str
    columns: int
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class FormPage:
    """Everything that a form prints. `record_title` is "" for a new record; `errors` under "" are the record's own.

    `listing` is where the same form lists what its links may point to, for browsers without scripts.
    """

    module: Module
    label: str
    plural: str
    record_title: str
    action: str
    cancel: str
    version: int
    token: str
    onward: str
    groups: tuple[Group, ...]
    side: tuple[Group, ...]
    errors: Errors = also(default_factory=dict)
    hidden: Mapping[str, str] = also(default_factory=dict)
    listing: str = ""

    @property
    def brings_files(self) -> bool:
        """Whether it asks for files, which come in parts of the request."""
        asked = (one.field for group in (*self.groups, *self.side) for one in group.questions if not one.fixed)
        return any(found is not None and found.type.holds_files for found in asked)


def asked_fields(module: Module, view: FormView) -> tuple[Field, ...]:
    """The fields that a form asks for: those that people write."""
    found = (module.field(key) for key in view.fields() if module.has(key))
    return tuple(one for one in found if not (one.readonly or one.hidden))


def build(
    module: Module,
    values: Mapping[str, Any],
    *,
    language: str,
    action: str,
    cancel: str,
    record_title: str = "",
    version: int = 0,
    token: str = "",
    onward: str = "",
    errors: Errors | None = None,
    hidden: Mapping[str, str] | None = None,
    options: Options | None = None,
    listing: str = "",
) -> FormPage:
    """The form of a new record (version 0) or of an existing one."""
    found = errors or {}
    view = module.views.form
    groups = [
        _group(module, panel, values, found, language, new=not version) for tab in view.tabs for panel in tab.panels
    ]
    side = [_group(module, panel, values, found, language, new=not version) for panel in view.side]
    placed = {question.field.key for group in (*groups, *side) for question in group.questions if question.field}
    return FormPage(
        module=module,
        label=in_language(module.label, language),
        plural=in_language(module.plural, language),
        record_title=record_title,
        action=action,
        cancel=cancel,
        version=version,
        token=token,
        onward=onward,
        groups=_with_options(_with_first([group for group in groups if group.questions], found), options or {}),
        side=_with_options([group for group in side if group.questions], options or {}),
        errors=_summary(module, found, placed),
        hidden=hidden or {},
        listing=listing,
    )


def _group(
    module: Module, panel: Panel, values: Mapping[str, Any], errors: Errors, language: str, *, new: bool
) -> Group:
    cells = [cell for row in panel.rows for cell in row]
    questions = tuple(
        _question(module, cell, values, errors, language) for cell in cells if _asked(module, cell, new=new)
    )
    label = in_language(panel.label, language)
    if not any(question.field for question in questions):
        questions = ()
    return Group(panel.key, "" if [one.label for one in questions] == [label] else label, panel.columns, questions)


def _asked(module: Module, cell: CellSpec, *, new: bool) -> bool:
    """What nobody writes is shown on an existing record and left out of a new one."""
    if not cell.field:
        return True
    if not module.has(cell.field):
        return False
    field = module.field(cell.field)
    return not field.hidden and not (new and field.readonly)


def _question(module: Module, cell: CellSpec, values: Mapping[str, Any], errors: Errors, language: str) -> Question:
    if not cell.field:
        return Question(None)
    field = module.field(cell.field)
    return Question(
        field,
        in_language(cell.label, language) or field.label_in(language),
        values.get(field.key),
        tuple(errors.get(field.key, ())),
        True if cell.span > 1 else None,
        field.readonly,
        inner={key: tuple(said) for key, said in errors.items() if key.startswith(f"{field.key}.")},
    )


def _with_first(groups: Sequence[Group], errors: Errors) -> tuple[Group, ...]:
    """Marks where the cursor goes: the first wrong field, else the first one."""
    asked = [question for group in groups for question in group.questions if question.field and not question.fixed]
    first = next((one for one in asked if one.errors or one.inner), asked[0] if asked and not errors else None)
    return tuple(
        replace(group, questions=tuple(replace(one, first=one is first) for one in group.questions)) for group in groups
    )


def _with_options(groups: Sequence[Group], options: Options) -> tuple[Group, ...]:
    return tuple(
        replace(
            group,
            questions=tuple(
                replace(one, options=options.get(one.field.key, ())) if one.field else one for one in group.questions
            ),
        )
        for group in groups
    )


def _summary(module: Module, errors: Errors, placed: set[str]) -> Errors:
    """The errors for the summary: those of fields that are not on the form stand with the record's own."""
    own = {key: tuple(said) for key, said in errors.items() if key in placed}
    inner = {key.partition(".")[0] for key in errors} & placed
    own |= {key: (say("Some lines are not right yet."),) for key in inner if key not in own}
    rest = tuple(
        _named(module, key, message)
        for key, said in errors.items()
        if key.partition(".")[0] not in placed
        for message in said
    )
    return {**own, **({"": rest} if rest else {})}


def _named(module: Module, key: str, message: Message) -> Message:
    return say("{field}: {message}", field=module.field(key).label, message=message) if module.has(key) else message
