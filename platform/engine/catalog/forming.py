"""Forms: tabs and panels of cells, as they are written or derived from the fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from hanok.engine.catalog.anchored import with_anchored
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.views import CellSpec, FormView, Panel, Tab
from hanok.engine.errors import say
from hanok.engine.fields import Field

OVERVIEW = {"en": "Overview", "ko": "개요"}
BASICS = {"en": "Basics", "ko": "기본 정보"}
WIDE = frozenset({"textarea", "multiselect"})
Row = tuple[CellSpec, ...]


class Known(Protocol):
    """The fields of a module, as its views name them (`Layouts`)."""

    source: Source
    own: Mapping[str, Field]
    report: Report
    views: Mapping[str, Any]

    def known(self, key: str, *path: str | int) -> Field | None: ...


class Forms:
    """Builds the forms of one module."""

    def __init__(self, fields: Known) -> None:
        self.fields = fields
        self.own = fields.own
        self.views = fields.views

    def form_and_detail(self) -> tuple[FormView, FormView]:
        """The same one where no `detail` is written."""
        anchors = {
            key: anchor
            for key, anchor in self.fields.source.anchors("fields").items()
            if key in self.own and not self.own[key].hidden
        }
        form = with_anchored(self._form("form") or self._derived(), anchors)
        detail = self._form("detail")
        return form, with_anchored(detail, anchors) if detail else form

    def quick(self) -> FormView:
        return self._form("quick") or self._derived_quick()

    # -- as written --------------------------------------------------------------------------------------------
    def _form(self, name: str) -> FormView | None:
        written, path = self.views.get(name), ("views", name)
        if not written:
            return None
        side, bottom = (self._panels(written.get(place, {}), *path, place) for place in ("side", "bottom"))
        if "tabs" not in written and "rows" not in written:
            tabs = self._derived(besides=FormView((), side, bottom)).tabs
        elif "tabs" in written:
            tabs = tuple(self._tab(key, tab, *path, "tabs", key) for key, tab in written["tabs"].items())
        else:
            panel = {"label": BASICS, "rows": written.get("rows", []), "columns": written.get("columns", 2)}
            tabs = (Tab("overview", OVERVIEW, (self._panel("main", panel, *path),)),)
        view = FormView(tabs, side, bottom)
        self._once(name, view)
        return view

    def _once(self, name: str, view: FormView) -> None:
        placed: set[str] = set()
        for key in (key for panel in view.panels() for key in panel.fields()):
            if key in placed:
                message = say("“{key}” stands more than once in “{view}”.", key=key, view=name)
                self.fields.report.wrong(self.fields.source.place("views", name), message)
            placed.add(key)

    def _panels(self, written: Mapping[str, Any], *path: str | int) -> tuple[Panel, ...]:
        return tuple(self._panel(key, panel, *path, key) for key, panel in written.items())

    def _tab(self, key: str, written: Mapping[str, Any], *path: str | int) -> Tab:
        label = written.get("label") or {"en": key.replace("_", " ").capitalize()}
        inside = dict(written.get("panels", {}))
        if len(inside) == 1 and "rows" not in written and key != "overview":
            inside = {name: {"label": label, **panel} for name, panel in inside.items()}  # it says what the tab says
        panels = list(self._panels(inside, *path, "panels"))
        if "rows" in written:
            own = {"label": label, "rows": written["rows"]}
            own |= {"columns": written["columns"]} if "columns" in written else {}
            panels.insert(0, self._panel("main", own, *path))
        return Tab(key, label, tuple(panels))

    def _panel(self, key: str, written: Mapping[str, Any], *path: str | int) -> Panel:
        rows = tuple(
            tuple(self._cell(cell, *path, "rows", number, place) for place, cell in enumerate(row))
            for number, row in enumerate(written.get("rows", []))
        )
        label = written.get("label") or (BASICS if key == "main" else {"en": key.replace("_", " ").capitalize()})
        widest = max((sum(cell.span for cell in row) for row in rows), default=1)
        widget = written.get("widget", "")
        if widget and rows:
            message = say("A panel has either rows or a widget.")
            self.fields.report.wrong(self.fields.source.place(*path, "widget"), message)
        elif widget:
            message = say("No package brings a widget “{key}” yet: the panel stays empty.", key=widget)
            self.fields.report.advise(self.fields.source.place(*path, "widget"), message)
        return Panel(key, label, written.get("columns", max(widest, 1)), rows, widget=widget)

    def _cell(self, written: Any, *path: str | int) -> CellSpec:
        spec: Mapping[str, Any] = {"field": written} if isinstance(written, str) else written
        key = "title" if spec.get("field") == "$title" else spec.get("field", "")
        if key and self.fields.known(key, *path) is None:
            key = ""
        return CellSpec(key, spec.get("span", 1), spec.get("label", {}))

    # -- derived -----------------------------------------------------------------------------------------------
    def _offered(self) -> list[Field]:
        return [field for field in self.own.values() if not field.hidden]

    def _derived(self, *, besides: FormView | None = None) -> FormView:
        rows: list[Row] = []
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
