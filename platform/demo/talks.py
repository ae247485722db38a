"""What is said and written about deals, leads, cases and accounts: calls, meetings, notes, documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from hanok.demo.drafts import Draft, Ref, filled
from hanok.demo.firms import Firm
from hanok.demo.hangul import with_particles
from hanok.demo.world import World

PAST = {"held": 86, "cancelled": 6, "planned": 8}
RESULTS = {"reached": 70, "message": 10, "later": 12, "no_answer": 8}
MINUTES = (3, 5, 8, 12, 15, 20, 35)
HOURS = (10, 11, 14, 15, 16)
DOCUMENT_STATUSES = {"active": 70, "in_review": 15, "draft": 10, "replaced": 5}


def call(world: World, key: str, about: Draft, firm: Firm) -> Draft:
    """A call of the last two months, or of the next two weeks."""
    day = world.day(-60, 14)
    status = world.weighted(PAST) if day < world.today else "planned"
    held = status == "held"
    values = {
        **_about(about), "name": world.one(firm.tongue.calls[about.module]), "status": status,
        "direction": "outbound" if world.chance(0.7) else "inbound", "start": world.moment(day),
        "duration": f"{world.one(MINUTES)}m" if held else None, "result": world.weighted(RESULTS) if held else None,
        "description": _told(world, firm, firm.tongue.call_notes) if held and world.chance(0.7) else None,
    }  # fmt: skip
    return Draft("call", key, filled(values))


def meeting(world: World, key: str, about: Draft, firm: Firm) -> Draft:
    """A meeting of the last two months, or of the next three weeks, with whoever works on it and their people."""
    day, hour = world.day(-60, 21), world.one(HOURS)
    status = world.weighted(PAST) if day < world.today else "planned"
    values = {
        **_about(about), "name": world.one(firm.tongue.meetings.get(about.module, firm.tongue.meetings["account"])),
        "status": status, "held_on": f"{_at(day, hour)} ~ {_at(day, hour + 1)}",
        "place": _told(world, firm, firm.tongue.places), "invitees": _invited(about) or None,
        "result": _told(world, firm, firm.tongue.meeting_results) if status == "held" else None,
    }  # fmt: skip
    return Draft("meeting", key, filled(values))


def note(world: World, key: str, about: Draft, firm: Firm) -> Draft:
    return Draft("note", key, filled({**_about(about), "text": _told(world, firm, firm.tongue.notes)}))


def document(world: World, key: str, about: Draft, firm: Firm) -> Draft:
    """A paper about it, often in a later version."""
    category = world.one(sorted(firm.tongue.documents))
    published, revised = world.day(-90, -1), world.chance(0.4)
    values = {
        **_about(about), "name": _filled(world, firm, firm.tongue.documents[category]), "category": category,
        "status": world.weighted(DOCUMENT_STATUSES), "published": published.isoformat(),
        "expires": world.day(30, 300).isoformat() if category in ("quote", "contract") else None,
        "revision": world.one(("1.1", "1.2", "2.0")) if revised else "1.0",
        "revision_note": world.one(firm.tongue.revisions) if revised else None,
    }  # fmt: skip
    return Draft("document", key, filled(values))


def _about(about: Draft) -> dict[str, object]:
    """The links of what is about a record: to it, and to whom it is about itself."""
    known = {key: about.values.get(key) for key in ("owner", "account", "contact")}
    return {**known, about.module: Ref(about.key)}


def _invited(about: Draft) -> tuple[Ref, ...]:
    return tuple(found for key in ("owner", "contact") if isinstance(found := about.values.get(key), Ref))


def _at(day: date, hour: int) -> str:
    return f"{day.isoformat()}T{hour:02}:00+09:00"


def _told(world: World, firm: Firm, among: Sequence[str]) -> str:
    return _filled(world, firm, world.one(among))


def _filled(world: World, firm: Firm, text: str) -> str:
    return with_particles(text.format(product=world.one(firm.products), firm=firm.name, town=firm.town.city))
