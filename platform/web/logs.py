"""The log: one line an event on stderr, as text or as JSON, whoever wrote it; nothing in it forges another line.

What a request or a job is called stands on its lines by contextvars (`request`, `actor`, `module`; `job`, `kind`).
Values of records stay out: no statement tells its parameters, and what a database adds about rows is cut off.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, TextIO

import orjson
import structlog
from structlog.typing import EventDict, Processor

from hanok.engine.errors import Refused, say
from hanok.web.traces import trace

FORMS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")
#: What PostgreSQL adds to a message quotes the row that it is about; what SQLAlchemy adds is no news.
ADDED = ("\nDETAIL:", "\nCONTEXT:", "\n(Background on this error")
LONGEST = 2000
#: Said by those who wait for a thread, with every request of a busy server; and what is said of every statement.
QUIET = {"waitress.queue": logging.ERROR, "sqlalchemy": logging.WARNING, "asyncio": logging.WARNING}
#: They stand at the beginning of a line, in this order.
FIRST = ("timestamp", "level", "event", "logger")


def configure(settings: Mapping[str, Any], *, stream: TextIO | None = None) -> None:
    """Sends everything that is logged in this process to stderr, in the form and from the level of the settings.

    Raises Refused for a form or a level that there is not.
    """
    form, level = str(settings.get("log") or "text"), str(settings.get("log_level") or "info")
    for name, value, known in (("log", form, FORMS), ("log_level", level, LEVELS)):
        if value not in known:
            raise Refused(say("The setting {name} is one of {known}, not “{value}”.", name=name, value=value,
                              known=", ".join(known)))  # fmt: skip
    lines = logging.StreamHandler(stream or sys.stderr)
    lines.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, told, as_json if form == "json"
                    else as_text],
    ))  # fmt: skip
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(level.upper())
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level, *_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter
        ],
        wrapper_class=structlog.stdlib.BoundLogger, logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )  # fmt: skip


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]  # fmt: skip


def told(_: Any, __: str, event: MutableMapping[str, Any]) -> EventDict:
    """The event with what may be told: no rows, no locals, nothing endless."""
    failure = event.pop("exc_info", None)
    found = {name: _plain(value) for name, value in event.items() if value is not None and not name.startswith("_")}
    if failure:
        found["exception"] = trace(failure, without_rows)
    return found


def as_json(_: Any, __: str, event: EventDict) -> str:
    """One JSON object."""
    ordered = {name: event[name] for name in FIRST if name in event} | dict(event)
    try:
        text = orjson.dumps(ordered, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # halves of surrogate pairs, numbers of more than 64 bits
        return json.dumps(ordered, default=str)
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)


def as_text(_: Any, __: str, event: EventDict) -> str:
    """Moment, level, event, then name=value; a trace follows, indented."""
    rest = {name: value for name, value in event.items() if name not in (*FIRST, "exception")}
    facts = [f"{name}={_quoted(value)}" for name, value in sorted(rest.items())]
    head = f"{event['timestamp']} {event['level']:<7} {escaped(str(event.get('event', '')))}"
    lines = [" ".join([head, *facts, f"[{event.get('logger', '')}]"])]
    lines += [f"    | {escaped(line)}" for line in str(event.get("exception", "")).splitlines()]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """The text without signs that would begin a line or steer a terminal."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def without_rows(text: str) -> str:
    """What an error says, without what a database adds about rows, and not endless."""
    for begin in ADDED:
        text = text.partition(begin)[0]
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    return without_rows(str(value))


def _quoted(value: Any) -> str:
    text = escaped(value if isinstance(value, str) else str(value))
    return text if text and not any(sign in text for sign in ' "=') else '"' + text.replace('"', '\\"') + '"'
