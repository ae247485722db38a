"""The steps of a workflow as cards, one below the other: what each does, in words; ways of a branch as lanes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from typing import Any

from hanok.engine.automation.steps import STEPS
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.screens.automation.conditions import Said, all_of, said, value_said, word
from hanok.screens.automation.triggers import span_said
from hanok.screens.words import Formats

KINDS: Mapping[str, tuple[Message, str]] = {
    "set": (say("Set values"), "edit"), "create": (say("Create"), "plus"), "link": (say("Link"), "link"),
    "unlink": (say("Unlink"), "unlink"), "delete": (say("Delete"), "trash"), "assign": (say("Assign"), "user-check"),
    "update": (say("Change another record"), "edit"), "email": (say("Mail"), "mail"), "notify": (say("Tell"), "bell"),
    "pdf": (say("Document"), "file-text"), "webhook": (say("Webhook"), "world"), "message": (say("Message"), "message"),
    "wait": (say("Wait"), "hourglass"), "branch": (say("Branch"), "git-branch"), "each": (say("For each"), "repeat"),
    "approval": (say("Approval"), "gavel"), "workflow": (say("Another workflow"), "arrows-split"),
    "signal": (say("Signal"), "bolt"), "python": (say("Program"), "code"), "stop": (say("Stop"), "player-stop"),
}  # fmt: skip
ORDERS: Mapping[str, Message] = {
    "round_robin": say("One after the other: {whom}"), "least_busy": say("Whoever has the least to do: {whom}"),
}  # fmt: skip
AMONG: Mapping[str, Message] = {
    "team": say("team {key}"), "role": say("role {key}"), "security_group": say("security group {key}"),
}  # fmt: skip
DECIDED: Mapping[str, Message] = {"approved": say("When it is approved"), "rejected": say("When it is rejected")}
#: A field or the record itself within a text.
WITHIN = re.compile(r"\{\{\s*([a-z_][\w.]*)\s*\}\}")
LONGEST = 160
Words = Message | str


@dataclass(frozen=True, slots=True)
class Lane:
    """One way of a branch: when it is taken (None: in all other cases), and its cards. `number` is its place; `label`
    says in words when it is taken, where no condition does."""

    number: str
    when: Said | None
    cards: tuple[Card, ...]
    label: Words = ""


@dataclass(frozen=True, slots=True)
class Card:
    """One step. `path` is where it stands in its workflow, `pairs` what it does with which value."""

    path: str
    kind: str
    label: Words
    icon: str
    title: Words
    pairs: tuple[tuple[Words, Words], ...] = ()
    note: Words = ""
    lanes: tuple[Lane, ...] = ()
    cards: tuple[Card, ...] = ()
    conditions: tuple[Said, ...] = also(default_factory=tuple)


def kind_of(kind: str) -> tuple[Words, str]:
    """What a kind of step is called, and its icon."""
    if kind in KINDS:
        return KINDS[kind]
    known = STEPS.get(kind)
    return (known.label, known.icon) if known else (kind, "bolt")


@dataclass(frozen=True, slots=True)
class Flow:
    """Draws steps about records of `module`, in the reader's words; `home` is the module of the run's record ($record),
    where steps are about others."""

    catalog: Catalog
    module: Module
    formats: Formats
    home: Module | None = None

    def cards(self, steps: Sequence[Step], path: str = "do") -> tuple[Card, ...]:
        return tuple(self._card(step, f"{path}.{number}") for number, step in enumerate(steps))

    def _card(self, step: Step, path: str) -> Card:
        label, icon = kind_of(step.kind)
        draw = DRAWN.get(step.kind)
        if draw is None:
            return Card(path, step.kind, label, icon, self._short(step.data))
        return draw(self, step, Card(path, step.kind, label, icon, ""))

    # -- kinds -------------------------------------------------------------------------------------------------
    def set(self, step: Step, card: Card) -> Card:
        pairs = tuple(self._pairs(self.module, step.data))
        return replace(card, title=say("Fields of the record"), pairs=pairs)

    def create(self, step: Step, card: Card) -> Card:
        target = self.catalog.every.get(step.module or str(step.data.get("module")))
        if target is None:
            return replace(card, title=self._short(step.data))
        note = say("Takes over what the record has under the same names") if "copy" in step.data else ""
        return replace(card, title=in_language(target.label, self.language), note=note,
                     pairs=tuple(self._pairs(target, step.data.get("values") or {})))  # fmt: skip

    def tie(self, step: Step, card: Card) -> Card:
        return replace(card, title=say("Records at ends of this one"), pairs=tuple(self._pairs(self.module, step.data)))

    def assign(self, step: Step, card: Card) -> Card:
        to = step.data["to"] if isinstance(step.data, Mapping) else step.data
        if not isinstance(to, Mapping):
            return replace(card, title=self._value(to))
        order, whom = next(iter(to.items()))
        of = [Message(AMONG[kind].text, {"key": key}) if kind in AMONG else str(key) for kind, key in whom.items()]
        return replace(card, title=Message(ORDERS[order].text, {"whom": of}) if order in ORDERS else self._short(whom))

    def letter(self, step: Step, card: Card) -> Card:
        data = step.data if isinstance(step.data, Mapping) else {}
        titled = data.get("subject") or data.get("text") or data.get("template") or ""
        title = self._text(in_language(titled, self.language) if isinstance(titled, Mapping) else str(titled))
        pairs = [(say("For whom"), self._value(data["to"]))] if "to" in data else []
        return replace(card, title=title[:LONGEST] or card.label, pairs=tuple(pairs))

    def call(self, step: Step, card: Card) -> Card:
        pairs = [(say("Body"), self._short(step.data["body"]))] if "body" in step.data else []
        return replace(card, title=f"{step.data.get('method', 'POST')} {step.data.get('url', '')}", pairs=tuple(pairs))

    def wait(self, step: Step, card: Card) -> Card:
        if "until" in step.nodes:
            conditions = tuple(all_of(said(step.nodes["until"], self.formats)))
            return replace(card, title=say("Until this holds"), conditions=conditions)
        if "for" in step.data:
            return replace(card, title=span_said(step.data["for"]))
        return replace(card, title=say("Until {moment}", moment=self._value(step.data.get("until"))))

    def branch(self, step: Step, card: Card) -> Card:
        lanes = tuple(
            Lane(number, said(step.nodes[number], self.formats) if number in step.nodes else None,
                 self.cards(steps, f"{card.path}.branch.{number}.do"))
            for number, steps in step.steps.items()
        )  # fmt: skip
        return replace(card, title=say("The first way from above that fits"), lanes=lanes)

    def each(self, step: Step, card: Card) -> Card:
        end = self.module.ends.get(str(step.data.get("of")))
        there = Flow(self.catalog, self.catalog.every.get(step.module, self.module), self.formats, self.record)
        cards = there.cards(step.steps.get("do", ()), f"{card.path}.each.do")
        conditions = tuple(all_of(said(step.nodes["where"], self.formats))) if "where" in step.nodes else ()
        title = in_language(end.label, self.language) if end else str(step.data.get("of"))
        return replace(card, title=title, cards=cards, conditions=conditions)

    def workflow(self, step: Step, card: Card) -> Card:
        key = step.data if isinstance(step.data, str) else str(step.data.get("key") or step.data)
        found = self.catalog.workflows.get(key)
        return replace(card, title=in_language(found.label, self.language) if found else key)

    def stop(self, step: Step, card: Card) -> Card:
        told = step.data.get("message") if isinstance(step.data, Mapping) else None
        text = in_language(told, self.language) if isinstance(told, Mapping) else str(told or "")
        return replace(card, title=text or say("Ends here"))

    def remove(self, step: Step, card: Card) -> Card:
        return replace(card, title=say("The record goes into the bin"))

    def approval(self, step: Step, card: Card) -> Card:
        data = step.data if isinstance(step.data, Mapping) else {}
        whom = self._value(data.get("by") or data.get("of") or data.get("to") or "")
        lanes = tuple(Lane(name, None, self.cards(steps, f"{card.path}.approval.{name}.do"), DECIDED.get(name, ""))
                      for name, steps in step.steps.items() if steps)  # fmt: skip
        return replace(card, title=say("Asks {whom}", whom=whom), lanes=lanes)

    # -- values ------------------------------------------------------------------------------------------------
    @property
    def language(self) -> str:
        return self.formats.language

    @property
    def record(self) -> Module:
        return self.home or self.module

    def _pairs(self, module: Module, values: Any) -> Iterator[tuple[Words, Words]]:
        for key, value in (values.items() if isinstance(values, Mapping) else ()):
            if module.has(key):
                field = module.field(key)
                is_plain = not isinstance(value, str) or not (value[:1] in "=$" or "{{" in value)
                yield field.label_in(self.language), (
                    value_said(field, "eq", value, self.formats) if is_plain else self._value(value)
                )
            else:
                end = module.ends.get(key)
                yield in_language(end.label, self.language) if end else key, self._value(value)

    def _value(self, value: Any) -> Words:
        """A value that is worked out when it runs, as it is written; fields of the record by their labels."""
        if isinstance(value, list):
            return ", ".join(str(self._value(one)) if not isinstance(one, Mapping) else self._short(one)
                             for one in value)  # fmt: skip
        if not isinstance(value, str):
            return self._short(value)
        if value.startswith("$record."):
            key = value.removeprefix("$record.").partition(".")[0]
            if self.record.has(key):
                return say("{field} of the record", field=self.record.field(key).label_in(self.language))
        return word(value) if value[:1] == "$" else self._text(value.removeprefix("="))[:LONGEST]

    def _text(self, text: str) -> str:
        """A text with the labels of the fields that it names."""
        return WITHIN.sub(lambda found: f"〈{self._named(found[1])}〉", text)

    def _named(self, name: str) -> str:
        if name == "record":
            return in_language(self.record.label, self.language)
        key = name.removeprefix("record.").partition(".")[0]
        return self.record.field(key).label_in(self.language) if self.record.has(key) else name

    def _short(self, data: Any) -> str:
        """What is written, in one line."""
        if isinstance(data, Mapping):
            return ", ".join(f"{key}: {self._short(one)}" for key, one in data.items())[:LONGEST]
        if isinstance(data, list | tuple):
            return ", ".join(self._short(one) for one in data)[:LONGEST]
        return "" if data in (True, None) else str(data)[:LONGEST]


DRAWN: Mapping[str, Callable[[Flow, Step, Card], Card]] = {
    "set": Flow.set, "create": Flow.create, "link": Flow.tie, "unlink": Flow.tie, "assign": Flow.assign,
    "email": Flow.letter, "notify": Flow.letter, "message": Flow.letter, "webhook": Flow.call, "wait": Flow.wait,
    "branch": Flow.branch, "each": Flow.each, "workflow": Flow.workflow, "stop": Flow.stop, "delete": Flow.remove,
    "approval": Flow.approval,
}  # fmt: skip
