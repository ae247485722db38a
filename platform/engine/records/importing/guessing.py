"""Which fields the columns of a file may be, and which they seem to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import is_derived
from hanok.engine.fields import Field
from hanok.engine.records.importing.mapping import ID, Names, fault_of, leads_to, written_target


def offered(catalog: Catalog, actor: Actor, module: str) -> tuple[Field, ...]:
    """The fields that a file may fill; the last ones only find the record of a row."""
    eyes = seen(catalog, actor)
    found = eyes.module(module)
    names = Names(eyes, found)
    known = [one for one in found.fields.values() if _is_open(eyes, found, one)]
    filled = [one for one in known if fault_of(names, one.key, names.named(one.key), ()) is None]
    finding = [one for one in known if one.type.generated and one not in filled]
    return (*filled, *finding, *(one for one in (names.keys.get(ID),) if one))


def _is_open(catalog: Catalog, module: Module, field: Field) -> bool:
    return not is_derived(field) and (module.key, field.key) not in catalog.masks


def choices(catalog: Catalog, actor: Actor, module: str, language: str) -> tuple[tuple[str, str], ...]:
    """What a column may be said to be, with the words for it; links once more by their ids."""
    found = []
    for one in offered(catalog, actor, module):
        label = one.label_in(language)
        found.append((one.key, label))
        if leads_to(one):
            found.append((f"{one.key}.{ID}", f"{label} (ID)"))
    return tuple(found)


def guess(catalog: Catalog, actor: Actor, module: str, headings: Sequence[str]) -> Mapping[str, str]:
    """The field that each heading names, in any language; nothing where several or none could be meant."""
    eyes = seen(catalog, actor)
    names = Names(eyes, eyes.module(module))
    may_be = {key for key, _ in choices(catalog, actor, module, "")}
    has_ids = any(_is_id(names, heading) for heading in headings)
    found: dict[str, str] = {}
    for heading in headings:
        targets = names.named(heading) if heading else []
        if len(targets) != 1 or fault_of(names, heading, targets, (ID,) if has_ids else ()) is not None:
            continue
        name, taken = written_target(targets[0]), found.values()
        if targets[0].field in may_be and name not in taken:
            found[heading] = name
    return found


def _is_id(names: Names, heading: str) -> bool:
    return [target.field for target in names.named(heading)] == [ID] if heading else False
