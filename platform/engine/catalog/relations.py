"""The subpanels of a module: its to-many ends as tables under a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hanok.engine.catalog.layouts import Layouts
from hanok.engine.catalog.model import End, Subpanel
from hanok.engine.catalog.report import LINK, Report, Source
from hanok.engine.catalog.views import ListView
from hanok.engine.errors import say
from hanok.engine.fields import Labels

ACTIONS = ("create", "link", "unlink")
#: What a subpanel can do by itself; anything else says what it does.
BUILT_IN = (*ACTIONS, "unlink_all")
MOST_COLUMNS = 5
SIZE = 5
#: What rows of several modules may be grouped by.
BY_MODULE = "module"
Ends = Mapping[str, Mapping[str, End]]


def subpanels(
    source: Source, ends: Ends, layouts: Mapping[str, Layouts], lists: Mapping[str, ListView], report: Report,
    newer: Callable[[End], bool],
) -> dict[str, Subpanel]:  # fmt: skip
    """The written subpanels in their order, then the ends that layers above them brought (`newer`).

    Without any written, one for each end but lines, which the form shows, and hidden links.
    """
    written: Mapping[str, Any] | None = source.data.get("subpanels")
    here = ends[source.key]
    united = {way.key for end in here.values() if end.kind == "union" for way in end.ways}
    shown = {key: end for key, end in here.items() if key not in united and _is_offered(source, end)}
    said = {key: {} for key in shown} if written is None else dict(written)
    builder = _Subpanels(source, ends, layouts, lists, report)
    named = {key for name, spec in said.items() for key in builder.shown(name, spec)}
    said |= {key: {} for key, end in shown.items() if key not in named and newer(end)}
    built = {key: builder.build(key, spec) for key, spec in said.items() if not spec.get("hidden", False)}
    return {key: panel for key, panel in built.items() if panel is not None}


def _is_offered(source: Source, end: End) -> bool:
    """Lines stand in the form, and hidden links nowhere."""
    own = source.data.get("fields", {}).get(end.field, {}) if end.forwards else {}
    return end.kind != "lines" and not own.get("hidden", False)


@dataclass(frozen=True, slots=True)
class _Way:
    """A path of ends, the last of them being the one whose records are shown."""

    keys: tuple[str, ...]
    end: End

    @property
    def text(self) -> str:
        return ".".join(self.keys)


@dataclass(frozen=True, slots=True)
class _Subpanels:
    source: Source
    ends: Ends
    layouts: Mapping[str, Layouts]
    lists: Mapping[str, ListView]
    report: Report

    def shown(self, key: str, spec: Mapping[str, Any]) -> list[str]:
        """The ends of this module that a subpanel shows, so that nobody needs another one for them."""
        named = [key, *(name for name in self._names(key, spec) if "." not in name)]
        unions = [end for end in self.ends[self.source.key].values() if end.kind == "union"]
        return [*named, *(end.key for end in unions if any(way.key in named for way in end.ways))]

    def build(self, key: str, spec: Mapping[str, Any]) -> Subpanel | None:
        names = enumerate(self._names(key, spec))
        ways = [way for number, name in names for way in self._ways(key, spec, number, name)]
        if not ways:
            return None
        sizes = spec.get("page_size", SIZE)
        panels = tuple(self._panel(key, spec, way, ways, size=sizes) for way in ways)
        self._check_columns(key, spec, [way.end for way in ways])
        self._check_actions(key, spec)
        label: Labels = spec.get("label") or self._label(key, ways)
        return replace(panels[0], label=label, panels=panels if len(panels) > 1 else ())

    def _names(self, key: str, spec: Mapping[str, Any]) -> list[str]:
        of = spec.get("of", key)
        return [of] if isinstance(of, str) else list(of)

    def _ways(self, key: str, spec: Mapping[str, Any], number: int, name: str) -> list[_Way]:
        """The paths that a name stands for: several where it names a union of ends."""
        of = spec.get("of")
        at = ("subpanels", key, "of", number) if isinstance(of, list) else ("subpanels", key, *(["of"] if of else []))
        ways: list[_Way] = []
        for step in name.split("."):
            modules = [way.end.module for way in ways] or [self.source.key]
            grown = [each for place, module in enumerate(modules) for each in self._steps(module, step, ways[place:])]
            if not grown:
                if not self.source.is_lost("fields", step):
                    self.report.missing(self.source.place(*at), LINK, step, self.ends[modules[0]])
                return []
            ways = grown
        return ways

    def _steps(self, module: str, step: str, before: Sequence[_Way]) -> list[_Way]:
        """One step further from a module, to each of the ends that the name stands for there."""
        end, keys = self.ends[module].get(step), before[0].keys if before else ()
        ways = () if end is None else end.ways if end.kind == "union" else (end,)
        return [_Way((*keys, way.key), way) for way in ways]

    def _label(self, key: str, ways: Sequence[_Way]) -> Labels:
        here = self.ends[self.source.key].get(key)
        if here is not None and (here.kind == "union" or key == ways[0].text):
            return here.label
        return {"en": key.replace("_", " ").capitalize()}

    def _of_list(self, end: End) -> tuple[str, ...]:
        """The columns of the module's list, without what leads back."""
        back = {each.field for each in end.each()}
        return tuple(name for name in self.lists[end.module].columns if name not in back)[:MOST_COLUMNS]

    def _in_common(self, ways: Sequence[_Way]) -> tuple[str, ...]:
        """The name of each record, what their ties say, and the columns that the lists of all modules have."""
        ties = [key for key in ways[0].end.own if all(key in way.end.own for way in ways)]
        lists = [self._of_list(way.end) for way in ways]
        shared = [name for name in lists[0][1:] if all(name in columns for columns in lists)]
        return ("title", *dict.fromkeys((*ties, *shared)))[:MOST_COLUMNS]

    def _panel(
        self, key: str, spec: Mapping[str, Any], way: _Way, ways: Sequence[_Way], *, size: int
    ) -> Subpanel:
        end, several = way.end, len(ways) > 1
        there, listed = self.layouts[end.module].seen_from(self.source, end.own), self.lists[end.module]
        asked = {name: said for name, said in spec.get("columns", {}).items() if not several or self._has(end, name)}
        chosen = there.columns(asked, "subpanels", key, "columns")[0]
        derived = self._in_common(ways) if several else self._of_list(end)
        sort = tuple(name for name in spec.get("sort", []) if not several or self._has(end, name.removeprefix("-")))
        actions = tuple(spec["actions"]) if "actions" in spec else ACTIONS if len(way.keys) == 1 else ()
        return Subpanel(
            key=key, label=end.label, module=end.module, end=way.text,
            field=end.field if end.kind == "link" and len(way.keys) == 1 else "",
            columns=chosen or derived, sort=there.sort(sort, "subpanels", key, "sort") or listed.sort,
            actions=tuple(name for name in actions if name in BUILT_IN), where=spec.get("where"),
            create=spec.get("create", {}), size=size, group=self._group(key, spec, there, several=several),
            search=there.keys(spec.get("search", {}), "subpanels", key, "search") if not several else (),
        )  # fmt: skip

    def _has(self, end: End, name: str) -> bool:
        head = "title" if name == "$title" else name.partition(".")[0]
        return head in end.own or head in self.layouts[end.module].every

    def _check_columns(self, key: str, spec: Mapping[str, Any], ends: Sequence[End]) -> None:
        """A column of several modules is known to one of them at least."""
        if len(ends) < 2:
            return
        every = {name for end in ends for name in (*end.own, *self.layouts[end.module].every)}
        for name in spec.get("columns", {}):
            if not any(self._has(end, name) for end in ends):
                place = self.source.place("subpanels", key, "columns", name)
                self.report.missing_field(self.source, place, name, sorted(every))

    def _check_actions(self, key: str, spec: Mapping[str, Any]) -> None:
        for name, said in spec.get("actions", {}).items():
            if name not in BUILT_IN and "do" not in said:
                place = self.source.place("subpanels", key, "actions", name)
                self.report.missing(place, say("action"), name, BUILT_IN)

    def _group(self, key: str, spec: Mapping[str, Any], there: Layouts, *, several: bool) -> str:
        name: str = spec.get("group", "")
        if not name or (name == BY_MODULE and several):
            return name
        return name if there.known(name, "subpanels", key, "group") else ""
