"""Every function there is: what expressions and templates may call, and nothing else.

A new one is a row in the file of its subject, with its meaning in every language and an example that a test runs.
"""

from collections.abc import Mapping
from types import MappingProxyType

from hanok.engine.expressions.functions import days, listing, numbers, text
from hanok.engine.expressions.functions.base import Argument, Function
from hanok.engine.expressions.functions.text import person_name

#: By subject, in the order of the reference.
GROUPS: Mapping[str, tuple[Function, ...]] = MappingProxyType({
    "text": text.FUNCTIONS, "numbers": numbers.FUNCTIONS, "days": days.FUNCTIONS, "lists": listing.FUNCTIONS,
})  # fmt: skip


def _registry() -> Mapping[str, Function]:
    found: dict[str, Function] = {}
    for group in GROUPS.values():
        for function in group:
            if function.name in found:
                raise ValueError(f"two functions are called {function.name}")
            found[function.name] = function
    return MappingProxyType(found)


FUNCTIONS = _registry()


def describe() -> tuple[tuple[str, tuple[Function, ...]], ...]:
    """Every function by subject, for the reference: `usage`, `meaning` by language, `example` and its `result`."""
    return tuple(GROUPS.items())


__all__ = ["FUNCTIONS", "GROUPS", "Argument", "Function", "describe", "person_name"]
