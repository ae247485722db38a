"""Saying how far a deploy is."""

from __future__ import annotations

from collections.abc import Callable

from hanok.engine.errors import Message

#: Told before each piece of work: the phase, what is done, how much of it is done and of how much (0: not known).
Progress = Callable[[str, Message, int, int], None]


def silent(phase: str, sentence: Message, done: int, total: int) -> None:
    """Tells nobody."""
