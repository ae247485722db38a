"""A change of type: another column, filled with what the new type takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.deploy import Live
from hanok.engine.deploy.conversion import Conversion
from hanok.engine.deploy.prepare import Preparation
from hanok.engine.errors import Refused
from tests.builders import an_administrator
from tests.deploy.conftest import House

RATE, SIZE = "{type: decimal, places: 3}", "{type: integer, min: 0}"


def values(house: House, key: str, *, module: str = "company") -> list[Any]:
    """The values of a field as records read them, by the order in which the records were made."""
    live = house.live()
    with live.read() as (conn, catalog):
        page = records.page(conn, catalog, an_administrator(), records.Query(module=module, sort=("created_at",)))
    return [row[key] for row in page.rows]


def test_values_that_the_new_type_takes_are_carried_over(lived_in: House) -> None:
    lived_in.change(SIZE, "{type: text}")
    (step,) = [step for step in lived_in.plan().steps if step.kind == "convert"]
    assert str(step.sentence) == "“company.size” changes from integer to text; values carried over: 3."
    assert not step.loses
    lived_in.deploy()
    assert values(lived_in, "size") == ["0", "10", "20"]
    columns = lived_in.live().catalog.modules["company"].fields["size"].columns
    assert columns == {"": "size$2", "folded": "size$2$folded"}


def test_the_old_values_stay_where_they_were(lived_in: House) -> None:
    lived_in.change(SIZE, "{type: text}")
    lived_in.deploy()
    assert [row["size"] for row in lived_in.rows("m_company", "size")] == [0, 10, 20]


def test_values_that_the_new_type_does_not_take_are_a_loss_to_accept(lived_in: House) -> None:
    lived_in.change("{type: long_text, search: true}", "{type: date}")
    with lived_in.store.write() as conn:
        table = lived_in.live().catalog.modules["company"].table
        conn.execute(table.update().values(story="once upon a time"))
    (step,) = lived_in.plan().losses
    assert (step.key, step.rows) == ("company.story", 3)
    with pytest.raises(Refused, match=r"company\.story"):
        lived_in.deploy()
    lived_in.deploy(accept=["company.story"])
    assert values(lived_in, "story") == [None, None, None]


def test_a_single_value_that_is_refused_stops_the_deploy_before_anything_is_seen(lived_in: House) -> None:
    lived_in.change(RATE, "{type: decimal, places: 1}")
    with pytest.raises(Refused, match=r"Values of “company\.rate” that cannot be carried over: 3, such as 1\.25"):
        lived_in.deploy()
    live = lived_in.live()
    assert live.catalog.revision == 1
    assert [str(value) for value in values(lived_in, "rate")] == ["1.250"] * 3
    lived_in.deploy(accept=["company.rate"])
    assert values(lived_in, "rate") == [None] * 3


def edit(live: Live, number: int, **raw: Any) -> None:
    """Changes the company that was made as the n-th."""
    admin = an_administrator()
    with live.read() as (conn, catalog):
        query = records.Query(module="company", sort=("created_at",))
        found = records.page(conn, catalog, admin, query).rows[number]
    live.write(
        lambda conn, catalog: records.update(conn, catalog, admin, "company", found.id, raw, version=found.version)
    )


def test_a_value_can_go_there_and_back_with_what_was_changed_meanwhile(lived_in: House) -> None:
    lived_in.change(RATE, "{type: decimal, places: 4}")
    lived_in.deploy()
    edit(lived_in.live(), 0, rate="9.5")
    edit(lived_in.live(), 1, rate="")
    lived_in.change("{type: decimal, places: 4}", RATE)
    lived_in.deploy()
    assert lived_in.live().catalog.modules["company"].fields["rate"].columns[""] == "rate"
    assert values(lived_in, "rate") == [Decimal("9.5"), None, Decimal("1.25")]


def test_what_is_saved_between_prepare_and_switch_is_carried_over_too(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A record is changed, one is emptied and one is made, all on the old catalog."""
    live, prepare = lived_in.live(), Preparation.run

    def run(preparation: Preparation) -> None:
        prepare(preparation)
        edit(live, 0, size="77")
        edit(live, 1, size="")
        live.write(
            lambda conn, catalog: records.create(
                conn, catalog, an_administrator(), "company", {"name": "새", "size": "5"}
            )
        )

    monkeypatch.setattr(Preparation, "run", run)
    lived_in.change(SIZE, "{type: text}")
    lived_in.deploy()
    assert values(lived_in, "size") == ["77", None, "20", "5"]


def test_a_copy_goes_on_over_many_batches(lived_in: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conversion.batch, "__kwdefaults__", {"since": None, "size": 2})
    lived_in.change(SIZE, "{type: text}")
    lived_in.deploy()
    assert values(lived_in, "size") == ["0", "10", "20"]
