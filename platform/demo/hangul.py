"""Small facts about written Korean."""

from __future__ import annotations

import re

FIRST, LAST = 0xAC00, 0xD7A3
#: Romanised first consonants, in the order of Unicode's Hangul syllables.
INITIALS = ("g", "k", "n", "d", "t", "r", "m", "b", "p", "s", "s", "", "j", "j", "c", "k", "t", "p", "h")
VOWELS = ("a", "ae", "y", "ye", "e", "e", "y", "ye", "o", "w", "w", "o", "y", "u", "w", "w", "w", "y", "e", "e", "i")
PAIR = re.compile(r"(.)(은\(는\)|이\(가\)|을\(를\))")


def initials(name: str) -> str:
    """The letters with which the syllables of a name begin in Latin script: 서연 → sy."""
    return "".join(_initial(sign) for sign in name if FIRST <= ord(sign) <= LAST)


def _initial(sign: str) -> str:
    place = ord(sign) - FIRST
    return INITIALS[place // 588] or VOWELS[place % 588 // 28][0]


def has_batchim(text: str) -> bool:
    """Whether the last syllable ends in a consonant; signs that are not Hangul count as if they did not."""
    last = text[-1:]
    return bool(last) and FIRST <= ord(last) <= LAST and (ord(last) - FIRST) % 28 != 0


def with_particles(text: str) -> str:
    """`이(가)`, `은(는)` and `을(를)` resolved by the sound before them."""
    return PAIR.sub(lambda found: found[1] + (found[2][0] if has_batchim(found[1]) else found[2][2]), text)
