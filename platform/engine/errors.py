"""Every error that the engine raises on purpose, as one tree.

    HanokError                    code, HTTP-like status, a Message
    ├── MetadataError             the YAML cannot be compiled; carries every Problem with its Place      422
    ├── Invalid                   values that a record cannot take, by field                             422
    │   └── Duplicates            records like this are there already; may be saved all the same         422
    ├── Refused                   a rule forbids it (restrict on delete, nothing to deploy, …)           409
    ├── Conflict                  somebody saved first; carries the fields that differ                   409
    ├── NotFound                  no such record, module or revision that the actor may see              404
    ├── Denied                    the actor may not do this                                              403
    └── StaleCatalog              the live revision is not the one this request was compiled against     503

Messages are English templates with named facts. Faces translate `message.text` and then put the facts in, so
nothing is ever translated twice and the engine knows no language of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence: an English template and its facts. `str()` gives the English sentence."""

    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def written(self, text: str, language: str) -> str:
        """The sentence: `text` is the template in that language. A fact that is a map of languages is a label."""
        facts = {name: _in_language(fact, language) for name, fact in self.facts.items()}
        return text.format(**facts) if facts or "{{" in text else text

    def __str__(self) -> str:
        return self.written(self.text, "en")


def _in_language(fact: Any, language: str) -> Any:
    if not isinstance(fact, Mapping):
        return fact
    return fact.get(language) or fact.get("en") or next(iter(fact.values()), "")


def say(text: str, **facts: Any) -> Message:
    """A message; also the marker by which Babel finds the sentences to translate."""
    return Message(text, facts)


def written(message: Message | None) -> dict[str, Any] | None:
    """A message as JSON."""
    return None if message is None else {"text": message.text, "facts": _plain(dict(message.facts))}


def message_of(data: Any) -> Message | None:
    """The message that was written so."""
    if data is None:
        return None
    return Message(data["text"], {name: _told(fact) for name, fact in data["facts"].items()})


def _plain(fact: Any) -> Any:
    match fact:
        case Message():
            return {"$message": written(fact)}
        case Mapping():
            return {str(name): _plain(value) for name, value in fact.items()}
        case None | bool() | int() | float() | str():
            return fact
        case _:
            return str(fact)


def _told(fact: Any) -> Any:
    return message_of(fact["$message"]) if isinstance(fact, Mapping) and "$message" in fact else fact


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the metadata: file, 1-based line and column, and the path of keys within the document."""

    file: str
    line: int = 1
    column: int = 1
    path: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" + (f" {self.path}" if self.path else "")


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence with a place. `advice` problems never stop a deploy."""

    code: str
    place: Place
    message: Message
    advice: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class HanokError(Exception):
    """The root of the tree."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class MetadataError(HanokError):
    """The documents cannot be compiled. `problems` holds all of them, in the order of files and lines."""

    code = "metadata"
    status = 422

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(say("{count} problems in the metadata", count=len(problems)))
        self.problems = tuple(sorted(problems, key=lambda p: (p.place.file, p.place.line, p.place.column)))

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class Invalid(HanokError):
    """Values refused by the validator. `errors` maps a field key (or "" for the record) to its messages."""

    code = "invalid"
    status = 422

    def __init__(self, errors: Mapping[str, Sequence[Message]]) -> None:
        super().__init__(say("Some values cannot be saved."))
        self.errors: dict[str, tuple[Message, ...]] = {key: tuple(found) for key, found in errors.items()}

    def __str__(self) -> str:
        return "; ".join(f"{key or '*'}: {message}" for key, found in self.errors.items() for message in found)


class Duplicates(Invalid):
    """Nothing is wrong with the values, but records like this are there already: ask, and save despite them."""

    code = "duplicates"


class Refused(HanokError):
    """A rule of the platform forbids it; the message says which and what to do instead."""

    code = "refused"
    status = 409


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a conflict: what it was when the form opened, what is stored now, what this actor wanted."""

    field: str
    before: Any
    theirs: Any
    mine: Any


class Conflict(HanokError):
    """Somebody saved first. `differences` lists the fields on which the two versions differ."""

    code = "conflict"
    status = 409

    def __init__(self, version: int, differences: Sequence[Difference] = ()) -> None:
        super().__init__(say("Somebody else changed this record while you were editing it."))
        self.version = version
        self.differences = tuple(differences)


class NotFound(HanokError):
    """No such thing, or none that this actor may see: the two are never told apart."""

    code = "not_found"
    status = 404


class Denied(HanokError):
    """The actor may not do this."""

    code = "denied"
    status = 403


class StaleCatalog(HanokError):
    """The database lives on another revision than this catalog; run again on the new one."""

    code = "stale"
    status = 503
