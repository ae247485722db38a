"""The box to write in a timeline, decided: what can be written there, and the form of one kind of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from hanok.engine.catalog.model import Catalog, Module, Subpanel
from hanok.engine.catalog.views import FormView, Panel, Tab
from hanok.engine.fields import Linked, in_language
from hanok.engine.records import Record
from hanok.engine.records.timelines import Origin
from hanok.screens import subpanels
from hanok.screens.feed import Kind
from hanok.screens.forms import FormPage
from hanok.screens.subpanels import Place

#: What is written with every value of a form, whatever the form asks for.
TIE = "tie"


@dataclass(frozen=True, slots=True)
class Composer:
    """The box: its kinds, and the form of the one that is open (None: it is closed).

    `module` is what is being written; `beside` are values that the form sends without asking for them.
    """

    kinds: tuple[Kind, ...]
    current: str = ""
    form: FormPage | None = None
    beside: Mapping[str, str] | None = None


def places(catalog: Catalog, home: Module, record: Record, found: Sequence[tuple[Origin, bool]]) -> tuple[Place, ...]:
    """The ends of a record where the actor may write something: one for each module. `found` says what she may make."""
    kept: dict[str, Place] = {}
    for origin, may_create in found:
        end = origin.end
        panel = Subpanel(end.key, end.label, end.module, "", (), (), end=end.key)
        place = subpanels.place(catalog, home, panel, may_create=may_create, may_edit=False)
        if asks(place.module.views.quick) and subpanels.creatable(place, record):
            kept.setdefault(end.module, place)
    return tuple(kept.values())


def asks(view: FormView) -> bool:
    return bool(view.fields())


def kinds(found: Sequence[Place], home: Module, record: Record, url: str, language: str) -> tuple[Kind, ...]:
    """The quickest kind comes first, the one whose form asks for the least; then what can be planned, then the rest."""
    made = []
    ordered = sorted(found, key=lambda one: len(one.module.views.quick.fields()))
    for place in [*ordered[:1], *sorted(ordered[1:], key=_is_over)]:
        module = place.module
        said = {**texts(beside(place, home, record)), "next": f"/{home.key}/{record.id}"}
        made.append(Kind(
            place.end.key, in_language(module.label, language), module.icon, f"{url}/new/{place.end.key}",
            f"/{module.key}/new?{urlencode(said)}",
            any(module.field(key).type.holds_files for key in module.views.quick.fields() if module.has(key)),
        ))  # fmt: skip
    return tuple(made)


def _is_over(place: Place) -> bool:
    """Whether its records are never still to come."""
    view = place.module.views.timeline
    return view is None or view.open is None


def beside(place: Place, home: Module, record: Record) -> dict[str, Any]:
    """What a new record has without being asked: its link to this one, and what both call alike.

    The account of a deal is that of a call about it.
    """
    found: dict[str, Any] = {}
    for key, field in place.module.fields.items():
        same, value = home.fields.get(key), record.values.get(key)
        if not isinstance(value, Linked) or not value.title:
            continue
        plain = field.targets and not (field.readonly or field.hidden or key in place.module.owners)
        if plain and same is not None and same.targets == field.targets:
            found[key] = f"{value.module}:{value.id}" if len(field.targets) > 1 else str(value.id)
    return {**found, **subpanels.filled(place, record)}


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """The values as an address or a form says them."""
    return {key: str(value) for key, value in values.items()}


def limiting(module: Module, known: Mapping[str, Any]) -> dict[str, str]:
    """What is known already and says what the form lets be picked: it goes along as if it were asked for."""
    limits = [module.picks[key] for key in module.views.quick.fields() if key in module.picks]
    wanted = {key for limit in limits for key in limit.depends}
    return {key: str(value) for key, value in known.items() if key in wanted}


def asked_view(module: Module, known: Mapping[str, Any]) -> FormView:
    """The quick form without what is known already."""
    view = module.views.quick

    def panel(found: Panel) -> Panel:
        rows = [tuple(cell for cell in row if cell.field not in known) for row in found.rows]
        return replace(found, rows=tuple(row for row in rows if row), columns=1)

    def tab(found: Tab) -> Tab:
        return replace(found, panels=tuple(map(panel, found.panels)))

    return FormView(tuple(map(tab, view.tabs)), tuple(map(panel, view.side)), tuple(map(panel, view.bottom)))
