"""The actions of the shipped modules do what their buttons say."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import acting
from hanok.engine.store import Store
from tests.builders import a_record, an_administrator, with_tables
from tests.metadata.test_shipped import LANGUAGES, TYPES, layers


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return compile_catalog(layers(), TYPES)


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def after(store: Store, catalog: Catalog, module: str, action: str, ask: Any = None, **raw: Any) -> records.Record:
    """The record as the action leaves it."""
    made = a_record(store, catalog, module, name="서버 교체", **raw)
    with store.write() as conn:
        done = acting.act(conn, catalog, an_administrator(), module, [made.id], action, ask=ask).done
        return records.get(conn, catalog, an_administrator(), module, done[0].id)


def a_deal(store: Store, catalog: Catalog) -> dict[str, str]:
    account = a_record(store, catalog, "account", name="한빛전자")
    return {"account": str(account.id), "amount": "1000", "close_date": "2026-12-31"}


@pytest.mark.parametrize(("action", "stage"), [("won", "won"), ("hold", "on_hold")])
def test_a_deal_ends(filled: Store, catalog: Catalog, action: str, stage: str) -> None:
    assert after(filled, catalog, "opportunity", action, **a_deal(filled, catalog))["stage"] == stage


def test_a_lost_deal_says_why(filled: Store, catalog: Catalog) -> None:
    deal = a_deal(filled, catalog)
    with pytest.raises(Invalid):
        after(filled, catalog, "opportunity", "lost", **deal)
    lost = after(filled, catalog, "opportunity", "lost", {"reason": "price"}, **deal)
    assert (lost["stage"], lost["lost_reason"]) == ("lost", "price")


def test_a_task_is_done_now(filled: Store, catalog: Catalog) -> None:
    done = after(filled, catalog, "task", "done")
    assert (done["status"], done["done_at"] is not None) == ("done", True)


@pytest.mark.parametrize(("action", "status"), [("close", "closed"), ("reject", "rejected")])
def test_a_case_ends_now(filled: Store, catalog: Catalog, action: str, status: str) -> None:
    closed = after(filled, catalog, "case", action)
    assert (closed["status"], closed["closed_at"] is not None) == (status, True)


def test_every_shipped_action_can_be_run_and_is_named_in_both_languages(catalog: Catalog) -> None:
    found = [action for module in catalog.every.values() for action in module.actions.values()]
    assert found
    assert not [action.key for action in found if acting.not_yet(action) or set(action.label) != LANGUAGES]
    questions = [question for action in found for question in action.ask.values()]
    assert not [question.key for question in questions if set(question.label) != LANGUAGES]
