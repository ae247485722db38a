"""Workflows: what happens by itself, read and checked against the modules that it works on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import Any

import orjson

from hanok.engine.catalog.actions import questions, steps_of
from hanok.engine.catalog.behaviour import Trigger, Workflow
from hanok.engine.catalog.model import Catalog, Module, OptionSet
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.reading import Reader
from hanok.engine.catalog.references import today
from hanok.engine.catalog.report import MODULE, Report, Source
from hanok.engine.catalog.triggers import trigger_of
from hanok.engine.errors import Refused, say
from hanok.engine.fields import FieldType
from hanok.engine.language import Document, Documents
from hanok.engine.language.nodes import Mark, Node
from hanok.engine.language.nodes import Source as File

__all__ = ["Trigger", "Workflow", "former_workflow", "of_action", "plain", "read_workflow", "restored", "workflows_of"]

#: The steps that a workflow may have that runs inside a save.
WITHIN = ("set", "stop", "branch")
DECIMAL = "$decimal"
KIND = "workflow"
WORKFLOW = say("workflow")
#: Keys under which other steps stand.
WITH_STEPS = ("branch", "each", "do", "approval", "approved", "rejected")


@dataclass(frozen=True, slots=True)
class Known:
    """What workflows are read with: the modules with everything of theirs, the types of fields and the option sets."""

    modules: Mapping[str, Module]
    types: Mapping[str, FieldType]
    options: Mapping[str, OptionSet]


def workflows_of(
    documents: Documents, every: Mapping[str, Module], types: Mapping[str, FieldType], pieces: Pieces
) -> Mapping[str, Workflow]:
    """The workflows by key. What is wrong with one is reported, and it is left out."""
    found = {}
    for key, document in documents.of("workflow").items():
        home = every.get(document.data.get("module", ""))
        if home is None or home.parent is not None:
            modules = [each.key for each in every.values() if each.parent is None]
            pieces.report.missing(document.place(["module"]), MODULE, document.data.get("module", ""), modules)
        elif home.key not in pieces.report.faulty:
            how = partial(_made, document, home, types)
            found[key] = pieces.make("workflow", key, (document, home), how, sights=("modules", "options"))
            _check_calls(document, document.data["do"], ("do",), documents.known("workflow"), pieces.report)
    return MappingProxyType({key: each for key, each in found.items() if each is not None})


def _check_calls(
    document: Document, steps: Any, path: tuple[str | int, ...], known: Collection[str], report: Report
) -> None:
    """Reports steps that call a workflow that is not there; `steps` is a list or a map with such lists within it."""
    for key, said in steps.items() if isinstance(steps, Mapping) else enumerate(steps):
        if key == "workflow" and isinstance(said, str) and said not in known:
            report.missing(document.place((*path, key)), WORKFLOW, said, known)
        elif key in WITH_STEPS or (isinstance(key, int) and isinstance(said, Mapping)):
            _check_calls(document, said, (*path, key), known, report)


def _made(
    document: Document, home: Module, types: Mapping[str, FieldType], report: Report, modules: Mapping[str, Module],
    options: Mapping[str, OptionSet],
) -> Workflow | None:  # fmt: skip
    return read_workflow(document, home, Known(modules, types, options), report)


def read_workflow(document: Document, home: Module, known: Known, report: Report) -> Workflow | None:
    """One workflow; None where something is wrong with it, which is reported."""
    before = len(report.problems)
    source = Source(home.key, document.data, document)
    reader = Reader(source, home, known.modules, report, known.types, known.options, datetime.now(UTC))
    data = document.data
    trigger = trigger_of(reader, data["trigger"], document.key)
    when = reader.node(data["when"], "when", allows=("changed",)) if "when" in data else None
    asked = questions(reader, document.key, data.get("ask", {}))
    do = steps_of(reader, data["do"], ("do",), asked)
    inside = bool(trigger.settings.get("inside", False))
    if inside:
        _check_within(reader, data["do"], ("do",))
    if len(report.problems) > before:
        return None
    kept = plain(data)
    return Workflow(
        document.key, data["label"], home.key, data.get("active", True), trigger, when, data.get("run", "each"), do,
        inside, MappingProxyType(kept), hash_of(kept), document.place([]), MappingProxyType(asked),
    )  # fmt: skip


def former_workflow(catalog: Catalog, key: str, data: Mapping[str, Any]) -> Workflow:
    """A workflow as it was kept, read against the modules of today and in their words.

    Raises Refused where it names what is not there any more.
    """
    kept = catalog.whole.kept
    assert kept is not None and kept.reworded is not None, "only what is sound goes live"
    root = _node(restored(data), Mark(File("", f"workflows/{key}.yaml")))
    document = Document(KIND, key, root.plain(), root)
    document = today(document, kept.reworded.made, catalog.renames, kept.types)
    report = Report()
    home = catalog.every.get(document.data["module"])
    known = Known(catalog.every, kept.types, catalog.options)
    found = read_workflow(document, home, known, report) if home else None
    if found is None:
        said = report.problems[0].message if report.problems else say("its module is not there any more")
        raise Refused(say("The workflow as it was when this began does not fit any more: {problem}", problem=said))
    return found


def of_action(catalog: Catalog, module: str, key: str) -> Workflow:
    """An action of a module as a workflow that somebody begins by hand: `module.action`."""
    kept = catalog.whole.kept
    assert kept is not None and kept.reworded is not None, "only what is sound goes live"
    said = kept.reworded.made.of("module")[module].data["actions"][key]
    data = {
        "label": said.get("label") or {"en": key}, "module": module, "trigger": "manual", "do": said["do"],
        "ask": said.get("ask", {}),
    }  # fmt: skip
    return former_workflow(catalog, f"{module}.{key}", plain(data))


def _node(value: Any, mark: Mark) -> Node:
    """Plain data as a tree, all of it written at one place."""
    if isinstance(value, Mapping):
        return Node({key: _node(each, mark) for key, each in value.items()}, mark)
    return Node([_node(each, mark) for each in value] if isinstance(value, list) else value, mark)


def _check_within(reader: Reader, written: Any, path: tuple[str | int, ...]) -> None:
    """Reports steps that cannot be taken within a save."""
    for number, said in enumerate(written):
        for kind, inner in said.items():
            place = reader.source.place(*path, number, kind)
            if kind not in (*WITHIN, "key"):
                reader.report.wrong(place, say("A workflow that runs inside a save has no step “{step}”.", step=kind))
            for at, way in enumerate(inner if kind == "branch" else ()):
                _check_within(reader, way["do"], (*path, number, kind, at, "do"))


# -- as JSON -------------------------------------------------------------------------------------------------------
def hash_of(data: Mapping[str, Any]) -> str:
    """What stands for a document: the same for the same words, however they are ordered."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def plain(value: Any) -> Any:
    """A document's data as JSON."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return {DECIMAL: str(value)} if isinstance(value, Decimal) else value


def restored(value: Any) -> Any:
    """The same as it was read from YAML."""
    if isinstance(value, Mapping):
        return Decimal(value[DECIMAL]) if set(value) == {DECIMAL} else {key: restored(it) for key, it in value.items()}
    return [restored(each) for each in value] if isinstance(value, list) else value
