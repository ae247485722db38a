"""A subpanel, decided: records that point at the one they stand under."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from hanok.engine.catalog.ends import PARENT
from hanok.engine.catalog.model import Module, Subpanel
from hanok.engine.errors import Message
from hanok.engine.fields import Field, in_language
from hanok.engine.fields.link import Link
from hanok.engine.records import Page, Query, Record, Under
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
    needed = (PARENT,) if module.parent else ()
    return Query(
        module=panel.module,
        limit=panel.limit,
        record=parent.values,
        under=Under(parent.module, parent.id, panel.end),
        sort=panel.sort,
        columns=(*columns_to_ask(module, panel.columns), *needed),
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
    home: Module,
    problem: Message | None = None,
) -> SubpanelPage:
    """`module` is the one whose records are shown under one of `home`.

    `may_edit` says whether the actor may change any of its records.
    """
    url = f"/{parent.module}/{parent.id}/_sub/{panel.key}"
    language, tied = formats.language, not panel.field
    link = module.field(panel.field) if panel.field else module.system["created_by"]
    loose, free = tied or not link.required, tied or not link.readonly
    return SubpanelPage(
        key=panel.key,
        label=in_language(panel.label, language),
        record_label=in_language(module.label, language),
        module=module.key,
        url=url,
        all_url="" if tied else f"/{module.key}?" + urlencode({"filter": "all", panel.field: str(parent.id)}),
        table=cells.table(module, panel.columns, page.rows, formats, ties=home.ends[panel.end].own),
        total=min(total, COUNT_CAP),
        capped=total > COUNT_CAP,
        previous=f"{url}?" + urlencode({"before": page.previous}) if page.previous else "",
        next=f"{url}?" + urlencode({"after": page.next}) if page.next else "",
        create_url=_create_url(panel, parent, home) if "create" in panel.actions and may_create else "",
        picker=Field(module.key, "id", Link(), module.label, targets=(panel.module,)),
        may_link="link" in panel.actions and may_edit and free and not module.parent,
        may_unlink="unlink" in panel.actions and may_edit and loose and free and not module.parent,
        problem=problem,
    )


def _create_url(panel: Subpanel, parent: Record, home: Module) -> str:
    """The form with the link filled in; it comes back here afterwards. "" where no form of theirs could fill it in."""
    end = home.ends[panel.end]
    if end.kind == "lines" or "." in panel.module or (end.kind == "links" and end.forwards):
        return ""
    here = f"{parent.module}:{parent.id}" if end.several else str(parent.id)
    return f"/{panel.module}/new?" + urlencode({end.field: here, "next": f"/{parent.module}/{parent.id}"})
