"""The daily work: cases that customers report, and tasks about everything else."""

from __future__ import annotations

from datetime import date, timedelta

from hanok.demo.drafts import Draft, Ref, filled
from hanok.demo.firms import Firm
from hanok.demo.hangul import with_particles
from hanok.demo.world import World

CASE_STATUSES = {"new": 12, "assigned": 12, "working": 14, "pending": 10, "closed": 46, "rejected": 3, "duplicate": 3}
CHANNELS = {"phone": 40, "email": 32, "website": 16, "chat": 9, "visit": 3}
SETTLED = ("closed", "rejected", "duplicate")
PRIORITIES = {"high": 20, "normal": 65, "low": 15}
PAST = {"done": 78, "cancelled": 7, "not_started": 8, "in_progress": 4, "deferred": 3}
FUTURE = {"not_started": 66, "in_progress": 24, "deferred": 5, "done": 5}


def case(world: World, key: str, firm: Firm, owner: Ref | None) -> Draft:
    """Something that a customer reports about a product."""
    report, status = world.one(firm.tongue.reports), world.weighted(CASE_STATUSES)
    settled = status in SETTLED
    due = world.day(-120, -2) if settled else world.day(-6, 14)

    def told(text: str) -> str:
        return with_particles(text.format(product=product))

    product = world.one(firm.products)
    values = {
        "name": told(report.subject), "description": told(report.text), "status": status, "priority": report.priority,
        "kind": report.kind, "channel": world.weighted(CHANNELS), "account": Ref(firm.key), "due": due.isoformat(),
        "contact": Ref(world.one(firm.people).key) if firm.people else None, "owner": owner,
        "closed_at": world.moment(due) if settled else None,
        "resolution": told(report.answer) if status == "closed" else None,
    }  # fmt: skip
    return Draft("case", key, filled(values))


def task(world: World, key: str, about: Draft, firm: Firm) -> Draft:
    """Something to do about another record, in the last two months or the next one."""
    due = world.day(-60, 30) if world.chance(0.75) else world.day(-4, 6)
    status = world.weighted(PAST if due < world.today else FUTURE)
    begun = status in ("in_progress", "done")
    what = world.one(firm.tongue.tasks[about.module])
    named = f"{firm.name} {what}" if firm.korean else f"{firm.name}: {what}"
    values = {
        "name": named if world.chance(0.7) else what, "status": status, "priority": world.weighted(PRIORITIES),
        "due": due.isoformat(), "start": _start(world, due).isoformat() if begun else None,
        "done_at": world.moment(min(due, world.today - timedelta(days=1))) if status == "done" else None,
        "description": world.maybe(firm.tongue.task_notes, 0.3), "owner": about.values.get("owner"),
        "account": about.values.get("account"), "contact": about.values.get("contact"), about.module: Ref(about.key),
    }  # fmt: skip
    return Draft("task", key, filled(values))


def _start(world: World, due: date) -> date:
    return min(due, world.today) - timedelta(days=world.random.randint(0, 5))
