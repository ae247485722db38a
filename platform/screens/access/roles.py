"""Roles as administrators read them: what each allows, and who has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanok.engine.access import ADMINISTRATOR, role_labels
from hanok.engine.access.explaining import in_yaml, saying
from hanok.engine.accounts.grants import HOLDERS, USER, Bearer
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.schemas import ACTIONS
from hanok.engine.errors import Message
from hanok.engine.fields import Linked, in_language
from hanok.screens.access.conditions import in_words
from hanok.screens.access.field_rules import UNFOLDED, FieldRules, rules_of
from hanok.screens.access.words import LEVELS, Level


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role in the list, with how many of each hold it."""

    key: str
    label: str
    url: str
    users: int
    teams: int
    groups: int
    is_known: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """What a role says of one action of a module; `condition` and `place` as in its document, `words` where a sentence
    says the condition."""

    level: Level
    words: Message | None
    condition: str
    place: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One module of the matrix."""

    label: str
    icon: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class RolePage:
    """A role: its matrix by area, its rules of single fields, who holds it, and the file that says it ("" for the one
    that is built in)."""

    key: str
    label: str
    file: str
    studio: bool
    lines: tuple[Line, ...]
    holders: tuple[Linked, ...]
    fields: tuple[FieldRules, ...] = ()
    assignable: bool = True
    bearers: tuple[Bearer, ...] = ()
    problem: Message | None = None

    @property
    def url(self) -> str:
        return url_of(self.key)

    @property
    def folded(self) -> bool:
        """Whether its rules of fields are too many to be shown at once."""
        return sum(len(one.lines) for one in self.fields) > UNFOLDED

    def holders_of(self, module: str) -> tuple[Linked, ...]:
        """The users, teams or groups that it was given to."""
        return tuple(one for one in self.holders if one.module == module)

    @property
    def takers(self) -> tuple[str, ...]:
        """The modules whose records may be given it."""
        return (USER,) if self.key == ADMINISTRATOR else HOLDERS


def url_of(key: str) -> str:
    return f"/role/{key}"


def matching(rows: Sequence[RoleRow], words: str) -> tuple[RoleRow, ...]:
    """Those whose name or key has all of these words in it."""
    asked = words.casefold().split()
    return tuple(row for row in rows if all(word in f"{row.label} {row.key}".casefold() for word in asked))


def rows_of(catalog: Catalog, held: Mapping[str, Sequence[Linked]], language: str) -> tuple[RoleRow, ...]:
    """All roles, and those that are held though the metadata lost them."""
    labels = role_labels(catalog)
    found = []
    for key in (*labels, *sorted(set(held) - set(labels))):
        holders = [one.module for one in held.get(key, ())]
        users, teams, groups = (holders.count(module) for module in HOLDERS)
        label = in_language(labels[key], language) if key in labels else key
        found.append(RoleRow(key, label, url_of(key), users, teams, groups, key in labels))
    return tuple(found)


def page_of(catalog: Catalog, key: str, holders: Sequence[Linked], language: str) -> RolePage:
    """The page of a role that the metadata has, or of the administrator's."""
    label = in_language(role_labels(catalog)[key], language)
    if key == ADMINISTRATOR:
        return RolePage(key, label, "", True, (), tuple(holders))
    role = catalog.roles[key]
    modules = sorted(catalog.modules.values(), key=lambda module: (module.key not in role.modules))
    lines = tuple(
        Line(in_language(one.plural, language), one.icon, tuple(_cell(catalog, key, one.key, each) for each in ACTIONS))
        for one in modules
    )
    return RolePage(key, label, role.places["", "list"].file, role.studio, lines, tuple(holders),
                    rules_of(catalog, role, language), role.assignable)  # fmt: skip


def _cell(catalog: Catalog, role: str, module: str, action: str) -> Cell:
    said = saying(catalog, role, module, action)
    condition = in_yaml(said.written) if said.written is not None else ""
    place = f"{said.place.file}:{said.place.line}" if said.place else ""
    words = in_words(said.node) if said.node is not None else None
    return Cell(LEVELS[said.level], words, condition, place, said.is_default)
