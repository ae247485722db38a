"""Contacts and leads: people with work, a name and ways to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.demo.drafts import Draft, Ref, filled
from hanok.demo.firms import SOURCES, Firm
from hanok.demo.hangul import initials
from hanok.demo.world import World

STATUSES = {"new": 30, "assigned": 20, "contacted": 30, "recycled": 7, "dead": 13}
INTERESTS = {"hot": 20, "warm": 45, "cold": 35}
#: How given names end that hardly anybody at work has any more.
BYGONE = ("자", "순", "숙", "남")
SHARED = ("last_name", "first_name", "department", "job_title", "mobile", "phone", "email")


def person(world: World, firm: Firm) -> dict[str, Any]:
    """Name, post and numbers of somebody who works at this firm."""
    department = world.one(list(firm.tongue.posts))
    names = world.korean if firm.korean else world.english
    last, first = names.last_name(), names.first_name()
    while first.endswith(BYGONE):
        first = names.first_name()
    return {
        "last_name": last, "first_name": first, "department": department,
        "job_title": world.one(firm.tongue.posts[department]),
        "mobile": world.mobile() if firm.korean else world.foreign_phone(),
        "phone": world.landline(firm.town) if firm.korean and world.chance(0.45) else None,
        "email": f"{_mailbox(world, last, first)}@{firm.domain}.example",
    }  # fmt: skip


def _mailbox(world: World, last: str, first: str) -> str:
    surname = world.words.surnames.get(last)
    return f"{initials(first)}.{surname}" if surname else f"{first}.{last}".lower()


def contact(world: World, key: str, firm: Firm) -> Draft:
    """Somebody at an account; the first one there is the others' superior, now and then."""
    head = firm.people[0].key if firm.people else None
    values = {
        **person(world, firm), "account": Ref(firm.key), "owner": firm.owner,
        "reports_to": Ref(head) if head and world.chance(0.4) else None,
        "source": world.weighted(SOURCES) if world.chance(0.6) else None,
        "birthday": world.day(-365 * 58, -365 * 27).isoformat() if world.chance(0.25) else None,
        "email_opt_out": world.chance(0.06), "do_not_call": world.chance(0.02),
    }  # fmt: skip
    return Draft("contact", key, filled(values))


def lead(world: World, key: str, firm: Firm) -> Draft:
    """Somebody at a firm that is no account yet, who asked about a product."""
    product, source = world.one(firm.products), world.weighted(SOURCES)
    note, details = world.maybe(firm.tongue.lead_notes, 0.6), firm.tongue.source_notes.get(source)
    values = {
        **person(world, firm), "company": firm.name, "industry": firm.trade.industry,
        "status": world.weighted(STATUSES), "rating": world.weighted(INTERESTS), "source": source,
        "source_note": world.one(details) if details else None, "interest": product,
        "amount": str(world.won(*firm.trade.prices)) if world.chance(0.5) else None,
        "description": note.format(product=product) if note else None, "owner": firm.owner,
        "website": f"https://www.{firm.domain}.example" if world.chance(0.3) else None,
    }  # fmt: skip
    return Draft("lead", key, filled(values))


def converted_lead(world: World, key: str, firm: Firm, deal: Draft, who: Mapping[str, Any]) -> Draft:
    """The lead that this deal came of. `who` are the values of the contact whom it became."""
    values = {
        **lead(world, key, firm).values, **{field: who.get(field) for field in SHARED},
        "status": "converted", "rating": "hot", "account": deal.values["account"], "contact": deal.values["contact"],
        "opportunity": Ref(deal.key), "amount": deal.values["amount"], "owner": deal.values.get("owner"),
        "converted_at": world.moment(world.day(-200, -20)),
    }  # fmt: skip
    return Draft("lead", key, filled(values))
