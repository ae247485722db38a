"""Runs every payload in this process, bounded by the system, and writes what became of each as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hanok.engine.expressions import Expression, ExpressionError, Here, View
from hanok.engine.expressions.kinds import BOOLEAN, EMPTY, MONEY, NUMBER, TEXT, Kind, Known, list_of
from hanok.engine.fields.money import Money
from tests.expressions.payloads import HARMLESS, REFUSED

#: What each payload may take.
SECONDS, MEMORY = 0.1, 50 * 1024 * 1024
#: What the whole process may take: nothing here comes near it.
ADDRESSES, CPU = 2 * 1024**3, 100
LINE = Known({"name": TEXT, "tax": NUMBER, "none": TEXT})
SCOPE = Known({
    "name": TEXT, "price": MONEY, "nobody": EMPTY, "lines": list_of(Kind("record", LINE)),
    "record": Kind("record", LINE),
    "stage": Kind("option", Known({"won": BOOLEAN, "key": TEXT, "label": TEXT}), keys=("new", "won")),
})  # fmt: skip
VALUES: dict[str, Any] = {
    "name": "김", "nobody": None, "price": Money(Decimal(1200), "KRW", Decimal(1200)),
    "lines": tuple(View("줄", number, {"name": "x", "tax": Decimal(number), "none": "?"}) for number in range(50)),
    "record": View("줄", 1, {"name": "x"}), "stage": View("Won", "won", {"won": True}),
}  # fmt: skip
HERE = Here(VALUES, now=datetime(2026, 11, 17, 9, 30, tzinfo=UTC))


def outcome(payload: str) -> dict[str, Any]:
    """Whether it was refused, else its value as text; seconds of CPU and the most bytes it held."""
    tracemalloc.reset_peak()
    held, began = tracemalloc.get_traced_memory()[0], time.process_time()
    refused, value = False, None
    try:
        value = Expression(payload, SCOPE).value(HERE)
    except ExpressionError:
        refused = True
    spent, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    shown = None if value is None else str(value)
    return {"refused": refused, "value": shown, "cpu": spent, "memory": peak - held}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    Expression("lines | sum(attribute='tax')", SCOPE).value(HERE)  # what is made once is not a payload's
    tracemalloc.start()
    every = [payload for group in REFUSED.values() for payload in group] + list(HARMLESS)
    json.dump({payload: outcome(payload) for payload in every}, sys.stdout)


if __name__ == "__main__":
    main()
