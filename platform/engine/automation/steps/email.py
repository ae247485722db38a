"""A mail: posted and kept with the record that it is about, in the transaction of the step, under its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.automation.steps.records import record_told
from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.expressions import View
from hanok.engine.expressions.passages import Passages
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.fields.rich_text import paragraphs
from hanok.engine.jobs.mail.about import MODULE, takes_mail
from hanok.engine.jobs.mail.letter import Address
from hanok.engine.jobs.mail.writing import Written, send
from hanok.engine.records import Query, Record, get, page
from hanok.engine.records.acting.giving import worked_out
from hanok.engine.records.acting.looking import Said
from hanok.engine.records.lettering.filling import filled

TEMPLATES = "email_template"
NO_TEXT = say("The mail has neither a template nor a text.")


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail says, and the files of its template."""

    subject: str
    html: str
    files: tuple[UUID, ...] = ()


def do(doing: Doing, step: Step) -> Facts:
    """Posts the mail; nothing where nobody has an address, which is told."""
    if "pdf" in step.data:
        raise Refused(say("Documents cannot be made yet."))
    people = {name: tuple(_people(doing, step, name)) for name in ("to", "cc", "bcc")}
    subject = doing.running.subject or doing.record
    told: dict[str, Any] = {"record": record_told(subject), **{key: _told(found) for key, found in people.items()}}
    if not any(people.values()):
        return {**told, "sent": False}
    content = _content(doing, step, subject)
    made = send(doing.conn, doing.catalog, doing.actor, Written(
        to=people["to"], cc=people["cc"], bcc=people["bcc"], subject=content.subject, html=content.html,
        files=(*content.files, *_attached(doing, step, subject)), key=doing.key, automatic=True, owner=_owner(doing, subject),
    ), about=_about(doing, subject))  # fmt: skip
    more = {"subject": content.subject, "mail": record_told(made), "message_id": made["message_id"]}
    return {**told, "sent": True, **more}


def _told(people: Sequence[Address]) -> list[str]:
    return [address for _, address in people]


def _about(doing: Doing, subject: Record | None) -> Record | None:
    """What the mail is kept with, where mails can be about such records."""
    if subject is None or subject.module == MODULE:
        return subject
    return subject if takes_mail(doing.catalog, doing.catalog.module(subject.module)) else None


def _owner(doing: Doing, subject: Record | None) -> UUID | None:
    """Whoever owns the record answers for the mail."""
    owners = doing.catalog.module(subject.module).owners if subject else ()
    found = subject.values.get(owners[0]) if subject and owners else None
    return found.id if isinstance(found, Linked) else None


# -- to whom -------------------------------------------------------------------------------------------------------
def _people(doing: Doing, step: Step, name: str) -> Iterator[Address]:
    said = step.data.get(name, ())
    seen: set[str] = set()
    for word in said if isinstance(said, list | tuple) else [said]:
        for title, address in _named(doing, step, str(word)):
            if address.casefold() not in seen:
                seen.add(address.casefold())
                yield title, address


def _named(doing: Doing, step: Step, word: str) -> Iterator[Address]:
    """The addresses that one word stands for: a reference, an expression, an address, a field, an end."""
    words, subject = doing.words, doing.running.subject or doing.record
    if is_reference(word):
        yield from _of(doing, words.said(word))
    elif word.startswith("="):
        yield from _of(doing, Said(worked_out(words, word)))
    elif "@" in word:
        yield "", word
    elif subject is not None:
        module = doing.catalog.module(subject.module)
        found = module.fields.get(word)
        if found is not None and not found.members:
            yield from _of(doing, Said(subject.values.get(word), found), subject.title)
        elif word in module.ends:
            rest = {"limit": step.nodes["where"], "record": words.record.values} if "where" in step.nodes else {}
            for one in words.members(module, subject.id, module.ends[word], **rest):
                yield from _own(doing, one)
        else:
            yield from _of(doing, words.walk(subject, word))


def _of(doing: Doing, said: Said, title: str = "") -> Iterator[Address]:
    value, field = said.value, said.field
    if isinstance(value, Linked):
        yield from _linked(doing, value)
    elif isinstance(value, View) and "module" in value.values:
        yield from _linked(doing, Linked(value.values["module"], value.key, value.text))
    elif field is not None and field.type.addresses(field, value):
        yield title, field.type.addresses(field, value)[0]
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _of(doing, Said(each))
    elif isinstance(value, str) and "@" in value:
        yield title, value


def _linked(doing: Doing, value: Linked) -> Iterator[Address]:
    try:
        found = get(doing.conn, doing.catalog, doing.actor, value.module, value.id)
    except NotFound:
        return
    yield from _own(doing, found)


def _own(doing: Doing, record: Record) -> Iterator[Address]:
    """The address of a record: the first of its first field that holds any."""
    fields: Mapping[str, Field] = doing.catalog.module(record.module).fields
    for key, field in fields.items():
        found = field.type.addresses(field, record.values.get(key))
        if found:
            yield record.title, found[0]
            return


# -- what it says --------------------------------------------------------------------------------------------------
def _content(doing: Doing, step: Step, subject: Record | None) -> Content:
    if "template" in step.data:
        return _of_template(doing, step.data["template"], subject)
    if "text" not in step.data:
        raise Refused(NO_TEXT)
    language = doing.catalog.app.languages[0]
    line = Passages(in_language(step.data.get("subject", {}), language))
    text = Passages(paragraphs(in_language(step.data["text"], language)), html=True)
    place = doing.words.place(line.reads | text.reads)
    return Content(" ".join(line.fill(place).split()), text.fill(place))


def _of_template(doing: Doing, written: Any, subject: Record | None) -> Content:
    template = _template(doing, written)
    said = {"subject": str(template["subject"] or ""), "html": str(template["body"] or "")}
    found = filled(doing.conn, doing.catalog, doing.actor, subject, subject=said["subject"], html=said["html"])
    field = doing.catalog.module(TEMPLATES).fields.get("files")
    files = field.type.files_of(field, template.values.get("files")) if field else ()
    return Content(found.subject, found.html, tuple(one.id for one in files))


def _template(doing: Doing, written: Any) -> Record:
    """The template that a step names: by its key, or by a reference to one. Raises Refused."""
    if TEMPLATES not in doing.catalog.modules:
        raise Refused(say("There are no templates of mail here."))
    if isinstance(written, str) and is_reference(written):
        value = doing.words.said(written).value
        if isinstance(value, Linked):
            return get(doing.conn, doing.catalog, doing.actor, TEMPLATES, value.id)
    elif isinstance(written, str):
        rows = page(doing.conn, doing.catalog, doing.actor, Query(module=TEMPLATES, where={"key": written})).rows
        if rows:
            return rows[0]
    raise Refused(say("There is no template of mail “{key}”.", key=str(written)))


def _attached(doing: Doing, step: Step, subject: Record | None) -> tuple[UUID, ...]:
    """The files of the field that goes along."""
    written = step.data.get("attach")
    if not isinstance(written, str) or subject is None:
        return ()
    said = doing.words.said(written) if is_reference(written) else doing.words.walk(subject, written)
    if said.field is None or not said.field.type.holds_files:
        return ()
    return tuple(one.id for one in said.field.type.files_of(said.field, said.value))


EMAIL = StepKind("email", say("Send a mail"), "mail", "write", do)
