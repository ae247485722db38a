"""A dry run leaves nothing behind, whatever its steps are: no number is taken, no turn has passed, nothing is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hanok.engine.accounts.grants import grant
from hanok.engine.automation.trying import dry_run
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy import Live
from hanok.engine.fields import Linked
from hanok.engine.language import Layer, read_folder
from hanok.engine.store import Store
from tests.builders import CORE, TYPES, a_record, a_user
from tests.mail.conftest import SHIPPED

EVERYTHING = """
label: {en: Everything}
module: lead
trigger: {event: created}
do:
  - assign: {to: {round_robin: {role: sales_rep}}}
  - create: {module: case, values: {name: "{{ last_name }}"}}
  - notify: {to: $record.owner, text: {en: Look}}
  - email: {to: $record.email, subject: {ko: "{{ last_name }}"}, text: {ko: 안녕하세요}}
  - webhook: {url: "https://example.com/{{ last_name }}"}
  - message: {to: "+821012345678", text: {en: Hello}}
  - approval: {by: $record.owner, approved: [{set: {status: assigned}}], rejected: []}
  - wait: {for: 3d}
  - set: {last_name: Changed}
"""


def everything_in(store: Store) -> dict[str, Any]:
    with store.read() as conn:
        tables = sa.MetaData()
        tables.reflect(conn)
        return {
            name: sorted(map(repr, conn.execute(sa.text(f'select * from "{name}"'))))
            for name in tables.tables if "search" not in name
        }  # fmt: skip


def test_a_dry_run_leaves_nothing_behind(store: Store, crm: Catalog, tmp_path: Path) -> None:
    layers = [CORE, read_folder(SHIPPED, name="shipped", root="metadata")]
    draft = compile_catalog([*layers, Layer("site", {"workflows/all.yaml": EVERYTHING}, root="site")], TYPES)
    rep = a_user(store, crm, "rep", "sales_rep")
    with store.write() as conn:
        grant(conn, rep.id, "sales_rep")
    lead = a_record(store, crm, "lead", last_name="김", email="kim@example.com")
    before = everything_in(store)

    outcome = dry_run(Live(store, TYPES, crm), draft.workflows["all"], [Linked("lead", lead.id, "")], catalog=draft)

    assert [one.state for one in outcome.runs] == ["done"], [one.steps[-1].told for one in outcome.runs]
    assert everything_in(store) == before and list(tmp_path.iterdir()) == []
