"""Records from files: a sheet is read, its columns are fitted to fields, its rows become records.

Every value goes through the one validator of the records room and every save leaves what a single save leaves. Links,
keys and unique values are looked up for a batch of rows at a time. A run writes everything or nothing unless it is
told to leave out the rows that are wrong; a check writes nothing and locks nothing.
"""

from hanok.engine.records.importing.job import Fault, Order, Outcome
from hanok.engine.records.importing.opening import open_sheet
from hanok.engine.records.importing.run import Counts, check, run, run_sound
from hanok.engine.records.importing.sheet import Sheet

__all__ = ["Counts", "Fault", "Order", "Outcome", "Sheet", "check", "open_sheet", "run", "run_sound"]
