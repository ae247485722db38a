"""What a store tells to others: nothing."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from hanok.engine.errors import Refused
from hanok.engine.store import Store, open_store
from hanok.engine.store.tables import setting


def test_only_its_owner_reads_a_new_database(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    store.upgrade()
    rights = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert rights == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}
    store.dispose()


def test_an_error_holds_no_values(store: Store) -> None:
    twice = setting.insert().values([{"key": "secret", "value": "달빛 아래 기와집"}] * 2)
    with pytest.raises(sa.exc.IntegrityError) as caught, store.write() as conn:
        conn.execute(twice)
    assert "달빛" not in str(caught.value).split("DETAIL")[0]


@pytest.mark.parametrize(
    "address", ["postgresql://u:hunter2@host:port/db", "postgresql:u:hunter2", "hunter2", "mysql://u:hunter2@host/db",
     "postgresql://u:p@hunter2@host/db"],
)  # fmt: skip
def test_an_address_that_cannot_be_read_is_not_said(address: str) -> None:
    with pytest.raises(Refused) as caught:
        open_store(address)
    assert "hunter2" not in str(caught.value)
