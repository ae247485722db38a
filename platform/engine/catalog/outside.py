"""What begins workflows from outside, read: a form on a web page, a request of another system."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any
from urllib.parse import urlsplit

import marshmallow as ma

from hanok.engine.catalog.behaviour import Trigger
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.reading import Reader
from hanok.engine.catalog.report import FIELD
from hanok.engine.errors import say
from hanok.engine.fields import Field, Labels

CREATE, UPDATE, REFUSE = "create", "update", "refuse"
#: Where a value stands in what another system sends.
PATH = re.compile(r"payload(\.[A-Za-z0-9_$@-]+)+")
AT = "trigger"


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of a web form: what it is called there, and whether it must be filled in."""

    key: str
    required: bool
    label: Labels
    help: Labels


@dataclass(frozen=True, slots=True)
class Webform:
    """A form on a web page. `redirect` is where it leads ("" to its own thanks), `origins` who else may send it."""

    asked: tuple[Asked, ...]
    title: Labels
    text: Labels
    button: Labels
    thanks: Labels
    redirect: str = ""
    origins: tuple[str, ...] = ()
    values: Mapping[str, Any] = also(default_factory=dict)
    duplicates: str = CREATE


@dataclass(frozen=True, slots=True)
class Webhook:
    """What of a request goes into which field, by which fields a record is found, what every one gets."""

    paths: Mapping[str, str]
    key: tuple[str, ...] = ()
    values: Mapping[str, Any] = also(default_factory=dict)


def webform_of(module: Module, trigger: Trigger, language: str) -> Webform:
    """The form that a trigger says; it asks for what the quick form does where it says no fields. Plain texts are in
    this language."""
    said = trigger.settings if isinstance(trigger.settings.get("fields", ()), Mapping | list | tuple) else {}
    fields = said.get("fields") or [key for key in module.views.quick.fields() if asks_for(module.field(key))]
    own = fields if isinstance(fields, Mapping) else {key: {} for key in fields}
    texts = {name: _labels(said.get(name), language) for name in ("title", "text", "button", "thanks")}
    asked = tuple(_asked(module.field(key), dict(each or {}), language) for key, each in own.items())
    return Webform(
        asked, **texts, redirect=said.get("redirect", ""), origins=tuple(said.get("origins", ())),
        values=said.get("values", {}), duplicates=said.get("duplicates", CREATE),
    )  # fmt: skip


def webhook_of(trigger: Trigger) -> Webhook:
    """What a trigger says of requests."""
    said = trigger.settings
    key = said.get("key", ())
    fields = said.get("fields") or {}
    return Webhook(dict(fields), (key,) if isinstance(key, str) else tuple(key), said.get("values") or {})


def asks_for(field: Field) -> bool:
    """Whether strangers may be asked for it: a value that stands in the field itself, and that somebody types."""
    kept_elsewhere = field.targets or field.members or field.type.apart or field.type.holds_files
    return not (field.system or field.made or kept_elsewhere or field.type.secret or field.readonly)


def _asked(field: Field, said: Mapping[str, Any], language: str) -> Asked:
    label = _labels(said.get("label"), language) or field.label
    required = bool(said.get("required", False)) or field.required
    return Asked(field.key, required, label, _labels(said.get("help"), language) or field.help)


def _labels(said: Any, language: str) -> Labels:
    return {language: said} if isinstance(said, str) else dict(said or {})


# -- what is wrong -------------------------------------------------------------------------------------------------
def check_webform(reader: Reader, said: Mapping[str, Any]) -> None:
    """Reports what a form cannot ask, what it leaves out, and where it may not lead."""
    fields, values = said.get("fields") or {}, said.get("values") or {}
    for key in fields:
        field = _known(reader, key, "fields", key) if isinstance(fields, Mapping) else _known(reader, key, "fields")
        if field is not None and not asks_for(field):
            _wrong(reader, say("A web form cannot ask for “{field}”.", field=key), "fields")
    _check_values(reader, values)
    for key, field in reader.module.fields.items() if fields else ():
        given = key in fields or key in values or field.settings.get("default") is not None
        if field.required and not given and not field.readonly:
            told = say("“{field}” is required: let the form ask for it, or give it a value.", field=key)
            _wrong(reader, told, "fields")
    there = urlsplit(said.get("redirect", ""))
    own = not there.scheme and not there.netloc and said.get("redirect", "/").startswith("/")
    if not own and f"{there.scheme}://{there.netloc}" not in said.get("origins", ()):
        _wrong(reader, say("A form leads to a path of this site, or to one of its origins."), "redirect")


def check_webhook(reader: Reader, said: Mapping[str, Any]) -> None:
    """Reports fields that cannot be filled, and places that are none."""
    fields = said.get("fields") or {}
    for key, path in fields.items():
        field = _known(reader, key, "fields", key)
        if field is not None and (field.made or field.system or field.type.apart or field.type.holds_files):
            _wrong(reader, say("“{field}” is not filled from outside.", field=key), "fields", key)
        if PATH.fullmatch(path) is None:
            _wrong(reader, say("A place in a request is written like payload.customer.email."), "fields", key)
    key = said.get("key", ())
    for each in (key,) if isinstance(key, str) else key:
        if each not in fields:
            _wrong(reader, say("A record is found by fields that the request fills; “{field}” is none.", field=each),
                   "key")  # fmt: skip
    _check_values(reader, said.get("values") or {})


def _check_values(reader: Reader, values: Mapping[str, Any]) -> None:
    for key, value in values.items():
        field = _known(reader, key, "values", key)
        if field is None:
            continue
        try:
            field.type.value(field).deserialize(value)
        except ma.ValidationError:
            _wrong(reader, say("This is no value of “{field}”.", field=key), "values", key)


def _known(reader: Reader, key: str, *path: str) -> Field | None:
    field = reader.module.fields.get(key)
    if field is None and not reader.source.is_lost("fields", key):
        reader.report.missing(_place(reader, *path), FIELD, key, reader.module.fields)
    return field


def _wrong(reader: Reader, message: Any, *path: str) -> None:
    reader.report.wrong(_place(reader, *path), message, code="trigger")


def _place(reader: Reader, *path: str) -> Any:
    kind = next(kind for kind in ("webform", "webhook") if kind in reader.source.data["trigger"])
    return reader.source.place(AT, kind, *path)
