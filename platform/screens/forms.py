"""A form, decided: tabs one below the other, the side, what was wrong and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from typing import Any

from hanok.engine.catalog.model import Module
from hanok.engine.catalog.views import CellSpec, FormView, Panel
from hanok.engine.conditions import Node
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Alike
from hanok.screens import told
from hanok.screens.conditional import Present, appears_when, for_form, panels
from hanok.screens.totals import Total, has_worked, totals
from hanok.web.widgets import input_of

Errors = Mapping[str, Sequence[Message]]
#: What the links of a form may point to: keys and titles, by field.
Options = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form; `fixed` is shown, not asked. `wide` is None where the widget decides.

    `moves` says that what is typed may show it, hide it, ask for it or fix it; `hidden`, `required` and `locked` are
    how it stands now. `beside` are the fields of its row: while one is shown, a hidden one keeps its place (`gap`).
    `unfit` are the options that cannot be picked now; `changed` says that something else was typed than is stored.
    `totals` stand below lines.
    """

    field: Field | None
    label: str = ""
    value: Any = None
    errors: tuple[Message, ...] = ()
    wide: bool | None = None
    fixed: bool = False
    first: bool = False
    inner: Errors = also(default_factory=dict)
    options: tuple[tuple[str, str], ...] = ()
    moves: bool = False
    hidden: bool = False
    required: bool = False
    locked: bool = False
    beside: tuple[str, ...] = ()
    gap: bool = False
    unfit: tuple[str, ...] = ()
    changed: bool = False
    totals: tuple[Total, ...] = ()

    @property
    def spans(self) -> bool:
        """Whether it takes a row of its own."""
        return bool(self.wide if self.wide is not None else self.field and input_of(self.field).wide)


@dataclass(frozen=True, slots=True)
class Group:
    """A panel of questions under a heading, "" where its only question says the same.

    `moves` says that what is typed may show or hide it, `hidden` that it is not shown now, `note` when it is.
    """

    key: str
    label: str
    columns: int
    questions: tuple[Question, ...]
    moves: bool = False
    hidden: bool = False
    note: Message | None = None


@dataclass(frozen=True, slots=True)
class FormPage:
    """Everything that a form prints. `record_title` is "" for a new record; `errors` under "" are the record's own.

    `listing` is where the same form lists what its links may point to, for browsers without scripts. `rules` are what
    the browser is told of conditions (`screens.told`), `alike` the records to ask about before this one is saved too;
    `worked` says that there is something to be worked out while somebody types, `quick` that it asks for a few fields.
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
    rules: Mapping[str, Any] = also(default_factory=dict)
    alike: tuple[Alike, ...] = ()
    merges: bool = False
    worked: bool = False
    quick: bool = False

    @property
    def previewing(self) -> str:
        """Where the browser asks what the record comes to, "" where nothing is worked out."""
        return f"{self.action.rpartition('/')[0]}/_preview" if self.worked else ""

    @property
    def asking(self) -> str:
        """Where the browser asks what it cannot know of conditions."""
        start = self.action.rpartition("/")[0] if self.version else f"/{self.module.key}"
        return f"{start}/_state" + ("?form=quick" if self.quick else "")

    @property
    def record_id(self) -> str:
        """The record's id, "" for a new one."""
        return self.action.split("/")[2] if self.version else ""

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
    here: Present,
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
    alike: tuple[Alike, ...] = (),
    merges: bool = False,
    view: FormView | None = None,
) -> FormPage:
    """The form of a new record (version 0) or of an existing one, as it stands `here`; `values` are those before.

    `view` is the form to draw where it is another one than the module's.
    """
    found, module = errors or {}, here.module
    view = view or module.views.form
    here = for_form(here, frozenset(one.key for one in asked_fields(module, view)))
    drawing = _Drawing(here, values, found, language, new=not version)
    every = {place: drawing.group(place, node, panel) for place, node, panel in panels(view)}
    side = {f"side-{panel.key}" for panel in view.side}
    groups = [group for place, group in every.items() if place not in side]
    beside = [group for place, group in every.items() if place in side]
    placed = {question.field.key for group in every.values() for question in group.questions if question.field}
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
        side=_with_options([group for group in beside if group.questions], options or {}),
        errors=_summary(module, found, placed),
        hidden=hidden or {},
        listing=listing,
        rules=told.rules(here, view, values),
        alike=alike,
        merges=merges,
        worked=has_worked(here.around.catalog, module),
        quick=view is not module.views.form,
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Draws the panels of one form."""

    here: Present
    values: Mapping[str, Any]
    errors: Errors
    language: str
    new: bool

    def group(self, place: str, node: Node | None, panel: Panel) -> Group:
        """A panel; without questions where nothing that is typed can make it appear."""
        questions = tuple(question for row in panel.rows for question in self._row(row))
        asked = [question for question in questions if question.field]
        moves, shown = bool(self.here.names(node)), self.here.holds(node)
        label = in_language(panel.label, self.language)
        return Group(
            place,
            "" if [one.label for one in questions] == [label] else label,
            panel.columns,
            questions if asked and (moves or shown) else (),
            moves or any(one.moves for one in asked),
            hidden=not any(one.errors for one in asked) and (not shown or all(one.hidden for one in asked)),
            note=appears_when(node) if moves else None,
        )

    def _row(self, row: Sequence[CellSpec]) -> list[Question]:
        questions = [self._question(cell) for cell in row if self._asked(cell)]
        return [self._placed(one, questions) if one.moves else one for one in questions]

    def _placed(self, one: Question, row: Sequence[Question]) -> Question:
        """A question that may vanish, with what stands beside it."""
        others = [other for other in row if other.field and other is not one and not (other.spans or one.spans)]
        keys = tuple(other.field.key for other in others if other.field)
        return replace(one, beside=keys, gap=one.hidden and any(not other.hidden for other in others))

    def _asked(self, cell: CellSpec) -> bool:
        """What nobody writes is shown on an existing record and left out of a new one."""
        if not cell.field:
            return True
        if not self.here.module.has(cell.field):
            return False
        field = self.here.module.field(cell.field)
        return not field.hidden and not (self.new and field.readonly) and not self.here.gone(cell.field)

    def _question(self, cell: CellSpec) -> Question:
        if not cell.field:
            return Question(None)
        here, field = self.here, self.here.module.field(cell.field)
        errors, changed = tuple(self.errors.get(field.key, ())), self._changed(field)
        return Question(
            field,
            in_language(cell.label, self.language) or field.label_in(self.language),
            self.values.get(field.key),
            errors,
            True if cell.span > 1 else None,
            here.fixed(field),
            inner={key: tuple(said) for key, said in self.errors.items() if key.startswith(f"{field.key}.")},
            moves=here.moves(field.key),
            hidden=not errors and not here.shown(field.key),
            required=here.needed(field),
            locked=not errors and not changed and here.locked(field.key),
            changed=changed,
            unfit=self._unfit(field),
            totals=self._totals(field),
        )

    def _totals(self, field: Field) -> tuple[Total, ...]:
        """What follows from lines and stands nowhere else on the form."""
        if field.type.embedded(field.settings) is None:
            return ()
        placed = () if self.new else self.here.module.views.form.fields()
        return totals(self.here.around.catalog, self.here.module, field.key, self.values, but=placed)

    def _changed(self, field: Field) -> bool:
        typed, stored = self.here.values.get(field.key), self.values.get(field.key)
        if typed is stored or field.type.apart or self.here.dynamic(field.key).readonly is None:
            return False
        return typed is None or stored is None or bool(field.type.dump(field, typed) != field.type.dump(field, stored))

    def _unfit(self, field: Field) -> tuple[str, ...]:
        pick = self.here.module.picks.get(field.key)
        if pick is None or "" not in pick.nodes:
            return ()
        fitting = self.here.fits(field, pick)
        return tuple(choice.key for choice in field.choices if choice.key not in fitting)


def _with_first(groups: Sequence[Group], errors: Errors) -> tuple[Group, ...]:
    """Marks where the cursor goes: the first wrong field, else the first one."""
    shown = [question for group in groups if not group.hidden for question in group.questions if not question.hidden]
    asked = [question for question in shown if question.field and not question.fixed]
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
