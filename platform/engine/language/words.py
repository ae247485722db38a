"""Words that people mistype: what they may have meant, and which words may be keys at all."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hanok.engine.errors import Message, say

#: The form of every key: of modules, fields, options, tabs, panels, filters, roles.
KEY_PATTERN = "^[a-z][a-z0-9_]{0,39}$"
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)

OPERATORS = frozenset((
    "eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "between", "empty", "contains", "not_contains",
    "starts_with", "ends_with", "matches", "within", "under", "some", "none", "count",
))
CONDITION_WORDS = frozenset((
    "any", "all", "not", "some", "none", "count", "changed", "new", "is_a", "under", "type", "links", "meta",
    "relationships",
))
SYSTEM_FIELDS = frozenset((
    "id", "title", "created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at", "deleted_by",
))
#: Words that are never the key of a field: conditions and the API could not tell them from their own.
RESERVED_FIELD_KEYS = OPERATORS | CONDITION_WORDS | SYSTEM_FIELDS
#: Words that are never the key of a module: they are addresses of the platform itself.
RESERVED_MODULE_KEYS = frozenset((
    "login", "logout", "studio", "api", "static", "portal", "search", "account_settings", "settings", "health",
    "favicon", "docs", "jobs", "admin", "mine", "metrics", "files", "setup", "language", "started", "theme", "trash",
    "forgot", "reset", "me", "handover", "role", "audit", "as", "forms", "hooks", "workflow", "run",
))

#: The JSON Schema of a key, with the sentence that is said when it does not fit.
KEY_RULE = say("a key is small letters, digits and _, begins with a letter and has at most 40 characters")
KEY_SCHEMA = {"type": "string", "pattern": KEY_PATTERN, "x-says": KEY_RULE.text}


def did_you_mean(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was most likely meant, or None when nothing is near enough.

    Near: the same but for case, `-` and spaces; at most a third of its letters changed, swapped, missing or too
    many (one in short words); or the beginning of exactly one candidate.
    """
    known = [candidate for candidate in dict.fromkeys(candidates) if candidate != word]
    plain = _plain(word)
    reach = max(1, min(3, len(plain) // 3))
    near = [(distance(plain, _plain(candidate), reach), at) for at, candidate in enumerate(known)]
    best = min(near, default=(reach + 1, 0))
    if best[0] <= reach and best[0] < max(len(plain), 2):
        return known[best[1]]
    begun = [candidate for candidate in known if _begins(plain, _plain(candidate))]
    return begun[0] if len(begun) == 1 else None


def _plain(word: str) -> str:
    return word[:80].casefold().replace("-", "_").replace(" ", "_")


def _begins(word: str, candidate: str) -> bool:
    short, long = sorted((word, candidate), key=len)
    return len(short) >= 3 and long.startswith(short)


def distance(one: str, other: str, reach: int) -> int:
    """How many letters are changed, swapped, missing or too many; `reach` + 1 when it is more than `reach`.

    The optimal string alignment distance, https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance
    """
    if abs(len(one) - len(other)) > reach:
        return reach + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, mate in enumerate(other, 1):
            best = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != mate))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == mate:
                best = min(best, older[to - 2] + 1)
            row.append(best)
        if min(row) > reach:
            return reach + 1
    return min(row[-1], reach + 1)


NAME = say("name")
FEW = 8


def unknown(word: str, candidates: Iterable[str], *, noun: Message = NAME) -> Message:
    """`unknown type "mony", did you mean "money"?`; of a few candidates all are named when none is near.

    `noun` says what the word should have named: `say("module")`, `say("type")` …
    """
    known = tuple(candidates)
    meant = did_you_mean(word, known)
    if meant is not None:
        return say('unknown {noun} "{word}", did you mean "{meant}"?', noun=noun, word=clip(word), meant=meant)
    if 0 < len(known) <= FEW:
        return say('unknown {noun} "{word}", there are: {known}', noun=noun, word=clip(word), known=", ".join(known))
    return say('unknown {noun} "{word}"', noun=noun, word=clip(word))


def clip(text: str, *, size: int = 60) -> str:
    """Text short enough to be quoted in a sentence, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= size else line[: size - 1] + "…"


def key_fault(key: str) -> Message | None:
    """What is wrong with the form of a key, or None."""
    if KEY.fullmatch(key):
        return None
    return say('"{key}" cannot be a key: {rule}', key=clip(key), rule=KEY_RULE)


def field_key_fault(key: str) -> Message | None:
    """What is wrong with the key of a field: its form, or that it is a reserved word."""
    return key_fault(key) or _reserved(key, RESERVED_FIELD_KEYS)


def module_key_fault(key: str) -> Message | None:
    """What is wrong with the key of a module: its form, or that it is an address of the platform."""
    return key_fault(key) or _reserved(key, RESERVED_MODULE_KEYS)


def _reserved(key: str, reserved: frozenset[str]) -> Message | None:
    return say('"{key}" is a reserved word, choose another key', key=key) if key in reserved else None
