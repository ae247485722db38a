"""A small site: modules of several shapes, people who stand differently to their records, a browser for each."""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hanok.app import create_app
from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.accounts.impersonation import log_in_as
from hanok.engine.accounts.sessions import open_session
from hanok.engine.accounts.tokens import make
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.records import Record, sharing
from hanok.engine.records.attachments import Stored
from hanok.engine.records.uploading import upload
from hanok.engine.store import Store
from hanok.engine.store.blobs import Blobs, open_blobs
from hanok.engine.store.tables import grant
from hanok.web.coming import AS_COOKIE
from hanok.web.visit import LANGUAGE_COOKIE, SESSION_COOKIE
from tests.builders import a_catalog, an_administrator, with_tables
from tests.fields.fields import TYPES
from tests.store.test_pictures import picture
from tests.sweeps.rights import ACTIONS, ALSO, LOOKS, Role, Row, allowed

#: The shapes: one owner, several who are tied to a record, nobody but whoever made it.
SHAPES: Mapping[str, str] = {"plain": "traits: [owned]", "tied": "owners: [owner, guests]", "bare": ""}
OF_TIED = "  owner: {type: user}\n  guests: {type: links, to: user}\n"
MODULE = """
label: {{en: {key}}}
{shape}
fields:
{own}
  name:   {{type: text, required: true, search: true, length: 200}}
  flag:   {{type: boolean, default: true}}
  size:   {{type: integer, default: 1}}
  budget: {{type: text, search: true}}
  margin: {{type: text}}
  secret: {{type: encrypted}}
  paper:  {{type: file}}
  photo:  {{type: image}}
  firm:   {{type: link, to: firm, reverse: {key}s}}
  people: {{type: links, to: human, reverse: {key}s}}
  rows:   {{type: lines, of: {{what: {{type: text, required: true}}}}}}
  phase:  {{type: choice, options: {{first: {{en: First}}, second: {{en: Second}}}}, default: first}}
duplicates: {{twin: {{match: [name, firm]}}}}
views:
  list: {{columns: [name, size, budget, margin, firm, phase], sort: [name]}}
  kanban: {{by: phase, sum: size, card: [$title, size, budget, firm], sort: [name]}}
  timeline: {{text: margin, card: [budget, firm], open: {{phase: second}}, finish: grow}}
subpanels: {{people: {{columns: [$title], actions: [link, unlink]}}}}
actions:
  grow: {{label: {{en: Grow}}, at: [record, row, bulk], do: [{{set: {{size: "=size + 1"}}}}]}}
  name:
    label: {{en: Name}}
    ask: {{to: {{type: text, label: {{en: To}}, required: true}}}}
    do: [{{set: {{name: "=ask.to"}}}}]
"""
GREET = """
label: {{en: Greet}}
module: {key}
trigger: manual
do: [{{set: {{size: 2}}}}]
"""
EMAIL = """
label: {en: Email}
fields:
  name: {type: text, length: 500}
  direction: {type: text}
  status: {type: text}
  sender: {type: email}
  sender_name: {type: text}
  recipients: {type: text, length: 4000}
  copies: {type: text}
  blind: {type: text}
  sent_at: {type: datetime}
  body: {type: rich_text}
  text: {type: long_text}
  files: {type: files}
  mailbox: {type: text}
  message_id: {type: text}
  thread: {type: text}
  automatic: {type: boolean}
  plain: {type: link, to: plain, reverse: letters}
  tied: {type: link, to: tied, reverse: letters}
  bare: {type: link, to: bare, reverse: letters}
views: {quick: {rows: []}}
"""
TEMPLATE = """
label: {en: Template}
fields:
  name: {type: text}
  about: {type: choice, options: {plain: {en: Plain}, tied: {en: Tied}, bare: {en: Bare}}}
  subject: {type: text, template: about}
  body: {type: rich_text, template: about}
  active: {type: boolean, default: true}
"""
OTHER = """
label: {{en: {key}}}
fields: {{name: {{type: text, required: true, search: true}}}}
subpanels:
  plains: {{columns: [$title], actions: [link, unlink]}}
  tieds:  {{columns: [$title], actions: [link, unlink]}}
  bares:  {{columns: [$title], actions: [link, unlink]}}
"""
LEVELS: Mapping[str, Any] = {
    "all": "all", "group": "group", "owner": "owner", "none": "none", "deny": "deny", "holds": {"flag": True},
    "fails": {"flag": False},
}  # fmt: skip
#: What somebody has beside the right that is tried: every other one, a look, nothing.
BESIDE = ("rest", "looker", "nothing")
LOOKING: Mapping[str, Any] = {"list": "all", "view": "all"}
NOTHING = dict.fromkeys(ACTIONS, "none")
#: What all roles say of the modules that are not tried.
AROUND = {
    "firm": LOOKING, "human": LOOKING, "user": LOOKING, "security_group": LOOKING, "email_template": LOOKING,
    "email": {**LOOKING, "create": "all"},
    **dict.fromkeys(("team", "inbound_account", "outbound_account", "login_provider"), NOTHING),
}  # fmt: skip
ADMIN, ANONYMOUS, GONE, INSTEAD, READER = "administrator", "anonymous", "gone", "instead", "reader"
#: The owner, somebody tied to the record, a member of its group, a stranger; the administrator logged in as the owner;
#: somebody who left and kept her browser open, and her tokens; a token of the owner that only reads.
PEOPLE = ("owner", "guest", "member", "stranger", ADMIN, INSTEAD, ANONYMOUS, GONE, READER)
#: Whose rights somebody has who is not herself.
IN_PLACE_OF = {INSTEAD: "owner", READER: "owner"}
NUMBERS = itertools.count(1)


def roles() -> dict[str, Role]:
    """One for each action and level, which says nothing of other actions; one for all other actions; a look."""
    found = [a_role("nothing", NOTHING), a_role("looker", {**NOTHING, **LOOKING})]
    for action in ACTIONS:
        found.append(a_role(f"rest_{action}", {**dict.fromkeys(ACTIONS, "all"), action: "none"}))
        found += [a_role(f"{action}_{key}", {**NOTHING, action: said}) for key, said in LEVELS.items()]
    return {role.key: role for role in found}


def a_role(key: str, says: Mapping[str, Any]) -> Role:
    return Role(key, NOTHING, {**dict.fromkeys(SHAPES, says), **AROUND})


def files(known: Mapping[str, Role]) -> dict[str, str]:
    """The metadata. What a role says of single fields, each says alike."""
    found = {f"modules/{key}.yaml": MODULE.format(key=key, shape=shape, own=OF_TIED if key == "tied" else "")
             for key, shape in SHAPES.items()}  # fmt: skip
    found |= {f"modules/{key}.yaml": OTHER.format(key=key) for key in ("firm", "human")}
    found |= {"modules/email.yaml": EMAIL, "modules/email_template.yaml": TEMPLATE}
    found |= {f"workflows/greet_{key}.yaml": GREET.format(key=key) for key in SHAPES}
    denied = (("budget", "none"), ("margin", "group"))
    fields = {f"{key}.{one}": {"view": said} for key in SHAPES for one, said in denied}
    for role in known.values():
        said = {"label": {"en": role.key}, "default": role.default, "modules": role.modules, "fields": fields}
        found[f"roles/{role.key}.yaml"] = json.dumps(said)
    return found


@dataclass(frozen=True)
class Target:
    """The record that is meant: nobody but those who may see it learns `mark`, `budget` and `margin`."""

    record: Record
    find: str
    mark: str
    budget: str
    margin: str
    row: Row
    paper: Stored | None = None
    photo: Stored | None = None
    firm: UUID | None = None
    more: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        return self.record.id


@dataclass(repr=False)
class World:
    """The site with everybody in it."""

    store: Store
    catalog: Catalog
    blobs: Blobs
    app: Flask
    roles: Mapping[str, Role]
    ids: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    clients: dict[str, FlaskClient] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)
    clean: dict[str, Target] = field(default_factory=dict)
    held: dict[UUID, tuple[str, ...]] = field(default_factory=dict)

    # -- people ----------------------------------------------------------------------------------------------------
    def settle(self) -> None:
        """Everybody, the group of the records and another one, somebody to be tied."""
        for name in ("owner", "guest", "member", "stranger", ADMIN, GONE, "receiver"):
            self.ids[name] = self.make("user", username=name, last_name=name, email=f"{name}@example.com").id
        with self.store.write() as conn:
            accounts.grant(conn, self.ids[ADMIN], ADMINISTRATOR)
            accounts.grant(conn, self.ids["receiver"], "looker")
        flags: dict[str, Any] = {"from_creator": False, "from_owner": False, "from_parent": False}
        mine = [str(self.ids["member"])]
        self.ids["group"] = self.make("security_group", name="Group", key="group", users=mine, **flags).id
        self.ids["other"] = self.make("security_group", name="Other", key="other", users=[], **flags).id
        self.ids["human"] = self.make("human", name="Human").id
        for name in PEOPLE:
            self.enter(name)
        with self.store.write() as conn:
            person = records.get(conn, self.catalog, an_administrator(), "user", self.ids[GONE])
            who, left = an_administrator(), {"active": False}
            records.update(conn, self.catalog, who, "user", person.id, left, version=person.version)

    def make(self, module: str, actor: Actor | None = None, **raw: Any) -> Record:
        with self.store.write() as conn:
            return records.create(conn, self.catalog, actor or an_administrator(), module, raw)

    def enter(self, name: str) -> None:
        """Opens a browser, with a session where there is somebody, and makes a token."""
        client = self.clients[name] = self.app.test_client()
        client.set_cookie(LANGUAGE_COOKIE, "en")
        if name not in (ANONYMOUS, READER):
            client.set_cookie(SESSION_COOKIE, self.session(ADMIN if name == INSTEAD else name))
        if name == INSTEAD:
            client.set_cookie(AS_COOKIE, self.session_instead())
        if name not in (ANONYMOUS, INSTEAD, *self.programs):
            self.programs[name] = self.token(name)
        page = client.get("/login" if name in (ANONYMOUS, READER) else "/nothing/here").text
        self.tokens[name] = page.split('name="csrf-token" content="')[1].split('"')[0]

    def token(self, name: str) -> str:
        boss, scopes = an_administrator(id=self.ids[ADMIN]), ("read",) if name == READER else None
        with self.store.write() as conn:
            user = self.ids[IN_PLACE_OF.get(name, name)]
            return make(conn, self.catalog, boss, name=name, scopes=scopes, user=user)[0]

    def session(self, name: str) -> str:
        with self.store.write() as conn:
            return open_session(conn, self.ids[name], address="", agent="", now=datetime.now(UTC))

    def session_instead(self) -> str:
        """The administrator's session in the place of the owner."""
        boss = an_administrator(id=self.ids[ADMIN])
        with self.store.write() as conn:
            reason, owner = "to see what she sees", self.ids["owner"]
            return log_in_as(conn, self.catalog, boss, owner, reason=reason, address="", agent="")[0]

    def identity(self, name: str) -> UUID | None:
        """Whose rights somebody has, None where she has none of her own."""
        return None if name in (ANONYMOUS, GONE) else self.ids[IN_PLACE_OF.get(name, name)]

    def hold(self, name: str, held: tuple[str, ...]) -> None:
        """Gives somebody these roles instead of those that she had."""
        id = self.identity(name) or self.ids.get(name)
        if id is None or name == ADMIN or self.held.get(id) == held:
            return
        self.held[id] = held
        with self.store.write() as conn:
            conn.execute(sa.delete(grant).where(grant.c.holder == id))
            conn.execute(grant.insert(), [{"holder": id, "role": role} for role in dict.fromkeys(held)])

    # -- records ---------------------------------------------------------------------------------------------------
    def target(self, module: str) -> Target:
        """A record of the owner, in the group, with a guest where the module knows guests."""
        number = next(NUMBERS)
        words = {key: f"{key}word{number}x" for key in ("find", "mark", "budget", "margin")}
        firm = self.make("firm", name=f"Firm {number}")
        raw: dict[str, Any] = {"name": f"{words['find']} {words['mark']}", "firm": str(firm.id)}
        raw |= {"budget": words["budget"], "margin": words["margin"], "secret": f"secretword{number}x"}
        raw |= {"rows": [{"what": "line"}]}
        if "owner" in self.catalog.modules[module].fields:
            raw["owner"] = str(self.ids["owner"])
        if module == "tied":
            raw["guests"] = [str(self.ids["guest"])]
        author = an_administrator(id=self.ids["owner"], username="owner", title="owner")
        made = self.make(module, author, **raw)
        with self.store.write() as conn:
            sharing.share(conn, self.catalog, author, made, self.ids["group"])
        tied = {self.ids["guest"]} if module == "tied" else set()
        row = Row(self.ids["owner"], tied, {self.ids["group"]})
        return Target(made, words["find"], words["mark"], words["budget"], words["margin"], row, firm=firm.id)

    def with_files(self, target: Target) -> Target:
        """The target holding a paper and a picture."""
        owner, module = an_administrator(id=self.ids["owner"]), self.catalog.modules[target.record.module]
        sent = (("paper", f"inside {target.mark}".encode(), "a.txt"), ("photo", picture(), "a.png"))
        kept: dict[str, Stored] = {
            key: upload(self.store, self.blobs, owner, module.field(key), io.BytesIO(data), name=name, most=10**6)
            for key, data, name in sent
        }
        raw = {key: json.dumps(one.attached.dump()) for key, one in kept.items()}
        return replace(target, record=self.change(target, raw), paper=kept["paper"], photo=kept["photo"])

    def change(self, target: Target, raw: Mapping[str, Any]) -> Record:
        found = target.record
        with self.store.write() as conn:
            who = an_administrator()
            if "paper" in raw:
                who = an_administrator(id=self.ids["owner"], username="owner", title="owner")
            return records.update(conn, self.catalog, who, found.module, found.id, raw, version=found.version)

    def holds(self, condition: Mapping[str, Any]) -> bool:
        """Whether a role's condition holds for a target: all of them have their flag."""
        return bool(condition["flag"])


@dataclass(frozen=True)
class Rights:
    """What the roles of one person allow, worked out without the engine. `person` None is a stranger to the site."""

    world: World
    person: UUID | None
    held: tuple[Role, ...]
    everything: bool = False
    looks_only: bool = False

    def may(self, module: str, action: str) -> bool:
        """Whether some record of the module could be allowed."""
        also = ALSO.get(action, ())
        if self.looks_only and action not in LOOKS:
            return False
        return self.everything or all(self._some(module, each) for each in (action, *also))

    def _some(self, module: str, action: str) -> bool:
        said = [role.says(module, action) for role in self.held]
        return "deny" not in said and any(each != "none" for each in said)

    def allows(self, module: str, action: str, row: Row) -> bool:
        if self.looks_only and action not in LOOKS:
            return False
        if self.everything:
            return True
        assert self.person is not None
        groups = {self.world.ids["group"]} if self.person == self.world.ids["member"] else set()
        return allowed(self.held, self.person, groups, module, action, row, self.world.holds)

    def sees_margin(self, row: Row) -> bool:
        """The field that roles show for one's own records and those of one's groups."""
        member = self.person == self.world.ids["member"] and bool(row.groups)
        return self.everything or self.person == row.owner or self.person in row.tied or member


@contextmanager
def a_world(store: Store, folder: Path) -> Iterator[World]:
    known = roles()
    catalog = a_catalog(files(known))
    with_tables(store, catalog)
    settings: dict[str, Any] = {"secret_key": "for tests only", "files": str(folder), "address": "https://crm.example.com"}
    settings["api_per_minute"] = 10**9
    app = create_app(Live(store, TYPES, catalog), settings)
    world = World(store, catalog, open_blobs(str(folder)), app, known)
    world.settle()
    yield world
