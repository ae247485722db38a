"""Why somebody may do something to a record, as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanok.engine.access import ADMINISTRATOR, role_labels
from hanok.engine.access.explaining import in_yaml
from hanok.engine.access.levels import SEEING
from hanok.engine.accounts.explaining import Explanation, Reason
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.fields import Labels, Linked, in_language
from hanok.screens.access.conditions import in_words
from hanok.screens.access.roles import url_of
from hanok.screens.access.words import ACTION_WORDS, CONDITION, LEVELS, Level


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """What one role says and whether it holds here; `words` say its condition, where a sentence does. `because` says by
    what of this record."""

    role: str
    url: str
    holders: tuple[Linked, ...]
    level: Level
    words: Message | None
    condition: str
    place: str
    is_default: bool
    holds: bool
    because: Message


@dataclass(frozen=True, slots=True)
class RightShown:
    """One of the rights that the action takes; `field` is the label of the one that is meant, "" for the record."""

    action: Message
    allowed: bool
    reasons: tuple[ReasonShown, ...]
    field: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """The verdict with its reasons, and the facts of the record that they go by."""

    verdict: Message
    told: Explanation
    rights: tuple[RightShown, ...]
    owners: tuple[tuple[str, Linked], ...]
    note: Message | None


def shown(catalog: Catalog, told: Explanation, language: str) -> Why:
    """The explanation for a page."""
    labels, module = role_labels(catalog), catalog.module(told.record.module)
    rights = tuple(
        RightShown(ACTION_WORDS[one.action], one.allowed, tuple(_reason(labels, told, each, language)
                                                                 for each in one.reasons),
                   module.field(one.field).label_in(language) if one.field else "")
        for one in told.rights
    )  # fmt: skip
    owners = tuple((module.field(key).label_in(language), who) for key, who in told.owners)
    return Why(verdict(told), told, rights, owners, _note(told))


def verdict(told: Explanation) -> Message:
    """The answer in one sentence."""
    facts = {"who": str(told.actor), "record": told.record.title, "action": WORDS[told.action]}
    if told.allowed:
        return say("{who} may {action} “{record}”.", **facts)
    return say("{who} may not {action} “{record}”.", **facts)


#: Actions within a sentence.
WORDS: Mapping[str, Labels] = {
    "list": {"en": "see in lists", "ko": "목록에서 보기"}, "view": {"en": "open", "ko": "열기"},
    "create": {"en": "create", "ko": "만들기"}, "edit": {"en": "edit", "ko": "수정"},
    "delete": {"en": "delete", "ko": "삭제"}, "import": {"en": "import", "ko": "가져오기"},
    "export": {"en": "export", "ko": "내보내기"}, "massupdate": {"en": "mass update", "ko": "일괄 수정"},
    "assign": {"en": "assign", "ko": "배정"},
}  # fmt: skip


def _note(told: Explanation) -> Message | None:
    if told.is_deleted:
        return say("The record was deleted: until it is restored, lists leave it out for everybody.")
    if told.actor.admin:
        return say("Administrators may do everything. The role “{role}” is built in.", role=ADMINISTRATOR)
    if not told.actor.roles:
        return say("Without a role nobody sees anything: neither this user, nor the team, nor a group has one.")
    return None


def _reason(labels: Mapping[str, Labels], told: Explanation, one: Reason, language: str) -> ReasonShown:
    said = one.said
    label = in_language(labels[said.role], language) if said.role in labels else said.role
    return ReasonShown(
        label, url_of(said.role), one.holders, LEVELS[said.level],
        in_words(said.node) if said.node is not None else None,
        in_yaml(said.written) if said.written is not None else "",
        f"{said.place.file}:{said.place.line}" if said.place else "", said.is_default, one.holds, because(told, one),
    )  # fmt: skip


def because(told: Explanation, one: Reason) -> Message:
    """Why what the role says holds for this record, or does not."""
    level = one.said.level
    if level == "all":
        return say("It says so of every record.")
    if level == "none":
        return say("It gives nothing here.")
    if level == "deny":
        return say("It forbids it, whatever other roles give.")
    if level == CONDITION:
        return say("The record fits the condition.") if one.holds else say("The record does not fit the condition.")
    own = [key for key, who in told.owners if who.id == told.actor.id]
    if one.holds and own:
        return say("{who} is an owner of the record.", who=str(told.actor))
    if one.holds:
        groups = ", ".join(each.group.title for each in told.shared)
        return say("The record and {who} are both in: {groups}", who=str(told.actor), groups=groups)
    if own and one.said.action not in SEEING:
        return say("{who} takes part in the record, but does not own it.", who=str(told.actor))
    if level == "group":
        return say("{who} is no owner of the record, and in none of its groups.", who=str(told.actor))
    return say("{who} is no owner of the record.", who=str(told.actor))
