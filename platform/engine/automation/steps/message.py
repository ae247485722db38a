"""`message`: a short text to numbers, by a messenger or as SMS, at least once under a key for each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from hanok.engine.access.assigning import USER
from hanok.engine.automation.messengers import messenger_of
from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.automation.whom import languages, said_of
from hanok.engine.automation.wording import texts
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Refused, say
from hanok.engine.fields import Linked
from hanok.engine.jobs.surroundings import Surroundings

#: Numbers that one step writes to.
MOST = 100
#: The fields of a user in which her number is looked for.
NUMBERS = ("mobile", "phone")


def prepare(doing: Doing, step: Step) -> Facts:
    """Each number with its text. Raises Refused where there is no number at all, or too many."""
    said = texts(doing, step.data["text"])
    first = doing.catalog.app.languages[0]
    wanted = step.data["to"]
    found: dict[str, str] = {}
    for word in wanted if isinstance(wanted, list) else [wanted]:
        for number, language in _numbers(doing, str(word)):
            found.setdefault(number, said.get(language) or said[first])
    if not found:
        raise Refused(say("There is no number to send the message to."))
    if len(found) > MOST:
        raise Refused(say("At most {most} numbers get one message.", most=MOST))
    return {"by": step.data.get("by", ""), "messages": [{"to": to, "text": text} for to, text in found.items()]}


def _numbers(doing: Doing, word: str) -> Iterator[tuple[str, str]]:
    """Numbers and the languages of their people ("" where that is not known)."""
    if word.startswith("+"):
        yield "".join(sign for sign in word if sign in "+0123456789"), ""
        return
    said = said_of(doing, word)
    several = said.value if isinstance(said.value, tuple | list) else (said.value,)
    for value in several:
        if isinstance(value, Linked):
            yield from _of_record(doing, value)
        elif value is not None:
            yield _number(said.field.type.dump(said.field, value) if said.field else value), ""


def _of_record(doing: Doing, one: Linked) -> Iterator[tuple[str, str]]:
    """The number of a linked user, contact …"""
    there = doing.words.there(one)
    number = next((there.values[key] for key in NUMBERS if there.values.get(key)), None) if there else None
    if number is not None:
        yield _number(number), languages(doing, [one.id]).get(one.id, "") if one.module == USER else ""


def _number(value: Any) -> str:
    """A number as it is dialled: without what is written behind it."""
    return str(value).partition(";")[0]


def send(surroundings: Surroundings, request: Facts, key: str) -> Facts:
    """Sends each message under a key of its own, made of the step's key and the number. Raises Retry, GiveUp."""
    messenger = messenger_of(surroundings, request["by"])
    told = [
        {"to": one["to"], **messenger.send(one["to"], one["text"], str(_key(key, one["to"])))}
        for one in request["messages"]
    ]
    return {"messages": told}


def _key(key: str, to: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"{key}:{to}")


KIND = StepKind("message", say("Send a message"), "message", "outside", prepare, send=send)
