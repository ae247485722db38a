"""What documents say that was renamed, and the physical names that go along with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hanok.engine.catalog.names import Names
from hanok.engine.fields import Field
from hanok.engine.language import Documents

Keys = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Renames:
    """Old keys and new ones: of modules; of fields by module; of options by set, and by the place of their field.

    Modules stand under the keys of today. `own` are the fields of links and lines, by the place of their field.
    """

    modules: Keys = field(default_factory=dict)
    fields: Mapping[str, Keys] = field(default_factory=dict)
    sets: Mapping[str, Keys] = field(default_factory=dict)
    options: Mapping[str, Keys] = field(default_factory=dict)
    own: Mapping[str, Keys] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any((self.modules, self.fields, self.sets, self.options, self.own))

    def options_of(self, field: Field) -> Keys:
        """The options of a field: of its set, or its own."""
        said = field.settings.get("options")
        if isinstance(said, str):
            return self.sets.get(said.removeprefix("$"), {})
        return self.options.get(f"{field.module}.{field.key}", {})

    def places(self) -> Iterator[tuple[str, str]]:
        """Old places and new ones, outer ones first: "deal" before "offer.amount"."""
        yield from self.modules.items()
        for level in (self.fields, self.own):
            for home, keys in level.items():
                yield from ((f"{home}.{old}", f"{home}.{new}") for old, new in keys.items())


def renames_of(documents: Documents) -> Renames:
    """What the documents say that was renamed."""
    fields: dict[str, Keys] = {}
    options: dict[str, Keys] = {}
    own: dict[str, Keys] = {}
    for key, document in documents.of("module").items():
        for path, keys in document.former.items():
            if path == ("fields",):
                fields[key] = keys
            elif len(path) == 3 and path[0] == "fields":
                (options if path[2] == "options" else own)[f"{key}.{path[1]}"] = keys
            elif len(path) == 5 and path[0] == "fields" and path[4] == "options":
                options[f"{key}.{path[1]}.{path[3]}"] = keys
    sets = {key: found.former[("options",)] for key, found in documents.of("option").items() if found.former}
    return Renames(documents.former.get("module", {}), fields, sets, options, own)


def carried(names: Names, renames: Renames) -> Names:
    """The names for documents that say so: tables and columns go along to the new keys.

    What lives under the new key already stays what it is: two things that were beside each other never become one.
    """
    for old, new in renames.places():
        if _known(names, old) and (not _known(names, new) or new in names.gone):
            names = _moved(names, old, new)
    return names


def returned(names: Names, then: Names) -> Names:
    """The names of today for documents of long ago, whose names were `then`: what was renamed since is called so again.

    It is known by its table or one of its columns, which never change their names. Where something else has the old key
    by now, that one steps aside as a retired thing, and comes back the same way.
    """
    for found in (_tables, _stems):
        known = {name: place for place, name in found(names).items()}
        for place, name in found(then).items():
            if known.get(name, place) != place:
                names = _moved(names, known[name], place)
                known = {each: at for at, each in found(names).items()}
    return names


def _without(names: Names, place: str) -> Names:
    """The names with nothing at this place: what is there is called like something retired."""
    every = _every(names)
    if place not in every:
        return names
    number = next(number for number in itertools.count(2) if f"{place}$retired{number}" not in every)
    return _moved(names, place, f"{place}$retired{number}")


def _tables(names: Names) -> Mapping[str, object]:
    return names.tables


def _stems(names: Names) -> Mapping[str, object]:
    """The oldest column or link table of each place, with the place that it is in."""
    every = {**names.columns, **names.links}
    return {place: (place.rpartition(".")[0], found[-1].stem) for place, found in every.items()}


def _known(names: Names, place: str) -> bool:
    return place in names.tables or place in names.columns or place in names.links


def _moved(names: Names, old: str, new: str) -> Names:
    """The names with everything of one place under another, where nothing else is then."""
    names = _without(names, new)
    found = _Move(old, new)
    began = {place: names.before(place) for place in _every(names) if found.takes(place)}
    renamed = {found.of(place): found.of(now) for place, now in names.renamed.items()} | {old: new}
    moved = {place: was for place, was in names.moved.items() if not found.takes(place)}
    moved |= {found.of(place): was for place, was in began.items()}
    return Names(
        tables={found.of(place): table for place, table in names.tables.items()},
        columns={found.of(place): each for place, each in names.columns.items()},
        links={found.of(place): each for place, each in names.links.items()},
        renamed={**names.renamed, **{place: now for place, now in renamed.items() if place != now}},
        gone=frozenset(map(found.of, names.gone)),
        moved={place: was for place, was in moved.items() if place != was},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Move:
    """From one place to another, with all that is in it."""

    old: str
    new: str

    def takes(self, place: str) -> bool:
        return place == self.old or place.startswith(f"{self.old}.")

    def of(self, place: str) -> str:
        return f"{self.new}{place[len(self.old):]}" if self.takes(place) else place


def _every(names: Names) -> set[str]:
    return {*names.tables, *names.columns, *names.links}
