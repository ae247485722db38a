"""The subpanels of a module: its to-many ends as tables under a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hanok.engine.catalog.layouts import Layouts
from hanok.engine.catalog.model import End, Subpanel, Views
from hanok.engine.catalog.report import LINK, Report, Source

ACTIONS = ("create", "link", "unlink")
MOST_COLUMNS = 5


def subpanels(
    source: Source, ends: Mapping[str, End], layouts: Mapping[str, Layouts], views: Mapping[str, Views],
    report: Report, newer: Callable[[End], bool],
) -> dict[str, Subpanel]:  # fmt: skip
    """The written subpanels in their order, then the ends that layers above them brought (`newer`).

    Without any written, one for each end but lines, which the form shows.
    """
    written: Mapping[str, Any] | None = source.data.get("subpanels")
    shown = {key: end for key, end in ends.items() if end.kind != "lines"}
    said = {key: {} for key in shown} if written is None else dict(written)
    said |= {key: {} for key, end in shown.items() if key not in said and newer(end)}
    built = {}
    for key, spec in said.items():
        if key not in ends:
            report.missing(source.place("subpanels", key), LINK, key, ends)
        elif not spec.get("hidden", False):
            end = ends[key]
            built[key] = _subpanel(end, spec, layouts[end.module].seen_from(source, end.own), views[end.module])
    return built


def _subpanel(end: End, spec: Mapping[str, Any], there: Layouts, views: Views) -> Subpanel:
    chosen = there.columns(spec.get("columns", {}), "subpanels", end.key, "columns")[0]
    derived = tuple(key for key in views.list.columns if key != end.field)[:MOST_COLUMNS]
    sort = there.sort(spec.get("sort", []), "subpanels", end.key, "sort")
    return Subpanel(
        key=end.key, label=spec.get("label") or end.label, module=end.module, end=end.key,
        field=end.field if end.kind == "link" else "",
        columns=chosen or derived, sort=sort or views.list.sort,
        actions=tuple(spec["actions"]) if "actions" in spec else ACTIONS, where=spec.get("where"),
    )  # fmt: skip
