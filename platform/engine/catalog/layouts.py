"""Views: what is written is checked, what is left out is derived. Three fields give a sensible list and form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hanok.engine.catalog.boards import calendar_view, kanban_view, timeline_view
from hanok.engine.catalog.forming import Forms
from hanok.engine.catalog.model import Views
from hanok.engine.catalog.paths import Fields, Path, PathError, path_of
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.views import CalendarView, KanbanView, ListView, SearchView, TimelineView
from hanok.engine.errors import say
from hanok.engine.fields import Field


class Layouts:
    """Builds the views of one module from its source and its fields (own and system).

    `reach` gives the fields of other modules, for dotted paths; `paths` collects those that views name.
    """

    def __init__(
        self, source: Source, own: Mapping[str, Field], system: Mapping[str, Field], report: Report, reach: Fields
    ) -> None:
        self.source = self.home = source
        self.own = own
        self.every = {**own, **system}
        self.report = report
        self.reach = reach
        self.paths: dict[str, Path] = {}
        self.views: Mapping[str, Any] = source.data.get("views", {})

    def seen_from(self, source: Source, ties: Mapping[str, Field]) -> Layouts:
        """The same fields, with places in another module's document (its subpanels name columns of this one).

        `ties` are the fields that ties have themselves: they stand before those of the records.
        """
        system = {key: self.every[key] for key in self.every if key not in self.own} | dict(ties)
        seen = Layouts(source, self.own, system, self.report, self.reach)
        seen.home, seen.paths = self.home, self.paths
        return seen

    def build(self) -> Views:
        forms = Forms(self)
        form, detail = forms.form_and_detail()
        return Views(
            list=self._list(), form=form, detail=detail, quick=forms.quick(), search=self._search(),
            kanban=self._kanban(), calendar=self._calendar(), timeline=self._timeline(),
        )  # fmt: skip

    # -- checks ------------------------------------------------------------------------------------------------
    def known(self, key: str, *path: str | int) -> Field | None:
        """What a key or a dotted path names; None when it names nothing, which is reported at `path`."""
        if key in self.every:
            return self.every[key]
        if key in self.paths:
            return self.paths[key].field
        if "." not in key:
            self.report.missing_field(self.home, self.source.place(*path), key, self.every)
            return None
        try:
            found = path_of(key, self.home.key, self.reach)
        except PathError as error:
            if not self.home.is_lost("fields", key.partition(".")[0]):
                self.report.wrong(self.source.place(*path), error.message)
            return None
        self.paths[key] = found
        return found.field

    def keys(self, names: Iterable[str], *path: str | int) -> tuple[str, ...]:
        """The names that lead to fields which are not hidden; `$title` is the system field `title`."""
        asked = [(name, "title" if name == "$title" else name) for name in names]
        found = [(key, self.known(key, *path, name)) for name, key in asked]
        return tuple(key for key, field in found if field is not None and not field.hidden)

    def sort(self, keys: Sequence[str], *path: str | int) -> tuple[str, ...]:
        """The sort keys that exist and can be sorted by; the others are reported."""
        kept = []
        for number, key in enumerate(keys):
            bare = "title" if key.removeprefix("-") == "$title" else key.removeprefix("-")
            found = self.known(bare, *path, number)
            if found is None:
                continue
            if not found.type.sortable:
                self.report.wrong(self.source.place(*path, number), say("Lists cannot be sorted by “{key}”.", key=bare))
            else:
                kept.append(f"-{bare}" if key.startswith("-") else bare)
        return tuple(kept)

    def columns(self, written: Mapping[str, Any], *path: str | int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The shown columns and the hidden ones of a `columns` map."""
        said = {("title" if key == "$title" else key): spec for key, spec in written.items()}
        known = self.keys(written, *path)
        shown = tuple(key for key in known if not said[key].get("hidden", False))
        return shown, tuple(key for key in known if key not in shown)

    # -- list and search ---------------------------------------------------------------------------------------
    def _list(self) -> ListView:
        written, path = self.views.get("list", {}), ("views", "list")
        shown, hidden = self.columns(written.get("columns", {}), *path, "columns")
        shown = shown or self._derived_columns()
        rest = [key for key in self.own if key not in shown and key not in hidden
                and (self._listable(self.own[key]) or self.own[key].settings.get("chips"))]  # fmt: skip
        extra = [key for key in ("created_at", "updated_at", "created_by", "title") if key not in shown]
        said = written.get("columns", {}).items()
        return ListView(
            columns=shown, available=(*hidden, *rest, *extra),
            sort=self.sort(written.get("sort", []), *path, "sort") or ("-created_at",),
            page_size=written.get("page_size", 25), where=written.get("where"), tree=self._tree(written),
            labels={("title" if key == "$title" else key): spec["label"] for key, spec in said if "label" in spec},
        )  # fmt: skip

    def _tree(self, written: Mapping[str, Any]) -> str:
        """The link by whose tree the list is narrowed."""
        key: str = written.get("tree", "")
        found = self.known(key, "views", "list", "tree") if key else None
        if found is None:
            return ""
        target = self.reach(found.targets[0]) if len(found.targets) == 1 else {}
        if not any(each.settings.get("tree") for each in target.values()):
            told = say("“{key}” leads to no tree: a module with a link to itself that says tree: true.", key=key)
            self.report.wrong(self.source.place("views", "list", "tree"), told)
            return ""
        return key

    def _listable(self, field: Field) -> bool:
        return not field.hidden and not field.type.apart and field.type.cell(field).width != "long"

    def _derived_columns(self) -> tuple[str, ...]:
        return tuple(key for key, field in self.own.items() if self._listable(field))[:6] or ("title",)

    def _search(self) -> SearchView:
        written = self.views.get("search", {})
        basic = self.keys(written.get("basic", {}), "views", "search", "basic")
        advanced = self.keys(written.get("advanced", {}), "views", "search", "advanced")
        offered = [key for key, field in self.own.items() if not field.hidden]
        basic = basic or tuple(offered[:4])
        advanced = advanced or (*offered, "created_at", "updated_at")
        return SearchView(basic=basic, advanced=tuple(key for key in advanced if key not in basic))

    # -- boards and calendars ----------------------------------------------------------------------------------
    def _kanban(self) -> KanbanView | None:
        return kanban_view(self, self.views["kanban"]) if "kanban" in self.views else None

    def _calendar(self) -> CalendarView | None:
        return calendar_view(self, self.views["calendar"]) if "calendar" in self.views else None

    def _timeline(self) -> TimelineView | None:
        return timeline_view(self, self.views["timeline"]) if "timeline" in self.views else None

    def wrong(self, message: Any, *path: str | int) -> None:
        self.report.wrong(self.source.place(*path), message)
