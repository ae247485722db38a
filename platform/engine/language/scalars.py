"""What a plain scalar means: the core schema of YAML 1.2, narrowed where people trip.

Only `true` and `false` are booleans and only `null` and `~` are null (`True`, `yes`, `Null` are text); a number with a
leading zero is text, so postcodes and phone numbers survive; `12:30` and dates are text. Numbers with a point or an
exponent become Decimal, so an amount keeps every digit that was written. `.inf` and `.nan` are text.
Source: https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import re
from decimal import Decimal

#: More digits than this, or a larger exponent, is no number that anything here could hold: it stays text.
DIGITS = 60
EXPONENT = 60

WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)", re.ASCII)
OCTAL = re.compile(r"0o[0-7]+", re.ASCII)
HEX = re.compile(r"0x[0-9a-fA-F]+", re.ASCII)
POINT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE](?P<exponent>[-+]?[0-9]+))?", re.ASCII)


def resolve(text: str) -> bool | int | Decimal | str | None:
    """The value of a plain (unquoted) scalar."""
    if text in WORDS:
        return WORDS[text]
    if len(text) > DIGITS or text[0] not in "+-.0123456789":
        return text
    if WHOLE.fullmatch(text):
        return int(text)
    if OCTAL.fullmatch(text) or HEX.fullmatch(text):
        return int(text, 0)
    found = POINT.fullmatch(text)
    if found and abs(int(found["exponent"] or 0)) <= EXPONENT:
        return Decimal(text)
    return text
