"""Initial consonants: 삼성전자 is found by ㅅㅅㅈㅈ, and by 삼성ㅈ while its next syllable is being typed.

Folded text has the conjoining letters (U+1100 …), whichever of both kinds somebody typed.
"""

from __future__ import annotations

import re

from hanok.engine.fields.text import fold

FIRST, LAST, EACH = 0xAC00, 0xD7A3, 588
CONSONANTS = "".join(map(chr, range(0x1100, 0x1113)))
#: How keyboards write the same letters, in the same order.
KEYS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
SYLLABLE = re.compile("[가-힣]")
INITIAL = re.compile(f"[{CONSONANTS}]+")


def initials(word: str) -> str:
    """The folded word with each syllable as its initial consonant; other signs stay."""
    return SYLLABLE.sub(lambda found: CONSONANTS[(ord(found[0]) - FIRST) // EACH], word)


def has_initials(word: str) -> bool:
    """Whether a folded word has a consonant that is no part of a syllable."""
    return INITIAL.search(word) is not None


def spelled(word: str) -> list[str]:
    """What stands between the lone consonants of a folded word; one sign at its end cannot be asked for."""
    parts = INITIAL.split(word)
    return [part for part in (*parts[:-1], *(part for part in parts[-1:] if len(part) > 1)) if part]


def pattern(words: str) -> str:
    """A regular expression for these words as they were typed: a lone consonant stands for its syllables too."""
    return "".join(_sign(sign) for sign in words)


def ranges(word: str) -> str | None:
    """The folded word for GLOB and for regular expressions alike, None where it has signs that mean something there."""
    if not all(sign.isalnum() or INITIAL.match(sign) for sign in word):
        return None
    return "".join(f"[{_first(sign)}-{_last(sign)}]" if INITIAL.match(sign) else sign for sign in word)


def _sign(sign: str) -> str:
    folded = fold(sign)
    if not INITIAL.fullmatch(folded):
        return re.escape(sign)
    return "[" + "".join(f"{one}{KEYS[CONSONANTS.index(one)]}{_first(one)}-{_last(one)}" for one in folded) + "]"


def _first(consonant: str) -> str:
    return chr(FIRST + CONSONANTS.index(consonant) * EACH)


def _last(consonant: str) -> str:
    return chr(FIRST + CONSONANTS.index(consonant) * EACH + EACH - 1)
