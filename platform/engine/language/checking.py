"""Checks a document against its kind's schema and says each fault as a sentence, where it stands.

jsonschema-rs does the checking (measured: 0.2 ms for a module of 25 fields and 30 types, jsonschema 25 ms); the
sentences are ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from hanok.engine.errors import Message, Problem, say
from hanok.engine.language.kinds import Kind
from hanok.engine.language.nodes import Lost, Mark, Node, Path, Source, problem, without
from hanok.engine.language.sentences import fact, sentence
from hanok.engine.language.views import View
from hanok.engine.language.words import clip, unknown

KEY = say("key")
_NOWHERE = Mark(Source("", ""))
UNKNOWN_KEYS = ("additionalProperties", "unevaluatedProperties")


@dataclass(frozen=True, slots=True)
class Fault:
    """A problem, and the path that has to go for the rest of the document to be sound."""

    problem: Problem
    cut: Path


def check(kind: Kind, root: Node, patch: Node | None = None, lost: Collection[Path] = ()) -> tuple[Fault, ...]:
    """Everything in a merged document that its schema does not allow.

    `patch` is the newest layer's own tree: what it removed is reported at its null. `lost` are paths of which a fault
    is known already: that they are missing is not said again.
    """
    data = root.plain()
    if kind.validator.is_valid(data):
        return ()
    errors = [leaf for error in kind.validator.iter_errors(data) for leaf in leaves(error, root)]
    muted = _unclear(kind, root, errors)
    found: dict[tuple[str, str], Fault] = {}
    for error in errors:
        if _follows(error, lost):
            continue
        for fault in _faults(kind, root, patch, error, muted):
            found.setdefault((fault.problem.place.path, str(fault.problem.message)), fault)
    return tuple(found.values()) or _any_fault(root, errors, lost)


def sound(kind: Kind, root: Node) -> tuple[Node | None, Lost]:
    """The document without what is faulty in it, and the paths that were cut; None when nothing sound is left."""
    lost: set[Path] = set()
    left: Node | None = root
    for _ in range(20):
        faults = check(kind, left) if left else ()
        if not faults:
            return left, frozenset(lost)
        cuts = {fault.cut for fault in faults}
        lost |= cuts
        left = without(left, tuple(cuts)) if left else None
    return None, frozenset(lost | {()})


def _any_fault(
    root: Node, errors: Sequence[jsonschema_rs.ValidationError], lost: Collection[Path]
) -> tuple[Fault, ...]:
    """A document with errors never passes as sound, even when each of them was taken for a consequence of another."""
    left = [error for error in errors if not _follows(error, lost)]
    if not left:
        return ()
    path: Path = tuple(left[0].instance_path)
    mark = root.nearest(path).shown
    return (Fault(problem("schema", mark, path, say("this is not what the schema allows here")), path),)


def _follows(error: jsonschema_rs.ValidationError, lost: Collection[Path]) -> bool:
    """Whether something is only missing because what was written there is lost."""
    path: Path = tuple(error.instance_path)
    if error.kind.name == "required":
        return (*path, fact(error, "property")) in lost
    return error.kind.name in ("minProperties", "minItems") and any(gone[:-1] == path for gone in lost if gone)


def leaves(error: jsonschema_rs.ValidationError, root: Node) -> Iterator[jsonschema_rs.ValidationError]:
    """The faults inside the one branch of an anyOf that was meant, judged by the type of the value; else the anyOf."""
    if error.kind.name not in ("anyOf", "oneOf"):
        yield error
        return
    branches = [branch for branch in fact(error, "context") if branch]
    meant = [branch for branch in branches if not _other(branch, error)]
    if not meant:
        yield error
        return
    best = min(meant, key=lambda branch: (len(branch), -max(len(leaf.instance_path) for leaf in branch)))
    for inner in best:
        yield from leaves(inner, root)


def _other(branch: Sequence[jsonschema_rs.ValidationError], error: jsonschema_rs.ValidationError) -> bool:
    """Whether the branch was not meant: it wants another type, or another constant, at this very place."""
    return any(
        leaf.kind.name in ("type", "const", "enum") and len(leaf.instance_path) == len(error.instance_path)
        for leaf in branch
    )


def _unclear(kind: Kind, root: Node, errors: Iterable[jsonschema_rs.ValidationError]) -> set[Path]:
    """Maps whose discriminator (the key that an `if` looks at) is faulty: nothing is known of their other keys."""
    unclear: set[Path] = set()
    for error in errors:
        path = tuple(error.instance_path)
        name = error.kind.name
        if name == "required" and fact(error, "property") in _discriminators(kind, root, path):
            unclear.add(path)
        elif name in ("enum", "type", "const") and path and path[-1] in _discriminators(kind, root, path[:-1]):
            unclear.add(path[:-1])
    return unclear


def _discriminators(kind: Kind, root: Node, path: Path) -> set[str]:
    view, _ = walk(kind, root, path)
    return {key for schema in view.schemas if "if" in schema for key in schema["if"].get("properties", ())}


def walk(kind: Kind, root: Node, path: Sequence[str | int]) -> tuple[View, Node]:
    """The view and the node at a path; at its nearest parent when it is not there."""
    view, node = kind.view(root), root
    for step in path:
        below = node.child(step)
        if below is None:
            break
        view, node = view.child(step, below), below
    return view, node


def _faults(
    kind: Kind, root: Node, patch: Node | None, error: jsonschema_rs.ValidationError, muted: set[Path]
) -> Iterator[Fault]:
    path: Path = tuple(error.instance_path)
    view, node = walk(kind, root, path)
    name = error.kind.name
    if name in UNKNOWN_KEYS:
        if path not in muted:
            known = _known(error, view)
            strange = [key for key in fact(error, "unexpected") if key not in known]
            yield from (_unknown_key(known, node, path, key) for key in strange)
        return
    if name == "required":
        yield _missing(node, patch, path, fact(error, "property"))
        return
    if name == "propertyNames":
        yield from _bad_names(view, node, path, error)
        return
    shown = path[:-1] if len(path) > 1 and view.says("x-noun") == path[-1] and name == "enum" else path
    mark = node.mark if name in ("type", "enum", "const", "anyOf", "oneOf") else node.shown
    yield Fault(problem("schema", mark, shown, sentence(error, view, node)), path)


def _known(error: jsonschema_rs.ValidationError, view: View) -> tuple[str, ...]:
    """The keys that are allowed where another was found.

    A map whose keys are checked together with its branches (unevaluatedProperties) takes those of all that apply; that
    jsonschema calls a key unevaluated because its *value* is faulty is left out by this as well.
    """
    if error.kind.name == "unevaluatedProperties":
        return view.known()
    schema: Any = view.root
    for step in list(error.schema_path)[:-1]:
        schema = schema[step]
    return tuple(schema.get("properties", ()))


def _unknown_key(known: Sequence[str], node: Node, path: Path, key: str) -> Fault:
    child = node.child(key) or node
    present = node.value if isinstance(node.value, dict) else {}
    candidates = [candidate for candidate in known if candidate not in present]
    said = unknown(key, candidates, noun=KEY)
    return Fault(problem("unknown_key", child.key or child.mark, (*path, key), said), (*path, key))


def _missing(node: Node, patch: Node | None, path: Path, key: str) -> Fault:
    removed = patch.find((*path, key)) if patch else None
    mark: Mark = removed.mark if removed else node.shown
    return Fault(problem("missing", mark, path, say('"{key}" is missing', key=clip(key))), path)


def _bad_names(view: View, node: Node, path: Path, error: jsonschema_rs.ValidationError) -> Iterator[Fault]:
    says: Any = next((schema["propertyNames"] for schema in view.schemas if "propertyNames" in schema), {})
    says = says if isinstance(says, dict) else {}
    validator = jsonschema_rs.Draft202012Validator({**says, "$defs": view.root.get("$defs", {})})
    for key, child in (node.value if isinstance(node.value, dict) else {}).items():
        if not validator.is_valid(key):
            said = _name_sentence(key, view, says)
            yield Fault(problem("key", child.key or child.mark, (*path, key), said), (*path, key))


def _name_sentence(key: str, view: View, says: Mapping[str, Any]) -> Message:
    named = view.apart(says, Node(key, _NOWHERE)).says("x-says")
    if named:
        return say('"{key}" cannot be a key: {rule}', key=clip(key), rule=say(str(named)))
    if isinstance(says.get("enum"), list):
        return unknown(key, [str(option) for option in says["enum"]], noun=KEY)
    return say('"{key}" cannot be a key here', key=clip(key))
