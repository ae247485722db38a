"""2-grams: how text is cut for the search index, and how words are looked for in it.

Two-syllable Korean words are the rule, and the trigram indexes of both databases find none of them.
"""

from __future__ import annotations

import re

from hanok.engine.fields.text import fold
from hanok.engine.records.initials import has_initials, initials, spelled
from hanok.engine.store.search import Phrase

WORD = re.compile(r"\w+")
LONGEST_TEXT = 8000
MOST_WORDS = 8


def grams(text: str) -> list[str]:
    """Each word of the folded text as its pairs of neighbouring signs; a word of one sign as itself."""
    return [gram for word in WORD.findall(fold(text[:LONGEST_TEXT])) for gram in _pairs(word)]


def title_grams(title: str) -> list[str]:
    """The grams of a title, and those of its initial consonants."""
    words = WORD.findall(fold(title[:LONGEST_TEXT]))
    short = [brief for word in words if (brief := initials(word)) != word]
    return [gram for word in (*words, *short) for gram in _pairs(word)]


def _pairs(word: str) -> list[str]:
    return [word[place : place + 2] for place in range(len(word) - 1)] or [word]


def phrases(words: str) -> list[Phrase]:
    """What a searcher typed: every word must occur, in part or whole; a single sign begins a word's pair.

    A word with lone consonants is looked for by its initials, and what it spells must occur as well.
    """
    found = WORD.findall(fold(words))[:MOST_WORDS]
    return [_phrase(part) for word in found for part in _parts(word)]


def _parts(word: str) -> list[str]:
    return [initials(word), *(part for part in spelled(word) if part != word)] if has_initials(word) else [word]


def _phrase(word: str) -> Phrase:
    return Phrase(tuple(_pairs(word)), open=len(word) == 1)
