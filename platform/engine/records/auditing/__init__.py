"""The trail as logs: who entered what, who changed or deleted what, who gave a record to whom; what administrators did.

A reader sees the entries of records that she may view today, deleted ones by their last state, and of these only what
she may see: a denied field is not there, one that she sees in some records only is told of none. Every page is bounded
work: it walks an index back from where it stands, so far and no further, and says how far it came.
"""

from hanok.engine.records.auditing.asking import CHANGES, INPUT, LOGS, OWNERS, Search
from hanok.engine.records.auditing.pages import Found, count, one, page
from hanok.engine.records.auditing.telling import Told

__all__ = ["CHANGES", "INPUT", "LOGS", "OWNERS", "Found", "Search", "Told", "count", "one", "page"]
