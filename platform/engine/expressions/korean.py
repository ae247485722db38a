"""Korean particles: which form follows a word is decided by its last sound.

Hangul tells it by its final consonant, digits by how they are read (일 이 삼 …), Latin letters by an approximation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hanok.engine.expressions.values import Unfit, bounded, text_of

#: As it is written → (after a final consonant, after a vowel). 로 follows a final ㄹ, too.
PAIRS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "은/는": ("은", "는"), "이/가": ("이", "가"), "을/를": ("을", "를"), "와/과": ("과", "와"),
    "으로/로": ("으로", "로"), "이나/나": ("이나", "나"),
    "이랑/랑": ("이랑", "랑"), "이라/라": ("이라", "라"), "아/야": ("아", "야"),
})  # fmt: skip
_ALSO: Mapping[str, str] = MappingProxyType({
    "은(는)": "은/는", "는/은": "은/는", "이(가)": "이/가", "가/이": "이/가", "을(를)": "을/를", "를/을": "을/를",
    "과/와": "와/과", "과(와)": "와/과", "(으)로": "으로/로", "로/으로": "으로/로",
})  # fmt: skip
_TAG = re.compile(r"<[^<>]*>$")
_CLOSING = "'\"’”)]}」』›»*. "
_DIGITS_WITH_FINAL = "013678"
_DIGITS_WITH_RIEUL = "178"
_LETTERS_WITH_FINAL = "lmnLMNR"
_LETTERS_WITH_RIEUL = "lLR"
RIEUL = 8


def pair_of(written: str) -> str | None:
    """The pair that is meant by what is written (을/를, 를/을, 을(를)), None when there is none."""
    found = written.replace(" ", "")
    return found if found in PAIRS else _ALSO.get(found)


def with_particle(text: Any, written: Any) -> str:
    """The text and the form of the particle that suits it; where nobody can tell, both: ☆을(를)."""
    found, pair = text_of(text), pair_of(text_of(written))
    if pair is None:
        raise Unfit("particle")
    after_consonant, after_vowel = PAIRS[pair]
    final = final_sound(found)
    if final is None:
        return bounded(f"{found}{after_consonant}({after_vowel})")
    vowel = not final or (final == RIEUL and after_vowel == "로")
    return bounded(found + (after_vowel if vowel else after_consonant))


def final_sound(before: str) -> int | None:
    """The final consonant of what was said last: 0 none, 8 rieul, else another; None when nobody can tell."""
    sign = _last_sign(before)
    if "가" <= sign <= "힣":
        return (ord(sign) - ord("가")) % 28
    if sign.isascii() and sign.isdigit():
        return _known(sign, _DIGITS_WITH_FINAL, _DIGITS_WITH_RIEUL)
    if sign.isascii() and sign.isalpha():
        return _known(sign, _LETTERS_WITH_FINAL, _LETTERS_WITH_RIEUL)
    return 0 if sign == "%" else None


def _known(sign: str, with_final: str, with_rieul: str) -> int:
    if sign in with_rieul:
        return RIEUL
    return 1 if sign in with_final else 0


def _last_sign(before: str) -> str:
    """The last sign that is spoken: behind closing tags, quotes and brackets."""
    while before:
        shorter = _TAG.sub("", before).rstrip(_CLOSING)
        if shorter == before:
            return before[-1]
        before = shorter
    return ""
