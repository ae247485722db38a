"""Korean particles after facts: `{module}을(를)` becomes 을 or 를 once the fact is known.

Translations write the open form, as a careful writer would by hand: 은(는) 이(가) 을(를) 과(와) (으)로 (이)라 (이)나
아(야). What comes before decides by its last sound: Hangul by its final consonant, digits by how they are read, Latin
letters by an approximation. Where nothing can be told, the open form stays.
"""

from __future__ import annotations

import re

#: open form → (after a final consonant, after a vowel)
_PAIRS = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)라": ("이라", "라"),
    "(이)나": ("이나", "나"),
    "아(야)": ("아", "야"),
}
_OPEN = re.compile("|".join(re.escape(form) for form in _PAIRS))
_TAG = re.compile(r"<[^<>]*>$")
_CLOSING = "'\"’”)]}」』›»*. "
_DIGITS_WITH_FINAL = "013678"
_DIGITS_WITH_RIEUL = "178"
_LETTERS_WITH_FINAL = "lmnLMNR"
_LETTERS_WITH_RIEUL = "lLR"
_RIEUL = 8


def with_particles(text: str) -> str:
    """The text with every open particle closed."""
    if "(" not in text:
        return text
    return _OPEN.sub(lambda found: _chosen(found.group(), text[: found.start()]), text)


def _chosen(form: str, before: str) -> str:
    final = _final(before)
    if final is None:
        return form
    after_consonant, after_vowel = _PAIRS[form]
    if form == "(으)로" and final == _RIEUL:
        return after_vowel
    return after_consonant if final else after_vowel


def _final(before: str) -> int | None:
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
        return _RIEUL
    return 1 if sign in with_final else 0


def _last_sign(before: str) -> str:
    """The last sign that is spoken: behind closing tags, quotes and brackets."""
    while before:
        shorter = _TAG.sub("", before).rstrip(_CLOSING)
        if shorter == before:
            return before[-1]
        before = shorter
    return ""
