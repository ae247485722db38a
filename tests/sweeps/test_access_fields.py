"""The law of rights to single fields: what somebody is answered of a field is what her roles allow, record by record.

Random roles say random things of random fields: levels and conditions, to view and to edit. What is denied is nowhere:
not in rows, records, exports, forms, history and the API, and no question may be asked by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.api.resources import resource, shown
from hanok.engine import records
from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Denied, Invalid, NotFound
from hanok.engine.fields import Field
from hanok.engine.records import Query, Record
from hanok.engine.records.exporting import Wish, export
from hanok.engine.records.history import history
from tests.builders import a_catalog
from tests.evidence import Evidence, sizes
from tests.sweeps.everything import ADMIN, EVERYTHING
from tests.sweeps.rights import Drawer, Role, Said
from tests.sweeps.test_access import Oracle, World, world
from tests.sweeps.test_conditions import Author

__all__ = ["world"]
ROLES = 8
VIEW, EDIT = "view", "edit"
LEVELS = ("all", "all", "group", "owner", "owner", "none", "condition")
#: The title shows it to whoever sees the record at all.
IN_TITLE = "text_1"
WORDS = ("text", "long_text")


@dataclass(frozen=True)
class FieldRole(Role):
    """A role that says something of single fields, too."""

    fields: Mapping[str, Mapping[str, Said]] = field(default_factory=dict)

    @property
    def file(self) -> tuple[str, str]:
        path, text = super().file
        return path, json.dumps({**json.loads(text), "fields": {
            f"{EVERYTHING}.{key}": said for key, said in self.fields.items()
        }}, ensure_ascii=False)  # fmt: skip


@dataclass(frozen=True)
class Painter:
    """Draws what roles say of fields."""

    drawn: Random
    drawer: Drawer
    fields: Mapping[str, Field]

    def paint(self, role: Role) -> FieldRole:
        some = {key: self.levels(one) for key, one in self.fields.items() if self.drawn.random() < 0.35}
        return FieldRole(role.key, role.default, role.modules, {key: said for key, said in some.items() if said})

    def levels(self, one: Field) -> dict[str, Said]:
        said = {VIEW: self.level(several=one.type.apart), EDIT: self.level()}
        return {action: level for action, level in said.items() if self.drawn.random() < 0.75}

    def level(self, *, several: bool = False) -> Said:
        if self.drawn.randrange(25) == 0:
            return "deny"
        if several:
            return self.drawn.choice(("all", "none"))
        found = self.drawn.choice(LEVELS)
        return self.drawer.readable(EVERYTHING) if found == "condition" else found


@dataclass(frozen=True)
class Eyes:
    """What one actor's roles allow with each field, worked out record by record without the engine."""

    oracle: Oracle
    roles: tuple[FieldRole, ...]

    @cached_property
    def speaking(self) -> tuple[FieldRole, ...]:
        """The roles by which she sees records, else those by which she makes some."""
        for action in (VIEW, "create"):
            found = tuple(role for role in self.roles if role.says(EVERYTHING, action) != "none")
            if found:
                return found
        return ()

    def said(self, key: str, action: str) -> list[Said]:
        if not any(key in role.fields for role in self.roles):
            return ["all"]
        found = [role.fields.get(key, {}).get(action, "all") for role in self.speaking]
        denied = any(role.fields.get(key, {}).get(action) == "deny" for role in self.roles)
        return ["deny"] if denied or "deny" in found else [one for one in found if one != "none"]

    def is_there(self, key: str, action: str = VIEW) -> bool:
        """Whether there is some record in which she may."""
        return self.said(key, action) not in ([], ["deny"])

    def is_everywhere(self, key: str) -> bool:
        return "all" in self.said(key, VIEW)

    def allows(self, id: UUID, key: str, action: str = VIEW) -> bool:
        row, user = self.oracle.world.decisive[id], self.oracle.actor.id
        assert user is not None
        own = row.owner == user or (action == VIEW and user in row.tied)
        groups = self.oracle.world.people.groups_of(user)
        gives = {"all": True, "group": own or bool(groups & set(row.groups)), "owner": own, "deny": False}
        return any(gives[one] if isinstance(one, str) else self.oracle.fits(id, one) for one in self.said(key, action))

    def changes(self, id: UUID, key: str) -> bool:
        return self.allows(id, key) and self.allows(id, key, EDIT)


def watchers(world: World, evidence: Evidence) -> Iterator[tuple[Eyes, Catalog]]:
    """Everybody, with roles that were drawn anew and given out anew, and the catalog as she sees it."""
    author, module = Author(evidence.random, world.rows), world.rows.catalog.modules[EVERYTHING]
    drawer = Drawer(evidence.random, world.rows.catalog, lambda module: author.condition(), (EVERYTHING,))
    painter = Painter(evidence.random, drawer, {key: one for key, one in module.fields.items() if key != IN_TITLE})
    roles = {key: painter.paint(role) for key, role in drawer.roles(ROLES).items()}
    catalog = a_catalog({**world.files, **dict(role.file for role in roles.values())}, before=world.rows.catalog)
    world.people.hold(roles)
    for user in world.people.users:
        actor = world.people.actor(catalog, user)
        held = tuple(roles[key] for key in actor.roles)
        yield Eyes(Oracle(world, catalog, actor, held), held), seen(catalog, actor)


@sizes(sample=2, full=40)
def test_a_field_is_answered_where_the_roles_show_it_and_nowhere_else(
    world: World, evidence: Evidence, size: int, dialect: str
) -> None:
    some = 0
    for _ in range(size):
        for eyes, catalog in watchers(world, evidence):
            with world.store.read() as conn:
                there(eyes, catalog)
                some += rows(conn, eyes, catalog, evidence, dialect)
                one_by_one(conn, eyes, catalog, evidence, dialect)
                exported(conn, eyes, catalog, evidence, dialect)
                asked(conn, eyes, catalog, evidence, dialect)
            written(eyes, catalog, evidence, dialect)
            evidence.count(f"{dialect}: actors with drawn roles")
    evidence.count(f"{dialect}: values that stand in some rows and are hidden in others", some)
    assert some > size * 5


def there(eyes: Eyes, catalog: Catalog) -> None:
    """The catalog has the fields that she sees somewhere, and no view, filter or panel names another one."""
    whole, module = eyes.oracle.catalog.modules[EVERYTHING], catalog.modules[EVERYTHING]
    assert {key for key in whole.fields if key in module.fields} == {
        key for key in whole.fields if key == IN_TITLE or eyes.is_there(key)
    }  # fmt: skip
    views = module.views
    named = (*views.list.columns, *views.list.available, *views.list.sort, *views.form.fields(), *views.detail.fields(),
             *views.quick.fields(), *views.search.basic, *views.search.advanced)  # fmt: skip
    hidden = whole.fields.keys() - module.fields.keys()
    assert not hidden & {key.removeprefix("-").partition(".")[0] for key in named}
    for key in module.fields:
        if not eyes.is_there(key, EDIT) and key != IN_TITLE:
            assert module.fields[key].readonly


def value_of(eyes: Eyes, id: UUID, key: str) -> Any:
    """The stored value where she sees it, else nothing."""
    return eyes.oracle.world.rows.values[EVERYTHING][id][key] if key == IN_TITLE or eyes.allows(id, key) else None


def plain(catalog: Catalog) -> list[str]:
    """The fields whose values stand in the record's own row."""
    return [key for key, one in catalog.modules[EVERYTHING].fields.items() if not (one.type.apart or one.targets)]


def rows(conn: sa.Connection, eyes: Eyes, catalog: Catalog, evidence: Evidence, dialect: str) -> int:
    """Every value of a list's rows; how many fields stand in some of them only."""
    module, partly = catalog.modules[EVERYTHING], 0
    found = records.page(conn, catalog, eyes.oracle.actor, Query(module=EVERYTHING, size=1000, action=VIEW)).rows
    assert not {key for row in found for key in row.values} & hidden_of(eyes, catalog)
    for key in plain(catalog):
        for row in found:
            assert row[key] == value_of(eyes, row.id, key), (key, [role.fields.get(key) for role in eyes.roles])
        evidence.count(f"{dialect}: values that are the oracle's in rows", len(found))
        partly += len({eyes.allows(row.id, key) for row in found}) == 2 if key != IN_TITLE else 0
    for row in found[:5]:
        several = records.related(conn, catalog, eyes.oracle.actor, row)
        assert set(several) == {key for key, one in module.fields.items() if one.type.apart}
    return partly


def hidden_of(eyes: Eyes, catalog: Catalog) -> set[str]:
    return eyes.oracle.catalog.modules[EVERYTHING].fields.keys() - catalog.modules[EVERYTHING].fields.keys()


def one_by_one(conn: sa.Connection, eyes: Eyes, catalog: Catalog, evidence: Evidence, dialect: str) -> None:
    """Records as pages, the API and the history show them."""
    module, hidden = catalog.modules[EVERYTHING], hidden_of(eyes, catalog)
    for id in evidence.random.sample(sorted(eyes.oracle.world.decisive), 4):
        try:
            found = records.get(conn, catalog, eyes.oracle.actor, EVERYTHING, id)
        except NotFound:
            continue
        data = resource(catalog, found, shown(module))
        told = {**data["attributes"], **data.get("relationships", {})}
        assert not hidden & told.keys()
        for key in plain(catalog):
            value = value_of(eyes, id, key)
            assert found[key] == value
            if key in told:
                assert told[key] == module.fields[key].type.dump(module.fields[key], value)
        entries = history(conn, catalog, eyes.oracle.actor, EVERYTHING, id)
        changed = {change.field for entry in entries for change in entry.changes}
        assert {key for key in changed & module.fields.keys() if key != IN_TITLE} <= {
            key for key in module.fields if eyes.is_everywhere(key)
        }  # fmt: skip
        assert not changed & hidden
        evidence.count(f"{dialect}: records whose page, resource and history are the oracle's")


def exported(conn: sa.Connection, eyes: Eyes, catalog: Catalog, evidence: Evidence, dialect: str) -> None:
    """A file has the columns and values that she sees, and no other one can be asked for."""
    actor, hidden = eyes.oracle.actor, sorted(hidden_of(eyes, catalog))
    keys = tuple(key for key in plain(catalog) if catalog.modules[EVERYTHING].fields[key].type.key in WORDS)
    wish = Wish(actor=actor, module=EVERYTHING, language="en", columns=("id", *keys))
    try:
        found = list(export(conn, eyes.oracle.catalog, wish).rows())
    except Denied:
        return
    for row in found:
        for key, said in zip(keys, row[1:], strict=True):
            assert (said or "") == (value_of(eyes, UUID(str(row[0])), key) or ""), key
            evidence.count(f"{dialect}: exported values that are the oracle's")
    for key in hidden[:3]:
        with pytest.raises(Invalid):
            export(conn, eyes.oracle.catalog, replace(wish, columns=("id", key)))


def asked(conn: sa.Connection, eyes: Eyes, catalog: Catalog, evidence: Evidence, dialect: str) -> None:
    """Conditions, orders and words: by fields that she sees everywhere, and by no others."""
    whole, actor = eyes.oracle.catalog.modules[EVERYTHING].fields, eyes.oracle.actor
    closed = [key for key in whole if key != IN_TITLE and not eyes.is_everywhere(key)]
    for key in evidence.random.sample(closed, min(4, len(closed))):
        if whole[key].type.operators:
            for node in ({key: {"empty": True}}, {"not": {key: {"empty": False}}}):
                with pytest.raises(Invalid):
                    records.count(conn, catalog, actor, Query(module=EVERYTHING, asked=node))
        with pytest.raises(Invalid):
            records.page(conn, catalog, actor, Query(module=EVERYTHING, sort=(f"-{key}",)))
        evidence.count(f"{dialect}: fields that were asked about in vain")
        if key in plain(eyes.oracle.catalog) and whole[key].search and whole[key].type.key in WORDS:
            found_by_words(conn, eyes, catalog, key)
            evidence.count(f"{dialect}: fields by whose words nothing was found")


def found_by_words(conn: sa.Connection, eyes: Eyes, catalog: Catalog, key: str) -> None:
    """Whatever is found by the words of a closed field has them in a field that is open, too."""
    values = eyes.oracle.world.rows.values[EVERYTHING]
    text = next((str(row[key]) for row in values.values() if row[key]), "")
    if not text.isalnum():
        return
    every = eyes.oracle.catalog.modules[EVERYTHING].fields
    open_ = [one for one in every if one == IN_TITLE or eyes.is_everywhere(one)]
    query = Query(module=EVERYTHING, words=text, size=1000)
    for row in records.page(conn, catalog, eyes.oracle.actor, query).rows:
        told = " ".join(str(values[row.id].get(one, "")) for one in open_)
        assert text.casefold() in f"{row.title} {told}".casefold(), f"{key}: “{text}” tells of {row.id}"


def written(eyes: Eyes, catalog: Catalog, evidence: Evidence, dialect: str) -> None:
    """A field is changed by who may see and change it there; else the record stays, and its value is not told."""
    world, drawn = eyes.oracle.world, evidence.random
    module = eyes.oracle.catalog.modules[EVERYTHING]
    keys = [key for key in plain(eyes.oracle.catalog) if key != IN_TITLE and _is_plain(module.fields[key])]
    mine = [id for id in world.decisive if eyes.oracle.allows(id, VIEW) and eyes.oracle.allows(id, EDIT)]
    for id, key in [(drawn.choice(sorted(mine)), drawn.choice(keys)) for _ in range(4 if mine else 0)]:
        now, one = world.rows.values[EVERYTHING][id][key], module.fields[key]
        true = None if now is None else one.type.dump(one, now)
        raws = [drawn.choice([*one.type.samples(one)]), *([true] if true is not None else [])]
        for raw in raws:
            same = one.type.unchanged(one, raw, now)
            wanted = eyes.changes(id, key) or (same and eyes.allows(id, key))
            assert tried(world, eyes.oracle.catalog, eyes.oracle.actor, id, {key: raw}) == wanted, (key, raw, now)
            evidence.count(f"{dialect}: changes that were {'made' if wanted else 'refused'} as the roles say")


def _is_plain(one: Field) -> bool:
    settings = one.settings
    return not (one.readonly or one.unique or one.required or one.type.holds_files or one.type.secret
                or {"min", "max", "accept"} & settings.keys() or one.type.generated)  # fmt: skip


def tried(world: World, catalog: Catalog, actor: Actor, id: UUID, raw: Mapping[str, Any]) -> bool:
    """Whether the rights let it through; whatever happens, it is taken back."""
    try:
        with world.store.write() as conn:
            now: Record = records.get(conn, catalog, ADMIN, EVERYTHING, id)
            records.update(conn, catalog, actor, EVERYTHING, id, raw, version=now.version)
            raise TakenBack
    except TakenBack:
        return True
    except Invalid as wrong:
        told = {str(message) for found in wrong.errors.values() for message in found}
        assert told <= {"You may not change this."} or all("There is no field" in one for one in told), told
        return False
    except (Conflict, Denied) as wrong:
        raise AssertionError(f"refused for another reason: {wrong}") from wrong


class TakenBack(Exception):
    """Ends a transaction whose work is not wanted."""
