"""To whom a step that sends a mail sends it: addresses, references, expressions, fields, ends of the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import NotFound
from hanok.engine.expressions import View
from hanok.engine.fields import Field, Linked
from hanok.engine.records.acting.giving import worked_out
from hanok.engine.records.acting.looking import Said, Words
from hanok.engine.records.query import Record
from hanok.engine.records.read import get

#: A name and an address.
Person = tuple[str, str]


def people_of(words: Words, step: Step, part: str, subject: Record | None) -> tuple[Person, ...]:
    """Whom the part of a step (to, cc, bcc) names, each address once; `subject` is the record that the step is about.

    Only what the actor of `words` may see.
    """
    said = step.data.get(part, ())
    found: dict[str, Person] = {}
    for word in said if isinstance(said, list | tuple) else [said]:
        for title, address in _named(words, step, str(word), subject):
            found.setdefault(address.casefold(), (title, address))
    return tuple(found.values())


def _named(words: Words, step: Step, word: str, subject: Record | None) -> Iterator[Person]:
    if is_reference(word):
        yield from _of(words, words.said(word))
    elif word.startswith("="):
        yield from _of(words, Said(worked_out(words, word)))
    elif "@" in word:
        yield "", word
    elif subject is not None:
        yield from _at(words, step, word, subject)


def _at(words: Words, step: Step, word: str, subject: Record) -> Iterator[Person]:
    """Of a field of the record, or the records at one of its ends."""
    module = words.catalog.module(subject.module)
    found = module.fields.get(word)
    if found is not None and not found.members:
        yield from _of(words, Said(subject.values.get(word), found), subject.title)
    elif word in module.ends:
        rest = {"limit": step.nodes["where"], "record": words.record.values} if "where" in step.nodes else {}
        for one in words.members(module, subject.id, module.ends[word], **rest):
            yield from _own(words, one)
    elif found is not None:
        yield from _of(words, words.walk(subject, word))


def _of(words: Words, said: Said, title: str = "") -> Iterator[Person]:
    value, field = said.value, said.field
    if isinstance(value, Linked):
        yield from _linked(words, value)
    elif isinstance(value, View) and "module" in value.values:
        yield from _linked(words, Linked(value.values["module"], value.key, value.text))
    elif field is not None and field.type.addresses(field, value):
        yield title, field.type.addresses(field, value)[0]
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _of(words, Said(each))
    elif isinstance(value, str) and "@" in value:
        yield title, value


def _linked(words: Words, value: Linked) -> Iterator[Person]:
    try:
        found = get(words.conn, words.catalog, words.actor, value.module, value.id)
    except NotFound:
        return
    yield from _own(words, found)


def _own(words: Words, record: Record) -> Iterator[Person]:
    """The address of a record: the first of its first field that holds any."""
    fields: Mapping[str, Field] = words.catalog.module(record.module).fields
    for key, field in fields.items():
        found = field.type.addresses(field, record.values.get(key))
        if found:
            yield record.title, found[0]
            return
