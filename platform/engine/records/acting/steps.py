"""Runs the steps of an action on one record, each through the door that a hand would use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanok.engine.catalog import End, Module
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Duplicates, Invalid, Message, Refused, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records.acting.choosing import whose_turn
from hanok.engine.records.acting.giving import copied, given, named, worked_out
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.acting.outcome import Created
from hanok.engine.records.acting.permitted import is_so
from hanok.engine.records.delete import delete
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.related import link, unlink
from hanok.engine.records.save import create, update


@dataclass(slots=True)
class Running:
    """One run: `subject` is the record that steps are about, None once it was deleted; `words` what they name.

    `plain` says that nothing was done but setting fields of the record itself.
    """

    words: Words
    subject: Record | None
    despite_duplicates: bool = False
    created: list[Created] = field(default_factory=list)
    stopped: bool = False
    plain: bool = True

    def do(self, steps: Sequence[Step]) -> None:
        """Runs the steps in order. Raises what the doors raise; of a new record, Refused with its problem."""
        for step in steps:
            if self.stopped or self.subject is None:
                return
            RUNNERS[step.kind](self, step)

    @property
    def here(self) -> Record:
        if self.subject is None:
            raise Refused(say("The record was deleted by a step before."))
        return self.subject

    @property
    def module(self) -> Module:
        return self.words.catalog.module(self.here.module)

    # -- the record itself -------------------------------------------------------------------------------------
    def set(self, step: Step) -> None:
        self._change({key: given(self.words, self.module.fields[key], value) for key, value in step.data.items()})

    def assign(self, step: Step) -> None:
        words, to, found = self.words, step.data["to"], owner_of(self.module)
        if isinstance(to, Mapping):
            self._change({found.key: str(whose_turn(words.conn, words.catalog, self.module, found, to).id)})
        else:
            self._change({found.key: given(words, found, to)})

    def _change(self, raw: Mapping[str, Any]) -> None:
        self._now(self._update(self.here, raw))

    def _update(self, record: Record, raw: Mapping[str, Any]) -> Record:
        words = self.words
        return update(
            words.conn, words.catalog, words.actor, record.module, record.id, raw, version=record.version,
            despite_duplicates=self.despite_duplicates,
        )  # fmt: skip

    def _now(self, record: Record) -> None:
        """The record as it is by now, also where it is what $record names."""
        if self.words.record.id == record.id:
            self.words.record = record
        self.subject = record

    def again(self) -> None:
        """Reads the record again after something else was written: totals, ties and what follows from them."""
        self.plain = False
        if self.subject is not None:  # a workflow goes on where the record was deleted
            self._now(self._get(self.subject))

    def _get(self, record: Record | Linked) -> Record:
        return get(self.words.conn, self.words.catalog, self.words.actor, record.module, record.id)

    def remove(self, step: Step) -> None:
        delete(self.words.conn, self.words.catalog, self.words.actor, self.here.module, self.here.id)
        self.plain, self.subject = False, None

    def stop(self, step: Step) -> None:
        self.stopped = True

    # -- others ------------------------------------------------------------------------------------------------
    def create(self, step: Step) -> None:
        words, target = self.words, self.words.catalog.module(step.module)
        try:
            made = create(
                words.conn, words.catalog, words.actor, target.key, self._raw(step, target),
                despite_duplicates=self.despite_duplicates,
            )  # fmt: skip
        except Duplicates:
            raise
        except Invalid as wrong:
            facts = {"record": target.label, "problem": told(target, wrong)}
            raise Refused(say("The new {record} cannot be saved. {problem}", **facts)) from wrong
        for key, value in step.data.get("values", {}).items():
            if key not in target.fields:
                self._tie(made, key, value, link)
        self.created.append(Created(target.key, made.id, made.title, bool(step.data.get("open", False))))
        self.again()

    def _raw(self, step: Step, target: Module) -> dict[str, Any]:
        said = step.data.get("values", {})
        raw = self._copy(step.data["copy"], target) if "copy" in step.data else {}
        return raw | {
            key: given(self.words, target.fields[key], value) for key, value in said.items() if key in target.fields
        }

    def _copy(self, written: str, target: Module) -> dict[str, Any]:
        found = self._named(written)
        if len(found) != 1:
            raise Refused(say("There is no record to copy."))
        record = self.here if found[0].id == self.here.id else self._get(found[0])
        return copied(self.words, record, target.key)

    def _named(self, written: Any) -> tuple[Linked, ...]:
        if isinstance(written, list):
            return tuple(one for each in written for one in self._named(each))
        if isinstance(written, str) and written.startswith("="):
            return named(worked_out(self.words, written))
        said = self.words.said(written)
        return named(said.value, said.field)

    # -- ends --------------------------------------------------------------------------------------------------
    def link(self, step: Step) -> None:
        for key, value in step.data.items():
            self._tie(self.here, key, value, link)
        self.again()

    def unlink(self, step: Step) -> None:
        for key, value in step.data.items():
            self._tie(self.here, key, value, unlink)
        self.again()

    def _tie(self, record: Record, key: str, value: Any, work: Callable[..., bool]) -> None:
        words, module = self.words, self.words.catalog.module(record.module)
        for other in self._named(value):
            end = _end(module, key, other.module)
            if end.kind == "links":
                work(words.conn, words.catalog, words.actor, record.module, record.id, end.key, other.id)
            elif end.kind == "link":
                self._point(record, end, other, away=work is unlink)
            else:
                raise Refused(say("Lines are not linked; they stand in their record."))

    def _point(self, record: Record, end: End, other: Linked, *, away: bool) -> None:
        """Changes the link of the other record, which stands at an end of this one by it."""
        there = self._get(other)
        present = there.values.get(end.field)
        is_here = isinstance(present, Linked) and (present.module, present.id) == (record.module, record.id)
        if is_here is away:
            targets = self.words.catalog.module(there.module).field(end.field).targets
            here = f"{record.module}:{record.id}" if len(targets) > 1 else str(record.id)
            self._update(there, {end.field: None if away else here})

    # -- ways --------------------------------------------------------------------------------------------------
    def branch(self, step: Step) -> None:
        words = self.words
        for number, steps in step.steps.items():
            node = step.nodes.get(number)
            if node is None or is_so(words.conn, words.catalog, words.actor, node, self.here):
                self.do(steps)
                return

    def each(self, step: Step) -> None:
        record, end = self.here, self.module.ends[step.data["of"]]
        rest = {"limit": step.nodes["where"], "record": self.words.record.values} if "where" in step.nodes else {}
        for one in self.words.members(self.module, record.id, end, **rest):
            self.subject = self._get(one)
            self.do(step.steps["do"])
            if self.stopped:
                break
        self.subject = record
        self.again()


RUNNERS: Mapping[str, Callable[[Running, Step], None]] = {
    "set": Running.set, "assign": Running.assign, "create": Running.create, "link": Running.link,
    "unlink": Running.unlink, "branch": Running.branch, "each": Running.each, "delete": Running.remove,
    "stop": Running.stop,
}  # fmt: skip


def owner_of(module: Module) -> Field:
    """The field that says whose a record is. Raises Refused."""
    found = next((module.fields[key] for key in ("owner", *module.owners) if key in module.fields), None)
    if found is None or not found.targets:
        raise Refused(say("Records of “{module}” belong to nobody.", module=module.plural))
    return found


def _end(module: Module, key: str, other: str) -> End:
    """The end of this name for a record of that module. Raises Refused."""
    found = module.ends.get(key)
    if found is None or found.module != other:
        found = module.ends.get(f"{key}_{other}")
    if found is None:
        raise Refused(say("Such a record cannot be linked to “{end}”.", end=key))
    return found


def told(module: Module, wrong: Invalid) -> Message:
    """What is wrong with a record of this module, in one sentence: the first error, with its field."""
    key, said = next(iter(wrong.errors.items()))
    return say("{field}: {message}", field=module.field(key).label, message=said[0]) if module.has(key) else said[0]
