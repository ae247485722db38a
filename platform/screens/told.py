"""What a form tells the browser of its conditions, as data for `static/js/dynamic.js`.

    fields   by key: `visible`, `required`, `readonly`, each {"tree", "names", "now"}
    panels   by what they are called on the page: the same
    options  by field: {"tree", "names", "now": keys, "of": what each option says of itself}
    reads    by field that trees look at: "one" or "many" texts; what is missing here the page does not know
    values   by field that trees look at: its value where nothing is sent, as forms send it

`tree` is for `conditions.js`, `names` the boxes that it looks at, `now` what it says as the page is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hanok.engine.catalog.behaviour import Pick
from hanok.engine.catalog.views import FormView
from hanok.engine.conditions import Node, to_browser
from hanok.engine.conditions.tree import named
from hanok.engine.fields import Field
from hanok.screens.conditional import Present, panels

Told = dict[str, Any]
KINDS = ("visible", "required", "readonly")


def rules(here: Present, view: FormView, stored: Mapping[str, Any]) -> Told:
    """All that the browser needs; empty where nothing depends on what is typed. `stored` are the values before."""
    fields = {key: told for key in here.asked if (told := _field(here, key))}
    places = {place: _told(here, node) for place, node, _ in panels(view) if here.names(node)}
    options = {
        key: _options(here, here.module.fields[key], pick)
        for key, pick in here.module.picks.items()
        if key in here.asked and "" in pick.nodes
    }
    if not (fields or places or options):
        return {}
    keys = {name for each in _each(fields, places, options) for name in each["names"]}
    keys |= {key for node in _nodes(here, view) for key in _own(here, node)}
    return {
        "fields": fields,
        "panels": places,
        "options": options,
        "reads": {key: how for key in sorted(keys & here.asked) if (how := _reads(here.module.field(key)))},
        "values": {key: raw for key in sorted(keys) if (raw := _raw(here.module.field(key), stored)) is not ...},
    }


def state(here: Present, view: FormView) -> Told:
    """What every condition says now: the answer to a page that cannot know."""
    return {
        "fields": {key: {kind: here.holds(node) for kind, node in _of(here, key)} for key in here.module.dynamic},
        "panels": {place: here.holds(node) for place, node, _ in panels(view) if node is not None},
        "options": {
            key: here.fits(here.module.fields[key], pick) for key, pick in here.module.picks.items() if "" in pick.nodes
        },
    }


def _field(here: Present, key: str) -> Told:
    return {kind: _told(here, node) for kind, node in _of(here, key) if here.names(node)}


def _of(here: Present, key: str) -> Iterable[tuple[str, Node]]:
    said = here.dynamic(key)
    return ((kind, node) for kind in KINDS if (node := getattr(said, kind)) is not None)


def _told(here: Present, node: Node | None) -> Told:
    assert node is not None, "what names a box is a condition"
    return {"tree": to_browser(node, here.context), "names": here.names(node), "now": here.holds(node)}


def _options(here: Present, field: Field, pick: Pick) -> Told:
    said = pick.nodes[""]
    of = {choice.key: {name: sent(value) for name, value in choice.attributes.items()} for choice in field.choices}
    return {
        "tree": to_browser(said, here.context),
        "names": [key for key in pick.depends if key in here.asked],
        "now": here.fits(field, pick),
        "of": of,
    }


def _each(fields: Told, places: Told, options: Told) -> Iterable[Told]:
    yield from (told for kinds in fields.values() for told in kinds.values())
    yield from places.values()
    yield from options.values()


def _nodes(here: Present, view: FormView) -> Iterable[Node | None]:
    yield from (node for key in here.asked for _, node in _of(here, key))
    yield from (node for _, node, _ in panels(view))
    yield from (here.module.picks[key].nodes.get("") for key in here.asked if key in here.module.picks)


def _own(here: Present, node: Node | None) -> Iterable[str]:
    found = () if node is None else named(node)
    keys = (field.key.partition(".")[0] for field in found if field.module == here.module.key)
    return (key for key in keys if here.module.has(key))


def _reads(field: Field) -> str:
    """How the browser reads its boxes; "" where it cannot."""
    return {"": "", "keys": "many"}.get(field.type.compares, "one")


def _raw(field: Field, values: Mapping[str, Any]) -> Any:
    """The value as a form sends it; `...` where the page shall not know it."""
    unsaid = field.system and field.key not in values
    if unsaid or field.type.secret or field.type.apart or not field.type.compares:
        return ...
    value = values.get(field.key)
    return None if value is None else sent(field.type.dump(field, value))


def sent(dumped: Any) -> Any:
    """A dumped value as forms send it."""
    if isinstance(dumped, Mapping):
        return f"{dumped['module']}:{dumped['id']}" if "module" in dumped else dumped.get("amount")
    if isinstance(dumped, bool) or dumped is None:
        return dumped
    return [str(each) for each in dumped] if isinstance(dumped, list | tuple) else str(dumped)
