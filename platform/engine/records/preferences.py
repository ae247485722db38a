"""What somebody chose for herself: how values look, her start page, the columns of a list, what she is told.

Each choice is a small document under a key, whose items are known here. What is stored but not known any more, or is no
longer right, reads as if it was never chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.errors import Invalid, Refused, say
from hanok.engine.store.desk_tables import preference

Test = Callable[[Any], bool]
#: The items of a document, each with whether a value is one.
Items = Mapping[str, Test]
#: How values look, and where she starts: one document, which is read along with her session.
LOOK = "look"
#: Which kinds of notices she does not want in the bell, and which she wants by mail, too.
BELL = "bell"
#: What she does not want to follow by herself: one key each, so that a statement can ask whether there is one.
FOLLOWS, MADE, ASSIGNED = "follow.", "made", "assigned"
#: How she sees the list of a module; the module's key follows.
LIST = "list."
#: Characters of one text, and texts of one list.
LONGEST, MOST = 200, 200
WRONG = say("This cannot be chosen.")


def is_one_of(*values: str) -> Test:
    return lambda value: value in values


def is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST and "\x00" not in value


def are_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST and all(map(is_text, value))


def is_yes(value: Any) -> bool:
    return value is True


DATES = ("iso", "dots", "day_first", "month_first")
NUMBERS = ("comma", "point", "space", "plain")
DAYS = ("monday", "sunday", "saturday")
THEMES = ("light", "dark")
DENSITIES = ("normal", "compact")
KEYS: Mapping[str, Items] = MappingProxyType({
    LOOK: {
        "date": is_one_of(*DATES), "number": is_one_of(*NUMBERS), "first_day": is_one_of(*DAYS),
        "theme": is_one_of(*THEMES), "density": is_one_of(*DENSITIES), "start": is_text,
    },
    BELL: {"without": are_texts, "mail": are_texts},
    FOLLOWS + MADE: {"off": is_yes}, FOLLOWS + ASSIGNED: {"off": is_yes},
    LIST: {"columns": are_texts, "density": is_one_of(*DENSITIES), "filter": is_text},
})  # fmt: skip


def of(conn: sa.Connection, user: UUID | None, key: str) -> Mapping[str, Any]:
    """What she chose under this key, item by item; nothing of an item that she did not choose."""
    stored = sa.select(preference.c.value).where(preference.c.user_id == user, preference.c.key == key)
    return sound(key, conn.scalar(stored)) if user is not None else {}


def put(conn: sa.Connection, user: UUID, key: str, value: Mapping[str, Any]) -> None:
    """Keeps the whole document under its key; an empty one is as if she never chose. Raises Refused and Invalid."""
    items = items_of(key)
    if items is None:
        raise Refused(say("There is no such choice."))
    wrong = {item: [WRONG] for item, chosen in value.items() if item not in items or not items[item](chosen)}
    if wrong:
        raise Invalid(wrong)
    if not value:
        conn.execute(preference.delete().where(preference.c.user_id == user, preference.c.key == key))
        return
    insert: Any = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    row = insert(preference).values(user_id=user, key=key, value=dict(value))
    keys: Sequence[Any] = [preference.c.user_id, preference.c.key]
    conn.execute(row.on_conflict_do_update(index_elements=keys, set_={"value": row.excluded.value}))


def items_of(key: str) -> Items | None:
    """The items that a document under this key has; None where nothing is chosen under it."""
    if key.startswith(LIST):
        return KEYS[LIST] if 0 < len(key) - len(LIST) <= 40 else None
    return KEYS.get(key)


def sound(key: str, stored: Any) -> Mapping[str, Any]:
    """Those items of a stored document that are still right."""
    items = items_of(key)
    if items is None or not isinstance(stored, Mapping):
        return {}
    return {item: value for item, value in stored.items() if item in items and items[item](value)}
