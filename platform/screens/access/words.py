"""What levels, actions and conditions are called, and the signs by which they are told at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanok.engine.catalog.schemas import ACTIONS
from hanok.engine.errors import Message, say

CONDITION = "condition"
ACTION_WORDS: Mapping[str, Message] = {
    "list": say("List"), "view": say("View"), "create": say("Create"), "edit": say("Edit"), "delete": say("Delete"),
    "import": say("Import"), "export": say("Export"), "massupdate": say("Mass update"), "assign": say("Assign"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """A level with its sign and what it means."""

    key: str
    sign: str
    label: Message
    meaning: Message


LEVELS: Mapping[str, Level] = {
    one.key: one
    for one in (
        Level("all", "●", say("all"), say("All records")),
        Level("group", "◐", say("group"), say("Own records, and those of one's security groups")),
        Level("owner", "○", say("owner"), say("Own records")),
        Level("none", "–", say("none"), say("No records")),
        Level("deny", "✕", say("deny"), say("No records, whatever other roles say")),
        Level(CONDITION, "◇", say("condition"), say("Records that fit a condition")),
    )
}
VIA_WORDS: Mapping[str, Message] = {
    "creator": say("of whoever made it"), "owner": say("of its owner"), "parent": say("of the record it belongs to"),
    "hand": say("given by hand"),
}  # fmt: skip
assert set(ACTION_WORDS) == set(ACTIONS), "every action has a word"
