"""Workers are killed at any moment, and no job is lost, and what jobs change they change once."""

from __future__ import annotations

import time
from pathlib import Path

from hanok.engine.store import Store
from tests.evidence import Evidence, sizes
from tests.jobs.post_office import open_office
from tests.sweeps.jobs import Killing, Orders, shares

#: Jobs to a kill.
JOBS = 2


@sizes(sample=25, full=1000)
def test_killed_workers(
    store: Store, database: str, tmp_path: Path, evidence: Evidence, size: int, dialect: str
) -> None:
    began = time.monotonic()
    with open_office() as office:
        orders, killing = Orders(store, evidence.random, office), Killing(database, tmp_path, evidence.random)
        orders.prepare(tmp_path)
        try:
            killing.hire()
            killing.hire()
            for number, count in enumerate(shares(JOBS * size, size)):
                orders.place(count)
                killing.kill(replace=number != size * 2 // 3)  # one of the two dies for good
            calm(orders, killing)
        finally:
            killing.end()
    orders.check()
    note(evidence, dialect, orders, killing, time.monotonic() - began)


def calm(orders: Orders, killing: Killing) -> None:
    """The one that is left does the rest."""
    end = time.monotonic() + 60
    while orders.open() or orders.revive():
        assert time.monotonic() < end, f"{orders.open()} jobs did not end"
        time.sleep(0.05)
        killing.bury()


def note(evidence: Evidence, dialect: str, orders: Orders, killing: Killing, seconds: float) -> None:
    taken, most = orders.crashes()
    evidence.count(f"{dialect}: mails that came", len(orders.office.taken))
    evidence.count(f"{dialect}: mails that came once more, with the same Message-ID", orders.check_mails())
    for moment, kills in killing.moments.items():
        evidence.count(f"{dialect}: SIGKILL {moment}", kills)
    evidence.count(f"{dialect}: jobs and events asked for", orders.count)
    evidence.count(f"{dialect}: jobs that were dead letters for ten dead workers, and tried again", orders.revived)
    evidence.count(f"{dialect}: jobs taken back from dead workers", taken)
    evidence.find(f"{dialect}: one job lost {most} workers at most; {seconds:.0f} seconds in all")
