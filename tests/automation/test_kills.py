"""Workers are killed at any moment while workflows run: every effect on the database happens once, none is lost."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from hanok.engine.store import Store
from tests.automation.killing import Orders, work_on
from tests.automation.listening import Receiver, listening
from tests.evidence import Evidence, sizes
from tests.sweeps.jobs import Killing, shares

#: Events to a kill.
EVENTS = 10


@sizes(sample=4, full=200)
def test_killed_workers(
    store: Store, database: str, tmp_path: Path, evidence: Evidence, size: int, dialect: str
) -> None:
    began = time.monotonic()
    with listening() as receiver:
        orders = Orders(store, evidence.random, f"{receiver.url}/told")
        killing = Killing(database, tmp_path, evidence.random, work_on)
        orders.prepare()
        try:
            killing.hire()
            killing.hire()
            for number, count in enumerate(shares(EVENTS * size, size)):
                orders.place(count)
                killing.kill(replace=number != size * 2 // 3)  # one of the two dies for good
            calm(orders, killing)
        finally:
            killing.end()
    orders.check()
    calls, more = check_calls(orders, receiver)
    evidence.count(f"{dialect}: events, saves that begin workflows", orders.count)
    for moment, kills in killing.moments.items():
        evidence.count(f"{dialect}: SIGKILL {moment}", kills)
    evidence.count(f"{dialect}: calls to another system", calls)
    evidence.count(f"{dialect}: calls that came once more, with the same Idempotency-Key", more)
    evidence.count(f"{dialect}: jobs that were dead letters for ten dead workers, and tried again", orders.revived)
    evidence.find(f"{dialect}: {time.monotonic() - began:.0f} seconds in all")


def calm(orders: Orders, killing: Killing) -> None:
    """The one that is left does the rest."""
    end, ended = time.monotonic() + 120, orders.ended()
    while orders.open() or orders.revive():
        if orders.ended() > ended:  # runs begin others: how many wait tells nothing
            end, ended = time.monotonic() + 120, orders.ended()
        assert time.monotonic() < end, f"{orders.open()} jobs did not end"
        time.sleep(0.2)
        killing.bury()


def check_calls(orders: Orders, receiver: Receiver) -> tuple[int, int]:
    """Every call has come, under one key; how many came, and how many of them more than once.

    A worker that is killed while it sends leaves a request without its end: no server takes that for a call.
    """
    whole = [one for one in receiver.heard if len(one.body) == int(one.headers["Content-Length"])]
    keys = Counter((one.headers["Idempotency-Key"], one.body) for one in whole)
    assert len(keys) == len({key for key, _ in keys}) == len({body for _, body in keys}) == orders.hooked
    return keys.total(), keys.total() - len(keys)
