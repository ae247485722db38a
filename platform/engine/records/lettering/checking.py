"""Whether the texts of a record that are templates can be filled: asked before it is saved."""

from __future__ import annotations

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.expressions.passages import Passages
from hanok.engine.fields.rich_text import RichText
from hanok.engine.records.lettering.variables import scope_of
from hanok.engine.records.obeying import Loaded

#: How much is said of one text at once.
MOST = 5


def check_templates(loaded: Loaded) -> None:
    """Says what is wrong with each text that has variables, when it or the module that it is about is new."""
    for found in loaded.module.fields.values():
        names = found.settings.get("template")
        if not names or not {found.key, names} & loaded.values.keys() or found.key in loaded.errors:
            continue
        after = {**(loaded.current.values if loaded.current else {}), **loaded.values}
        text = after.get(found.key)
        if text:
            html = isinstance(found.type, RichText)
            for message in faults(loaded.catalog, str(after.get(names) or ""), str(text), html=html):
                loaded.wrong(found.key, message)


def faults(catalog: Catalog, module: str, text: str, *, html: bool = False) -> tuple[Message, ...]:
    """What is wrong with a text about records of this module ("": of none), each with its place."""
    if module and module not in catalog.modules:
        return (say("There is no module “{module}”.", module=module),)
    read = Passages(text, scope_of(catalog, catalog.modules.get(module)), html=html)
    return tuple(fault.told for fault in read.faults[:MOST])
