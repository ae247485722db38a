"""Values for fields: what is written in a step, or stands in another record, as raw input of the field that gets it.

The one validator of records checks it afterwards, like everything else that is saved.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hanok.engine.catalog.ends import PARENT, POSITION
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import Invalid, NotFound, say
from hanok.engine.expressions import Expression, Here, Template, View, taken, value_of
from hanok.engine.fields import Field, Linked, Tie
from hanok.engine.records.acting.looking import MOST, Said, Words, linked_tie
from hanok.engine.records.deriving.working import here
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.related import related

UNFIT = say("What the action works out does not fit here.")
#: Fields of a line that say where it stands.
STANDING = (PARENT, POSITION)


def given(words: Words, target: Field, written: Any) -> Any:
    """The raw value of a field from what a step says. Raises Invalid where it cannot be a value of it."""
    if is_reference(written):
        return raw(words, target, words.said(written))
    if isinstance(written, str) and written.startswith("="):
        return raw(words, target, Said(worked_out(words, written)))
    if isinstance(written, str) and "{{" in written:
        template = Template(written)
        return template.render(words.place(template.reads))
    return _plain(words, target, written)


def worked_out(words: Words, written: str) -> Any:
    expression = Expression(written.removeprefix("="))
    return expression.value(words.place(expression.reads))


def _plain(words: Words, target: Field, written: Any) -> Any:
    """A word of time is resolved; `$$` begins a plain text with a dollar."""
    if not isinstance(written, str):
        return written
    plain = written[1:] if written.startswith("$$") else written
    zone = words.actor.zone or words.catalog.app.zone
    span = target.type.relative(target, plain, now=datetime.now(UTC), zone=zone)
    if span is None:
        return plain
    return target.type.dump(target, target.type.former(target).deserialize(span[0], zone=zone))


def raw(words: Words, target: Field, said: Said) -> Any:
    """What was read or worked out, as raw input of the target."""
    source, value = said.field, said.value
    if value is None or (source is not None and source.type.secret and not target.type.secret):
        return None
    if target.targets or target.members:
        return _of_links(target, value, source)
    if source is not None and source.type.key == target.type.key:
        return target.type.dump(target, value)
    place = here(words.catalog, {}, zone=words.actor.zone or "", me=words.actor.id)
    return _taken(target, _seen(words, source, value), place)


def _seen(words: Words, source: Field | None, value: Any) -> Any:
    """The value as expressions see it."""
    if source is not None:
        return value_of(source, value, language=words.catalog.app.languages[0])
    if isinstance(value, Linked):
        return View(value.title, value.id, {"id": value.id, "title": value.title, "module": value.module})
    return Decimal(repr(value)) if type(value) in (int, float) else value


def _taken(target: Field, seen: Any, place: Here) -> Any:
    found = taken(target, seen, place)
    if found is None and seen not in (None, "", ()):
        raise Invalid({target.key: [UNFIT]})
    return None if found is None else target.type.dump(target, found)


# -- links ---------------------------------------------------------------------------------------------------------
def _of_links(target: Field, value: Any, source: Field | None) -> Any:
    found = named(value, source)
    if any(one.module not in (target.targets or target.members) for one in found):
        raise Invalid({target.key: [UNFIT]})
    if target.targets:
        return _link(target, found[0]) if found else None
    return [_tie(target, one.module, one.id) for one in found]


def named(value: Any, source: Field | None = None) -> tuple[Linked, ...]:
    """The records that a value names, at most so many. Raises Invalid."""
    several = value if isinstance(value, list | tuple) else () if value is None else (value,)
    if len(several) > MOST:
        raise Invalid({"": [say("At most {most} records can be given at once.", most=MOST)]})
    return tuple(_named(each, source) for each in several)


def _named(value: Any, source: Field | None) -> Linked:
    if isinstance(value, Linked):
        return value
    if isinstance(value, View) and "module" in value.values:
        return Linked(value.values["module"], value.key, value.text)
    if source is not None and isinstance(value, Tie):
        return linked_tie(value, source.type.members(source.settings))
    raise Invalid({"": [say("This names no record.")]})


def _link(target: Field, one: Linked) -> str:
    return f"{one.module}:{one.id}" if len(target.type.targets(target.settings)) > 1 else str(one.id)


def _tie(target: Field, module: str, id: UUID) -> dict[str, Any]:
    several = len(target.type.members(target.settings)) > 1
    return {"id": str(id), **({"module": module} if several else {})}


# -- copies --------------------------------------------------------------------------------------------------------
def copied(words: Words, record: Record, module: str) -> dict[str, Any]:
    """Raw values for a new record of `module`: the fields of the same key that may hold what they hold in `record`.

    Never what the engine makes (numbers, what is worked out), files (which belong to one record), links that the actor
    does not see, nor, within one module, what only one record may have.
    """
    home, target = words.catalog.module(record.module), words.catalog.module(module)
    pairs = {
        key: (home.fields[key], field)
        for key, field in target.fields.items()
        if key in home.fields and _takes(field, home.fields[key], same=home.key == target.key)
    }
    apart = tuple(key for key, (source, _) in pairs.items() if source.type.apart)
    beside = related(words.conn, words.catalog, words.actor, record, keys=apart) if apart else {}
    values = {**record.values, **beside}
    found = {key: _copied(words, field, source, values.get(key)) for key, (source, field) in pairs.items()}
    return {key: value for key, value in found.items() if value not in (None, "", [], ())}


def _takes(target: Field, source: Field, *, same: bool) -> bool:
    if target.made or target.type.holds_files or (target.unique and same) or target.key in STANDING:
        return False
    if source.type.secret and not target.type.secret:
        return False
    if source.targets or target.targets:
        return bool(source.targets and target.targets)
    if (source.type.embedded(source.settings) is None) is not (target.type.embedded(target.settings) is None):
        return False
    return source.type.key == target.type.key or source.type.key in target.type.converts_from


def _copied(words: Words, target: Field, source: Field, value: Any) -> Any:
    if value is None:
        return None
    if target.type.embedded(target.settings) is not None:
        return [_line(words, target, source, line) for line in value]
    if target.members:
        return [
            {**_tie(target, one.module, one.id), **_own(target, source, tie)}
            for tie in value
            if (one := linked_tie(tie, source.members)).module in target.members and tie.title
        ]
    if target.targets:
        return _link(target, value) if value.module in target.targets and _sees(words, value) else None
    if target.choices or source.choices:
        return _offered(target, value)
    if source.type.key != target.type.key:
        return target.type.from_text(target, source.type.dump(source, value))
    return target.type.dump(target, value)


def _line(words: Words, target: Field, source: Field, line: Record) -> dict[str, Any]:
    return copied(words, line, f"{target.module}.{target.key}")


def _own(target: Field, source: Field, tie: Tie) -> dict[str, Any]:
    """The fields of the tie itself."""
    both = {key: field for key, field in target.own.items() if key in source.own and key in tie.own}
    kept = {key: field for key, field in both.items() if _takes(field, source.own[key], same=False)}
    return {key: field.type.dump(field, tie.own[key]) for key, field in kept.items() if tie.own[key] is not None}


def _sees(words: Words, value: Linked) -> bool:
    """A title that is empty may be one that the actor may not see."""
    if value.title:
        return True
    try:
        get(words.conn, words.catalog, words.actor, value.module, value.id)
    except NotFound:
        return False
    return True


def _offered(target: Field, value: Any) -> Any:
    """The options that the target offers, too."""
    known = {choice.key for choice in target.choices if not choice.retired}
    if isinstance(value, list | tuple):
        return [key for key in value if key in known]
    return value if value in known else None
