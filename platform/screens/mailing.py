"""A mail about a record, decided: what is asked, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as also
from email.utils import getaddresses
from typing import Any
from uuid import UUID

from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.engine.fields.file import Attached
from hanok.engine.jobs.mail.about import MODULE
from hanok.engine.jobs.mail.accounts import Account
from hanok.engine.jobs.mail.letter import Address
from hanok.engine.jobs.mail.writing import named
from hanok.engine.records import Record
from hanok.engine.records.lettering.variables import Variable

#: Fields of a mail that its form asks for, by what the engine calls them when they are wrong.
SUBJECT, BODY, FILES = "name", "body", "files"
CALLED = {"subject": SUBJECT, "text": BODY, "html": BODY, "body": BODY, "attachments": FILES}
BOXES = ("to", "cc", "bcc", "account", SUBJECT, BODY, FILES)
LONGEST = 4000
#: What an answer begins with.
ANSWER = ("re:", "답장:", "회신:")


@dataclass(frozen=True, slots=True)
class MailForm:
    """What is asked. `people` are addresses that are at hand, `offered` files of the record that may go along."""

    title: str
    url: str
    back: str
    token: str
    accounts: tuple[tuple[str, str], ...]
    account: str
    templates: tuple[tuple[str, str], ...]
    template: str
    to: str
    cc: str
    bcc: str
    people: tuple[str, ...]
    fields: tuple[tuple[Field, Any], ...]
    offered: tuple[Attached, ...]
    chosen: tuple[str, ...] = ()
    errors: Mapping[str, Sequence[Message]] = also(default_factory=dict)

    @property
    def more(self) -> bool:
        """Whether the boxes for copies are open from the start."""
        return bool(self.cc or self.bcc or self.errors.get("cc") or self.errors.get("bcc"))

    @property
    def problem(self) -> Message | None:
        return next(iter(self.errors.get("", ())), None)


@dataclass(frozen=True, slots=True)
class TemplateTrial:
    """A template tried with a record: what is asked, and what came of it (None: nothing was tried)."""

    title: str
    url: str
    back: str
    question: Field | None
    body: Field
    value: Any = None
    subject: str = ""
    html: str | None = None
    problems: tuple[Message, ...] = ()


def groups(
    found: Sequence[Variable], about: Module | None, language: str
) -> tuple[tuple[str, tuple[Variable, ...]], ...]:  # fmt: skip
    """Variables by what they stand behind, those of the record itself first."""
    paths = dict.fromkeys(one.path.rpartition(".")[0] for one in found)
    made = []
    for path in paths:
        these = tuple(one for one in found if one.path.rpartition(".")[0] == path)
        label = these[0].group if path else about.label if about else {}
        made.append((in_language(label, language), these))
    return tuple(made)


def asked_fields(catalog: Catalog) -> tuple[Field, ...]:
    """The fields of the module of mails that are asked for, as far as the writer knows them."""
    module = catalog.module(MODULE)
    return tuple(module.field(key) for key in (SUBJECT, BODY, FILES) if module.has(key))


def people_of(text: str) -> tuple[Address, ...]:
    """Names and addresses from one line, with commas or semicolons between them."""
    found = getaddresses([text[:LONGEST].replace(";", ",").replace("\n", ",")])
    return tuple((name, address) for name, address in found if name or address)


def shown_errors(errors: Mapping[str, Sequence[Message]]) -> dict[str, Sequence[Message]]:
    """What is wrong, by the fields of the form; what stands at none of them is said above."""
    found: dict[str, list[Message]] = {}
    for key, messages in errors.items():
        known = CALLED.get(key, key)
        found.setdefault(known if known in BOXES else "", []).extend(messages)
    return dict(found)


def files_of(module: Module, record: Record) -> tuple[Attached, ...]:
    """The files that a record holds."""
    fields = (one for one in module.fields.values() if one.type.holds_files)
    return tuple(file for one in fields for file in one.type.files_of(one, record.values.get(one.key)))


def answer(record: Record) -> tuple[str, str]:
    """To whom an answer to a mail goes, and its subject."""
    subject = str(record["name"] or "")
    if not subject.casefold().startswith(ANSWER):
        subject = f"Re: {subject}".strip()
    if record["direction"] == "in":
        return named([(str(record["sender_name"] or ""), str(record["sender"] or ""))]), subject
    return str(record["recipients"] or ""), subject


def account_choices(found: Sequence[Account]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one.id), f"{one.name} · {one.from_address}") for one in found)


def chosen_account(found: Sequence[Account], wanted: str) -> UUID | None:
    return next((one.id for one in found if str(one.id) == wanted), None)


SENT = say("The mail is on its way. It stands in the timeline.")
