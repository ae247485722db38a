"""Figures for Prometheus: what this process did, and how the queue stands when somebody asks.

Every name is bounded: routes, never paths; kinds of jobs; classes of status. One registry an application, none global.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from hanok.engine.jobs.figures import Figures
from hanok.engine.jobs.worker import Ended
from hanok.web.timely import Timely
from hanok.web.tracing import Seen

log = structlog.get_logger(__name__)
REQUESTS = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
JOBS = (0.1, 1.0, 10.0, 60.0, 600.0, 3600.0)
#: How long a scrape waits for the database, in seconds.
PATIENCE = 3.0


class Metrics:
    """The figures of one process. `figures` reads those of the database, `revision` is what this process runs."""

    def __init__(self, figures: Callable[[], Figures], *, version: str, revision: Callable[[], int]) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        Info("hanok", "The program.", registry=registry).info({"version": version})
        Gauge("hanok_revision", "Revision that this process runs.", registry=registry).set_function(revision)
        self._requests = Counter("hanok_requests", "Requests that were answered.", ("method", "endpoint", "status"),
                                 registry=registry)  # fmt: skip
        self._request_seconds = Histogram("hanok_request_seconds", "Seconds until an answer was ready.", ("endpoint",),
                                          buckets=REQUESTS, registry=registry)  # fmt: skip
        self._runs = Counter("hanok_job_runs", "Runs of jobs that ended in this process; “waiting”: to be tried again.",
                             ("kind", "outcome"), registry=registry)  # fmt: skip
        self._run_seconds = Histogram("hanok_job_seconds", "Seconds that a run took.", ("kind",), buckets=JOBS,
                                      registry=registry)  # fmt: skip
        self._wait_seconds = Histogram("hanok_job_wait_seconds", "Seconds from when a job was due until it was taken.",
                                       ("kind",), buckets=JOBS, registry=registry)  # fmt: skip
        registry.register(Standing(Timely(figures, seconds=PATIENCE)))

    def answered(self, seen: Seen) -> None:
        """A request was answered; its endpoint is its route."""
        self._requests.labels(seen.method, seen.rule, f"{seen.status // 100}xx").inc()
        self._request_seconds.labels(seen.rule).observe(seen.seconds)

    def ran(self, ended: Ended) -> None:
        """A run of a job ended (`Worker(told=…)`)."""
        kind = ended.job.kind
        self._runs.labels(kind, ended.outcome.state).inc()
        self._run_seconds.labels(kind).observe(ended.seconds)
        self._wait_seconds.labels(kind).observe(ended.waited)

    def text(self) -> bytes:
        """All of it in the text format of Prometheus."""
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        """The metrics without the moment at which each series began: twice the lines, and no news."""
        for metric in self.registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class Standing:
    """How the queue stands, read when it is asked for; where the database does not answer in time, that alone."""

    def __init__(self, figures: Timely[Figures]) -> None:
        self._figures = figures

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            found = self._figures.ask()
        except Exception as error:  # noqa: BLE001  # whatever it is, a scrape says that the database is away
            log.warning("figures cannot be read", error=str(error) or type(error).__name__)
            yield GaugeMetricFamily("hanok_database_up", "Whether the database answers.", 0)
            return
        yield GaugeMetricFamily("hanok_database_up", "Whether the database answers.", 1)
        jobs = {"due": found.due, "later": found.later, "running": found.running, "failed": found.failed}
        yield _by_state("hanok_jobs", "Jobs in the queue: due and later ones wait.", jobs)
        yield _by_state("hanok_workers", "Processes that run jobs; stale ones were not seen lately.",
                        {"alive": found.alive, "stale": found.stale})  # fmt: skip
        yield _by_state("hanok_mails", "Outgoing mail.", found.mail)
        for name, said, value in (
            ("hanok_jobs_oldest_due_seconds", "Seconds that the longest waiting job has been due.", found.oldest),
            ("hanok_outbox_events", "Events that no worker has taken yet.", found.outbox),
            ("hanok_schedules_overdue", "Schedules whose time came a minute ago and that nobody fired.", found.overdue),
            ("hanok_revision_live", "Revision that is live in the database.", found.revision),
        ):
            yield GaugeMetricFamily(name, said, value)


def _by_state(name: str, said: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=("state",))
    for state, count in counts.items():
        family.add_metric((state,), count)
    return family
