"""The compiled, frozen model that every face and every record operation works on.

One `Catalog` is compiled from all layers of one revision and swapped as a whole; nothing in it changes afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as also
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from hanok.engine.catalog.behaviour import Action, Duplicate, Dynamic, Pick, Rule, Workflow
from hanok.engine.catalog.derived import Derived
from hanok.engine.catalog.names import Names
from hanok.engine.catalog.paths import Path
from hanok.engine.catalog.renames import Renames
from hanok.engine.catalog.views import (
    CalendarView,
    FormView,
    KanbanView,
    ListView,
    SavedFilter,
    SearchView,
    TimelineView,
)
from hanok.engine.conditions import Node
from hanok.engine.errors import NotFound, Place, Problem, say
from hanok.engine.expressions import Template
from hanok.engine.fields import Choice, Field, Labels

if TYPE_CHECKING:
    from hanok.engine.catalog.keeping import Kept


@dataclass(frozen=True, slots=True)
class End:
    """A to-many end of a module: the records of `module` that belong to one record, under a key of its own.

    `kind` is "link" (their field `field` points here), "links" (tied by rows of `through`) or "lines" (they are
    embedded here, in an order). `home` is the module that declares `field`; `forwards` is true where that is this one.
    `layer` names the layer that wrote it. `single` says that there is at most one. `own` are the fields that each tie
    has itself. SQL: `catalog.ends`.

    Where several fields lead here under one name, `ways` are the ends that they would be alone: of one module "joined"
    (a record that comes by two ways counts once), of several a "union", which has no module of its own: each of its
    ways is an end beside it.
    """

    key: str
    label: Labels
    module: str
    field: str
    home: str
    kind: str = "link"
    forwards: bool = False
    single: bool = False
    several: bool = False
    through: sa.Table | None = None
    own: Mapping[str, Field] = also(default_factory=dict)
    layer: str = ""
    ways: tuple[End, ...] = ()

    def each(self) -> tuple[End, ...]:
        """The ends of one field each that it stands for: itself, or its ways."""
        return tuple(end for way in self.ways for end in way.each()) if self.ways else (self,)

    def comes_from(self, home: str, field: str) -> bool:
        """Whether that field, of another record, leads here. A union says no: its ways say yes."""
        fields = self.ways if self.kind == "joined" else (self,)
        return any(not end.forwards and (end.home, end.field) == (home, field) for end in fields)


@dataclass(frozen=True, slots=True)
class Parent:
    """Where an embedded module stands: the module and the field of lines; `groups` says that lines stand in groups."""

    module: str
    field: str
    groups: bool = False


@dataclass(frozen=True, slots=True)
class Subpanel:
    """A table of linked records under a record: those of the module's end `end` (or path of ends), of `module`.

    `field` is the link of `module` that points back, "" where the records are tied another way. One that shows several
    ends has a subpanel for each in `panels`, itself like the first. `limit` is `where` as it was read ($record is the
    record above), `create` the values of a new record, `buttons` are own actions over the rows. Rows of `size` are
    searched in `search` and grouped by `group`, a field or "module".
    """

    key: str
    label: Labels
    module: str
    field: str
    columns: tuple[str, ...]
    sort: tuple[str, ...]
    actions: tuple[str, ...] = ("create", "link", "unlink")
    where: Mapping[str, Any] | None = None
    end: str = ""
    limit: Node | None = None
    panels: tuple[Subpanel, ...] = ()
    create: Mapping[str, Any] = also(default_factory=dict)
    buttons: Mapping[str, Action] = also(default_factory=dict)
    size: int = 5
    search: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Views:
    list: ListView
    form: FormView
    detail: FormView
    quick: FormView
    search: SearchView
    kanban: KanbanView | None = None
    calendar: CalendarView | None = None
    timeline: TimelineView | None = None


@dataclass(frozen=True, slots=True)
class Module:
    """One module. `fields` holds its own fields in order, `system` the fields that every module has, `ends` the records
    that belong to one of its records. `parent` is given where it is embedded: its records are lines of others.

    `title` is the template of the stored column `title`; `owners` the fields that say who counts as owner (empty when
    the module has no owner).
    """

    key: str
    label: Labels
    plural: Labels
    area: str
    icon: str
    fields: Mapping[str, Field]
    system: Mapping[str, Field]
    title: Template
    owners: tuple[str, ...]
    table: sa.Table
    views: Views
    subpanels: Mapping[str, Subpanel]
    saved_filters: Mapping[str, SavedFilter]
    ends: Mapping[str, End]
    traits: tuple[str, ...] = ()
    index: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    parent: Parent | None = None
    paths: Mapping[str, Path] = also(default_factory=dict)
    dynamic: Mapping[str, Dynamic] = also(default_factory=dict)
    picks: Mapping[str, Pick] = also(default_factory=dict)
    rules: Mapping[str, Rule] = also(default_factory=dict)
    duplicates: Mapping[str, Duplicate] = also(default_factory=dict)
    actions: Mapping[str, Action] = also(default_factory=dict)

    def field(self, key: str) -> Field:
        """The field of this key: own, system, or what a dotted path of a view leads to. Raises KeyError."""
        found = self.fields.get(key) or self.system.get(key)
        return found if found is not None else self.paths[key].field

    def has(self, key: str) -> bool:
        return key in self.fields or key in self.system or key in self.paths

    @property
    def searched(self) -> tuple[Field, ...]:
        """What the search looks at; never links, whose titles are not for everybody who may see the record."""
        return tuple(found for found in self.fields.values() if found.search and not found.targets)

    @property
    def default_filter(self) -> SavedFilter | None:
        return next((found for found in self.saved_filters.values() if found.default), None)


@dataclass(frozen=True, slots=True)
class MenuFilter:
    """One top menu ("filter", as the users call it) and the modules in it."""

    key: str
    label: Labels
    modules: tuple[str, ...]
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """Levels by action: `all`, `group`, `owner`, `none` or `deny`, or the condition that a record must fit; `modules`
    overrides `default` module by module. `fields` are the levels to view and edit single fields, by module and key.

    `written` are the conditions as they were written, `places` where levels and conditions stand, by (module, action);
    the module "" is the default, and `account.phone` a field of a module. Who has a role that is not
    `assignable` is given no records by it.
    """

    key: str
    label: Labels
    default: Mapping[str, str]
    modules: Mapping[str, Mapping[str, str | Node]]
    studio: bool = False
    assignable: bool = True
    fields: Mapping[tuple[str, str], Mapping[str, str | Node]] = also(default_factory=dict)
    written: Mapping[tuple[str, str], Any] = also(default_factory=dict)
    places: Mapping[tuple[str, str], Place] = also(default_factory=dict)

    def level(self, module: str, action: str) -> str | Node:
        own = self.modules.get(module, {})
        return own.get(action) or self.default.get(action, "none")

    def said_at(self, module: str, action: str) -> tuple[str, str]:
        """The key of what counts for this module and action, in `written` and `places`."""
        return (module if action in self.modules.get(module, {}) else "", action)


@dataclass(frozen=True, slots=True)
class OptionSet:
    key: str
    label: Labels
    choices: tuple[Choice, ...]
    attributes: Mapping[str, Field] = also(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Area:
    key: str
    label: Labels
    icon: str


@dataclass(frozen=True, slots=True)
class App:
    """What `app.yaml` says of the site: name, languages (default first), currency, country, zone, areas."""

    name: Labels
    languages: tuple[str, ...]
    currency: str
    country: str
    zone: str
    areas: Mapping[str, Area]


@dataclass(frozen=True, slots=True)
class Work:
    """What compiling did: files parsed, documents laid together, and the modules of which something was made anew."""

    parsed: int = 0
    merged: int = 0
    built: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Catalog:
    """Everything of one revision. `revision` is 0 for a catalog that is not deployed (a check, a preview).

    `modules` are those that people open; `every` has the embedded ones too, by keys like "quote.lines". `menu` is the
    main menu, `teams` the menus of teams that have their own, by the teams' keys. `work` says what was made for it, and
    `kept` what the next one need not make again (None where documents were faulty).

    One as an actor sees it (`access.seen`) has `base`, the catalog that it was made of, and `masks`: by module and key
    the fields that she sees in some records only, with her grant for them. `seen` are those made of this one, by roles.
    """

    revision: int
    app: App
    modules: Mapping[str, Module]
    options: Mapping[str, OptionSet]
    menu: tuple[MenuFilter, ...]
    roles: Mapping[str, Role]
    names: Names
    metadata: sa.MetaData
    advice: Sequence[Problem] = ()
    every: Mapping[str, Module] = also(default_factory=dict)
    teams: Mapping[str, tuple[MenuFilter, ...]] = also(default_factory=dict)
    derived: Derived = also(default_factory=Derived)
    renames: Renames = also(default_factory=Renames)
    workflows: Mapping[str, Workflow] = also(default_factory=dict)
    work: Work = also(default_factory=Work, compare=False)
    kept: Kept | None = also(default=None, compare=False)
    base: Catalog | None = also(default=None, compare=False)
    masks: Mapping[tuple[str, str], Any] = also(default_factory=dict, compare=False)
    seen: dict[tuple[str, ...], Catalog] = also(default_factory=dict, compare=False, repr=False)

    @property
    def whole(self) -> Catalog:
        """The catalog with everything in it."""
        return self.base or self

    def __repr__(self) -> str:
        return f"Catalog(revision={self.revision}, modules={list(self.modules)})"

    def menu_for(self, teams: Iterable[str]) -> tuple[MenuFilter, ...]:
        """The menu of whoever is in the teams of these keys: of the first of them that has its own, else the main."""
        known = set(teams)
        return next((menu for team, menu in self.teams.items() if team in known), self.menu)

    def module(self, key: str) -> Module:
        """The module of this key, an embedded one too. Raises NotFound."""
        try:
            return self.every[key]
        except KeyError:
            raise NotFound(say("There is no module {module}.", module=key)) from None
