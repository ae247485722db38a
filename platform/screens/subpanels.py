"""A subpanel, decided: records that point at the one they stand under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from hanok.engine.catalog.model import Module, Subpanel
from hanok.engine.errors import Message
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Page, Query, Record
from hanok.screens import cells
from hanok.screens.deadlines import columns_to_ask
from hanok.screens.words import Formats

SIZE = 5
COUNT_CAP = 1000


@dataclass(frozen=True, slots=True)
class SubpanelPage:
    """Everything that one subpanel prints. `create_url` is "" where the actor may not create."""

    key: str
    label: str
    record_label: str
    module: str
    url: str
    all_url: str
    table: cells.Table
    total: int
    capped: bool
    previous: str
    next: str
    create_url: str
    picker: Field
    may_link: bool
    may_unlink: bool
    problem: Message | None = None


def query(panel: Subpanel, module: Module, parent: Record, *, after: str = "", before: str = "") -> Query:
    """The records that stand under this one."""
    here: Mapping[str, Any] = {panel.field: str(parent.id)}
    return Query(
        module=panel.module,
        where={"all": [here, panel.where]} if panel.where else here,
        sort=panel.sort,
        columns=columns_to_ask(module, panel.columns),
        size=SIZE,
        after=after or None,
        before=before or None,
    )


def build(
    panel: Subpanel,
    module: Module,
    parent: Record,
    page: Page,
    total: int,
    *,
    formats: Formats,
    may_create: bool,
    may_edit: bool,
    problem: Message | None = None,
) -> SubpanelPage:
    """`module` is the one whose records are shown, `may_edit` whether the actor may change any of its records."""
    url = f"/{parent.module}/{parent.id}/_sub/{panel.key}"
    link, language = module.field(panel.field), formats.language
    loose = not link.required
    return SubpanelPage(
        key=panel.key,
        label=in_language(panel.label, language),
        record_label=in_language(module.label, language),
        module=module.key,
        url=url,
        all_url=f"/{module.key}?" + urlencode({"filter": "all", panel.field: str(parent.id)}),
        table=cells.table(module, panel.columns, page.rows, formats),
        total=min(total, COUNT_CAP),
        capped=total > COUNT_CAP,
        previous=f"{url}?" + urlencode({"before": page.previous}) if page.previous else "",
        next=f"{url}?" + urlencode({"after": page.next}) if page.next else "",
        create_url=_create_url(panel, parent) if "create" in panel.actions and may_create else "",
        picker=replace(link, key="id", targets=(panel.module,), label=module.label, settings={}),
        may_link="link" in panel.actions and may_edit and not link.readonly,
        may_unlink="unlink" in panel.actions and may_edit and loose and not link.readonly,
        problem=problem,
    )


def _create_url(panel: Subpanel, parent: Record) -> str:
    """The form with the link filled in; it comes back here afterwards."""
    return f"/{panel.module}/new?" + urlencode({panel.field: str(parent.id), "next": f"/{parent.module}/{parent.id}"})
