"""Real modules with all that the language can say, over small ones that they refer to."""

from pathlib import Path

import pytest

from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.language import read_folder
from hanok.engine.store import Store
from tests.builders import CORE, TYPES, with_tables

EXAMPLES = Path(__file__).parent / "examples"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return compile_catalog([CORE, read_folder(EXAMPLES, name="site", root="site")], TYPES)


def test_they_compile_without_a_fault(catalog: Catalog) -> None:
    assert {"case", "event", "meeting", "opportunity", "quote", "target_list"} <= set(catalog.modules)
    assert [str(found) for found in catalog.advice if "scheduler" not in str(found)] == []


def test_their_tables_can_be_made(store: Store, catalog: Catalog) -> None:
    with with_tables(store, catalog).read() as conn:
        tables = set(catalog.metadata.tables)
        assert {"m_quote", "p_quote_lines", "l_event_delegates"} <= tables
        assert conn.dialect.has_table(conn, "l_event_delegates")


def test_fields_depend_on_their_record(catalog: Catalog) -> None:
    assert set(catalog.modules["opportunity"].dynamic) == {"last_stage"}
    assert set(catalog.modules["case"].picks) == {"status", "contacts"}
    assert catalog.modules["case"].picks["status"].depends == ("state",)
    assert catalog.modules["meeting"].rules["in_order"].field == "time"


def test_views_name_parts_and_paths(catalog: Catalog) -> None:
    meeting = catalog.modules["meeting"]
    assert meeting.views.list.columns == ("name", "related", "status", "time.start", "owner")
    assert meeting.views.list.sort == ("-time.start",)
    assert meeting.views.calendar is not None
    assert catalog.modules["target_list"].views.list.tree == "folder"
    kanban = catalog.modules["opportunity"].views.kanban
    assert kanban is not None
    assert kanban.sum == "amount.base"


def test_subpanels_show_what_is_tied(catalog: Catalog) -> None:
    delegates = catalog.modules["event"].subpanels["delegates"]
    assert [panel.module for panel in delegates.panels] == ["contact", "target", "lead"]
    assert delegates.panels[0].columns == ("title", "account", "email", "invited", "answer")
    assert delegates.panels[2].columns == ("title", "email", "invited", "answer")
    assert list(delegates.buttons) == ["add_list", "invited", "attended", "accepted", "declined", "send"]
    documents = catalog.modules["opportunity"].subpanels["documents"]
    assert documents.limit is not None


def test_actions_are_kept(catalog: Catalog) -> None:
    quote = catalog.modules["quote"].actions
    assert [step.kind for step in quote["invoice"].do] == ["create"]
    assert quote["invoice"].do[0].module == "invoice"
    assert quote["pdf"].at == ("record", "bulk")
