"""What a step says, in each language that it is written in, with the record's values as that language has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hanok.engine.automation.steps.base import Doing
from hanok.engine.expressions import Template
from hanok.engine.records.acting.looking import Words

#: Characters of one text.
LONGEST = 2000


def texts(doing: Doing, labels: Mapping[str, str]) -> dict[str, str]:
    """The text by language, in all languages of the site: what is not written in one is in the first that is."""
    if not labels:
        return {}
    spare = next(iter(labels.values()))
    known = dict.fromkeys((*doing.catalog.app.languages, *labels))
    return {language: _rendered(_words(doing, language), labels.get(language, spare)) for language in known}


def _words(doing: Doing, language: str) -> Words:
    """The words of the step; `each` has `$record` stay, and names fields of the record that it is about."""
    return replace(doing.words, language=language)


def _rendered(words: Words, text: str) -> str:
    template = Template(text)
    return template.render(words.place(template.reads))[:LONGEST]
