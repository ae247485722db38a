"""The other ends of links, and the subpanels that show them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hanok.engine.catalog.layouts import Layouts
from hanok.engine.catalog.model import Reverse, Subpanel, Views
from hanok.engine.catalog.report import LINK, Report, Source
from hanok.engine.errors import say
from hanok.engine.fields import Field

ACTIONS = ("create", "link", "unlink")
MOST_COLUMNS = 5


def reverses(
    sources: Mapping[str, Source], fields: Mapping[str, Mapping[str, Field]], report: Report
) -> dict[str, dict[str, Reverse]]:
    """By module, the links of other modules that point at it, under the names that it has for them."""
    found: dict[str, dict[str, Reverse]] = {key: {} for key in sources}
    for source in sources.values():
        for field in fields[source.key].values():
            written = field.type.reverse(field.settings)
            if written is None:
                continue
            for target in field.targets:
                _add(found[target], source, field, written, fields[target], report)
    return found


def _add(
    known: dict[str, Reverse], source: Source, field: Field, written: Any, own: Mapping[str, Field], report: Report
) -> None:
    spec: Mapping[str, Any] = {"key": written} if isinstance(written, str) else written
    key = spec["key"]
    place = source.place("fields", field.key, "reverse")
    if key in own or key in known:
        other = known[key].module if key in known else field.key
        report.wrong(place, say("The reverse name “{key}” is taken already ({other}).", key=key, other=other))
        return
    label = spec.get("label") or source.data.get("plural") or source.data["label"]
    known[key] = Reverse(key, label, source.key, field.key)


def subpanels(
    source: Source, reverse: Mapping[str, Reverse], layouts: Mapping[str, Layouts], views: Mapping[str, Views],
    report: Report, newer: Callable[[Reverse], bool],
) -> dict[str, Subpanel]:  # fmt: skip
    """The written subpanels in their order, then the ends that layers above them brought (`newer`).

    Without any written, one for each reverse end.
    """
    written: Mapping[str, Any] | None = source.data.get("subpanels")
    said = {key: {} for key in reverse} if written is None else dict(written)
    said |= {key: {} for key, end in reverse.items() if key not in said and newer(end)}
    built = {}
    for key, spec in said.items():
        if key not in reverse:
            report.missing(source.place("subpanels", key), LINK, key, reverse)
        elif not spec.get("hidden", False):
            end = reverse[key]
            built[key] = _subpanel(end, spec, layouts[end.module].seen_from(source), views[end.module])
    return built


def _subpanel(end: Reverse, spec: Mapping[str, Any], there: Layouts, views: Views) -> Subpanel:
    chosen = there.columns(spec.get("columns", {}), "subpanels", end.key, "columns")[0]
    derived = tuple(key for key in views.list.columns if key != end.field)[:MOST_COLUMNS]
    sort = there.sort(spec.get("sort", []), "subpanels", end.key, "sort")
    return Subpanel(
        key=end.key, label=spec.get("label") or end.label, module=end.module, field=end.field,
        columns=chosen or derived, sort=sort or views.list.sort,
        actions=tuple(spec["actions"]) if "actions" in spec else ACTIONS, where=spec.get("where"),
    )  # fmt: skip
