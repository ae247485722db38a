"""The buttons of actions, decided: which stand where, what each asks first, and what is said afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hanok.engine.access import Actor
from hanok.engine.catalog.behaviour import Action
from hanok.engine.catalog.model import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Record
from hanok.engine.records.acting import Outcome, not_yet, permits
from hanok.screens import bulk
from hanok.screens.once import new_token

#: How many buttons stand beside the title of a record; the others are in its menu.
BESIDE = 2
#: What is asked stands under these names, so that no question is called like something else that is sent.
ASKED = "ask."
#: Of how many refused records the reasons are said.
REASONS = 3
#: A notice waits in a cookie: more than this is not taken along to be undone.
LONGEST_UNDO = 600


@dataclass(frozen=True, slots=True)
class Button:
    """One action for some records: a form of its own, or a link to what it asks first (`asks`).

    A link that `leads` opens a page, not a dialog. `hidden` is what either sends: the records, the versions that were
    seen, where to go afterwards.
    """

    key: str
    label: str
    icon: str
    url: str
    asks: bool
    hidden: tuple[tuple[str, str], ...]
    leads: bool = False

    @property
    def link(self) -> str:
        return f"{self.url}?{urlencode(self.hidden)}" if self.hidden or not self.leads else self.url


@dataclass(frozen=True, slots=True)
class Buttons:
    """The actions of a record: those beside its title, and those in its menu."""

    beside: tuple[Button, ...] = ()
    more: tuple[Button, ...] = ()

    @property
    def all(self) -> tuple[Button, ...]:
        return (*self.beside, *self.more)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its field under the name that is sent, what it holds, what was wrong with it."""

    field: Field
    value: Any
    errors: tuple[Message, ...]
    options: tuple[tuple[str, str], ...]
    first: bool


@dataclass(frozen=True, slots=True)
class AskPage:
    """What an action asks before it runs.

    `titles` name those of the `count` records that can be named; `listing` is the address where links are lists, or "";
    `alike` says that records like the new one are there already.
    """

    module: Module
    plural: str
    label: str
    icon: str
    url: str
    question: str
    titles: tuple[str, ...]
    count: int
    questions: tuple[Asked, ...]
    hidden: tuple[tuple[str, str], ...]
    back: str
    listing: str
    problem: Message | None = None
    alike: bool = False

    @property
    def brings_files(self) -> bool:
        return any(one.field.type.holds_files for one in self.questions)


def buttons(
    module: Module, record: Record, found: Sequence[Action], language: str, *, back: str, path: str = ""
) -> Buttons:
    """The buttons of these actions for one record; `back` is where they lead afterwards.

    What only takes a step of the path (the field `path`), which stands above with its own buttons, is in the menu.
    """
    steps = [action for action in found if _is_step(action, path)]
    made = [button(module, action, [record], language, back=back) for action in found if action not in steps]
    more = [button(module, action, [record], language, back=back) for action in steps]
    return Buttons(tuple(made[:BESIDE]), (*made[BESIDE:], *more))


def _is_step(action: Action, path: str) -> bool:
    """Whether an action asks nothing and sets one field, this one."""
    done = [step.data.keys() for step in action.do if step.kind == "set"]
    return not (action.ask or action.confirm) and len(action.do) == 1 and done == [{path}]


def button(module: Module, action: Action, records: Iterable[Record], language: str, *, back: str) -> Button:
    sent = [pair for one in records for pair in (("id", str(one.id)), ("version", str(one.version)))]
    asks = bool(action.ask or action.confirm)
    token = [] if asks else [("token", new_token())]
    return Button(
        action.key, in_language(action.label, language), action.icon, f"/{module.key}/_do/{action.key}", asks,
        (*sent, ("next", back), *token),
    )  # fmt: skip


def question_fields(action: Action) -> tuple[Field, ...]:
    """The questions under the names by which they are sent."""
    return tuple(replace(field, key=ASKED + key) for key, field in action.ask.items())


def ask_page(
    module: Module,
    action: Action,
    records: Sequence[Record],
    language: str,
    *,
    count: int,
    values: Mapping[str, Any],
    hidden: Sequence[tuple[str, str]],
    back: str,
    errors: Mapping[str, Sequence[Message]],
    options: Mapping[str, tuple[tuple[str, str], ...]],
    listing: str,
    problem: Message | None = None,
    alike: bool = False,
) -> AskPage:
    wrong = next((key for key in action.ask if errors.get(key)), next(iter(action.ask), ""))
    questions = tuple(
        Asked(field, values.get(key), tuple(errors.get(key, ())), options.get(key, ()), key == wrong)
        for field, key in zip(question_fields(action), action.ask, strict=True)
    )
    return AskPage(
        module=module,
        plural=in_language(module.plural, language),
        label=in_language(action.label, language),
        icon=action.icon,
        url=f"/{module.key}/_do/{action.key}",
        question=in_language(action.confirm, language) if action.confirm else "",
        titles=tuple(one.title for one in records),
        count=count,
        questions=questions,
        hidden=tuple(hidden),
        back=back,
        listing="" if not any(field.targets for field in action.ask.values()) else listing,
        problem=problem or next(iter(errors.get("", ())), None),
        alike=alike,
    )


def said(action: Action, outcome: Outcome) -> list[tuple[Message, str]]:
    """What happened, as notices with their kinds."""
    done, refused = outcome.done, outcome.refused
    if len(outcome.records) == 1:
        return [_one(action, outcome)]
    if not refused:
        return [(say("{action}: {done} done.", action=action.label, done=len(done)), "done")]
    facts = {"action": action.label, "done": len(done), "left": len(refused)}
    counts = say("{action}: {done} done, {left} left as before.", **facts)
    reasons = [say("“{title}”: {reason}", title=one.title, reason=one.refused) for one in refused[:REASONS]]
    return [(counts, "failed"), *((reason, "failed") for reason in reasons)]


def _one(action: Action, outcome: Outcome) -> tuple[Message, str]:
    (acted,) = outcome.records
    if acted.refused is not None:
        return acted.refused, "failed"
    if outcome.opened is not None:
        return say("“{title}” was made.", title=outcome.opened.title), "done"
    return done_with(action, acted.title), "done"


def done_with(action: Action, title: str) -> Message:
    return say("“{title}”: {action}.", action=action.label, title=title)


def with_menu(catalog: Catalog, actor: Actor, module: Module, rows: Iterable[Record]) -> frozenset[UUID]:
    """The rows of a list that have a menu: where the actor may do something; when it opens, what is for them now."""
    found = [action for action in module.actions.values() if "row" in action.at and not not_yet(action)]
    opened = (row for row in rows if row.may_view)
    return frozenset(row.id for row in opened if any(permits(catalog, actor, action, row) for action in found))


def for_many(
    catalog: Catalog, actor: Actor, module: Module, rows: Sequence[Record], language: str
) -> tuple[bulk.Button, ...]:
    """The module's own actions in the bar over a list: what the actor may do to some row of it."""
    found = [action for action in module.actions.values() if "bulk" in action.at and not not_yet(action)]
    return tuple(
        bulk.Button(action.key, None, action.icon or "bolt", bool(action.ask or action.confirm),
                    in_language(action.label, language), f"/{module.key}/_do/{action.key}")
        for action in found if any(row.may_view and permits(catalog, actor, action, row) for row in rows)
    )  # fmt: skip
