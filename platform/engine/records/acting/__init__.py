"""Actions that are run: the buttons that modules declare, as far as their steps are about records.

A step is what its author could do by hand: every one goes through `records.create`, `update`, `link` … with the actor's
rights. For each record all steps are done, or none.
"""

from hanok.engine.records.acting.outcome import Acted, Created, Outcome
from hanok.engine.records.acting.permitted import doable, not_yet, permits
from hanok.engine.records.acting.run import act

__all__ = ["Acted", "Created", "Outcome", "act", "doable", "not_yet", "permits"]
