"""The inputs of time beyond days and moments: times of day, lengths, periods, repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hanok.engine.fields.duration import written
from hanok.engine.fields.period import Period
from hanok.engine.fields.recurrence import Recurrence
from hanok.engine.fields.repeating import DAYS, Rule
from hanok.engine.fields.repeating_words import until_day
from hanok.engine.fields.time import clock
from hanok.web.controls import Control, Form, Input, read_text, sent_boxes
from hanok.web.formats import Formats
from hanok.web.inputs.basic import fill_datetime
from hanok.web.inputs.composite import read_parts

#: The choice of an input for a rule that its boxes cannot say.
OWN = "OWN"


def fill_time(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=value if isinstance(value, str) else clock(value))


def fill_duration(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=value if isinstance(value, str) else written(value, formats.language))


# -- periods -------------------------------------------------------------------------------------------------------
def fill_period(control: Control, value: Any, formats: Formats) -> Control:
    if not isinstance(value, Period):
        return replace(control, text=str(value))
    if value.all_day:
        return replace(control, boxes=_boxes(start=value.ends()[0], end=value.ends()[1], all_day="true"))
    start, end = (fill_datetime(control, moment, formats).text for moment in (value.start, value.end))
    return replace(control, boxes=_boxes(start=start, end=end))


def _boxes(**texts: str) -> Mapping[str, tuple[str, ...]]:
    return {part: (text,) for part, text in texts.items()}


# -- repetitions ---------------------------------------------------------------------------------------------------
def fill_recurrence(control: Control, value: Any, formats: Formats) -> Control:
    if not isinstance(value, Recurrence):
        return replace(control, text=str(value))
    rule, start = value.rule, value.start
    first = "" if start is None else start.isoformat(timespec="auto" if start.second else "minutes")
    until = until_day(rule).isoformat() if rule.get("UNTIL") else ""
    boxes = _boxes(
        freq=rule.get("FREQ") if _is_boxed(rule) else OWN, every=str(rule.interval), rule=str(rule), start=first,
        zone=value.zone, end="until" if until else "count" if rule.get("COUNT") else "", until=until,
        count=rule.get("COUNT"),
    )  # fmt: skip
    return replace(control, boxes={**boxes, "days": rule.days})


def _is_boxed(rule: Rule) -> bool:
    """Whether the boxes say all of the rule."""
    rest = rule.names - {"FREQ", "INTERVAL", "COUNT", "UNTIL"}
    weekly = rule.get("FREQ") == "WEEKLY" and set(rule.days) <= set(DAYS)
    return (not rest or (rest == {"BYDAY"} and weekly)) and "T" not in rule.get("UNTIL")


def read_recurrence(form: Form, name: str, formats: Formats) -> Any:
    boxes = sent_boxes(form, name)
    if "freq" not in boxes:
        return read_text(form, name, formats)
    said = {part: texts[-1].strip() for part, texts in boxes.items()}
    if not said["freq"]:
        return ""
    rule = said.get("rule", "") if said["freq"] == OWN else ";".join(_said(said, boxes.get("days", ())))
    return {"rule": rule} | {part: said[part] for part in ("start", "zone") if said.get(part)}


def _said(said: Mapping[str, str], days: tuple[str, ...]) -> list[str]:
    """The parts of the rule that the boxes say."""
    parts = [f"FREQ={said['freq']}"]
    if said.get("every") not in (None, "", "1"):
        parts.append(f"INTERVAL={said['every']}")
    if said["freq"] == "WEEKLY" and any(days):
        parts.append("BYDAY=" + ",".join(day for day in days if day))
    if said.get("end") == "until":
        parts.append("UNTIL=" + said.get("until", "").replace("-", ""))
    if said.get("end") == "count":
        parts.append(f"COUNT={said.get('count', '')}")
    return parts


TIMES: tuple[Input, ...] = (
    Input("time", fill_time),
    Input("duration", fill_duration),
    Input("period", fill_period, read_parts, wide=True),
    Input("recurrence", fill_recurrence, read_recurrence, wide=True),
)
