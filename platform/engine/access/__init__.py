"""Who may do what: row predicates and levels, built here and run elsewhere.

Every statement of the records room carries the predicate of its actor; screens, API, search and import ask the same
functions. An administrator may do all; of several roles the most permissive wins, but `deny` in any wins over all.
"""

from hanok.engine.access.actor import ADMINISTRATOR, SYSTEM, Actor, Because, Behind
from hanok.engine.access.levels import Grant, allows, grant_of, level, may
from hanok.engine.access.roles import role_labels
from hanok.engine.access.rows import context_of, predicate, row_rule
from hanok.engine.access.seeing import field_grant, seen

__all__ = [
    "ADMINISTRATOR", "SYSTEM", "Actor", "Because", "Behind", "Grant", "allows", "context_of", "field_grant", "grant_of",
    "level", "may", "predicate", "role_labels", "row_rule", "seen",
]  # fmt: skip
