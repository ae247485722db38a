"""A mail: posted and kept with the record that it is about, in the transaction of the step, under its key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.automation.steps.records import record_told
from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import Refused, say
from hanok.engine.expressions.passages import Passages
from hanok.engine.fields import Linked, in_language
from hanok.engine.fields.rich_text import paragraphs
from hanok.engine.jobs.mail.about import MODULE, takes_mail
from hanok.engine.jobs.mail.letter import Address
from hanok.engine.jobs.mail.writing import Written, send
from hanok.engine.records import Query, Record, get, page
from hanok.engine.records.lettering.filling import filled
from hanok.engine.records.lettering.recipients import people_of

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
    subject = doing.running.subject or doing.record
    people = {name: people_of(doing.words, step, name, subject) for name in ("to", "cc", "bcc")}
    told: dict[str, Any] = {"record": record_told(subject), **{key: _told(found) for key, found in people.items()}}
    if not any(people.values()):
        return {**told, "sent": False}
    content = _content(doing, step, subject)
    made = send(doing.conn, doing.catalog, doing.actor, Written(
        to=people["to"], cc=people["cc"], bcc=people["bcc"], subject=content.subject, html=content.html,
        files=(*content.files, *_attached(doing, step, subject)), key=doing.key, automatic=True,
        owner=_owner(doing, subject),
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
