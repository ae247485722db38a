"""The import wizard, decided: the columns of a file, what becomes of its rows, and how far an import is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.engine.jobs.job import Job
from hanok.engine.records.history import today_value
from hanok.engine.records.importing.keeping import (
    BACK,
    CHANGED,
    CHECKED,
    CHECKING,
    DONE,
    DRAFT,
    FAILED,
    KEPT,
    LOOKED_AT,
    NEW,
    RUNNING,
    SAME,
    UNDOING,
    UNDONE,
    WRITTEN,
    Import,
    Kept,
)
from hanok.engine.records.importing.sheet import letters
from hanok.screens.admin.words import State, share_of
from hanok.screens.cells import Shown
from hanok.web.cells import is_empty

STEPS: tuple[tuple[str, Message], ...] = (
    ("file", say("File")), ("columns", say("Columns")), ("check", say("Check")), ("result", say("Import")),
)  # fmt: skip
STATES: Mapping[str, State] = {
    one.key: one
    for one in (
        State(DRAFT, say("Being made up"), "grey"), State(CHECKING, say("Being checked"), "teal"),
        State(CHECKED, say("Checked"), "blue"), State(RUNNING, say("Running"), "teal"),
        State(DONE, say("Imported"), "green"), State(UNDOING, say("Being undone"), "teal"),
        State(UNDONE, say("Undone"), "grey"),
    )
}  # fmt: skip
STOPPED = State("stopped", say("Stopped"), "red")
#: What becomes of rows, before and after they are written.
ENDS: Mapping[str, State] = {
    NEW: State(NEW, say("New record"), "green"), CHANGED: State(CHANGED, say("Changed"), "blue"),
    SAME: State(SAME, say("Unchanged"), "grey"), FAILED: State(FAILED, say("Wrong"), "red"),
}  # fmt: skip
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp949": "CP949", "utf-16": "UTF-16", "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}  # fmt: skip
DELIMITERS: Mapping[str, Message] = {
    ",": say("Comma"), ";": say("Semicolon"), "\t": say("Tab"), "|": say("Vertical bar"),
}  # fmt: skip
#: Rows of a page, and of the fields of a new record those that are shown.
SIZE, MOST_FIELDS = 50, 6
#: Seconds between two looks while it is under way.
SOON = 2
Errors = Mapping[str, Sequence[Message]]


def home(module: Module) -> str:
    """The list of the module; lines have none, so that of the records that they stand in."""
    return f"/{module.parent.module if module.parent else module.key}"


def kinds(catalog: Catalog, module: Module, language: str) -> tuple[tuple[str, str, bool], ...]:
    """What a file may bring in here: the records, and each kind of their lines: address, name, whether it is this one.
    Empty where there is nothing to choose."""
    above = catalog.module(home(module)[1:])
    lines = [
        (one.key, catalog.module(one.parent.module).field(one.parent.field).label_in(language))
        for one in catalog.every.values()
        if one.parent and one.parent.module == above.key
    ]
    found = [(above.key, in_language(above.plural, language)), *lines] if lines else []
    return tuple((address(key), label, key == module.key) for key, label in found)


def address(module: str, id: UUID | str = "", rest: str = "") -> str:
    return "/".join(part for part in (f"/{module}/_import", str(id), rest) if part)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file. `chosen` is what it fills, "" where it is left out; `choices` are said here where they
    are others than those of all columns."""

    place: int
    letter: str
    heading: str
    samples: tuple[str, ...]
    chosen: str
    unlisted: bool
    is_key: bool
    errors: Sequence[Message]


@dataclass(frozen=True, slots=True)
class ColumnsPage:
    """The second step: `errors` are of no column."""

    module: Module
    plural: str
    plan: Import
    columns: tuple[Column, ...]
    choices: tuple[tuple[str, str], ...]
    remembered: bool
    errors: Sequence[Message]
    url: str

    @property
    def encoding(self) -> str:
        return ENCODINGS.get(self.plan.look.encoding, self.plan.look.encoding)

    @property
    def delimiters(self) -> tuple[tuple[str, Message], ...]:
        return tuple(DELIMITERS.items())

    @property
    def left_out(self) -> int:
        return sum(not one.chosen for one in self.columns)


def columns_page(
    module: Module, plan: Import, choices: Sequence[tuple[str, str]], language: str, *, remembered: bool = False,
    errors: Errors | None = None,
) -> ColumnsPage:  # fmt: skip
    wrong, known = dict(errors or {}), {key for key, _ in choices}
    columns = []
    for place, heading in enumerate(plan.look.headings):
        chosen = plan.mapping.get(heading, "") if heading else ""
        told = wrong.pop(heading or f"({letters(place)})", ())
        columns.append(Column(
            place, letters(place), heading, plan.look.samples[place], chosen, bool(chosen) and chosen not in known,
            bool(chosen) and chosen.partition(".")[0] in plan.key, told,
        ))  # fmt: skip
    rest = [each for told in wrong.values() for each in told]
    return ColumnsPage(module, in_language(module.plural, language), plan, tuple(columns), tuple(choices), remembered,
                       rest, address(module.key, plan.id))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a row: what it holds and what it gets."""

    label: str
    before: Shown
    after: Shown
    filled: bool


@dataclass(frozen=True, slots=True)
class RowShown:
    """One row. `wrong` are the cells that are wrong: heading, what stands there, why."""

    number: int
    end: State
    title: str
    url: str
    changes: tuple[Difference, ...]
    wrong: tuple[tuple[str, str, Message], ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows come to an end; `url` shows them alone."""

    label: Message
    color: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Course:
    """An import behind its mapping: checked, running, done or undone."""

    module: Module
    plural: str
    plan: Import
    state: State
    lives: bool
    job: Job | None
    tallies: tuple[Tally, ...]
    rows: tuple[RowShown, ...]
    next: str
    failed: int
    sound: int
    back: int
    kept: int
    left: tuple[tuple[UUID | None, str, Message], ...]
    url: str

    @property
    def here(self) -> int:
        return 2 if self.plan.state in (CHECKING, CHECKED) else 3

    @property
    def home(self) -> str:
        return home(self.module)

    @property
    def every(self) -> int:
        return SOON if self.lives else 0

    @property
    def share(self) -> int | None:
        return share_of(self.job) if self.job else None

    @property
    def is_checked(self) -> bool:
        return self.plan.state == CHECKED

    @property
    def is_back(self) -> bool:
        return self.plan.state in (UNDOING, UNDONE)

    @property
    def may_undo(self) -> bool:
        return not self.lives and self.plan.state in (RUNNING, DONE) and self.sound > 0

    @property
    def may_go_on(self) -> bool:
        return not self.lives and self.plan.state in (RUNNING, UNDOING)


def course(
    module: Module, plan: Import, counts: Mapping[tuple[str, str], int], rows: Sequence[Kept], language: str, *,
    lives: bool, job: Job | None, only: str, left: Sequence[tuple[UUID | None, str, Message]] = (),
) -> Course:  # fmt: skip
    url = address(module.key, plan.id)
    told = (LOOKED_AT,) if plan.state in (CHECKING, CHECKED) else (WRITTEN, BACK, KEPT)
    by_end = {end: sum(counts.get((end, state), 0) for state in told) for end in ENDS}
    tallies = [Tally(say("All rows"), "", sum(by_end.values()), url, not only)]
    tallies += [Tally(one.label, one.color, by_end[key], f"{url}?{urlencode({'only': key})}", only == key)
                for key, one in ENDS.items() if by_end[key]]  # fmt: skip
    more = {"after": rows[-1].number, **({"only": only} if only else {})} if len(rows) == SIZE else {}
    under_way = plan.state in (CHECKING, RUNNING, UNDOING)
    return Course(
        module=module, plural=in_language(module.plural, language), plan=plan,
        state=STOPPED if under_way and not lives else STATES[plan.state], lives=lives, job=job, tallies=tuple(tallies),
        rows=tuple(_row(module, plan, one, language) for one in rows), next=f"{url}?{urlencode(more)}" if more else "",
        failed=by_end[FAILED], sound=by_end[NEW] + by_end[CHANGED],
        back=sum(count for (_, state), count in counts.items() if state == BACK),
        kept=sum(count for (_, state), count in counts.items() if state == KEPT), left=tuple(left), url=url,
    )  # fmt: skip


def _row(module: Module, plan: Import, row: Kept, language: str) -> RowShown:
    places = {heading: place for place, heading in enumerate(plan.look.headings)}
    wrong = []
    for heading, message in row.problems:
        place = places.get(heading)
        cell = row.cells[place] if place is not None and place < len(row.cells) else ""
        wrong.append((heading, str(cell), message))
    shown = [_difference(module, key, pair, language) for key, pair in row.changes.items() if key in module.fields]
    url = f"/{module.key}/{row.record}" if row.record and row.state != BACK and not module.parent else ""
    most = MOST_FIELDS if row.action == NEW else len(shown)
    return RowShown(row.number, ENDS[row.action], row.title, url, tuple(shown[:most]), tuple(wrong))


def _difference(module: Module, key: str, pair: Sequence[object], language: str) -> Difference:
    found = module.fields[key]
    before, after = (today_value(module, key, end) if not found.type.apart else end for end in pair)
    return Difference(found.label_in(language), Shown(found, before), Shown(found, after), not is_empty(pair[0]))


@dataclass(frozen=True, slots=True)
class PastRow:
    """One import of the list of all."""

    plan: Import
    state: State
    url: str


def past_rows(module: Module, plans: Sequence[Import]) -> tuple[PastRow, ...]:
    return tuple(PastRow(one, STATES[one.state], address(module.key, one.id)) for one in plans)
