"""A field that is edited where it is shown: how, whether it may be here, and the box that opens in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hanok.engine.catalog.model import Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.records import Record
from hanok.engine.records.fielding import FIXED
from hanok.screens.conditional import Present

if TYPE_CHECKING:
    from hanok.screens.clash import Choice

#: How a field is edited where it stands: by its own box there, in the record's form, or not at all.
CELL, FORM, NOWHERE = "cell", "form", ""
READ_ONLY = say("You may see this record but not change it.")
LOCKED = say("This cannot be changed while the record is as it is now.")
UNASKED = say("The record is not asked for this as it is now.")


@dataclass(frozen=True, slots=True)
class Box:
    """The box of one field of a record. `errors` are its own, `others` those of other fields once it is saved.

    `clash` is what somebody else (`who`) saved in this field meanwhile; `alike` says that records like it are there.
    """

    field: Field
    label: str
    record: Record
    value: Any
    version: int
    required: bool
    unfit: tuple[str, ...]
    errors: tuple[Message, ...] = ()
    others: tuple[Message, ...] = ()
    clash: Choice | None = None
    who: str = ""
    alike: bool = False

    @property
    def there(self) -> str:
        return f"/{self.record.module}/{self.record.id}"

    @property
    def url(self) -> str:
        return f"{self.there}/_cell/{self.field.key}"


def way(module: Module, key: str) -> str:
    """How the field under this key of a module is edited; a path leads to another record, which is not edited here."""
    found = module.fields.get(key)
    if found is None or found.readonly or found.hidden:
        return NOWHERE
    return FORM if found.type.apart or found.type.holds_files else CELL


def way_on_page(module: Module, key: str) -> str:
    """The same on a record's own page, where links to many that say nothing more (tags) have their box, too."""
    found = module.fields.get(key)
    plain = found is not None and found.members and not found.own and found.type.embedded(found.settings) is None
    return CELL if plain and way(module, key) == FORM else way(module, key)


def way_here(here: Present, key: str, record: Record) -> str:
    """The same for one record, as it stands."""
    return way_on_page(here.module, key) if record.may_edit and why_not(here, key) is None else NOWHERE


def why_not(here: Present, key: str) -> Message | None:
    """Why nobody, or not this actor, writes the field of the record as it stands; None where she does."""
    field = here.module.field(key)
    if field.readonly or field.hidden or key in here.denied:
        return FIXED
    if not here.shown(key):
        return UNASKED
    return LOCKED if here.locked(key) else None


def build(
    here: Present,
    field: Field,
    record: Record,
    *,
    language: str,
    version: int = 0,
    errors: Mapping[str, Sequence[Message]] | None = None,
    clash: Choice | None = None,
    who: str = "",
    alike: bool = False,
) -> Box:
    """The box of a field of the record as it stands `here`; `version` is what a save says that it saw."""
    said = errors or {}
    pick = here.module.picks.get(field.key)
    fitting = here.fits(field, pick) if pick is not None and "" in pick.nodes else None
    return Box(
        field=field,
        label=field.label_in(language),
        record=record,
        value=record.values.get(field.key),
        version=version or record.version,
        required=here.needed(field),
        unfit=() if fitting is None else tuple(one.key for one in field.choices if one.key not in fitting),
        errors=tuple(said.get(field.key, ())),
        others=tuple(
            _named(here.module, key, one) for key, found in said.items() if key != field.key for one in found
        ),
        clash=clash,
        who=who,
        alike=alike,
    )


def _named(module: Module, key: str, message: Message) -> Message:
    return say("{field}: {message}", field=module.field(key).label, message=message) if module.has(key) else message
