"""The pulse of a worker: it holds on to the leases, writes progress, and notices what was cancelled or lost."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.jobs import claiming
from hanok.engine.jobs.work import Work
from hanok.engine.store import Store
from hanok.engine.store.job_tables import worker
from hanok.engine.store.moments import now as now_of

#: Workers that were not seen for so long are forgotten.
FORGOTTEN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The beats of one worker: `keep` a few times in a lease, `look` each second."""

    store: Store
    worker: UUID
    threads: int
    lease: timedelta

    def keep(self, works: Sequence[Work], *, ran: int) -> None:
        """Holds on to these, and says that the worker lives and how many jobs it ran."""
        with self.store.write() as conn:
            self._show(conn, ran)
            ids = [work.job.id for work in works]
            known = claiming.keep(conn, self.worker, ids, lease=self.lease) if ids else {}
        _notice(works, known)

    def look(self, works: Sequence[Work]) -> None:
        """Writes how far these are, where that is new, and looks whether they shall go on."""
        if not works:
            return
        news = [work for work in works if work.has_news]
        if news:
            with self.store.write() as conn:
                for work in news:
                    work.save_progress(conn)
        with self.store.read() as conn:
            known = claiming.look(conn, self.worker)
        _notice(works, known)

    def _show(self, conn: sa.Connection, ran: int) -> None:
        """Says that this worker lives, and forgets those that do not."""
        now = now_of(conn)
        if conn.execute(worker.update().where(worker.c.id == self.worker).values(seen=now, ran=ran)).rowcount:
            return
        conn.execute(worker.insert().values(
            id=self.worker, host=socket.gethostname(), pid=os.getpid(), threads=self.threads,
            code_version=version("hanok"), started=now, seen=now, ran=ran,
        ))  # fmt: skip
        conn.execute(worker.delete().where(worker.c.seen < now - FORGOTTEN))


def _notice(works: Sequence[Work], known: claiming.Held) -> None:
    for work in works:
        claims, cancelled = known.get(work.job.id, (0, False))
        if claims != work.job.claims:
            work.lose()  # or it has just ended, and then nobody asks any more
        elif cancelled:
            work.end()
