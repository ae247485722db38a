"""Puts the demo together: who works here, whom they know, what they talk about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from hanok.demo.company import COLLEAGUES, SALES, TEAMS, USERS, company
from hanok.demo.deals import opportunity
from hanok.demo.desk import case, task
from hanok.demo.drafts import Draft, Ref
from hanok.demo.firms import KINDS, Firm, Registry, account
from hanok.demo.people import contact, converted_lead, lead
from hanok.demo.tags import TAGS, tagged, tags
from hanok.demo.talks import call, document, meeting, note
from hanok.demo.world import World
from hanok.engine.catalog import Catalog
from hanok.engine.fields import Field

#: Records of each module for one account.
SHARES = {"account": 1.0, "contact": 1.6, "opportunity": 1.0, "lead": 0.8, "case": 0.6, "task": 1.2, "call": 0.9,
          "meeting": 0.4, "note": 0.8, "document": 0.3}  # fmt: skip
#: What tasks, calls, meetings, notes and documents are about.
ABOUT = {"opportunity": 50, "case": 20, "lead": 15, "account": 15}
CONVERTED = 0.14
ACTIVITIES = {"task": task, "call": call, "meeting": meeting, "note": note, "document": document}


def amounts(count: int) -> dict[str, int]:
    """How many records of each module `generate` makes for so many accounts."""
    shares = {module: round(count * share) for module, share in SHARES.items()}
    return {"team": len(TEAMS), "user": len(USERS), "employee": len(COLLEAGUES), "tag": len(TAGS), **shares}


def generate(catalog: Catalog, count: int, *, seed: int, today: date) -> Iterator[Draft]:
    """Drafts for `count` accounts, in an order in which each one refers only to those before it.

    What the site's catalog does not have (a module, a field, an option) is left out.
    """
    stages = catalog.options.get("sales_stage")
    probabilities = {
        found.key: int(found.attributes["probability"])
        for found in (stages.choices if stages else ()) if "probability" in found.attributes
    }  # fmt: skip
    for draft in _Story(World.of(seed, today), amounts(count), probabilities).drafts():
        if draft.module in catalog.modules:
            fields = catalog.modules[draft.module].fields
            values = {key: value for key, value in draft.values.items() if _fits(fields.get(key), value, catalog)}
            yield Draft(draft.module, draft.key, values, tuple(key for key in draft.roles if key in catalog.roles))


def _fits(field: Field | None, value: Any, catalog: Catalog) -> bool:
    if field is None or field.readonly:
        return False
    if isinstance(value, tuple):
        return set(field.members) <= set(catalog.modules)
    if isinstance(value, Ref):
        return bool(set(field.targets) & set(catalog.modules))
    return not field.choices or field.choice(str(value)) is not None


class _Story:
    """One run: the firms and drafts made so far, on which the later ones build."""

    def __init__(self, world: World, wanted: Mapping[str, int], probabilities: Mapping[str, int]) -> None:
        self.world = world
        self.wanted = wanted
        self.probabilities = probabilities
        self.registry = Registry(world)
        self.firms: list[Firm] = []
        self.made: dict[str, list[Draft]] = {module: [] for module in ABOUT}
        self.about: dict[str, Firm] = {}

    def drafts(self) -> Iterator[Draft]:
        yield from company(self.world.today)
        yield from tags()
        for make in (self._accounts, self._contacts, self._opportunities, self._leads, self._cases):
            yield from map(tagged, make())
        for module, active in ACTIVITIES.items():
            for number in range(self.wanted[module]):
                about = self._about()
                yield active(self.world, f"{module}-{number}", about, self.about[about.key])

    def _accounts(self) -> Iterator[Draft]:
        for number in range(self.wanted["account"]):
            firm = self.registry.firm(f"account-{number}")
            firm.kind = self.world.weighted(KINDS) if number else "customer"
            firm.owner = self._owner() if number else None
            self.firms.append(firm)
            yield self._keep(account(self.world, self.registry, firm), firm)

    def _contacts(self) -> Iterator[Draft]:
        """One at each account, then more at some."""
        for number in range(self.wanted["contact"]):
            firm = self.firms[number] if number < len(self.firms) else self.world.one(self.firms)
            firm.people.append(contact(self.world, f"contact-{number}", firm))
            yield firm.people[-1]

    def _opportunities(self) -> Iterator[Draft]:
        buyers = [firm for firm in self.firms if firm.kind in ("customer", "prospect")]
        for number in range(self.wanted["opportunity"]):
            firm = self.world.one(buyers)
            yield self._keep(opportunity(self.world, f"opportunity-{number}", firm, self.probabilities), firm)

    def _leads(self) -> Iterator[Draft]:
        people = {found.key: (firm, found.values) for firm in self.firms for found in firm.people}
        deals = [found for found in self.made["opportunity"] if "contact" in found.values]
        self.world.random.shuffle(deals)
        for number in range(self.wanted["lead"]):
            key = f"lead-{number}"
            if deals and self.world.chance(CONVERTED):
                deal = deals.pop()
                firm, who = people[deal.values["contact"].key]
                yield self._keep(converted_lead(self.world, key, firm, deal, who), firm)
                continue
            firm = self.registry.firm(key)
            firm.owner = self._owner()
            yield self._keep(lead(self.world, key, firm), firm)

    def _cases(self) -> Iterator[Draft]:
        customers = [firm for firm in self.firms if firm.kind == "customer"]
        for number in range(self.wanted["case"]):
            firm = self.world.one(customers)
            owner = Ref("daeun.jung") if self.world.chance(0.6) else self._owner()
            yield self._keep(case(self.world, f"case-{number}", firm, owner), firm)

    def _about(self) -> Draft:
        present = {module: share for module, share in ABOUT.items() if self.made[module]}
        return self.world.one(self.made[self.world.weighted(present)])

    def _owner(self) -> Ref | None:
        """A colleague of sales, or nobody: then whoever loads the demo becomes the owner."""
        return self.world.maybe([Ref(username) for username in SALES], 0.8)

    def _keep(self, draft: Draft, firm: Firm) -> Draft:
        self.made[draft.module].append(draft)
        self.about[draft.key] = firm
        return draft
