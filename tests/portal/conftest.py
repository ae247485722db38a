"""The portal over a small site with a web form and a webhook."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine.automation.triggers.hooks import new_secret
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.portal.blueprint import blueprint
from hanok.web.frame import install
from tests.automation.triggering import a_site_of
from tests.builders import an_administrator, with_tables
from tests.databases import Filled
from tests.fields.fields import TYPES

LEAD = """
label: {en: Lead, ko: 가망고객}
title: "{{ name }}"
fields:
  name:  {type: text, label: {en: Name, ko: 이름}, required: true, length: 20}
  email: {type: email, label: {en: E-mail, ko: 이메일}}
  topic: {type: choice, label: {en: Topic, ko: 문의}, options: topic}
  notes: {type: long_text, label: {en: Message, ko: 남길 말}}
  agree: {type: boolean, label: {en: I agree, ko: 동의합니다}}
"""
TOPIC = "label: {en: Topic}\noptions: {price: {label: {en: Price, ko: 가격}}, visit: {label: {en: Visit, ko: 방문}}}\n"
CONTACT = """
label: {en: Contact form, ko: 문의 양식}
module: lead
trigger:
  webform:
    title: {en: Contact us, ko: 문의하기}
    text: {en: We answer within a day., ko: 하루 안에 답합니다.}
    fields: {name: {}, email: {required: true}, topic: {}, notes: {}, agree: {}}
    thanks: {en: Thank you!, ko: 고맙습니다!}
    origins: [https://www.example.com]
do: [{set: {notes: seen}}]
"""
ONWARD = CONTACT.replace("    thanks:", "    redirect: https://www.example.com/thanks\n    thanks:")
SHOP = """
label: {en: Shop}
module: lead
trigger: {webhook: {fields: {name: payload.customer.name, email: payload.customer.email}, key: email}}
do: [{set: {notes: seen}}]
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    workflows = {"contact": CONTACT, "onward": ONWARD, "shop": SHOP, "off": CONTACT + "active: false\n"}
    return a_site_of(workflows, {"modules/lead.yaml": LEAD, "options/topic.yaml": TOPIC})


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog) -> str:
    def fill(store: Store) -> None:
        with_tables(store, catalog)

    return prefilled(catalog, fill)


@pytest.fixture
def app(store: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(store, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint())
    return made


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def secret(store: Store, catalog: Catalog) -> str:
    keys = TYPES["encrypted"].keys  # type: ignore[attr-defined]  # the type holds the keys of its site
    with store.write() as conn:
        return new_secret(conn, catalog, keys, an_administrator(), "shop")
