"""Runs an action for some records: for each of them all of its steps, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Action
from hanok.engine.errors import Conflict, Denied, HanokError, Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records.acting.asking import answered
from hanok.engine.records.acting.looking import Words
from hanok.engine.records.acting.outcome import Acted, Outcome
from hanok.engine.records.acting.permitted import is_so, not_yet, permits, takes_time
from hanok.engine.records.acting.steps import Running, told
from hanok.engine.records.query import Record
from hanok.engine.records.read import get, identity
from hanok.engine.records.trail import differences

#: Begins a run of an action's steps, with the raw answers to its questions, for a record.
Begin = Callable[[sa.Connection, Catalog, Actor, Action, Mapping[str, Any], Record], None]
NONE: Mapping[Any, Any] = MappingProxyType({})
MOST = 1000
SOMEBODY_CHANGED = say("Somebody else changed this record meanwhile. Look at it again, then repeat it.")
NOT_NOW = say("“{action}” does not apply to this record as it is now.")


def act(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, ids: Iterable[UUID | str], action: str, *,
    ask: Mapping[str, Any] | None = None, versions: Mapping[UUID, int] = NONE, despite_duplicates: bool = False,
    begin: Begin | None = None,
) -> Outcome:  # fmt: skip
    """Runs an action of the module for these records, in the caller's transaction.

    One with steps that take time begins a run for each of them, by `begin`.

    `ask` are the raw answers to its questions, `versions` the versions that the actor saw: a record that somebody
    changed since is refused. `despite_duplicates` as in `create`. Raises NotFound where there is no such action,
    Refused where it cannot be run yet, Invalid for the answers; what is wrong with a record stands in the outcome.
    """
    found = catalog.module(module)
    chosen = _action(found, action, begin)
    answers = answered(conn, catalog, actor, chosen, ask or {})
    wanted = list(dict.fromkeys(map(identity, ids)))
    if len(wanted) > MOST:
        raise Refused(say("At most {most} records at once.", most=MOST))
    words = (conn, catalog, actor)
    later = partial(begin, *words, chosen, ask or {}) if begin is not None and takes_time(chosen) else None
    done = {
        id: _acted(*words, found, chosen, id, answers, versions.get(id), despite_duplicates, later)
        for id in sorted(wanted)
    }
    return Outcome(tuple(done[id] for id in wanted))


def _action(module: Module, key: str, begin: Begin | None) -> Action:
    found = module.actions.get(key)
    if found is None:
        raise NotFound(say("There is no action “{key}” here.", key=key))
    kind = not_yet(found) or (takes_time(found) if begin is None else "")
    if kind:
        raise Refused(say("“{action}” cannot be run yet: its step “{step}” comes with automation.",
                          action=found.label, step=kind))  # fmt: skip
    return found


def _acted(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, action: Action, id: UUID,
    answers: Mapping[str, Any], version: int | None, despite_duplicates: bool, later: Callable[[Record], None] | None,
) -> Acted:  # fmt: skip
    """All steps for one record within a savepoint; an error takes back what was done and becomes a refusal."""
    title = ""
    try:
        with conn.begin_nested():
            record = get(conn, catalog, actor, module.key, id)
            title = record.title
            _check(conn, catalog, actor, action, record, version)
            if later is not None:
                later(record)
                return Acted(id, title, version=record.version)
            words = Words(conn, catalog, actor, record, action.ask, answers)
            running = Running(words, record, despite_duplicates)
            running.do(action.do)
            return _done(module, record, running)
    except (Conflict, Denied, Invalid, NotFound, Refused) as error:
        return Acted(id, title, _why(module, error), error.code)


def _check(
    conn: sa.Connection, catalog: Catalog, actor: Actor, action: Action, record: Record, version: int | None
) -> None:
    if not permits(catalog, actor, action, record):
        raise Denied(say("You may not do “{action}” with this record.", action=action.label))
    if version is not None and version != record.version:
        raise Conflict(record.version)
    if action.when is not None and not is_so(conn, catalog, actor, action.when, record):
        raise Refused(Message(NOT_NOW.text, {"action": action.label}))


def _done(module: Module, before: Record, running: Running) -> Acted:
    after = running.subject
    undo = raw_before(module, before, after) if after is not None and running.plain else None
    title = before.title if after is None else after.title
    return Acted(before.id, title, created=tuple(running.created), version=after.version if after else 0, undo=undo)


def raw_before(module: Module, before: Record, after: Record) -> dict[str, Any] | None:
    """Raw values that make the record what it was, with what followed by itself; None where a secret changed."""
    own = {key: after.values.get(key) for key, found in module.fields.items() if not (found.made or found.type.apart)}
    changed = differences(module, before.values, own)
    if not changed or any(module.fields[key].type.secret for key in changed):
        return None
    return {key: _raw(module, key, before.values.get(key)) for key in changed}


def _raw(module: Module, key: str, value: Any) -> Any:
    found = module.fields[key]
    if isinstance(value, Linked):
        return f"{value.module}:{value.id}" if len(found.targets) > 1 else str(value.id)
    return None if value is None else found.type.dump(found, value)


def _why(module: Module, error: HanokError) -> Message:
    if isinstance(error, Conflict):
        return SOMEBODY_CHANGED
    return told(module, error) if isinstance(error, Invalid) else error.message
