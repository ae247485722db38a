"""Languages: English templates become sentences in the reader's language.

Every room keeps one po file below `translations/<language>/`; they are read and merged once, in memory, without build
artefacts. English is the language of the source and needs no file. Facts are put in after translating: labels in the
reader's language, messages translated themselves, Korean particles closed (`web.particles`).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from markupsafe import Markup, escape

from hanok.engine.errors import Message
from hanok.engine.fields import in_language
from hanok.web.particles import with_particles

#: The languages that the faces speak, with their own names.
LANGUAGES: Mapping[str, str] = {"ko": "한국어", "en": "English"}


@cache
def wording(language: str) -> NullTranslations:
    """The sentences of a language, from all its po files. A language without files speaks English."""
    merged = PoCatalog(locale=language)
    for text in _po_files(language):
        for message in read_po(io.BytesIO(text), locale=language):
            if message.id and message.string:
                merged.add(message.id, message.string, context=message.context)
    if not len(merged):
        return NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return Translations(compiled)


def _po_files(language: str) -> Iterable[bytes]:
    folder = files("hanok.web").joinpath("translations", language)
    if not folder.is_dir():
        return []
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".po")), key=lambda entry: entry.name)
    return [entry.read_bytes() for entry in found]


def translate(said: Message | str, language: str, /, **facts: Any) -> str:
    """The sentence in this language, facts put in. HTML (`Markup`) among the facts makes the whole sentence HTML."""
    if isinstance(said, Message):
        return translate(said.text, language, **{**said.facts, **facts})
    return filled(wording(language).gettext(said) if said else "", language, facts)


def translate_count(one: str, many: str, count: int, language: str, **facts: Any) -> str:
    """The same for a sentence with a number: `{count}` is among the facts."""
    template = wording(language).ngettext(one, many, count)
    return filled(template, language, {"count": count, **facts})


def filled(template: str, language: str, facts: Mapping[str, Any]) -> str:
    """The template with its facts in the language, particles closed."""
    if not facts:
        return template
    said = {key: fact_in(fact, language) for key, fact in facts.items()}
    if any(isinstance(fact, Markup) for fact in said.values()):
        html = escape(template).format(**said)
        return Markup(with_particles(html)) if language == "ko" else html  # noqa: S704  escaped above
    text = template.format(**said)
    return with_particles(text) if language == "ko" else text


def fact_in(fact: Any, language: str) -> Any:
    """One fact as it is said: messages and labels in the language, everything else as it is."""
    if isinstance(fact, Message):
        return translate(fact, language)
    if isinstance(fact, Mapping):
        return in_language(fact, language)
    if isinstance(fact, (list, tuple)):
        return ", ".join(str(fact_in(one, language)) for one in fact)
    return fact


def chosen_language(offered: Iterable[str], *wanted: str | None) -> str:
    """The first wanted language that is offered, else the first offered one."""
    known = [language for language in offered if language in LANGUAGES] or list(LANGUAGES)
    return next((language for language in wanted if language and language in known), known[0])
