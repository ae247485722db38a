"""The address of a list: what a reader asked for, read from the query string and written back.

    /opportunity?filter=mine_open&stage=won&f=amount.gte.1000000&q=한빛&sort=-close_date&columns=name,stage

`stage=won` is short for `f=stage.eq.won` (said twice: *any of*). Operators that take a list or a range separate their
values with commas. Keys that nobody knows are left alone, so that links with tracking words still work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import quote

from werkzeug.datastructures import MultiDict

from hanok.engine.catalog.model import Module
from hanok.engine.catalog.views import ListView
from hanok.screens import comparing

SIZES = (25, 50, 100)
WORDS_LENGTH = 200
#: Beyond these an address says nothing more: people do not write such, and each costs a part of the query.
MOST_CONDITIONS, MOST_VALUES, MOST_SORTS = 20, 100, 4
SEVERAL = frozenset({"many", "two"})
FIRST_PAGE: Mapping[str, Any] = {"after": "", "before": "", "start": 0, "count": False, "ask": ""}
OWN_KEYS = frozenset(
    {"view", "filter", "f", "q", "sort", "columns", "size", "after", "before", "start", "count", "ask"}
)
#: The ways to look at records; a list is what there always is, and is not written.
LIST, KANBAN = "", "kanban"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the reader's own: a field, an operator and its values as text.

    `takes` says what the operator wants: one value, many, two or a flag (`fields.operators`).
    """

    field: str
    operator: str
    texts: tuple[str, ...]
    takes: str = "one"

    def write(self) -> str:
        return f"{self.field}.{self.operator}.{_joined(self.texts) if self.takes in SEVERAL else self.texts[0]}"


@dataclass(frozen=True)
class Asked:
    """What one address of a list asks for. `saved` is the key of a saved filter or "" for all records.

    `view` is the way to look at them, "" for the list. `own` are the columns that the reader chose for this list once
    and for all; they stand in no address.
    """

    module: str
    saved: str = ""
    conditions: tuple[Condition, ...] = ()
    words: str = ""
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    size: int = 0
    after: str = ""
    before: str = ""
    start: int = 0
    count: bool = False
    ask: str = ""
    view: str = LIST
    own: tuple[str, ...] = ()

    def pairs(self) -> list[tuple[str, str]]:
        """The query string as pairs, in the order in which a person would say it."""
        return [*_narrowing(self.saved, self.conditions), *_rest(vars(self))]

    def url(self, tail: str = "", **changes: Any) -> str:
        """The address with these changes. Anything but a page turn goes back to the first page."""
        afresh = {} if {"after", "before"} & changes.keys() else FIRST_PAGE
        said = {**vars(self), **afresh, **changes}
        same = not {"saved", "conditions"} & changes.keys()
        head = self._head if same else _encoded(_narrowing(said["saved"], said["conditions"]))
        rest = _encoded(_rest(said))
        return f"/{said['module']}{tail}?{head}{'&' if rest else ''}{rest}"

    @cached_property
    def _head(self) -> str:
        """What most links of a list have in common, written once."""
        return _encoded(_narrowing(self.saved, self.conditions))

    def without(self, place: int) -> str:
        return self.url(conditions=tuple(condition for at, condition in enumerate(self.conditions) if at != place))

    def adding(self, condition: Condition) -> str:
        return self.url(conditions=(*self.conditions, condition))


def _narrowing(saved: str, conditions: Sequence[Condition]) -> list[tuple[str, str]]:
    short = [(condition.field, text) for condition in conditions if _is_short(condition) for text in condition.texts]
    long = [("f", condition.write()) for condition in conditions if not _is_short(condition)]
    return [("filter", saved or "all"), *short, *long]


def _rest(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    single = [
        ("view", said["view"]),
        ("q", said["words"]),
        ("sort", ",".join(said["sort"])),
        ("columns", ",".join(said["columns"])),
        ("size", str(said["size"] or "")),
        ("after", said["after"]),
        ("before", said["before"]),
        ("start", str(said["start"] or "")),
        ("count", "1" if said["count"] else ""),
        ("ask", said["ask"]),
    ]
    return [pair for pair in single if pair[1]]


def _encoded(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{key}={quote(text, safe='$,:')}" for key, text in pairs])


def read(
    module: Module, arguments: MultiDict[str, str], *, own: Sequence[str] = (), viewed: str = LIST
) -> Asked:
    """Reads an address; `own` are the columns that the reader chose for the list, `viewed` the view of last time."""
    conditions = tuple(islice(_conditions(module, arguments), MOST_CONDITIONS))
    words = arguments.get("q", "").strip()[:WORDS_LENGTH]
    view = module.views.list
    kept = () if arguments.get("columns") == "" else known_columns(view, own)
    return Asked(
        module=module.key,
        view=_view(module, arguments, viewed),
        saved=_saved(module, arguments.get("filter", ""), plain=not (conditions or words)),
        conditions=conditions,
        words=words,
        sort=_sort(module, arguments.get("sort", "")),
        columns=_columns(view, arguments.get("columns", "").split(","), kept),
        own=kept,
        size=_number(arguments.get("size", ""), SIZES),
        after=arguments.get("after", ""),
        before=arguments.get("before", ""),
        start=_whole(arguments.get("start", "")),
        count=arguments.get("count", "") == "1",
        ask=arguments.get("ask", ""),
    )


def _view(module: Module, arguments: MultiDict[str, str], viewed: str) -> str:
    """The view of the address, else the one chosen last; a page of a list is one of a list."""
    paged = arguments.get("after") or arguments.get("before")
    wanted = arguments.get("view", viewed)
    return KANBAN if wanted == KANBAN and module.views.kanban is not None and not paged else LIST


def parse(module: Module, text: str) -> Condition | None:
    """One `f=` of an address, or None when it is not field.operator.values of a field that compares so."""
    field, _, rest = text.partition(".")
    operator, _, values = rest.partition(".")
    if not module.has(field) or operator not in comparing.operators(module.field(field)):
        return None
    takes = comparing.operator(module.field(field), operator).takes
    return Condition(field, operator, _split(values)[:MOST_VALUES] if takes in SEVERAL else (values,), takes)


def _conditions(module: Module, arguments: MultiDict[str, str]) -> Iterable[Condition]:
    for key in arguments:
        if key in OWN_KEYS or not module.has(key):
            continue
        texts = tuple(dict.fromkeys(arguments.getlist(key)))[:MOST_VALUES]
        yield Condition(key, "eq", texts) if len(texts) == 1 else Condition(key, "in", texts, "many")
    for text in arguments.getlist("f"):
        condition = parse(module, text)
        if condition:
            yield condition


def _is_short(condition: Condition) -> bool:
    """`stage=won` says it as well. A list of one would come back as *is*, which means the same."""
    return condition.operator in {"eq", "in"} and condition.field not in OWN_KEYS and all(condition.texts)


def _joined(texts: Sequence[str]) -> str:
    return ",".join(text.replace("\\", "\\\\").replace(",", "\\,") for text in texts)


def _split(values: str) -> tuple[str, ...]:
    """The values of a list; a backslash keeps a comma (or a backslash) within one."""
    parts, signs = [""], iter(values)
    for sign in signs:
        if sign == ",":
            parts.append("")
        else:
            parts[-1] += next(signs, "") if sign == "\\" else sign
    return tuple(parts)


def _saved(module: Module, key: str, *, plain: bool) -> str:
    if key in module.saved_filters:
        return key
    default = module.default_filter
    return default.key if default and plain and not key else ""


def _sort(module: Module, text: str) -> tuple[str, ...]:
    found = dict.fromkeys(key for key in text.split(",") if _sorts(module, key.removeprefix("-")))
    return tuple(islice(found, MOST_SORTS))


def _sorts(module: Module, key: str) -> bool:
    return key == "title" or (module.has(key) and module.field(key).type.sortable)


def _columns(view: ListView, keys: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """The columns that the address says, () where these are the reader's anyway."""
    chosen = known_columns(view, keys)
    return () if chosen == (own or view.columns) else chosen


def known_columns(view: ListView, keys: Sequence[str]) -> tuple[str, ...]:
    """Those of the keys that a list may have as columns, each once: what is gone or denied is left out."""
    known = {*view.columns, *view.available}
    return tuple(dict.fromkeys(key for key in keys if key in known))


def _number(text: str, allowed: Sequence[int]) -> int:
    return int(text) if text in map(str, allowed) else 0


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def as_condition(condition: Condition) -> Mapping[str, object]:
    """The condition in the condition language. Only `$me` keeps its dollar: whatever else a reader types is text."""
    values: list[object] = [
        text if text == "$me" else text.replace("$", "$$", 1) if text.startswith("$") else text
        for text in condition.texts
    ]
    flag = condition.texts[0] != "false"
    tied = comparing.written(condition.field, condition.operator, values[0], flag=flag)
    if tied is not None:
        return tied
    if condition.takes == "flag":
        return {condition.field: {condition.operator: flag}}
    if condition.takes == "two":
        low, high = (*values, None, None)[:2]
        return {condition.field: {condition.operator: [low or None, high or None]}}
    return {condition.field: {condition.operator: values if condition.takes == "many" else values[0]}}
