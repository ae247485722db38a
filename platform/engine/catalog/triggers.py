"""What begins workflows, read and checked: an event, the clock, or something that came from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cronsim import CronSim, CronSimError

from hanok.engine.catalog.behaviour import Trigger
from hanok.engine.catalog.outside import check_webform, check_webhook
from hanok.engine.catalog.reading import Reader
from hanok.engine.catalog.report import FIELD
from hanok.engine.catalog.workflow_schemas import EVENTS
from hanok.engine.errors import say

#: By the key that says what kind it is, what may stand beside it.
BESIDE: Mapping[str, tuple[str, ...]] = {
    "event": ("fields", "end", "import", "inside"), "schedule": ("over",), "due": ("offset", "at"),
    "anniversary": ("offset", "at"), "webform": (), "inbound_email": (), "webhook": (), "signal": (),
}  # fmt: skip
#: Of which events the fields, and the end, may be said.
OF_FIELDS, OF_ENDS = ("changed", "saved"), ("linked", "unlinked")
#: Events that a workflow inside a save may answer.
SAVES = ("created", "changed", "saved")
DAYS = ("date", "datetime")
AT = "trigger"


def trigger_of(reader: Reader, written: Any, key: str) -> Trigger:
    """The trigger of the workflow `key`; what is wrong with it is reported."""
    if isinstance(written, str):
        return Trigger(written, {"signal": key} if written == "signal" else {})
    kinds = [word for word in BESIDE if word in written]
    if len(kinds) != 1:
        _wrong(reader, say("A trigger says one thing: an event, a schedule, due, webform …"), *kinds[1:2])
        return Trigger("manual")
    kind = kinds[0]
    for word in written:
        if word != kind and word not in BESIDE[kind]:
            _wrong(reader, say("“{word}” says nothing beside “{kind}”.", word=word, kind=kind), word)
    return READERS.get(kind, _plain)(reader, kind, written)


def _event(reader: Reader, kind: str, written: Mapping[str, Any]) -> Trigger:
    event = written["event"]
    for word, events in (("fields", OF_FIELDS), ("end", OF_ENDS), ("inside", SAVES)):
        if written.get(word) and event not in events:
            _wrong(reader, say("“{word}” says nothing beside “{kind}”.", word=word, kind=event), word)
    assert event in EVENTS, "the schema knows the events"
    fields = written.get("fields", ())
    node = reader.node({"changed": fields}, AT, "fields", allows=("changed",)) if fields else None
    end = written.get("end")
    if end is not None and end not in reader.module.ends and end not in reader.module.fields:
        reader.report.missing(reader.source.place(AT, "end"), say("end"), end, reader.module.ends)
    return Trigger(event, written, tuple(fields), node)


def _schedule(reader: Reader, kind: str, written: Mapping[str, Any]) -> Trigger:
    node = reader.node(written["over"], AT, "over") if "over" in written else None
    if not _comes(written["schedule"], reader.now):
        _wrong(reader, say("“{cron}” is no schedule; write five parts like 0 9 * * 1.", cron=written[kind]), kind)
    return Trigger(kind, written, node=node)


def _comes(cron: str, now: datetime) -> bool:
    """Whether it is a schedule that fires at all."""
    try:
        return len(cron.split()) == 5 and next(CronSim(cron, now), None) is not None
    except CronSimError:
        return False


def _day(reader: Reader, kind: str, written: Mapping[str, Any]) -> Trigger:
    key = written[kind]
    field = reader.module.fields.get(key) or reader.module.system.get(key)
    if field is None:
        reader.report.missing(reader.source.place(AT, kind), FIELD, key, reader.module.fields)
    elif field.type.key not in DAYS or (kind == "anniversary" and field.type.key != "date"):
        _wrong(reader, say("“{field}” holds no day.", field=key), kind)
    return Trigger(kind, written, (key,))


def _plain(reader: Reader, kind: str, written: Mapping[str, Any]) -> Trigger:
    said = written[kind]
    settings = said if isinstance(said, Mapping) else {kind: said}
    fields = settings.get("fields", ())
    return Trigger(kind, settings, tuple(fields))


def _outside(reader: Reader, kind: str, written: Mapping[str, Any]) -> Trigger:
    CHECKS[kind](reader, written[kind])
    return _plain(reader, kind, written)


def _wrong(reader: Reader, message: Any, *path: str) -> None:
    reader.report.wrong(reader.source.place(AT, *path), message, code="trigger")


READERS: Mapping[str, Callable[[Reader, str, Mapping[str, Any]], Trigger]] = {
    "event": _event, "schedule": _schedule, "due": _day, "anniversary": _day, "webform": _outside, "webhook": _outside,
}  # fmt: skip
CHECKS: Mapping[str, Callable[[Reader, Mapping[str, Any]], None]] = {"webform": check_webform, "webhook": check_webhook}
