"""Webhooks: signed requests of other systems become records, once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.automation.signing import signature
from hanok.engine.automation.triggers.hooks import (
    Again,
    Request,
    Unreadable,
    Unsigned,
    new_secret,
    renew_secrets,
    secrets_of,
    take,
)
from hanok.engine.automation.triggers.incoming import Taken
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, MetadataError, NotFound, Refused
from hanok.engine.fields.keys import Keys, new_key
from hanok.engine.jobs import Surroundings
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from hanok.engine.store.trigger_tables import hook
from tests.automation.triggering import a_site_of, runs_of, surroundings_of
from tests.builders import a_record, a_user, an_administrator

ORDER = """
label: {en: Order, ko: 주문}
title: "{{ number }}"
fields:
  number: {type: text, required: true}
  amount: {type: decimal}
  buyer:  {type: text}
  sku:    {type: text}
"""
SHOP = """
label: {en: Orders of the shop, ko: 쇼핑몰 주문}
module: order
trigger:
  webhook:
    fields: {number: payload.order.no, amount: payload.order.total, buyer: payload.customer.name, sku: payload.items.0.sku}
    key: number
do: [{set: {buyer: seen}}]
"""  # noqa: E501
BARE = "label: {en: Ping}\nmodule: order\ntrigger: webhook\ndo: [{create: {module: order, values: {number: pinged}}}]\n"
KEYS = Keys((new_key(),))
SENT = {"order": {"no": "A-1", "total": "12.50"}, "customer": {"name": "김하나"}, "items": [{"sku": "X"}]}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_site_of({"shop": SHOP, "ping": BARE}, {"modules/order.yaml": ORDER})


@pytest.fixture
def site(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    return surroundings_of(store, catalog, tmp_path)


@pytest.fixture
def secret(site: Surroundings, catalog: Catalog) -> str:
    with site.store.write() as conn:
        return new_secret(conn, catalog, KEYS, an_administrator(), "shop")


def send(
    site: Surroundings, secret: str, said: Any = SENT, *, to: str = "shop", ago: int = 0, key: str = ""
) -> Taken:
    body = said if isinstance(said, bytes) else orjson.dumps(said)
    request = Request(body, signature(secret, body, int(time.time()) - ago), key, "192.0.2.1")
    with site.store.write() as conn:
        return take(conn, site.live.catalog, KEYS, to, request)


def orders(site: Surroundings) -> list[records.Record]:
    query = records.Query(module="order", columns=("number", "amount", "buyer", "sku"), sort=("number",))
    with site.store.read() as conn:
        return list(records.page(conn, site.live.catalog, an_administrator(), query).rows)


def test_a_request_becomes_a_record_and_begins_the_workflow(site: Surroundings, secret: str) -> None:
    taken = send(site, secret)
    (order,), (row,) = orders(site), runs_of(site.store, "shop")
    assert (order["number"], str(order["amount"]), order["buyer"], order["sku"]) == ("A-1", "12.50", "김하나", "X")
    assert taken.run == row["id"] and row["record"] == order.id
    assert row["cause"]["values"] == SENT and row["trigger"] == "webhook"


def test_the_record_with_the_same_key_gets_what_was_sent(site: Surroundings, secret: str) -> None:
    send(site, secret)
    taken = send(site, secret, {"order": {"no": "a-1"}, "customer": {"name": "이두리"}})
    (order,) = orders(site)
    assert (order["buyer"], str(order["amount"]), taken.made) == ("이두리", "12.50", False)
    assert len(runs_of(site.store, "shop")) == 2


def test_who_does_not_know_the_secret_or_comes_late_is_refused(site: Surroundings, secret: str) -> None:
    for wrong, ago in (("guess", 0), (secret, 301), (secret, -301), ("", 0)):
        with pytest.raises(Unsigned):
            send(site, wrong, ago=ago)
    with pytest.raises(Unsigned):
        send(site, secret, to="ping")  # which has none
    assert orders(site) == []


def test_a_request_is_taken_once(site: Surroundings, secret: str) -> None:
    body = orjson.dumps(SENT)
    request = Request(body, signature(secret, body, int(time.time())))
    runs = []
    for _ in range(2):
        try:
            with site.store.write() as conn:
                runs.append(take(conn, site.live.catalog, KEYS, "shop", request).run)
        except Again as again:
            runs.append(again.run)
    assert runs[0] == runs[1] is not None and len(runs_of(site.store, "shop")) == 1


@pytest.mark.parametrize("anew", ["{made}, {at}", "{at},{made},x=1", "v1=0,{at},{made}", "t=1,{at} ,{made}"])
def test_a_request_whose_header_is_written_otherwise_is_the_same(site: Surroundings, secret: str, anew: str) -> None:
    body = orjson.dumps(SENT)
    header = signature(secret, body, int(time.time()))
    at, made = header.split(",")
    with site.store.write() as conn:
        take(conn, site.live.catalog, KEYS, "shop", Request(body, header))
    with pytest.raises((Again, Unsigned)), site.store.write() as conn:
        take(conn, site.live.catalog, KEYS, "shop", Request(body, anew.format(at=at, made=made)))
    assert len(runs_of(site.store, "shop")) == 1


def test_a_sender_s_own_key_is_taken_once_however_it_is_signed(site: Surroundings, secret: str) -> None:
    first = send(site, secret, key="order-1")
    with pytest.raises(Again) as again:
        send(site, secret, ago=3, key="order-1")
    assert again.value.run == first.run
    assert send(site, secret, ago=3, key="order-2").run != first.run


def test_what_is_wrong_is_said_and_leaves_nothing(site: Surroundings, secret: str) -> None:
    deep = b'{"a":' * 400 + b"1" + b"}" * 400
    for said, error in ((b"{", Unreadable), (b"[1]", Unreadable), (deep, Unreadable), ({"order": {}}, Invalid),
                        ({"order": {"no": "A-1", "total": "much"}}, Invalid),
                        ({"order": {"no": {"a": 1}}}, Invalid)):  # fmt: skip
        with pytest.raises(error):
            send(site, secret, said)
    assert orders(site) == [] and runs_of(site.store, "shop") == []
    assert send(site, secret).made, "and may be sent again once it is right"


def test_a_number_fills_a_text(site: Surroundings, secret: str) -> None:
    send(site, secret, {"order": {"no": 4711, "total": 12.5}})
    assert [(one["number"], str(one["amount"])) for one in orders(site)] == [("4711", "12.50")]


def test_a_key_that_several_records_have_is_refused(site: Surroundings, secret: str) -> None:
    for _ in range(2):
        a_record(site.store, site.live.catalog, "order", number="A-1")
    with pytest.raises(Refused):
        send(site, secret)


def test_one_that_fills_no_fields_begins_a_run_about_no_record(site: Surroundings, catalog: Catalog) -> None:
    with site.store.write() as conn:
        secret = new_secret(conn, catalog, KEYS, an_administrator(), "ping")
    taken = send(site, secret, {"hello": 1}, to="ping")
    (row,) = runs_of(site.store, "ping")
    assert (taken.record, row["record"], row["cause"]["values"]) == (None, None, {"hello": 1})


def test_a_secret_is_said_once_and_replaced_at_once(site: Surroundings, catalog: Catalog, secret: str) -> None:
    with site.store.write() as conn:
        newer = new_secret(conn, catalog, KEYS, an_administrator(), "shop")
        assert set(secrets_of(conn)) == {"shop"}
        kept = str(conn.execute(sa.select(hook)).all())
        told = list(conn.scalars(sa.select(deed.c.action).where(deed.c.subject == "webhook").order_by(deed.c.id)))
    assert secret not in kept and newer not in kept
    assert told == ["made", "changed"]
    with pytest.raises(Unsigned):
        send(site, secret)
    assert send(site, newer).made


def test_only_administrators_make_secrets(site: Surroundings, catalog: Catalog) -> None:
    somebody = a_user(site.store, catalog, "somebody")
    with pytest.raises(Denied), site.store.write() as conn:
        new_secret(conn, catalog, KEYS, somebody, "shop")
    with pytest.raises(NotFound), site.store.write() as conn:
        new_secret(conn, catalog, KEYS, an_administrator(), "nothing")


def test_secrets_are_locked_anew_with_a_new_key(site: Surroundings, secret: str) -> None:
    both = Keys((new_key(), *KEYS.written))
    with site.store.write() as conn:
        assert renew_secrets(conn, both) == 1
        row = conn.execute(sa.select(hook.c.secret)).one()
    assert Keys(both.written[:1]).opened(row.secret) == secret


@pytest.mark.parametrize("said", ["{number: order.no}", "{number: payload}", "{nmber: payload.no}", "{id: payload.id}"])
def test_places_that_are_none_are_reported(said: str) -> None:
    written = f"label: {{en: X}}\nmodule: order\ntrigger: {{webhook: {{fields: {said}}}}}\ndo: []\n"
    with pytest.raises(MetadataError, match=r"workflows/x.yaml"):
        a_site_of({"x": written}, {"modules/order.yaml": ORDER})
