"""A live revision that this program refuses, as an older one was less strict: it says what, and there is a way on."""

from __future__ import annotations

import orjson
import pytest
import sqlalchemy as sa

from hanok.engine.deploy import deploy, layers_of, load_live, make_plan
from hanok.engine.errors import MetadataError
from hanok.engine.store.tables import revision
from tests.builders import TYPES
from tests.deploy.conftest import House


@pytest.fixture
def refused(lived_in: House) -> House:
    """The second revision holds a type that there is none of any longer."""
    lived_in.change("founded:", "city: {type: text}\n  founded:")
    lived_in.deploy()
    with lived_in.store.write() as conn:
        here = revision.c.id == 2
        layers = conn.scalar(sa.select(revision.c.layers).where(here))
        text = orjson.dumps(layers).decode().replace("city: {type: text}", "city: {type: vanished}")
        conn.execute(revision.update().where(here).values(layers=orjson.loads(text)))
    return lived_in


def test_it_is_not_served_and_says_what_is_refused_and_where(refused: House) -> None:
    with pytest.raises(MetadataError, match=r"site/modules/company\.yaml:10:\d+ .*vanished"):
        load_live(refused.store, TYPES)


def test_correcting_the_files_and_deploying_them_is_a_way_on(refused: House) -> None:
    assert refused.deploy() == 3
    assert len(refused.rows("m_company", "name", "size", "city")) == 3
    assert refused.plan().empty


def test_going_back_is_another_one(refused: House) -> None:
    with refused.store.read() as conn:
        first = layers_of(conn, 1)
    plan = make_plan(refused.store, first, TYPES)
    assert not plan.losses
    assert deploy(refused.store, plan) == 3
    assert [row["size"] for row in refused.rows("m_company", "size")] == [0, 10, 20]
