"""Which records inherit security groups from which: links that say `inherit` never lead round in a circle.

So what every record inherits follows from the groups that others have of themselves, whatever came first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hanok.engine.catalog.model import Module
from hanok.engine.catalog.report import Report, Source
from hanok.engine.errors import say


def check_inheriting(modules: Mapping[str, Module], sources: Mapping[str, Source], report: Report) -> None:
    """Reports links by which the records of a module could inherit from each other in a circle."""
    for module in modules.values():
        for key, targets in inheriting(module):
            facts = {"field": key, "module": module.key}
            place = sources[module.key].place("fields", key, "inherit")
            if module.key in targets and not module.field(key).settings.get("tree"):
                report.wrong(place, say("“{field}” of {module} leads to records of the same kind: what inherits groups "
                                        "by it needs tree: true too.", **facts))  # fmt: skip
            others = [target for target in targets if target != module.key]
            if any(_leads(modules, target, module.key) for target in others):
                report.wrong(place, say("Records would inherit security groups in a circle: what “{field}” of {module} "
                                        "leads to inherits from {module} itself.", **facts))  # fmt: skip


def inheriting(module: Module) -> Iterator[tuple[str, Sequence[str]]]:
    """The links by which records of a module inherit groups, with the modules that each leads to."""
    for key, found in module.fields.items():
        if found.targets and found.settings.get("inherit"):
            yield key, found.targets


def parents_first(modules: Mapping[str, Module]) -> tuple[Module, ...]:
    """The modules whose records inherit from others, each behind those that it inherits from."""
    found: dict[str, Module] = {}

    def visit(key: str) -> None:
        if key in found or key not in modules:
            return
        above = [target for _, targets in inheriting(modules[key]) for target in targets]
        for target in above:
            if target != key:
                visit(target)
        if above:
            found[key] = modules[key]

    for key in modules:
        visit(key)
    return tuple(found.values())


def _leads(modules: Mapping[str, Module], start: str, end: str) -> bool:
    """Whether records of `start` inherit, by however many steps, from those of `end`."""
    seen, left = {start}, [start]
    while left:
        key = left.pop()
        if key == end:
            return True
        above = {target for _, targets in inheriting(modules[key]) for target in targets} if key in modules else set()
        left += sorted(above - seen)
        seen |= above
    return False
