"""No module can be called like an address of the platform."""

from __future__ import annotations

from hanok.app import create_app
from hanok.engine.deploy import Live
from hanok.engine.fields import BUILT_IN
from hanok.engine.language import KEY, RESERVED_MODULE_KEYS
from hanok.engine.store import Store
from tests.builders import a_catalog, with_tables


def test_every_fixed_address_is_a_reserved_word(store: Store) -> None:
    catalog = a_catalog()
    with_tables(store, catalog)
    app = create_app(Live(store, {found.key: found() for found in BUILT_IN}, catalog), {"secret_key": "x" * 32})
    heads = {str(rule).strip("/").partition("/")[0] for rule in app.url_map.iter_rules()}
    fixed = {head for head in heads if KEY.fullmatch(head)}
    assert fixed
    assert fixed <= RESERVED_MODULE_KEYS
