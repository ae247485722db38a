"""What test processes do once instead of for each test: templates, addresses, and hashes that resist nobody.

A test makes an application of its own, hundreds of times in a process. What is worked out from files that do not
change meanwhile is kept; what an application answers stays the same.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from hanok.engine.accounts import passwords
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy import planning
from hanok.engine.language import Layer

#: The passwords of tests need no protection. tests/accounts/test_passwords.py asks for the real one.
REAL, CHEAP = passwords.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


#: New objects to a collection of the youngest garbage, and so many of these to the next older (Python's own: 700, 10).
RARELY = 50_000, 20, 20


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector of garbage need not look at it again for each test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*RARELY)


class Compiled(BytecodeCache):
    """Templates compiled by an earlier application of this process; their source is compared each time."""

    def __init__(self) -> None:
        self.known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.known:
            bucket.bytecode_from_string(self.known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.known[bucket.key] = bucket.bytecode_to_string()


def keep_builders() -> None:
    """Werkzeug writes a function for each address of each application: equal ones are written once."""
    written: dict[tuple[Any, ...], Callable[..., Any]] = {}
    write = Rule._compile_builder

    def kept(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return write(rule, append_unknown)
        key = rule.rule, tuple(rule._trace), append_unknown
        if key not in written:
            written[key] = write(rule, append_unknown)
        return written[key]

    Rule._compile_builder = kept  # type: ignore[method-assign]


def keep_first_catalogs() -> None:
    """Plans and live catalogs take what did not change from the first catalog of these layers' names.

    The result is the same, as tests/catalog/test_incremental.py makes sure; only less is made for it.
    """
    firsts: dict[tuple[Any, ...], tuple[Any, Catalog]] = {}

    def compiled(layers: Sequence[Layer], types: Any, *, before: Catalog | None = None, **options: Any) -> Catalog:
        key = id(types), *(layer.name for layer in layers)
        seed = firsts[key][1] if key in firsts else None
        made = compile_catalog(layers, types, before=before or seed, **options)
        firsts.setdefault(key, (types, made))
        return made

    planning.compile_catalog = compiled  # type: ignore[attr-defined]


Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": Compiled()}
passwords.HASHER = CHEAP
keep_builders()
keep_first_catalogs()
