"""The order in which derivations are worked out: what is looked at comes first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from hanok.engine.catalog.derived import Derivation, Links, Place

#: Told the places of a circle, the first one again at its end.
Circle = Callable[[list[Place]], None]


def sequence(found: Mapping[Place, Derivation], circle: Circle) -> dict[Place, Derivation]:
    """The same derivations in order, each with its stage and whether it follows from its own record alone.

    `circle` is told of each circle; what is part of one is left out.
    """
    order: dict[Place, Derivation] = {}
    state: dict[Place, bool] = {}  # False while it is being visited, True when it is done
    for start in found:
        if start not in state:
            _visit(start, found, order, state, circle)
    return order


def ranks(*links: Links) -> Mapping[str, int]:
    """In which order the records of modules are held: those that links lead to before those that have the links."""
    above: dict[str, set[str]] = {}
    for each in links:
        for module, pairs in each.items():
            above.setdefault(module, set()).update(target for _, target in pairs)
    found: dict[str, int] = {}
    while above:
        free = sorted(module for module, targets in above.items() if not targets & (set(above) - {module}))
        for module in free or sorted(above)[:1]:  # of modules that look at each other, one is the first
            found[module] = 1 + max((found.get(target, 0) for target in above.pop(module)), default=0)
    return MappingProxyType(found)


def _visit(
    start: Place, found: Mapping[Place, Derivation], order: dict[Place, Derivation], state: dict[Place, bool],
    circle: Circle,
) -> None:  # fmt: skip
    """Depth first, without recursion: a chain may be as long as there are fields."""
    state[start] = False
    trail = [(start, iter(found[start].reads))]
    while trail:
        place, reads = trail[-1]
        for read in reads:
            if read.place not in found or state.get(read.place):
                continue
            if read.place in state:
                path = [each for each, _ in trail]
                circle([*path[path.index(read.place) :], read.place])
                continue
            state[read.place] = False
            trail.append((read.place, iter(found[read.place].reads)))
            break
        else:
            trail.pop()
            state[place] = True
            order[place] = _placed(found[place], order)


def _placed(derivation: Derivation, order: Mapping[Place, Derivation]) -> Derivation:
    """With its stage: what looks at another record has a higher one than all that it looks at."""
    own, stage = True, 0
    for read in derivation.reads:
        other = order.get(read.place)
        if read.hops or read.module != derivation.module or (other is not None and not other.own):
            own = False
        if other is not None:
            stage = max(stage, other.stage + (1 if read.hops else 0))
        elif read.hops:
            stage = max(stage, 1)
    own = own and not derivation.is_rollup
    return replace(derivation, own=own, stage=stage if own else max(stage, 1))
