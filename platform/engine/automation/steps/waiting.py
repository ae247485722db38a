"""A step that waits: for a span, until a moment, or until a condition holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hanok.engine.automation.seeing import condition_told
from hanok.engine.automation.steps.base import Doing, Done, Pause, StepKind
from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import Refused, say
from hanok.engine.fields.dates import moments_of
from hanok.engine.records.acting.giving import worked_out

#: How often a condition is looked at that asks for more than the record itself.
LOOK = timedelta(hours=1)
UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
NO_MOMENT = say("“{word}” is no moment to wait for.")


def wait(doing: Doing, step: Step) -> Done:
    """Pauses the run until what it waits for is there."""
    if "until" in step.nodes:
        told = condition_told(doing, step.nodes["until"])
        if told["held"]:
            return {"until": told}
        return Pause({"until": told}, due=_now() + LOOK, watches=True)
    if doing.held is None:
        due = _due(doing, step)
        kept = None if due is None else due.isoformat()
        return {"until": kept} if due is None or due <= _now() else Pause({"until": kept}, due=due, held=kept)
    due = datetime.fromisoformat(doing.held)
    return {"until": doing.held} if due <= _now() else Pause({"until": doing.held}, due=due, held=doing.held)


def _due(doing: Doing, step: Step) -> datetime | None:
    """When it goes on; None where the moment that it waits for is empty: it does not wait."""
    zone = doing.actor.zone or doing.catalog.app.zone
    if "for" in step.data:
        return after(step.data["for"], zone)
    return _moment(_said(doing, step.data["until"]), zone)


def after(span: str, zone: str) -> datetime:
    """The moment so long from now (30m, 2d, 1M). Raises Refused."""
    unit = UNITS.get(span[-1])
    return _now() + timedelta(**{unit: int(span[:-1])}) if unit else _later(span, zone)


def _later(span: str, zone: str) -> datetime:
    """So many days, weeks, months or years from now, at the same time of the day."""
    here = _now().astimezone(ZoneInfo(zone))
    found = moments_of(f"+{span}", now=here.astimezone(UTC), zone=zone)
    if found is None:
        raise Refused(say(NO_MOMENT.text, word=span))
    day = found[0].astimezone(ZoneInfo(zone)).date()
    return datetime.combine(day, here.timetz().replace(tzinfo=None), ZoneInfo(zone)).astimezone(UTC)


def _said(doing: Doing, written: Any) -> Any:
    if is_reference(written):
        return doing.words.said(written).value
    if isinstance(written, str) and written.startswith("="):
        return worked_out(doing.words, written)
    return written


def _moment(value: Any, zone: str) -> datetime | None:
    """A moment as it is, a day as its beginning in the zone, a word of time as what it means now."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(0), ZoneInfo(zone)).astimezone(UTC)
    found = moments_of(value, now=_now(), zone=zone) if isinstance(value, str) else None
    if found is not None:
        return found[0]
    try:
        read = datetime.fromisoformat(str(value))
    except ValueError:
        raise Refused(say(NO_MOMENT.text, word=str(value))) from None
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _now() -> datetime:
    return datetime.now(UTC)


WAIT = StepKind("wait", say("Wait"), "clock-pause", "flow", wait)
