"""Every trial of a door to records, by its name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.doors import audits, bulk, engine, filters, handovers, imports, mailing, merges, programs, screens
from tests.doors.trial import Trial

TRIALS: tuple[Trial, ...] = (
    *screens.TRIALS, *bulk.TRIALS, *filters.TRIALS, *audits.TRIALS, *handovers.TRIALS, *imports.TRIALS,
    *mailing.TRIALS, *merges.TRIALS, *programs.TRIALS, *engine.TRIALS,
)  # fmt: skip
BY_NAME: Mapping[str, Trial] = {trial.name: trial for trial in TRIALS}
if len(BY_NAME) != len(TRIALS):
    raise ValueError("two trials have the same name")
