"""Actions of a module: buttons that ask something and do something, each step checked against what it works on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from typing import Any

import marshmallow as ma

from hanok.engine.catalog import outgoing
from hanok.engine.catalog.behaviour import Action, Step
from hanok.engine.catalog.choosing import choice
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.reading import Reader
from hanok.engine.catalog.report import MODULE
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.catalog.words import is_reference, reference_fault
from hanok.engine.conditions import Node, Scope
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Message, Place, say
from hanok.engine.expressions import Expression, ExpressionError, Template
from hanok.engine.fields import Field
from hanok.engine.language import unknown

FIELD, END, RECIPIENT = say("field"), say("end"), say("recipient")
Path = tuple[str | int, ...]
NOTHING: Mapping[str, Any] = {}


def actions(reader: Reader) -> dict[str, Action]:
    """The actions of the module by key. What is wrong with one is reported."""
    written = reader.source.data.get("actions", {})
    shown = {key: said for key, said in written.items() if not said.get("hidden", False)}
    return {key: action(reader, key, said, ("actions", key)) for key, said in shown.items()}


def action(
    reader: Reader, key: str, said: Mapping[str, Any], path: Path, row: Module | None = None,
    ties: Mapping[str, Field] | None = None,
) -> Action:  # fmt: skip
    """One action, written at `path` of the document.

    In a subpanel `row` is the module of its rows ($row), which `set` and `when` are about, with the fields of their
    `ties`; ends and recipients are those of the record above.
    """
    asked = _questions(reader, key, said.get("ask", {}), path)
    scope = ModuleScope(row, reader.modules, ties or {}) if row else reader.here
    record = reader.here if row else None
    when = reader.node(said["when"], *path, "when", scope=scope, record=record) if "when" in said else None
    steps = Steps(reader, reader.module, asked, row, ties or {})
    return Action(
        key, said.get("label") or {"en": key.replace("_", " ").capitalize()},
        steps.read(said.get("do", []), (*path, "do")), tuple(said.get("at", ("record",))), said.get("icon", ""),
        when, asked, said.get("confirm", {}), bool(said.get("many", False)),
    )  # fmt: skip


def check_values(reader: Reader, target: Module, values: Mapping[str, Any], path: Path) -> None:
    """Reports what a new record of the target could not begin with."""
    Steps(reader, target, {}).made(target, values, path)


def steps_of(
    reader: Reader, written: Sequence[Mapping[str, Any]], path: Path, asked: Mapping[str, Field] = NOTHING
) -> tuple[Step, ...]:
    """The steps that are written there, about records of the reader's module; what is wrong with one is reported."""
    return Steps(reader, reader.module, asked).read(written, path)


def questions(reader: Reader, key: str, written: Mapping[str, Any]) -> dict[str, Field]:
    """What an action asks first, written at the top of a document."""
    return _questions(reader, key, written, ())


def _questions(reader: Reader, key: str, written: Mapping[str, Any], path: Path) -> dict[str, Field]:
    """What is asked first, as fields that stand in no table."""
    asked = {}
    app = next((field.app for field in reader.module.fields.values()), {})
    for name, settings in written.items():
        found = reader.types[settings["type"]]
        wanted = found.targets(settings) or found.members(settings)
        for target in wanted:
            if target not in reader.modules:
                reader.report.missing(reader.source.place(*path, "ask", name, "to"), MODULE, target, reader.modules)
        named = found.option_set(settings)
        options = reader.options.get(named) if isinstance(named, str) else None
        if isinstance(named, str) and options is None and not found.may_lack_options(settings):
            message = unknown(named, reader.options, noun=say("option set"))
            reader.report.wrong(reader.source.place(*path, "ask", name, "options"), message)
        own = tuple(choice(each, data) for each, data in named.items()) if isinstance(named, Mapping) else ()
        known = tuple(key for key in wanted if key in reader.modules)
        asked[name] = Field(
            f"{reader.module.key}.{key}", name, found, settings.get("label") or {"en": name.capitalize()}, settings,
            choices=options.choices if options else own, targets=known if found.targets(settings) else (),
            members=known if found.members(settings) else (), app=app,
        )  # fmt: skip
    return asked


@dataclass(frozen=True, slots=True)
class Steps:
    """Reads steps about records of `module`; `$record` is the record of the reader's module, `$row` that of a row."""

    reader: Reader
    module: Module
    asked: Mapping[str, Field]
    row: Module | None = None
    ties: Mapping[str, Field] = also(default_factory=dict)

    def read(self, written: Sequence[Mapping[str, Any]], path: Path) -> tuple[Step, ...]:
        found = [self._step(said, (*path, number)) for number, said in enumerate(written)]
        return tuple(step for step in found if step is not None)

    def _step(self, said: Mapping[str, Any], path: Path) -> Step | None:
        kinds = [kind for kind in said if kind != "key"]
        if len(kinds) != 1:
            self.wrong(path, say("A step says one thing to do: set, create, link, assign, email …"))
            return None
        kind = kinds[0]
        read = READERS.get(kind)
        step = read(self, said[kind], (*path, kind)) if read else Step(kind, said[kind])
        return replace(step, key=said.get("key", ""))

    # -- kinds of steps ----------------------------------------------------------------------------------------
    def set(self, said: Mapping[str, Any], path: Path) -> Step:
        self._values(self.row or self.module, said, path, made=False)
        return Step("set", said)

    def create(self, said: Mapping[str, Any], path: Path) -> Step:
        target = self.reader.modules.get(said["module"])
        if target is None:
            self.reader.report.missing(self._place((*path, "module")), MODULE, said["module"], self.reader.modules)
            return Step("create", said)
        self._values(target, said.get("values", {}), (*path, "values"), made=True)
        if "copy" in said:
            self.value_of(said["copy"], (*path, "copy"))
        return Step("create", said, module=target.key)

    def tie(self, said: Mapping[str, Any], path: Path) -> Step:
        for end, value in said.items():
            if not self._is_end(end):
                self.missing((*path, end), END, end, self._ends())
            for each in value if isinstance(value, list) else [value]:
                self.value_of(each, (*path, end))
        return Step(str(path[-1]), said)

    def assign(self, said: Mapping[str, Any], path: Path) -> Step:
        if isinstance(said["to"], str):
            self.value_of(said["to"], (*path, "to"))
        return Step("assign", said)

    def email(self, said: Mapping[str, Any], path: Path) -> Step:
        for name in ("to", "cc", "bcc"):
            self.recipients(said.get(name, []), (*path, name))
        for name in ("subject", "text"):
            self.texts(said.get(name, {}), (*path, name))
        for name in ("template", "pdf", "attach"):
            self.value_of(said.get(name), (*path, name))
        node = self._where(said, path)
        return Step("email", said, nodes={"where": node} if node else {})

    def notify(self, said: Mapping[str, Any], path: Path) -> Step:
        self.recipients(said.get("to", []), (*path, "to"))
        self.texts(said["text"], (*path, "text"))
        return Step("notify", said)

    def pdf(self, said: Mapping[str, Any], path: Path) -> Step:
        self.value_of(said.get("template"), (*path, "template"))
        return Step("pdf", said)

    def wait(self, said: Mapping[str, Any], path: Path) -> Step:
        until = said.get("until")
        if isinstance(until, Mapping):
            node = self.reader.node(until, *path, "until", scope=self._scope())
            return Step("wait", said, nodes={"until": node} if node else {})
        self.value_of(until, (*path, "until"))
        return Step("wait", said)

    def branch(self, said: Sequence[Mapping[str, Any]], path: Path) -> Step:
        steps, nodes = {}, {}
        for number, way in enumerate(said):
            steps[str(number)] = self.read(way["do"], (*path, number, "do"))
            node = self.reader.node(way["when"], *path, number, "when", scope=self._scope()) if "when" in way else None
            if node is not None:
                nodes[str(number)] = node
            elif "when" not in way and number < len(said) - 1:
                self.wrong((*path, number), say("Only the last way of a branch goes without “when”."))
        return Step("branch", said, nodes=nodes, steps=steps)

    def each(self, said: Mapping[str, Any], path: Path) -> Step:
        end = self.module.ends.get(said["of"])
        if end is None or end.kind == "union":
            self.missing((*path, "of"), END, said["of"], self._ends())
            return Step("each", said)
        there = self.reader.modules[end.module]
        node = self._where({**said, "to": said["of"]}, path)
        steps = replace(self, module=there).read(said["do"], (*path, "do"))
        return Step("each", said, module=there.key, nodes={"where": node} if node else {}, steps={"do": steps})

    # -- values ------------------------------------------------------------------------------------------------
    def made(self, module: Module, said: Mapping[str, Any], path: Path) -> None:
        """Checks the values of a new record."""
        self._values(module, said, path, made=True)

    def _values(self, module: Module, said: Mapping[str, Any], path: Path, *, made: bool) -> None:
        for key, value in said.items():
            own = {} if made else self.ties
            field, at = own.get(key) or module.fields.get(key), (*path, key)
            if field is None:
                if not (made and key in module.ends):
                    self.missing(at, FIELD, key, [*own, *module.fields])
            elif field.made or field.system:
                self.wrong(at, say("This is kept by the system and cannot be written."))
            elif not self.value_of(value, at):
                self._literal(field, value, at)

    def value_of(self, value: Any, path: Path) -> bool:
        """Checks a value that is worked out when it runs; False when it is a plain one."""
        if is_reference(value):
            fault = reference_fault(value, self.reader.module, self.reader.modules, self.asked, self.row)
            if fault is not None:
                self.wrong(path, fault)
            return True
        if isinstance(value, str) and value.startswith("="):
            self._expression(value[1:], path)
            return True
        if isinstance(value, str) and "{{" in value:
            self.template(value, path)
            return True
        return isinstance(value, Mapping) and set(value) == {"ask"}

    def _literal(self, field: Field, value: Any, path: Path) -> None:
        plain = value[1:] if isinstance(value, str) and value.startswith("$$") else value
        if field.type.option_set(field.settings) is not None and not field.choices:
            return
        if isinstance(plain, str) and field.type.relative(field, plain, now=self.reader.now, zone="UTC") is not None:
            return
        if field.targets or field.members:
            self.wrong(path, say("A link is said by $record, $ask or $me, or worked out (=…)."))
            return
        try:
            field.type.value(field).deserialize(plain)
        except ma.ValidationError as error:
            self.wrong(path, first_message(error.messages))

    def _expression(self, text: str, path: Path) -> None:
        try:
            Expression(text)
        except ExpressionError as error:
            self.wrong(path, error.message)

    def template(self, text: str, path: Path) -> None:
        try:
            Template(text)
        except ExpressionError as error:
            self.wrong(path, error.message)

    def texts(self, labels: Mapping[str, str], path: Path) -> None:
        for language, text in labels.items():
            self.template(text, (*path, language))

    # -- ends --------------------------------------------------------------------------------------------------
    def _ends(self) -> list[str]:
        return [*self.module.ends, *(key for key, field in self.module.fields.items() if field.members)]

    def _is_end(self, key: str) -> bool:
        return key in self._ends()

    def recipients(self, said: Any, path: Path) -> None:
        """Addresses, references, or the name of a link or an end of the record; the people of a team, of a role."""
        if isinstance(said, Mapping):
            return
        for word in said if isinstance(said, list) else [said]:
            plain = "@" in word or word.startswith("+")
            known = self.value_of(word, path) or plain or word in self.module.fields or self._is_end(word)
            if not known:
                self.missing(path, RECIPIENT, word, [*self._ends(), *self.module.fields])

    def _where(self, said: Mapping[str, Any], path: Path) -> Node | None:
        """The condition on the records of the end that `to` names."""
        if "where" not in said:
            return None
        scope = self._end_scope(said.get("to"))
        if scope is None:
            self.wrong((*path, "where"), say("“where” chooses among the records of an end; “to” names none."))
            return None
        return self.reader.node(said["where"], *path, "where", scope=scope, record=self.reader.here)

    def _end_scope(self, key: Any) -> Scope | None:
        if not isinstance(key, str) or not self._is_end(key):
            return None
        found = self._scope().end(key)
        return found.each()[0].scope if found else None

    def _scope(self) -> Any:
        return self.reader.there(self.module.key) if self.module is not self.reader.module else self.reader.here

    # -- reports -----------------------------------------------------------------------------------------------
    def _place(self, path: Path) -> Place:
        return self.reader.source.place(*path)

    def wrong(self, path: Path, message: Message) -> None:
        self.reader.report.wrong(self._place(path), message, code="action")

    def missing(self, path: Path, noun: Message, word: str, known: Any) -> None:
        if not self.reader.source.is_lost("fields", word):
            self.reader.report.missing(self._place(path), noun, word, known)


READERS: Mapping[str, Callable[[Steps, Any, Path], Step]] = {
    "set": Steps.set, "create": Steps.create, "link": Steps.tie, "unlink": Steps.tie, "assign": Steps.assign,
    "email": Steps.email, "notify": Steps.notify, "pdf": Steps.pdf, "webhook": outgoing.webhook,
    "wait": Steps.wait, "branch": Steps.branch, "each": Steps.each, "message": outgoing.message,
    "python": outgoing.python, "approval": outgoing.approval,
}  # fmt: skip
