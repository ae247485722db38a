"""What the address of the list of runs asks for, and how it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from hanok.engine.automation.listing import Search
from hanok.engine.automation.run import CANCELLED, DONE, FAILED, RUNNING, SKIPPED, STOPPED, WAITING
from hanok.engine.catalog import Catalog
from hanok.engine.records.former import called
from hanok.screens.audit.asking import Narrowed, day_of, id_of, period_of
from hanok.screens.automation.triggers import KINDS
from hanok.web.controls import Form

ADDRESS = "/admin/runs"
STATES = (RUNNING, WAITING, FAILED, DONE, STOPPED, SKIPPED, CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Narrowed):
    """The address of the list of runs, understood."""

    workflow: str = ""
    module: str = ""
    state: str = ""
    trigger: str = ""
    record: UUID | None = None

    @property
    def here(self) -> str:
        return ADDRESS

    @property
    def narrowed(self) -> bool:
        return bool(self.workflow or self.module or self.state or self.trigger or self.record or self.when)

    def said(self) -> Mapping[str, Any]:
        return {"workflow": self.workflow, "module": self.module, "state": self.state, "trigger": self.trigger,
                "record": self.record}  # fmt: skip

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
