"""Work apart from requests: jobs, the workers that run them, schedules, limits and outgoing mail.

A job is a row, written in the transaction that wants it, and it is never lost: a worker holds it by a lease, and when
the lease ends another takes it. What a job changes commits together with its row, so a change happens once however
often the job is begun; whatever leaves the house (a mail) happens at least once. What happened to records reaches jobs
through the outbox alone. Kinds of jobs are put together in `app.py`.
"""

from hanok.engine.jobs.job import ORDINARY, SOON, WHENEVER, Job
from hanok.engine.jobs.kinds import Kind, kinds_of
from hanok.engine.jobs.queue import cancel, enqueue, job_of, retry
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.jobs.work import GiveUp, Later, Work
from hanok.engine.jobs.worker import Worker

__all__ = [
    "ORDINARY", "SOON", "WHENEVER", "GiveUp", "Job", "Kind", "Later", "Schedule", "Surroundings", "Work", "Worker",
    "cancel", "enqueue", "job_of", "kinds_of", "retry",
]  # fmt: skip
