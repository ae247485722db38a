"""What is asked before many records are changed, and what is said of it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hanok.engine.catalog import Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.engine.records.bulk import ASSIGN, CAP, DELETE, KEPT, NOT_CHANGED, SAME, SET, TAKEN_BACK, TIE, UNDONE, Bulk

LABELS: Mapping[str, Message] = {SET: say("Change"), ASSIGN: say("Assign"), TIE: say("Tag"), DELETE: say("Delete")}
IN_BACKGROUND = say("The change runs in the background. You find it at the top of the page, also when it is done.")
SOME_BACK = say("{count} records are as they were before; {left} stay, for somebody changed them since.")
ICONS: Mapping[str, str] = {SET: "pencil", ASSIGN: "user-share", TIE: "tag", DELETE: "trash"}


@dataclass(frozen=True, slots=True)
class Button:
    """One action of the bar over a list: what it is called, and whether it asks something first.

    One of the module's own has its name in the reader's language, and the address where it runs.
    """

    key: str
    label: Message | None
    icon: str
    asks: bool
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class BulkForm:
    """What is asked: which records (as hidden pairs), and the fields that there are to choose from.

    `shown` are those that are drawn; `count` is None where there are more than are counted.
    """

    module: Module
    plural: str
    action: str
    label: Message
    icon: str
    url: str
    field_url: str
    hidden: tuple[tuple[str, str], ...]
    count: int | None
    fields: tuple[tuple[str, str], ...]
    shown: tuple[Field, ...]
    errors: Mapping[str, Sequence[Message]]
    problem: Message | None

    @property
    def most(self) -> int:
        return CAP


@dataclass(frozen=True, slots=True)
class Outcome:
    """The page about one change: what became of how many, and those that were left with the reason."""

    module: Module
    plural: str
    label: Message
    lives: bool
    counts: tuple[tuple[Message, int], ...]
    left: tuple[tuple[UUID, str, Message], ...]
    may_undo: bool
    url: str


def buttons(actions: Sequence[str]) -> tuple[Button, ...]:
    """The buttons of the bar; deleting asks nothing, for it can be taken back."""
    return tuple(Button(key, LABELS[key], ICONS[key], key != DELETE) for key in actions)


def form_of(
    module: Module, action: str, language: str, *, url: str, field_url: str, hidden: Sequence[tuple[str, str]],
    count: int, fields: Sequence[Field], shown: Sequence[Field], errors: Mapping[str, Sequence[Message]],
) -> BulkForm:  # fmt: skip
    offered = sorted(((one.key, one.label_in(language)) for one in fields), key=lambda pair: pair[1])
    return BulkForm(
        module=module,
        plural=in_language(module.plural, language),
        action=action,
        label=LABELS[action],
        icon=ICONS[action],
        url=url,
        field_url=field_url,
        hidden=tuple(hidden),
        count=count if count <= CAP else None,
        fields=tuple(offered) if action == SET else (),
        shown=tuple(shown),
        errors=errors,
        problem=next(iter(errors.get("", ())), None),
    )


def outcome_of(
    plan: Bulk, module: Module, left: Sequence[tuple[UUID, str, Message]], language: str, *, lives: bool
) -> Outcome:
    return Outcome(
        module=module,
        plural=in_language(module.plural, language),
        label=LABELS[plan.action],
        lives=lives,
        counts=tuple((label, plan.counts[key]) for key, label in _ends(plan) if plan.counts.get(key)),
        left=tuple(left),
        may_undo=not lives and plan.state == "done" and plan.changed > 0,
        url=f"/{plan.module}/_bulk/{plan.id}",
    )


def said(plan: Bulk) -> tuple[Message, str]:
    """What happened, and whether that is all that was wished."""
    if plan.job is not None:
        return IN_BACKGROUND, "done"
    if plan.state == UNDONE:
        return _undone(plan)
    left = plan.counts.get(NOT_CHANGED, 0)
    facts = {"count": plan.changed + plan.counts.get(SAME, 0), "left": left}
    done, some = _SENTENCES[plan.action]
    return (Message(some.text, facts), "failed") if left else (Message(done.text, facts), "done")


def _undone(plan: Bulk) -> tuple[Message, str]:
    kept = plan.counts.get(KEPT, 0)
    facts = {"count": plan.counts.get(TAKEN_BACK, 0), "left": kept}
    if kept:
        return Message(SOME_BACK.text, facts), "failed"
    return say("{count} records are as they were before.", **facts), "done"


_SENTENCES: Mapping[str, tuple[Message, Message]] = {
    SET: (say("{count} records were changed."), say("{count} records were changed, {left} left as they were.")),
    ASSIGN: (say("{count} records were assigned."), say("{count} records were assigned, {left} left as they were.")),
    TIE: (say("{count} records were tagged."), say("{count} records were tagged, {left} left as they were.")),
    DELETE: (say("{count} records were deleted."), say("{count} records were deleted, {left} left as they were.")),
}


def _ends(plan: Bulk) -> tuple[tuple[str, Message], ...]:
    changed = say("Deleted") if plan.action == DELETE else say("Changed")
    return (("changed", changed), (SAME, say("Were so already")), (NOT_CHANGED, say("Left as they were")),
            (TAKEN_BACK, say("Taken back")), (KEPT, say("Changed since, and kept")))  # fmt: skip
