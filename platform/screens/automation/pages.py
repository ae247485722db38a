"""Workflows as a list and as pages: what begins each, what it does, what it did lately, whether it is switched on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanok.engine.automation.listing import Tally
from hanok.engine.automation.switching import Switch
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.fields import in_language
from hanok.screens.automation.conditions import Said, all_of, said
from hanok.screens.automation.flow import Card, Flow
from hanok.screens.automation.rows import RunRow
from hanok.screens.automation.triggers import TriggerSaid, trigger_said
from hanok.screens.words import Formats

HOME = "/workflow"


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow in the list. `active` is whether it begins runs by itself, `switched` that this site says so."""

    key: str
    url: str
    label: str
    module: str
    icon: str
    trigger: TriggerSaid
    active: bool
    switched: bool
    place: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    """One workflow. `trigger_conditions` narrow what begins it, `conditions` for which records it does anything."""

    row: WorkflowRow
    help: str
    flow: FlowShown
    runs: tuple[RunRow, ...]
    more: bool
    switch: Switch | None
    switched_by: str
    in_file: bool
    version: str


@dataclass(frozen=True, slots=True)
class FlowShown:
    """What a workflow does, from above to below."""

    trigger: TriggerSaid
    trigger_conditions: tuple[Said, ...]
    conditions: Said | None
    cards: tuple[Card, ...]

    @property
    def tests(self) -> Sequence[Said]:
        return all_of(self.conditions)


def url_of(key: str) -> str:
    return f"{HOME}/{key}"


def rows_of(
    catalog: Catalog, switches: Mapping[str, Switch], tallies: Mapping[str, Tally], language: str
) -> tuple[WorkflowRow, ...]:
    """All workflows by their names."""
    found = [row_of(catalog, one, switches.get(one.key), tallies.get(one.key, Tally()), language)
             for one in catalog.workflows.values()]  # fmt: skip
    return tuple(sorted(found, key=lambda row: (row.module, row.label)))


def row_of(catalog: Catalog, workflow: Workflow, switch: Switch | None, tally: Tally, language: str) -> WorkflowRow:
    module = catalog.every.get(workflow.module)
    return WorkflowRow(
        key=workflow.key,
        url=url_of(workflow.key),
        label=in_language(workflow.label, language),
        module=in_language(module.label, language) if module else workflow.module,
        icon=module.icon if module else "table",
        trigger=trigger_said(catalog, workflow, language),
        active=workflow.active if switch is None else switch.active,
        switched=switch is not None,
        place=f"{workflow.place.file}:{workflow.place.line}",
        tally=tally,
    )


def matching(rows: Sequence[WorkflowRow], words: str) -> tuple[WorkflowRow, ...]:
    """Those in whose name, key or module all of these words stand."""
    asked = words.casefold().split()
    return tuple(
        row for row in rows if all(word in f"{row.label} {row.key} {row.module}".casefold() for word in asked)
    )


def flow_of(catalog: Catalog, workflow: Workflow, formats: Formats) -> FlowShown:
    """What a workflow does, in the reader's words."""
    trigger = workflow.trigger
    narrowed = trigger.node is not None and (isinstance(trigger.settings.get("fields"), Mapping) or not trigger.fields)
    return FlowShown(
        trigger=trigger_said(catalog, workflow, formats.language),
        trigger_conditions=tuple(all_of(said(trigger.node, formats))) if narrowed and trigger.node else (),
        conditions=said(workflow.when, formats) if workflow.when is not None else None,
        cards=Flow(catalog, catalog.every[workflow.module], formats).cards(workflow.do),
    )


def help_of(workflow: Workflow, language: str) -> str:
    """What it is for, "" where its document does not say."""
    told = workflow.data.get("help")
    return in_language(told, language) if isinstance(told, Mapping) else str(told or "")


