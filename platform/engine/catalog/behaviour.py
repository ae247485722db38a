"""What a module does with its records besides storing them: dynamic fields, pick limits, rules, duplicates, actions.

All of it is read once, when the catalog is compiled: conditions are parsed, fields are bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any

from hanok.engine.conditions import Node
from hanok.engine.errors import Place
from hanok.engine.fields import Field, Labels


@dataclass(frozen=True, slots=True)
class Dynamic:
    """Conditions under which a field is shown, must be filled in, or is fixed; None where it depends on nothing.

    `placed` is when the panel and the tab of the form show it: outside of that nobody has to fill it in.
    """

    visible: Node | None = None
    required: Node | None = None
    readonly: Node | None = None
    placed: Node | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """What may be picked for a field: `nodes` holds the condition by target module; under "" for options.

    `where` is the condition as it was written, `depends` the fields of the record at hand that it names.
    """

    where: Mapping[str, Any]
    nodes: Mapping[str, Node]
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for every record that is saved (those of `when` only); else `message` is said at `field`."""

    key: str
    check: Node
    message: Labels
    field: str = ""
    when: Node | None = None


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Records whose `match` fields are all alike are taken for one; `refuses` or asks."""

    key: str
    match: tuple[str, ...]
    refuses: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an action: its kind and what was written for it, checked.

    `steps` are the steps within it: of an `each` under "do", of a `branch` under "0", "1" … with their conditions in
    `nodes`. `module` is the module of the records that it makes (`create`).
    """

    kind: str
    data: Any
    key: str = ""
    module: str = ""
    nodes: Mapping[str, Node] = also(default_factory=dict)
    steps: Mapping[str, tuple[Step, ...]] = also(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Action:
    """A button: where it stands (`record`, `row`, `bulk`), for which records, what it asks first, what it does."""

    key: str
    label: Labels
    do: tuple[Step, ...]
    at: tuple[str, ...] = ("record",)
    icon: str = ""
    when: Node | None = None
    ask: Mapping[str, Field] = also(default_factory=dict)
    confirm: Labels = also(default_factory=dict)
    many: bool = False


@dataclass(frozen=True, slots=True)
class Trigger:
    """What begins a workflow. `kind`: created changed saved deleted linked unlinked, schedule, due, anniversary,
    webform, inbound_email, webhook, signal or manual; `settings` is what was written for it.

    `fields` are those that it is about: of `changed` (none: any), the day of `due` and `anniversary`, of a web form.
    `node` is the condition on the change (`fields: {stage: {to: won}}`), or on the records of a schedule (`over`).
    """

    kind: str
    settings: Mapping[str, Any] = also(default_factory=dict)
    fields: tuple[str, ...] = ()
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Workflow:
    """What happens by itself: when (`trigger`), for which records (`when`), what (`do`).

    `run` is "each" time or "once" a record; `inside` ones run within the save. `data` is the document as plain JSON,
    and `hash` stands for it: a run keeps the version that it began with. `ask` are the questions of the action that it
    is, where somebody began it by a button.
    """

    key: str
    label: Labels
    module: str
    active: bool
    trigger: Trigger
    when: Node | None
    run: str
    do: tuple[Step, ...]
    inside: bool
    data: Mapping[str, Any]
    hash: str
    place: Place
    ask: Mapping[str, Field] = also(default_factory=dict)
