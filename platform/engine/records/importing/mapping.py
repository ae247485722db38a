"""Which column of a file is which field: by the key, by the label in any language, or as somebody says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Invalid, Message, say
from hanok.engine.fields import Field
from hanok.engine.fields.text import fold
from hanok.engine.language.words import clip, did_you_mean
from hanok.engine.records.importing.sheet import letters

ID = "id"


@dataclass(frozen=True, slots=True)
class Target:
    """What a column fills: a field, and for a link (or an n-n link) what its cells name the linked records by.

    `by` is "" for a title (or an id, or a value that only one record has), "id", or the key of a field over there.
    """

    field: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that is taken: its place, its heading and what it fills."""

    place: int
    heading: str
    field: Field
    by: str = ""


@dataclass(frozen=True, slots=True)
class Mapped:
    """The columns that are taken, and the headings of those that are left out because somebody said so."""

    columns: tuple[Column, ...]
    left_out: tuple[str, ...]


def leads_to(field: Field) -> tuple[str, ...]:
    """The modules that a link leads to, or an n-n link; of other fields none."""
    return () if is_lines(field) else field.targets or field.members


def is_lines(field: Field) -> bool:
    """True for lines, which are exported and imported by themselves."""
    return field.type.embedded(field.settings) is not None


def of_lines(module: Module, field: Field) -> Message:
    return say("Lines have a file of their own: say {module} as the module.", module=f"{module.key}.{field.key}")


class Names:
    """Every name that the fields of a module go by."""

    def __init__(self, catalog: Catalog, module: Module) -> None:
        self.catalog = catalog
        self.module = module
        self.keys = {**module.fields, **module.system}
        self.known: dict[str, list[Target]] = defaultdict(list)
        for found in self.keys.values():
            for label in found.label.values():
                self._name(label, Target(found.key))
                if leads_to(found):
                    self._name(f"{label} (id)", Target(found.key, ID))

    def _name(self, name: str, target: Target) -> None:
        if target not in self.known[fold(name)]:
            self.known[fold(name)].append(target)

    def named(self, name: str) -> list[Target]:
        """What goes by this name: nothing, one, or several. Keys come before labels, own fields before the system's."""
        if name in self.keys:
            return [Target(name)]
        found = self.known.get(fold(name), [])
        own = [target for target in found if target.field in self.module.fields]
        return own or found or self._path(name)

    def _path(self, name: str) -> list[Target]:
        """`account.name`: a link, and the field that names the linked record."""
        first, dot, rest = name.partition(".")
        known = self.named(first.strip()) if dot else []
        links = [target.field for target in known if leads_to(self.keys[target.field])]
        found = []
        for link in links:
            if rest.strip() == ID:
                found.append(Target(link, ID))
            for module in leads_to(self.keys[link]):
                over_there = Names(self.catalog, self.catalog.modules[module]).named(rest.strip())
                found += [Target(link, target.field) for target in over_there if not target.by]
        return list(dict.fromkeys(found))

    def near(self, name: str) -> str | None:
        labels = [label for found in self.module.fields.values() for label in found.label.values()]
        return did_you_mean(name, [*self.module.fields, *labels])

    def unknown(self, name: str) -> Message:
        near = self.near(name)
        if near:
            return say("No field is called “{name}”; did you mean “{near}”?", name=clip(name), near=near)
        return say("No field is called “{name}”.", name=clip(name))


def fit(
    catalog: Catalog, module: Module, headings: Sequence[str], *, said: Mapping[str, str], ignored: Iterable[str],
    ignore_unknown: bool, key: Sequence[str],
) -> Mapped:  # fmt: skip
    """The columns of these headings. `said` maps headings to fields, `ignored` are headings to leave out.

    Raises Invalid with every heading that fits nothing, several fields, or a field that nobody writes.
    """
    names, faults = Names(catalog, module), dict[str, list[Message]]()
    chosen = {fold(heading): name for heading, name in said.items()}
    away = set(map(fold, ignored))
    _refuse_strangers(headings, {fold(each): each for each in (*said, *ignored)}, faults)
    columns, left_out = [], []
    for place, heading in enumerate(headings):
        shown = heading or f"({letters(place)})"
        if fold(heading) in away and heading:
            left_out.append(shown)
            continue
        wanted = chosen.get(fold(heading), heading) if heading else ""
        targets = names.named(wanted) if wanted else []
        if not targets and ignore_unknown and fold(heading) not in chosen:
            left_out.append(shown)
            continue
        fault = fault_of(names, wanted, targets, key)
        if fault:
            faults.setdefault(shown, []).append(fault)
        else:
            columns.append(Column(place, heading, names.keys[targets[0].field], targets[0].by))
    _refuse_twice(columns, faults)
    if faults:
        raise Invalid(faults)
    return Mapped(tuple(columns), tuple(left_out))


def fault_of(names: Names, wanted: str, targets: Sequence[Target], key: Sequence[str]) -> Message | None:
    """Why a column cannot fill what it is said to be, None where it can."""
    if not wanted:
        return say("This column has no heading.")
    if not targets:
        return names.unknown(wanted)
    if len(targets) > 1:
        return say("This may be several fields: {fields}.", fields=", ".join(map(written_target, targets)))
    found = names.keys[targets[0].field]
    if found.key in key or (found.type.generated and key):
        return None
    if found.key == ID:
        return say("Ids are made by the system. Choose id as the key, or leave this column out.")
    if found.system or found.type.generated:
        return say("This is kept by the system. Leave this column out.")
    if is_lines(found):
        return of_lines(names.module, found)
    if not found.imported:
        return say("This field is never imported. Leave this column out.")
    return None


def written_target(target: Target) -> str:
    """The name by which `Names.named` finds it again."""
    return f"{target.field}.{target.by}" if target.by else target.field


def _refuse_strangers(headings: Sequence[str], named: Mapping[str, str], faults: dict[str, list[Message]]) -> None:
    known = set(map(fold, headings))
    for folded, heading in named.items():
        if folded in known:
            continue
        near = did_you_mean(heading, [each for each in headings if each])
        said = say("The file has no column “{heading}”; did you mean “{near}”?", heading=clip(heading), near=near)
        faults[heading] = [said if near else say("The file has no column “{heading}”.", heading=clip(heading))]


def _refuse_twice(columns: Iterable[Column], faults: dict[str, list[Message]]) -> None:
    """A field has one column; a link may have one with its id beside it."""
    seen: dict[tuple[str, bool], Column] = {}
    for column in columns:
        other = seen.setdefault((column.field.key, column.by == ID), column)
        if other is not column:
            said = say("“{other}” fills the field {field} already.", other=other.heading, field=column.field.key)
            faults.setdefault(column.heading, []).append(said)


def key_fields(catalog: Catalog, module: Module, columns: Sequence[Column], names: Sequence[str]) -> tuple[str, ...]:
    """The keys of the fields that make the upsert key. Raises Invalid when one is none, or has no column."""
    known, present = Names(catalog, module), {column.field.key for column in columns}
    faults: dict[str, list[Message]] = {}
    for name in names:
        if not known.named(name):
            faults[name] = [known.unknown(name)]
        elif known.keys[known.named(name)[0].field].type.apart:
            faults[name] = [say("Links to many records are no key.")]
        elif known.named(name)[0].field not in present:
            faults[name] = [say("The key needs a column, and the file has none for “{name}”.", name=clip(name))]
    if faults:
        raise Invalid(faults)
    return tuple(known.named(name)[0].field for name in names)
