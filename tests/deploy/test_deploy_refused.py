"""A deploy that is refused on its way leaves nothing that anybody could notice."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hanok.engine.deploy.physical import Present
from hanok.engine.errors import Refused
from tests.builders import a_record
from tests.deploy.conftest import House


def test_no_index_goes_on_refusing_values_that_a_refused_deploy_wanted_unique(lived_in: House) -> None:
    """Two sizes become equal texts while the plan, which found none, is being prepared."""
    catalog = lived_in.live().catalog
    a_record(lived_in.store, catalog, "company", name="한솔", size=20)
    lived_in.change("{type: integer, min: 0}", "{type: text, unique: true}")
    with pytest.raises(Refused, match="occur more than once"):
        lived_in.deploy()
    with lived_in.store.read() as conn:
        present = Present.of(conn)
    assert not present.broken
    assert not [name for name in present.indexes if name.startswith("u_m_company_size")]
    a_record(lived_in.store, catalog, "company", name="한별", size=20)


def test_an_index_that_was_cut_off_and_is_no_longer_wanted_goes(lived_in: House, dialect: str) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite builds indexes in transactions")
    lived_in.change("{type: date}", "{type: date, unique: true}")
    (statement,) = [step.statements[0] for step in lived_in.plan().steps if step.kind == "unique"]
    with pytest.raises(sa.exc.IntegrityError), lived_in.store.apart() as conn:
        conn.execute(statement)
    lived_in.change("{type: date, unique: true}", "{type: date}")
    lived_in.deploy()
    with lived_in.store.read() as conn:
        assert not Present.of(conn).broken
    assert lived_in.plan().empty
