"""Views: what is written is checked, what is left out is derived. Three fields give a sensible list and form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hanok.engine.catalog.anchored import with_anchored
from hanok.engine.catalog.model import CellSpec, FormView, ListView, Panel, SearchView, Tab, Views
from hanok.engine.catalog.report import Report, Source
from hanok.engine.errors import say
from hanok.engine.fields import Field

OVERVIEW = {"en": "Overview", "ko": "개요"}
BASICS = {"en": "Basics", "ko": "기본 정보"}
DETAILS = {"en": "Details", "ko": "상세 정보"}
WIDE = frozenset({"textarea", "multiselect"})


class Layouts:
    """Builds the views of one module from its source and its fields (own and system)."""

    def __init__(self, source: Source, own: Mapping[str, Field], system: Mapping[str, Field], report: Report) -> None:
        self.source = self.home = source
        self.own = own
        self.every = {**own, **system}
        self.report = report
        self.views: Mapping[str, Any] = source.data.get("views", {})

    def seen_from(self, source: Source, ties: Mapping[str, Field]) -> Layouts:
        """The same fields, with places in another module's document (its subpanels name columns of this one).

        `ties` are the fields that ties have themselves: they stand before those of the records.
        """
        system = {key: self.every[key] for key in self.every if key not in self.own} | dict(ties)
        seen = Layouts(source, self.own, system, self.report)
        seen.home = self.home
        return seen

    def build(self) -> Views:
        anchors = {
            key: anchor
            for key, anchor in self.source.anchors("fields").items()
            if key in self.own and not self.own[key].hidden
        }
        form = with_anchored(self._form("form") or self._derived_form(), anchors)
        own_detail = self._form("detail")
        detail = with_anchored(own_detail, anchors) if own_detail else form
        quick = self._form("quick") or self._derived_quick()
        return Views(list=self._list(), form=form, detail=detail, quick=quick, search=self._search())

    # -- checks ------------------------------------------------------------------------------------------------
    def _known(self, keys: Iterable[str], *path: str | int) -> tuple[str, ...]:
        kept = []
        for key in keys:
            if key in self.every:
                kept.append(key)
            else:
                self.report.missing_field(self.home, self.source.place(*path, key), key, self.every)
        return tuple(kept)

    def sort(self, keys: Sequence[str], *path: str | int) -> tuple[str, ...]:
        """The sort keys that exist and can be sorted by; the others are reported."""
        kept = []
        for number, key in enumerate(keys):
            bare = "title" if key.removeprefix("-") == "$title" else key.removeprefix("-")
            if bare not in self.every:
                self.report.missing_field(self.home, self.source.place(*path, number), bare, self.every)
            elif not self.every[bare].type.sortable:
                self.report.wrong(self.source.place(*path, number), say("Lists cannot be sorted by “{key}”.", key=bare))
            else:
                kept.append(f"-{bare}" if key.startswith("-") else bare)
        return tuple(kept)

    def columns(self, written: Mapping[str, Any], *path: str | int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The shown columns and the hidden ones of a `columns` map; `$title` is the system field `title`."""
        names = {("title" if key == "$title" else key): spec for key, spec in written.items()}
        known = self._known(names, *path)
        shown = tuple(key for key in known if not names[key].get("hidden", False))
        return shown, tuple(key for key in known if key not in shown)

    # -- list and search ---------------------------------------------------------------------------------------
    def _list(self) -> ListView:
        written = self.views.get("list", {})
        shown, hidden = self.columns(written.get("columns", {}), "views", "list", "columns")
        shown = shown or self._derived_columns()
        rest = [key for key in self.own if key not in shown and key not in hidden and self._listable(self.own[key])]
        extra = [key for key in ("created_at", "updated_at", "created_by", "title") if key not in shown]
        sort = self.sort(written.get("sort", []), "views", "list", "sort") or ("-created_at",)
        return ListView(
            columns=shown, available=(*hidden, *rest, *extra), sort=sort, page_size=written.get("page_size", 25),
            where=written.get("where"),
        )  # fmt: skip

    def _listable(self, field: Field) -> bool:
        return not field.hidden and field.type.cell(field).width != "long"

    def _derived_columns(self) -> tuple[str, ...]:
        return tuple(key for key, field in self.own.items() if self._listable(field))[:6] or ("title",)

    def _search(self) -> SearchView:
        written = self.views.get("search", {})
        basic = self._known(written.get("basic", {}), "views", "search", "basic")
        advanced = self._known(written.get("advanced", {}), "views", "search", "advanced")
        offered = [key for key, field in self.own.items() if not field.hidden]
        basic = basic or tuple(offered[:4])
        advanced = advanced or (*offered, "created_at", "updated_at")
        return SearchView(basic=basic, advanced=tuple(key for key in advanced if key not in basic))

    # -- forms -------------------------------------------------------------------------------------------------
    def _form(self, name: str) -> FormView | None:
        written = self.views.get(name)
        if not written:
            return None
        side = tuple(
            self._panel(key, panel, "views", name, "side", key) for key, panel in written.get("side", {}).items()
        )
        if "tabs" not in written and "rows" not in written:
            tabs = self._derived_form(besides=FormView((), side)).tabs
        elif "tabs" in written:
            tabs = tuple(self._tab(key, tab, "views", name, "tabs", key) for key, tab in written["tabs"].items())
        else:
            panel = {"label": BASICS, "rows": written.get("rows", []), "columns": written.get("columns", 2)}
            tabs = (Tab("overview", OVERVIEW, (self._panel("main", panel, "views", name),)),)
        self._once(name, FormView(tabs, side))
        return FormView(tabs, side)

    def _once(self, name: str, view: FormView) -> None:
        panels = [panel for tab in view.tabs for panel in tab.panels] + list(view.side)
        placed: set[str] = set()
        for key in (key for panel in panels for key in panel.fields()):
            if key in placed:
                message = say("“{key}” stands more than once in “{view}”.", key=key, view=name)
                self.report.wrong(self.source.place("views", name), message)
            placed.add(key)

    def _tab(self, key: str, written: Mapping[str, Any], *path: str | int) -> Tab:
        label = written.get("label") or {"en": key.replace("_", " ").capitalize()}
        panels = [self._panel(name, panel, *path, "panels", name) for name, panel in written.get("panels", {}).items()]
        if "rows" in written:
            panels.insert(0, self._panel("main", {"label": label, "rows": written["rows"]}, *path))
        return Tab(key, label, tuple(panels))

    def _panel(self, key: str, written: Mapping[str, Any], *path: str | int) -> Panel:
        rows = tuple(
            tuple(self._cell(cell, *path, "rows", number, place) for place, cell in enumerate(row))
            for number, row in enumerate(written.get("rows", []))
        )
        label = written.get("label") or (BASICS if key == "main" else {"en": key.replace("_", " ").capitalize()})
        widest = max((sum(cell.span for cell in row) for row in rows), default=1)
        return Panel(key, label, written.get("columns", max(widest, 1)), rows)

    def _cell(self, written: Any, *path: str | int) -> CellSpec:
        spec: Mapping[str, Any] = {"field": written} if isinstance(written, str) else written
        key = "title" if spec.get("field") == "$title" else spec.get("field", "")
        if key and key not in self.every:
            self.report.missing_field(self.home, self.source.place(*path), key, self.every)
            key = ""
        return CellSpec(key, spec.get("span", 1), spec.get("label", {}))

    def _offered(self) -> list[Field]:
        return [field for field in self.own.values() if not field.hidden]

    def _derived_form(self, *, besides: FormView | None = None) -> FormView:
        rows: list[tuple[CellSpec, ...]] = []
        pending: list[CellSpec] = []
        placed = set(besides.fields()) if besides else set()
        for field in self._offered():
            if field.key in placed:
                continue
            if field.type.input(field).name in WIDE:
                rows += [tuple(pending)] if pending else []
                rows.append((CellSpec(field.key, 2),))
                pending = []
                continue
            pending.append(CellSpec(field.key))
            if len(pending) == 2:
                rows.append(tuple(pending))
                pending = []
        rows += [tuple(pending)] if pending else []
        return FormView((Tab("overview", OVERVIEW, (Panel("main", BASICS, 2, tuple(rows)),)),))

    def _derived_quick(self) -> FormView:
        wanted = [field for field in self._offered() if not field.readonly]
        chosen = [field for field in wanted if field.required] or wanted[:4]
        rows = tuple((CellSpec(field.key),) for field in chosen)
        return FormView((Tab("overview", OVERVIEW, (Panel("main", BASICS, 1, rows),)),))
