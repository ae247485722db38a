"""Names of ends: what several fields call alike is one end, or a union of ends of several modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from hanok.engine.catalog.model import End
from hanok.engine.catalog.report import Report, Source
from hanok.engine.errors import say
from hanok.engine.fields import Field, Labels

Groups = Mapping[str, Mapping[str, list[End]]]


def naming(
    offered: Sequence[End], own: Mapping[str, Field], sources: Mapping[str, Source], report: Report
) -> dict[str, End]:
    """The ends of a module by their keys, in the order in which fields offered them."""
    forwards = {end.key: end for end in offered if end.forwards}
    groups: dict[str, dict[str, list[End]]] = {}
    for end in offered:
        if not end.forwards:
            groups.setdefault(end.key, {}).setdefault(end.module, []).append(end)
    found: dict[str, End] = {}
    for end in offered:
        if end.forwards:
            if end.several and end.field not in found:
                found[end.field] = _union(end.field, [each for each in forwards.values() if each.field == end.field])
            found[end.key] = end
        elif end.key in groups:
            named = _group(end.key, groups.pop(end.key), sources)
            before = {**found, **forwards}
            taken = [key if key in own else before[key].home for key in named if key in own or key in before]
            if taken:
                _report(end, taken[0], sources[end.home], report)
            else:
                found |= named
    return found


def _group(name: str, by_module: Mapping[str, list[End]], sources: Mapping[str, Source]) -> dict[str, End]:
    """The ends of a name that fields of these modules give: one, or one for each module and their union."""
    alone = len(by_module) == 1
    ends = {}
    for module, ways in by_module.items():
        parent = sources[module].parent
        key = f"{parent.module}_{name}" if parent else name if alone else f"{name}_{module}"
        if key in ends:  # lines of two fields of one module
            key = f"{module.replace('.', '_')}_{name}"
        ends[key] = _joined(key, ways)
    return ends if name in ends else {name: _union(name, list(ends.values())), **ends}


def _joined(key: str, ways: Sequence[End]) -> End:
    """The end that fields of one module make together."""
    first = ways[0]
    if len(ways) == 1:
        return replace(first, key=key)
    label = next((way.label for way in ways if way.label != first.label), first.label)
    return End(key, label, first.module, "", first.home, kind="joined", layer=first.layer, ways=tuple(ways))


def _union(key: str, ways: Sequence[End]) -> End:
    label = ways[0].label if all(way.label == ways[0].label for way in ways) else _listed(way.label for way in ways)
    return End(key, label, "", "", ways[0].home, kind="union", layer=ways[-1].layer, ways=tuple(ways))


def _listed(labels: Iterable[Labels]) -> Labels:
    """All the labels, in each language that all have."""
    every = list(labels)
    languages = [language for language in every[0] if all(language in each for each in every)]
    return {language: ", ".join(dict.fromkeys(each[language] for each in every)) for language in languages}


def _report(end: End, taken: str, source: Source, report: Report) -> None:
    message = say("The reverse name “{key}” is taken already ({other}).", key=end.key, other=taken)
    report.wrong(source.place("fields", end.field, "reverse"), message)
