"""Opportunities: what a firm may buy, for how much, until when, and how far the talks have come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hanok.demo.drafts import Draft, Ref, filled
from hanok.demo.firms import SOURCES, Firm
from hanok.demo.world import World


@dataclass(frozen=True, slots=True)
class Stage:
    """How often a stage comes, how likely it wins, and within which days from today it closes."""

    share: int
    probability: int
    closes: tuple[int, int]


STAGES = {
    "prospecting": Stage(14, 10, (40, 150)),
    "qualification": Stage(15, 20, (30, 120)),
    "analysis": Stage(14, 40, (14, 90)),
    "proposal": Stage(14, 60, (3, 60)),
    "negotiation": Stage(10, 80, (-8, 35)),
    "won": Stage(18, 100, (-330, -1)),
    "on_hold": Stage(4, 0, (30, 200)),
    "lost": Stage(11, 0, (-330, -1)),
}
KINDS = {"new_business": 50, "renewal": 20, "up_sell": 16, "cross_sell": 14}
REASONS = {"price": 35, "competitor": 22, "delivery": 14, "budget": 12, "product": 10, "no_decision": 7}


def opportunity(world: World, key: str, firm: Firm, probabilities: Mapping[str, int]) -> Draft:
    """A deal with this firm. `probabilities` are those that the site gives its stages."""
    stage = world.weighted({name: found.share for name, found in STAGES.items()})
    close = _close(world, stage)
    facts = {
        "firm": firm.name, "product": world.one(firm.products), "town": firm.town.city,
        "term": term(close, korean=firm.korean),
    }  # fmt: skip
    note = world.maybe(firm.tongue.deal_notes, 0.6)
    values = {
        "name": world.one(firm.tongue.deals).format(**facts), "account": Ref(firm.key), "owner": firm.owner,
        "contact": Ref(world.one(firm.people).key) if firm.people else None, "stage": stage,
        "probability": str(_probability(world, stage, probabilities)), "amount": str(world.won(*firm.trade.prices)),
        "close_date": close.isoformat(), "kind": world.weighted(KINDS),
        "source": "existing" if firm.kind == "customer" else world.weighted(SOURCES),
        "description": note.format(**facts) if note else None, **_talk(world, stage, firm),
    }  # fmt: skip
    return Draft("opportunity", key, filled(values))


def _close(world: World, stage: str) -> date:
    late = stage in ("analysis", "proposal") and world.chance(0.1)
    return world.day(-20, -1) if late else world.day(*STAGES[stage].closes)


def _probability(world: World, stage: str, probabilities: Mapping[str, int]) -> int:
    """The stage's own; sometimes somebody knows better."""
    usual = probabilities.get(stage, STAGES[stage].probability)
    return usual + world.one((-5, 5, 10)) if 0 < usual < 100 and world.chance(0.2) else usual


def _talk(world: World, stage: str, firm: Firm) -> dict[str, Any]:
    """What comes next, or why it ended."""
    reason = world.weighted(REASONS) if stage == "lost" else None
    steps, results = firm.tongue.next_steps.get(stage), firm.tongue.results.get(reason or stage)
    return {
        "next_step": world.maybe(steps, 0.85) if steps else None,
        "result_note": world.maybe(results, 0.7) if results else None,
        "lost_reason": reason,
    }


def term(close: date, *, korean: bool) -> str:
    """The half-year of delivery: the one that runs six weeks after the deal closes."""
    begin = close + timedelta(days=45)
    first = begin.month <= 6
    return f"{begin.year} {'상반기' if first else '하반기'}" if korean else f"H{1 if first else 2} {begin.year}"
