"""Korean particles after facts: `{module}을(를)` becomes 을 or 를 once the fact is known.

Translations write the open form, as a careful writer would by hand: 은(는) 이(가) 을(를) 과(와) (으)로 (이)라 (이)나
아(야). What comes before decides by its last sound: Hangul by its final consonant, digits by how they are read, Latin
letters by an approximation. Where nothing can be told, the open form stays.
"""

from __future__ import annotations

import re

from hanok.engine.expressions.korean import RIEUL, final_sound

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


def with_particles(text: str) -> str:
    """The text with every open particle closed."""
    if "(" not in text:
        return text
    return _OPEN.sub(lambda found: _chosen(found.group(), text[: found.start()]), text)


def _chosen(form: str, before: str) -> str:
    final = final_sound(before)
    if final is None:
        return form
    after_consonant, after_vowel = _PAIRS[form]
    if form == "(으)로" and final == RIEUL:
        return after_vowel
    return after_consonant if final else after_vowel
