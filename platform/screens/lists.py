"""The list of a module, decided: what the template prints from one page of records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from hanok.engine.catalog.model import Module
from hanok.engine.errors import say
from hanok.engine.fields import in_language
from hanok.engine.records import Page, Query
from hanok.engine.records import filters as own
from hanok.screens import cells, filters
from hanok.screens.address import KANBAN, LIST, SIZES, Asked, as_condition
from hanok.screens.bulk import Button, buttons
from hanok.screens.deadlines import columns_to_ask
from hanok.screens.keeping import ALL, NOTHING_KEPT, OPENS, Kept
from hanok.screens.words import Formats

COUNT_CAP = 1000
AS_LIST, AS_BOARD = say("List"), say("Kanban")


@dataclass(frozen=True, slots=True)
class Picked:
    """A column in the column picker. The first shown column is the link and stays."""

    key: str
    label: str
    shown: bool
    fixed: bool


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records match: None until counted; `capped` says that there are more than `total`.

    `fragment` counts up to the cap, `exact_fragment` all of them; `exact_url` is the page that does so by itself.
    """

    total: int | None
    capped: bool
    fragment: str
    exact_fragment: str
    exact_url: str


@dataclass(frozen=True, slots=True)
class Pager:
    """Where this page stands. `start` and `end` are 0 when only the cursor knows."""

    start: int
    end: int
    shown: int
    counted: Counted
    previous: str
    next: str
    size: int
    sizes: tuple[filters.Offer, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by where no column's head can say it."""

    label: str
    down: bool


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything that the list prints. `empty` is "" (rows to show), "module" (nothing yet) or "match" (no match).

    `acting` are the rows that have a menu of actions; `export_url` is "" for those who may not export.
    """

    module: Module
    label: str
    plural: str
    asked: Asked
    saved: tuple[filters.Offer, ...]
    saved_label: str
    chips: tuple[filters.Chip, ...]
    fields: tuple[filters.Offer, ...]
    editor: filters.Editor | None
    table: cells.Table
    sorts: tuple[filters.Offer, ...]
    pager: Pager
    columns: tuple[Picked, ...]
    order: Order | None
    narrowed: bool
    empty: str
    sees_all: bool
    all_url: str
    clear_url: str
    wordless_url: str
    search_pairs: tuple[tuple[str, str], ...]
    arranging: str
    may_create: bool
    acting: frozenset[UUID] = frozenset()
    export_url: str = ""
    import_url: str = ""
    merge_url: str = ""
    duplicates_url: str = ""
    bulk: tuple[Button, ...] = ()
    views: tuple[filters.Offer, ...] = ()
    compact: bool = False


def columns_of(module: Module, asked: Asked) -> tuple[str, ...]:
    """The columns in force: those of the address, else the saved filter's, else the reader's own, else the view's."""
    saved = own.columns_of(module.saved_filters.get(asked.saved))
    return asked.columns or saved or asked.own or module.views.list.columns


def sort_of(module: Module, asked: Asked) -> tuple[str, ...]:
    """The order in force: the reader's, else the saved filter's, else the view's."""
    saved = module.saved_filters.get(asked.saved)
    return asked.sort or (saved.sort if saved else ()) or module.views.list.sort


def query(module: Module, asked: Asked, checked: Sequence[filters.Checked]) -> Query:
    """The one query of the page. Conditions with a problem are left out; their chips say so."""
    saved = module.saved_filters.get(asked.saved)
    return Query(
        module=module.key,
        where=every([module.views.list.where, saved.where if saved else None]),
        asked=every([own_condition(checked), own.asked_of(saved)]),
        sort=sort_of(module, asked),
        columns=columns_to_ask(module, columns_of(module, asked)),
        size=asked.size or module.views.list.page_size,
        after=asked.after or None,
        before=asked.before or None,
        words=asked.words,
    )


def own_condition(checked: Sequence[filters.Checked]) -> Mapping[str, Any] | None:
    """What the reader asks for, in the condition language."""
    return every([as_condition(one.condition) for one in checked if one.problem is None])


def every(parts: Sequence[Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    found = [part for part in parts if part]
    return {"all": found} if len(found) > 1 else found[0] if found else None


def build(
    module: Module,
    asked: Asked,
    page: Page,
    checked: Sequence[filters.Checked],
    *,
    formats: Formats,
    titles: filters.Titles,
    total: int | None,
    may_create: bool,
    sees_all: bool,
    bare: bool,
    acting: frozenset[UUID] = frozenset(),
    may_export: bool = False,
    may_import: bool = False,
    may_merge: bool = False,
    has_duplicates: bool = False,
    bulk: Sequence[str] = (),
    deeds: Sequence[Button] = (),
    kept: Kept = NOTHING_KEPT,
) -> ListPage:
    """The page, decided. `total` is the exact number when the address asked for it; `bare`: there are no records."""
    language = formats.language
    columns = columns_of(module, asked)
    sort = sort_of(module, asked)
    return ListPage(
        module=module,
        label=in_language(module.label, language),
        plural=in_language(module.plural, language),
        asked=asked,
        saved=_saved(module, asked, language, kept.opening),
        saved_label=in_language(module.saved_filters[asked.saved].label, language) if asked.saved else "",
        chips=filters.chips(module, asked, checked, formats, titles),
        fields=filters.fields_to_ask(module, asked, language),
        editor=filters.editor(module, asked, language, titles),
        table=cells.table(
            module, columns, page.rows, formats, sort=sort, to=lambda key: asked.url(sort=(key,) if key else ()),
            edits=True,
        ),
        sorts=_sorts(module, asked, columns, sort, language),
        pager=_pager(module, asked, page, total),
        columns=_picked(module, columns, language),
        order=_order(module, columns, sort, language),
        narrowed=bool(asked.conditions or asked.words),
        empty="" if page.rows else "module" if bare else "match",
        all_url=asked.url(saved="", conditions=(), words=""),
        clear_url=asked.url(conditions=(), words=""),
        wordless_url=asked.url(words=""),
        search_pairs=_pairs(asked, "words"),
        arranging=asked.url("/_columns", columns=()),
        may_create=may_create,
        sees_all=sees_all,
        acting=acting,
        export_url=asked.url("/_export") if may_export and page.rows else "",
        import_url=f"/{module.key}/_import" if may_import else "",
        merge_url=f"/{module.key}/_merge" if may_merge and page.rows else "",
        duplicates_url=f"/{module.key}/_duplicates" if has_duplicates and page.rows else "",
        bulk=(*buttons(bulk), *deeds) if page.rows else (),
        views=_views(module, asked),
        compact=kept.compact,
    )


def _views(module: Module, asked: Asked) -> tuple[filters.Offer, ...]:
    """The ways to look at the records, where there are several; going to another one keeps what was asked."""
    if module.views.kanban is None:
        return ()
    return (
        filters.Offer(AS_LIST.text, asked.url(view="list"), "list", asked.view == LIST),
        filters.Offer(AS_BOARD.text, asked.url(view=KANBAN), "layout-kanban", asked.view == KANBAN),
    )


def _pairs(asked: Asked, without: str) -> tuple[tuple[str, str], ...]:
    """The address as hidden inputs of a form that asks for one of its parts anew."""
    emptied: dict[str, Any] = {without: "" if without == "words" else ()}
    return tuple(replace(asked, after="", before="", start=0, count=False, ask="", **emptied).pairs())


def _saved(module: Module, asked: Asked, language: str, opening: str) -> tuple[filters.Offer, ...]:
    """The saved filters to choose from; choosing one drops the reader's own conditions. The first offer is *all*.

    `opening` is the one with which the reader lets the list open.
    """
    plain: dict[str, Any] = {"conditions": (), "words": "", "sort": ()}
    first = OPENS if opening == ALL else ""
    every = filters.Offer("", asked.url(saved="", **plain), first, current=not asked.saved)
    return (
        every,
        *(
            filters.Offer(
                in_language(one.label, language), asked.url(saved=key, **plain), OPENS if key == opening else "",
                current=key == asked.saved,
            )
            for key, one in module.saved_filters.items()
            if not own.is_own(key)
        ),
    )


def _sorts(
    module: Module, asked: Asked, columns: Sequence[str], sort: Sequence[str], language: str
) -> tuple[filters.Offer, ...]:
    """What a phone offers to sort by: each sortable column in both directions; "-" in `icon` marks descending."""
    found = [module.field(key) for key in columns if module.field(key).type.sortable]
    return tuple(
        filters.Offer(
            field.label_in(language), asked.url(sort=(sign + field.key,)), sign, sort[:1] == (sign + field.key,)
        )
        for field in found
        for sign in ("", "-")
    )


def _order(module: Module, columns: Sequence[str], sort: Sequence[str], language: str) -> Order | None:
    key = sort[0].removeprefix("-") if sort else ""
    return Order(module.field(key).label_in(language), sort[0] != key) if key and key not in columns else None


def _picked(module: Module, columns: Sequence[str], language: str) -> tuple[Picked, ...]:
    view = module.views.list
    others = [key for key in (*view.columns, *view.available) if key not in columns]
    return tuple(
        Picked(key, module.field(key).label_in(language), key in columns, key == columns[0])
        for key in (*columns, *others)
    )


def _pager(module: Module, asked: Asked, page: Page, total: int | None) -> Pager:
    shown = len(page.rows)
    start = _start(asked, page)
    end = start + shown - 1 if start else 0
    if total is None and start and not page.next:
        total = end
    size = asked.size or module.views.list.page_size
    sizes = tuple(dict.fromkeys(sorted((module.views.list.page_size, *SIZES))))
    return Pager(
        start=start,
        end=end,
        shown=shown,
        counted=counted(asked, total),
        previous=asked.url(before=page.previous, after="", start=max(start - size, 1) if start else 0)
        if page.previous
        else "",
        next=asked.url(after=page.next, before="", start=end + 1 if start else 0) if page.next else "",
        size=size,
        sizes=tuple(filters.Offer(str(one), asked.url(size=one), current=one == size) for one in sizes),
    )


def counted(asked: Asked, total: int | None, cap: int | None = None) -> Counted:
    """`total` as `records.count` gives it: one more than the cap means *more*."""
    more = total is not None and cap is not None and total > cap
    return Counted(
        total=cap if more else total,
        capped=more,
        fragment=asked.url("/_count"),
        exact_fragment=asked.url("/_count", count=True),
        exact_url=asked.url(count=True, after=asked.after, before=asked.before, start=asked.start),
    )


def _start(asked: Asked, page: Page) -> int:
    """The number of the first row: known on the first page, carried along by the pager, else 0."""
    if not page.rows:
        return 0
    if not page.previous:
        return 1
    return asked.start if asked.after or asked.before else 1
