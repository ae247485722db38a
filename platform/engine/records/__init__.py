"""Records: list, read, save, delete, restore, history, search.

Every function takes `conn, catalog, actor`; every statement carries the actor's predicate. A save writes the row, its
audit row, its outbox row and its search entry in the caller's one transaction, or nothing.
"""

from hanok.engine.records.alike import Alike, duplicates
from hanok.engine.records.candidates import candidates, limited, offered
from hanok.engine.records.delete import delete, restore
from hanok.engine.records.history import Change, Entry, history
from hanok.engine.records.index import reindex
from hanok.engine.records.query import Page, Query, Record, Under
from hanok.engine.records.read import count, get, page
from hanok.engine.records.related import link, related, unlink
from hanok.engine.records.save import create, update
from hanok.engine.records.search import Hit, search

__all__ = [
    "Alike",
    "Change",
    "Entry",
    "Hit",
    "Page",
    "Query",
    "Record", "Under",
    "candidates",
    "count",
    "create",
    "delete",
    "duplicates",
    "get",
    "history",
    "limited",
    "link",
    "offered",
    "page",
    "reindex",
    "related",
    "restore",
    "search",
    "unlink",
    "update",
]  # fmt: skip
