"""The words of conditions beside fields and operators: one row each, for documents and for "did you mean"."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One word: where it stands, what it takes, what it means, and an example."""

    key: str
    stands: str
    takes: str
    means: str
    example: str


WORDS: tuple[Word, ...] = (
    Word("any", "in place of a field", "a list of conditions", "one of them holds at least",
         "any: [{stage: won}, {amount: {gt: 1000000}}]"),
    Word("all", "in place of a field", "a list of conditions", "all of them hold",
         "all: [{name: {contains: 한빛}}, {name: {contains: ERP}}]"),
    Word("not", "in place of a field", "a condition", "it does not hold", "not: {name: {contains: test}}"),
    Word("new", "in place of a field", "true or false", "the record is being made", "new: false"),
    Word("changed", "in place of a field, where a change is known",
         "a field, a list of which one is enough, or a map of fields with `from` and `to`",
         "the field has another value than before; what a new record has was empty before",
         "changed: {stage: {from: new, to: won}}"),
    Word("is_a", "beside a link", "a module, or a list of modules", "the linked record is of that module",
         "related: {is_a: account, industry: it}"),
    Word("under", "beside a link to records that form a tree", "an id, $record.x or $me",
         "the linked record is this one or stands below it", "category: {under: $record.category}"),
    Word("some", "beside an end with several records", "a condition", "it holds for one of them at least",
         "contacts: {some: {role: decision_maker}}"),
    Word("none", "beside an end with several records", "a condition", "it holds for none of them",
         "tasks: {none: {status: {done: false}}}"),
    Word("count", "beside an end with several records", "a number, or operators; `where` says which are counted",
         "there are so many of them", "contacts: {count: {gte: 2, where: {active: true}}}"),
    Word("$me", "on the right, beside users", "", "who asks; nobody where nobody does", "owner: $me"),
    Word("$me.team", "on the right, beside teams", "", "the teams of who asks", "owner: {team: $me.team}"),
    Word("$me.groups", "on the right, beside security groups", "", "the security groups of who asks",
         "security_group: $me.groups"),
    Word("$record", "on the right", "", "the record at hand, a field of it, or of what it links to",
         "close_date: {gte: $record.created_at}"),
    Word("$$", "on the right", "", "a plain $ at the beginning of a text", "name: $$100 deal"),
)  # fmt: skip
