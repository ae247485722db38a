"""What the address of the list of runs asks for, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from hanok.engine.automation.listing import Search
from hanok.engine.automation.run import CANCELLED, DONE, FAILED, RUNNING, SKIPPED, STOPPED, WAITING
from hanok.engine.catalog import Catalog
from hanok.engine.records.former import called
from hanok.screens.audit.asking import CUSTOM, PERIODS, begin_of, day_of, id_of, period_of
from hanok.screens.automation.triggers import KINDS
from hanok.web.controls import Form

ADDRESS = "/admin/runs"
STATES = (RUNNING, WAITING, FAILED, DONE, STOPPED, SKIPPED, CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The address of the list of runs, understood. `when` is a period, `custom` (`first` to `last`) or "" for all."""

    zone: str
    today: date
    workflow: str = ""
    module: str = ""
    state: str = ""
    trigger: str = ""
    record: UUID | None = None
    when: str = ""
    first: date | None = None
    last: date | None = None
    after: UUID | None = None
    before: UUID | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.workflow or self.module or self.state or self.trigger or self.record or self.when)

    def pairs(self) -> dict[str, str]:
        """The parts of the address that say something."""
        custom = self.when == CUSTOM
        said: dict[str, Any] = {
            "workflow": self.workflow, "module": self.module, "state": self.state, "trigger": self.trigger,
            "record": self.record, "when": self.when, "from": self.first if custom else None,
            "to": self.last if custom else None, "after": self.after, "before": self.before,
        }  # fmt: skip
        return {key: str(value) for key, value in said.items() if value}

    def url(self, path: str = "", **changes: Any) -> str:
        """The address with some of it changed; from its first page, where nothing else is said."""
        query = urlencode(replace(self, **{"after": None, "before": None, **changes}).pairs())
        return f"{ADDRESS}{path}{'?' + query if query else ''}"

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The first moment that is meant, and the first that is not any more, in the reader's zone."""
        first, last = self.first, self.last
        if self.when in PERIODS:
            first, last = self.today - timedelta(days=PERIODS[self.when][1] - 1), self.today
        elif self.when != CUSTOM:
            return None, None
        return begin_of(first, self.zone), begin_of(last and last + timedelta(days=1), self.zone)

    def search(self, catalog: Catalog) -> Search:
        """The question to the engine."""
        since, until = self.span
        modules = tuple(called(catalog, self.module)) if self.module else ()
        return Search(workflow=self.workflow, modules=modules, state=self.state, trigger=self.trigger,
                      record=self.record, since=since, until=until)  # fmt: skip


def read(catalog: Catalog, args: Form, *, zone: str, today: date) -> Asked:
    """What an address asks for. A workflow that is gone may still be asked for by its key."""
    first, last = day_of(args.get("from", "")), day_of(args.get("to", ""))
    module, state, trigger = args.get("module", ""), args.get("state", ""), args.get("trigger", "")
    return Asked(
        zone=zone, today=today, workflow=args.get("workflow", "")[:80],
        module=module if module in catalog.every else "", state=state if state in STATES else "",
        trigger=trigger if trigger in KINDS else "", record=id_of(args.get("record", "")),
        when=period_of(args.getlist("when"), is_custom=bool(first or last)), first=first, last=last,
        after=id_of(args.get("after", "")), before=id_of(args.get("before", "")),
    )  # fmt: skip
