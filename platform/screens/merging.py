"""Merging records, decided: columns side by side, what moves along, what is said afterwards; and the duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hanok.engine.catalog import Module
from hanok.engine.catalog.behaviour import Duplicate
from hanok.engine.errors import Message, message_of, say
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Record
from hanok.engine.records.merging.asked import ALL, BEGUN, DONE, FAILED, MINE, UNDOING, UNDONE, Merge
from hanok.engine.records.merging.choosing import Choice, LineChoice
from hanok.engine.records.merging.counting import CAP, Amount
from hanok.engine.records.merging.finding import Alikes
from hanok.engine.records.merging.undoing import Left
from hanok.screens import cells
from hanok.screens.cells import Shown
from hanok.screens.words import Formats
from hanok.web.cells import is_empty

TAKE, LINES, VERSION = "take.", "lines.", "version."
IN_BACKGROUND = say("The merge runs in the background. You find it at the top of the page, also when it is done.")


@dataclass(frozen=True, slots=True)
class Column:
    """One of the records: the one that `stays`, or one that goes. `may_stay` and `may_go` are rights."""

    id: UUID
    title: str
    url: str
    version: int
    stays: bool
    may_stay: bool
    may_go: bool
    updated: Any
    owner: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One value: whose it is, and whether it is chosen. Of several equal ones the first speaks for all."""

    id: UUID
    shown: Shown
    chosen: bool
    empty: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A field that differs. `fixed`: the one that stays keeps its own."""

    key: str
    label: str
    offers: tuple[Offer, ...]
    fixed: bool
    errors: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class LineRow:
    """A field of lines: the number of each record's, and what is chosen ("all", "mine" or an id)."""

    key: str
    label: str
    counts: tuple[int, ...]
    chosen: str
    total: int


@dataclass(frozen=True, slots=True)
class Moves:
    label: str
    icon: str
    count: int
    capped: bool


@dataclass(frozen=True, slots=True)
class MergePage:
    """The page that asks. `equal` are the fields in which all are alike and which say something."""

    module: Module
    plural: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    lines: tuple[LineRow, ...]
    equal: tuple[tuple[str, Shown], ...]
    moves: tuple[Moves, ...]
    url: str
    back: str
    joins: bool
    problem: Message | None = None

    @property
    def stays(self) -> Column:
        return next(one for one in self.columns if one.stays)

    @property
    def possible(self) -> bool:
        """Whether the actor may do it as it stands."""
        return self.stays.may_stay and all(one.may_go for one in self.columns if not one.stays)


def build(
    module: Module, records: Sequence[Record], stays: UUID, choices: Sequence[Choice], lines: Sequence[LineChoice],
    moves: Sequence[Amount], *, language: str, sent: Mapping[str, str], equal: Sequence[Field],
    errors: Mapping[str, Sequence[Message]], problem: Message | None,
) -> MergePage:  # fmt: skip
    """The page; `sent` is what was chosen before, `equal` the fields that do not differ."""
    kept = next(one for one in records if one.id == stays)
    return MergePage(
        module=module,
        plural=in_language(module.plural, language),
        columns=tuple(_column(module, one, stays) for one in records),
        rows=tuple(_row(choice, records, language, sent, errors) for choice in choices),
        lines=tuple(_lines(choice, records, language, sent) for choice in lines),
        equal=tuple(
            (one.label_in(language), Shown(one, kept.values.get(one.key)))
            for one in equal if not is_empty(kept.values.get(one.key))
        ),
        moves=tuple(
            Moves(in_language(one.label, language), one.icon, min(one.count, CAP), one.count > CAP) for one in moves
        ),
        url=f"/{module.key}/_merge",
        back=f"/{module.key}/{stays}",
        joins=kept.may_assign,
        problem=problem or _loose(errors, choices),
    )  # fmt: skip


def _loose(errors: Mapping[str, Sequence[Message]], choices: Sequence[Choice]) -> Message | None:
    """What is wrong with something that is not to choose."""
    known = {one.field.key for one in choices}
    return next((told[0] for key, told in errors.items() if key not in known and told), None)


def _column(module: Module, one: Record, stays: UUID) -> Column:
    owner = next((one.values.get(key) for key in module.owners if module.has(key)), None)
    return Column(
        one.id, one.title, f"/{module.key}/{one.id}", one.version, one.id == stays, one.may_edit, one.may_delete,
        one.values.get("updated_at"), str(getattr(owner, "title", "") or ""),
    )  # fmt: skip


def _row(
    choice: Choice, records: Sequence[Record], language: str, sent: Mapping[str, str],
    errors: Mapping[str, Sequence[Message]],
) -> Row:  # fmt: skip
    key = choice.field.key
    chosen = str(choice.guess) if choice.fixed else sent.get(TAKE + key, str(choice.guess))
    offers = tuple(
        Offer(one.id, Shown(choice.field, choice.values[one.id]), str(one.id) == chosen,
              is_empty(choice.values[one.id]))
        for one in records
    )  # fmt: skip
    return Row(key, choice.field.label_in(language), offers, choice.fixed, tuple(errors.get(key, ())))


def _lines(choice: LineChoice, records: Sequence[Record], language: str, sent: Mapping[str, str]) -> LineRow:
    counts = tuple(choice.counts[one.id] for one in records)
    key = choice.field.key
    return LineRow(key, choice.field.label_in(language), counts, sent.get(LINES + key, choice.guess), sum(counts))


# -- afterwards --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Outcome:
    """The page about one merge."""

    module: Module
    plural: str
    title: str
    stays: str
    went: tuple[tuple[str, str], ...]
    state: Message
    lives: bool
    moved: int
    may_undo: bool
    problem: Message | None
    left: tuple[tuple[str, str, Message], ...]
    url: str


STATES: Mapping[str, Message] = {
    BEGUN: say("Under way"), DONE: say("Merged"), FAILED: say("Not merged"), UNDOING: say("Being taken back"),
    UNDONE: say("Taken back"),
}  # fmt: skip


def outcome_of(
    plan: Merge, module: Module, titles: Mapping[UUID, str], left: Sequence[Left], language: str, *, moved: int
) -> Outcome:
    """`titles` are those of the records that the reader may see now; `moved` counts what she sees of what moved."""
    key, stays = module.key, plan.wish.stays
    return Outcome(
        module=module,
        plural=in_language(module.plural, language),
        title=titles.get(stays, ""),
        stays=f"/{key}/{stays}",
        went=tuple((f"/{key}/{id}", titles.get(id, "")) for id in plan.wish.goes),
        state=STATES[plan.state],
        lives=plan.state in (BEGUN, UNDOING),
        moved=moved,
        may_undo=plan.state == DONE,
        problem=message_of(plan.facts["problem"]) if plan.facts.get("problem") else None,
        left=tuple((f"/{kind}/{id}" if "." not in kind else "", title, why) for kind, id, title, why in left),
        url=f"/{key}/_merge/{plan.id}",
    )  # fmt: skip


def said(plan: Merge, went: Sequence[str], title: str, left: int) -> tuple[Message, str]:
    """What happened, and whether that is all that was wished."""
    if plan.state in (BEGUN, UNDOING):
        return IN_BACKGROUND, "done"
    if plan.state == UNDONE:
        if left:
            return say("The merge was taken back, but {count} things stay as they are now.", count=left), "failed"
        return say("The merge was taken back."), "done"
    if len(went) == 1:
        return say("“{other}” was merged into “{title}”.", other=went[0], title=title), "done"
    return say("{count} records were merged into “{title}”.", count=len(went), title=title), "done"


# -- duplicates --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Group:
    """Records that are alike: a table of them, and where they are merged ("" for who may not)."""

    title: str
    count: int
    more: int
    table: cells.Table
    merge: str


@dataclass(frozen=True, slots=True)
class DuplicatesPage:
    """Groups of records that one rule calls the same. `rules` are (what is compared, address, whether it is this)."""

    module: Module
    plural: str
    rules: tuple[tuple[str, str, bool], ...]
    groups: tuple[Group, ...]
    previous: str
    next: str


def duplicates(
    module: Module, rules: Sequence[Duplicate], rule: str, found: Sequence[Alikes], records: Mapping[UUID, Record],
    formats: Formats, *, page: int, more: bool, may: bool,
) -> DuplicatesPage:  # fmt: skip
    language, there = formats.language, f"/{module.key}/_duplicates"
    return DuplicatesPage(
        module=module,
        plural=in_language(module.plural, language),
        rules=tuple((_compared(module, one, language), f"{there}?{urlencode({'by': one.key})}", one.key == rule)
                    for one in rules),
        groups=tuple(_group(module, one, records, formats, may=may) for one in found),
        previous=f"{there}?{urlencode({'by': rule, 'page': page - 1})}" if page > 1 else "",
        next=f"{there}?{urlencode({'by': rule, 'page': page + 1})}" if more else "",
    )  # fmt: skip


def _compared(module: Module, rule: Duplicate, language: str) -> str:
    return " + ".join(module.fields[key].label_in(language) for key in rule.match)


def _group(module: Module, one: Alikes, records: Mapping[UUID, Record], formats: Formats, *, may: bool) -> Group:
    rows = [records[id] for id in one.ids if id in records]
    merge = f"/{module.key}/_merge?{urlencode([('id', str(row.id)) for row in rows])}" if may and len(rows) > 1 else ""
    title = rows[0].title if rows else ""
    table = cells.table(module, module.views.list.columns, rows, formats)
    return Group(title, one.count, max(0, one.count - len(rows)), table, merge)


__all__ = ["ALL", "MINE", "build", "duplicates", "outcome_of", "said"]
