"""When a workflow begins, in words: one sentence, and what narrows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.workflows import Trigger, Workflow
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.screens.admin.tending import in_words as clock_in_words

SPAN = re.compile(r"([+-]?)(\d+)([smhdwMy])")
#: How long, of one and of several.
SPANS: Mapping[str, tuple[Message, Message]] = {
    "s": (say("one second"), say("{number} seconds")), "m": (say("one minute"), say("{number} minutes")),
    "h": (say("one hour"), say("{number} hours")), "d": (say("one day"), say("{number} days")),
    "w": (say("one week"), say("{number} weeks")), "M": (say("one month"), say("{number} months")),
    "y": (say("one year"), say("{number} years")),
}  # fmt: skip
#: What is called by each kind of trigger in a list of runs.
KINDS: Mapping[str, Message] = {
    "created": say("Created"), "changed": say("Changed"), "saved": say("Saved"), "deleted": say("Deleted"),
    "linked": say("Linked"), "unlinked": say("Unlinked"), "schedule": say("By the clock"), "due": say("Date"),
    "anniversary": say("Anniversary"), "webform": say("Web form"), "inbound_email": say("Mail received"),
    "webhook": say("Webhook"), "signal": say("Signal"), "manual": say("By hand"), "workflow": say("Another workflow"),
    "dry": say("Dry run"),
}  # fmt: skip
ICONS: Mapping[str, str] = {
    "created": "plus", "changed": "pencil", "saved": "check", "deleted": "trash", "linked": "link",
    "unlinked": "unlink", "schedule": "clock", "due": "calendar-event", "anniversary": "gift", "webform": "forms",
    "inbound_email": "inbox", "webhook": "webhook", "signal": "bell", "manual": "player-play",
    "workflow": "arrows-split", "dry": "flask",
}  # fmt: skip
PLAIN: Mapping[str, Message] = {
    "created": say("When a record of {module} is created"), "saved": say("When a record of {module} is saved"),
    "deleted": say("When a record of {module} is deleted"), "webform": say("When a web form of {module} is sent"),
    "inbound_email": say("When a mail comes in"), "webhook": say("When another system calls"),
    "manual": say("When somebody begins it by hand"), "changed": say("When a record of {module} is changed"),
    "linked": say("When something is linked to a record of {module}"),
    "unlinked": say("When something is unlinked from a record of {module}"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TriggerSaid:
    """When it begins: a sentence, and notes that narrow it."""

    kind: str
    icon: str
    text: Message
    notes: tuple[Message | str, ...]


def trigger_said(catalog: Catalog, workflow: Workflow, language: str) -> TriggerSaid:
    """The trigger of a workflow in the reader's words."""
    trigger = workflow.trigger
    module = catalog.every.get(workflow.module)
    text = _Sentence(trigger, module, language).text()
    return TriggerSaid(trigger.kind, icon_of(trigger.kind), text, tuple(_notes(catalog, workflow, language)))


def icon_of(kind: str) -> str:
    return ICONS.get(kind, "bolt")


def kind_said(kind: str) -> Message | str:
    return KINDS.get(kind, kind)


def span_said(written: Any) -> Message | str:
    """`3d` is 3 days."""
    found = SPAN.fullmatch(str(written))
    if not found:
        return str(written)
    one, several = SPANS[found[3]]
    return one if int(found[2]) == 1 else Message(several.text, {"number": int(found[2])})


@dataclass(frozen=True, slots=True)
class _Sentence:
    trigger: Trigger
    module: Module | None
    language: str

    def text(self) -> Message:
        own: Mapping[str, Callable[[], Message]] = {
            "changed": self._changed, "linked": self._linked, "unlinked": self._linked, "schedule": self._schedule,
            "due": self._due, "anniversary": self._due, "signal": self._signal,
        }  # fmt: skip
        kind = self.trigger.kind
        return own[kind]() if kind in own else self._plain(kind)

    def _plain(self, kind: str) -> Message:
        template = PLAIN.get(kind)
        return Message(template.text, {"module": self._module()}) if template else say("On {field}", field=kind)

    def _module(self) -> str:
        return in_language(self.module.label, self.language) if self.module else ""

    def _field(self, key: str) -> str:
        if self.module and self.module.has(key):
            return self.module.field(key).label_in(self.language)
        end = self.module.ends.get(key) if self.module else None
        return in_language(end.label, self.language) if end else key

    def _changed(self) -> Message:
        if not self.trigger.fields:
            return self._plain("changed")
        fields = [self._field(key) for key in self.trigger.fields]
        return say("When {fields} of {module} changes", fields=", ".join(fields), module=self._module())

    def _linked(self) -> Message:
        end = self.trigger.settings.get("end")
        if not end:
            return self._plain(self.trigger.kind)
        facts = {"end": self._field(str(end)), "module": self._module()}
        if self.trigger.kind == "linked":
            return say("When something is linked at {end} of {module}", **facts)
        return say("When something is unlinked at {end} of {module}", **facts)

    def _schedule(self) -> Message:
        cron = str(self.trigger.settings.get("schedule") or self.trigger.settings.get("cron") or "")
        return say("By the clock: {when}", when=clock_in_words(cron) or cron)

    def _due(self) -> Message:
        kind, settings = self.trigger.kind, self.trigger.settings
        field = self._field(str(settings.get(kind) or settings.get("field") or next(iter(self.trigger.fields), "")))
        found = SPAN.fullmatch(str(settings.get("offset") or ""))
        if not found or not int(found[2]):
            return say("On {field}", field=field) if kind == "due" else say("Every year on {field}", field=field)
        facts = {"span": span_said(found[0]), "field": field}
        if found[1] == "-":
            return say("{span} before {field}", **facts)
        return say("{span} after {field}", **facts)

    def _signal(self) -> Message:
        return say("On the signal “{name}”", name=str(self.trigger.settings.get("signal") or ""))


def _notes(catalog: Catalog, workflow: Workflow, language: str) -> Iterator[Message | str]:
    settings = workflow.trigger.settings
    if settings.get("import") is False:
        yield say("Not for what is imported")
    if workflow.inside:
        yield say("Within the save itself, before it is done")
    if settings.get("at"):
        yield say("At {time}", time=str(settings["at"]))
    if workflow.trigger.kind == "anniversary":
        yield say("Every year")
    if workflow.run == "once":
        yield say("Once a record")
    names = [name for name in settings.get("fields") or () if workflow.trigger.kind in ("webform", "webhook")]
    if names:
        yield say("It takes {fields}", fields=", ".join(_label(catalog, workflow.module, str(one), language)
                                                       for one in names))  # fmt: skip


def _label(catalog: Catalog, module: str, key: str, language: str) -> str:
    found = catalog.every.get(module)
    return found.field(key).label_in(language) if found and found.has(key) else key
