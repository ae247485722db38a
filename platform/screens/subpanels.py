"""A subpanel, decided: the records that stand under the one at hand, of one end or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from hanok.engine.catalog.ends import PARENT
from hanok.engine.catalog.model import Catalog, End, Module, Subpanel
from hanok.engine.errors import Message
from hanok.engine.fields import Field, in_language
from hanok.engine.fields.link import Link
from hanok.engine.records import Page, Query, Record, Under
from hanok.engine.records.standing import end_under
from hanok.engine.records.ties import default_of_tie
from hanok.screens import cells
from hanok.screens.deadlines import columns_to_ask
from hanok.screens.mixing import Share, mixed
from hanok.screens.words import Formats

COUNT_CAP = 1000
#: How many rows a panel of several modules has when all are asked for.
MORE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a subpanel: whose records are shown, and what the actor may do there."""

    panel: Subpanel
    module: Module
    end: End
    may_create: bool
    may_edit: bool

    @property
    def direct(self) -> bool:
        """Whether it is an end of the record itself, of records that can come and go."""
        return "." not in self.panel.end and self.end.kind != "lines" and self.module.parent is None

    @property
    def pointing(self) -> Field | None:
        """The link of the records there that leads here, where one does."""
        return next((self.module.field(way.field) for way in self.end.each() if way.kind == "link"), None)

    @property
    def tying(self) -> End | None:
        return next((way for way in self.end.each() if way.kind == "links"), None)

    def links(self, parent: Record) -> bool:
        """Whether the actor may link records here: she edits this one, or theirs whose link it is."""
        if not self.direct or "link" not in self.panel.actions:
            return False
        if self.tying is not None:
            return parent.may_edit
        return self.may_edit and self.pointing is not None and not self.pointing.readonly

    def looses(self, parent: Record, record: Record) -> bool:
        if not self.direct or "unlink" not in self.panel.actions:
            return False
        if self.tying is not None:
            return parent.may_edit
        field = self.pointing
        return record.may_edit and field is not None and not (field.required or field.readonly)


@dataclass(frozen=True, slots=True)
class Offer:
    """A new record that can be made here: its kind and the form; `quick` where a few fields over the page will do."""

    label: str
    icon: str
    url: str
    quick: bool


@dataclass(frozen=True, slots=True)
class SubpanelPage:
    """Everything that one subpanel prints. `more` leads to all rows of several modules, `all_url` to the list.

    `picker` is the field that asks what to link (None: nothing can be), `own` those of the tie that it asks for too.
    """

    key: str
    label: str
    record_label: str
    url: str
    all_url: str
    table: cells.Table
    total: int
    capped: bool
    previous: str
    next: str
    more: str
    creates: tuple[Offer, ...]
    picker: Field | None
    own: tuple[tuple[Field, Any], ...]
    loose: frozenset[str]
    problem: Message | None = None


def place(catalog: Catalog, home: Module, panel: Subpanel, *, may_create: bool, may_edit: bool) -> Place:
    """One of the ends of a subpanel of a module."""
    end = end_under(catalog, Under(home.key, None, panel.end))  # type: ignore[arg-type]  # only its end is looked up
    return Place(panel, catalog.every[panel.module], end, may_create, may_edit)


def sorted_by(at: Place, text: str) -> tuple[str, ...]:
    """What an address says to sort by, where a column of the panel is that; else nothing."""
    return (text,) if _sorts(at, text.removeprefix("-")) else ()


def _sorts(at: Place, key: str) -> bool:
    """Whether the records can be sorted by a column: not by what only the tie has."""
    module = at.module
    if key not in at.panel.columns or key in at.end.own:
        return False
    return key == "title" or (module.has(key) and module.field(key).type.sortable)


def query(
    at: Place, parent: Record, *, size: int, after: str = "", before: str = "", sort: tuple[str, ...] = ()
) -> Query:
    """The records that stand under this one, by `sort` or else by the panel's own order."""
    panel, module = at.panel, at.module
    order = sort or panel.sort
    sorted_by = tuple(name.removeprefix("-") for name in order[:1])
    asked = (*columns_to_ask(module, panel.columns), *sorted_by, *((PARENT,) if module.parent else ()))
    return Query(
        module=panel.module, limit=panel.limit, record=parent.values, under=Under(parent.module, parent.id, panel.end),
        sort=order, columns=tuple(dict.fromkeys(asked)), size=size, after=after or None, before=before or None,
    )  # fmt: skip


def build(
    panel: Subpanel, places: Sequence[Place], parent: Record, pages: Sequence[Page], total: int, *, formats: Formats,
    creates: Sequence[tuple[Place, Mapping[str, str]]], size: int, sort: tuple[str, ...] = (),
    problem: Message | None = None,
) -> SubpanelPage:  # fmt: skip
    """The panel with a page of the records of each place; `creates` are the values that new ones begin with, `sort` is
    the order that was asked for."""
    url, language, first, page = f"/{parent.module}/{parent.id}/_sub/{panel.key}", formats.language, places[0], pages[0]
    alone = len(places) == 1
    label = in_language(first.module.label if alone else panel.label, language)
    occupied = alone and first.end.single and bool(page.rows)
    linking = [] if occupied else [each for each in places if each.links(parent)]
    return SubpanelPage(
        key=panel.key, label=in_language(panel.label, language), record_label=label, url=url,
        all_url=_all_url(first, parent) if alone else "",
        table=_table(panel, places, pages, formats, size, url=url, sort=sort),
        total=min(total, COUNT_CAP), capped=total > COUNT_CAP,
        previous=f"{url}?" + urlencode({"before": page.previous, **_said(sort)}) if alone and page.previous else "",
        next=f"{url}?" + urlencode({"after": page.next, **_said(sort)}) if alone and page.next else "",
        more="" if alone or size >= min(total, MORE) else f"{url}?more=1",
        creates=() if occupied else tuple(_offer(at, parent, values, language) for at, values in creates),
        picker=_picker(linking, panel), own=_own(linking), problem=problem,
        loose=frozenset(
            str(row.id) for at, found in zip(places, pages, strict=True) for row in found.rows if at.looses(parent, row)
        ),
    )  # fmt: skip


def _said(sort: tuple[str, ...]) -> dict[str, str]:
    return {"sort": sort[0]} if sort else {}


def _table(
    panel: Subpanel, places: Sequence[Place], pages: Sequence[Page], formats: Formats, size: int, *, url: str,
    sort: tuple[str, ...],
) -> cells.Table:  # fmt: skip
    own = [{} if "." in at.panel.end else at.end.own for at in places]
    if len(places) == 1:
        at = places[0]

        def to(key: str) -> str:
            return f"{url}?" + urlencode({"sort": key}) if key else url

        made = cells.table(at.module, at.panel.columns, pages[0].rows, formats, ties=own[0], sort=sort or at.panel.sort,
                           to=to)  # fmt: skip
        heads = tuple(head if _sorts(at, head.key) else replace(head, url="", order="none") for head in made.headings)
        return replace(made, headings=heads)
    shares = [
        Share(at.module, at.panel.columns, at.panel.sort, page.rows, ties)
        for at, page, ties in zip(places, pages, own, strict=True)
    ]
    return mixed(shares, formats, size=size, grouped=panel.group == "module")


def _picker(linking: Sequence[Place], panel: Subpanel) -> Field | None:
    targets = tuple(each.module.key for each in linking)
    return Field(targets[0], "id", Link(), panel.label, {"to": list(targets)}, targets=targets) if targets else None


def _own(linking: Sequence[Place]) -> tuple[tuple[Field, Any], ...]:
    """The fields of the tie that can be filled in, where every place has the same, and what they begin with."""
    found = [{key: one for key, one in each.end.own.items() if not (one.readonly or one.hidden)} for each in linking]
    same = found and all(each == found[0] for each in found)
    return tuple((one, default_of_tie(one)) for one in found[0].values()) if same else ()


def _all_url(at: Place, parent: Record) -> str:
    field = at.pointing if at.end.kind == "link" and "." not in at.panel.end else None
    if field is None or at.module.parent:
        return ""
    return f"/{at.module.key}?" + urlencode({"filter": "all", field.key: str(parent.id)})


def creatable(at: Place, parent: Record) -> bool:
    """Whether a form of theirs can make a record that stands here."""
    if not (at.direct and at.may_create and "create" in at.panel.actions):
        return False
    return at.pointing is not None or not (at.tying and at.tying.forwards) or parent.may_edit


def filled(at: Place, parent: Record) -> dict[str, str]:
    """What the address of the form says so that the new record stands here."""
    way = next((way for way in at.end.each() if way.kind == "link" or not way.forwards), None)
    if way is None:
        return {"tie": f"{parent.module}:{parent.id}:{at.panel.end}"}
    return {way.field: f"{parent.module}:{parent.id}" if way.several else str(parent.id)}


def _offer(at: Place, parent: Record, values: Mapping[str, str], language: str) -> Offer:
    """The form with the link filled in, the quick one where there is one; the whole form comes back here afterwards."""
    said = {**values, **filled(at, parent), "next": f"/{parent.module}/{parent.id}"}
    quick = bool(at.module.views.quick.fields())
    address = f"/{at.module.key}/{'_quick' if quick else 'new'}?" + urlencode(said)
    return Offer(in_language(at.module.label, language), at.module.icon, address, quick)
