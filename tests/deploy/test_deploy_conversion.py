"""A change of type: another column, filled with what the new type takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.deploy import Live, deploy
from hanok.engine.deploy.conversion import Conversion
from hanok.engine.deploy.prepare import Preparation
from hanok.engine.deploy.retyping import lost_values
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
    (loss,) = lived_in.plan().losses
    assert str(loss.sentence) == (
        "“company.rate” changes from decimal to decimal; values carried over: 0; "
        "values that the new type refuses: 3, such as 1.250."
    )
    with pytest.raises(Refused, match=r"This would lose values\. Accept it for: company\.rate"):
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
    monkeypatch.setattr(Conversion.batch, "__kwdefaults__", {"since": None, "size": 2, "write": True})
    lived_in.change(SIZE, "{type: text}")
    lived_in.deploy()
    assert values(lived_in, "size") == ["0", "10", "20"]


def test_a_value_that_comes_while_a_plan_is_read_is_not_lost_without_a_word(lived_in: House) -> None:
    """Every value could be converted when the plan was made."""
    lived_in.change("{type: long_text, search: true}", "{type: text, length: 10}")
    plan = lived_in.plan()
    assert not plan.losses
    edit(lived_in.live(), 0, story="longer than ten signs")
    with pytest.raises(Refused, match=r"Values of “company\.story” that cannot be carried over: 1, such as longer"):
        deploy(lived_in.store, plan)
    assert lived_in.live().catalog.revision == 1


def test_every_value_that_would_be_lost_is_told_with_its_record(lived_in: House) -> None:
    edit(lived_in.live(), 1, story="longer than ten signs")
    lived_in.change("{type: long_text, search: true}", "{type: text, length: 10}")
    lived_in.change("{type: date}", "{type: boolean}")
    plan = lived_in.plan()
    assert {step.key: step.loses for step in plan.shown[:2]} == {"company.story": True, "company.founded": True}
    with lived_in.store.read() as conn:
        found = [(lost.field, lost.title, lost.value, str(lost.reason)) for lost in lost_values(conn, plan)]
    assert ("company.story", "Ångström", "longer than ten signs", "This has 21 characters; at most 10 fit.") in found
    assert [field for field, *_ in found].count("company.founded") == 3


class TestTheWayBack:
    """A field that had another type before."""

    def there(self, house: House, to: str) -> None:
        house.change(SIZE, to)
        house.deploy(accept=["company.size"])

    def back(self, house: House, to: str) -> str:
        """What the plan says, after it was carried out."""
        house.change(to, SIZE)
        (step,) = [step for step in house.plan().steps if step.kind == "convert"]
        house.deploy(accept=["company.size"] if step.loses else [])
        return str(step.sentence)

    def test_every_value_comes_back(self, lived_in: House) -> None:
        text = "{type: text}"
        self.there(lived_in, text)
        said = self.back(lived_in, text)
        assert said == (
            "“company.size” goes back from text to integer; values as they were before: 3, "
            "carried over since they were edited: 0."
        )
        assert values(lived_in, "size") == [0, 10, 20]

    def test_also_those_that_the_other_type_refused(self, lived_in: House) -> None:
        edit(lived_in.live(), 1, size="")
        flag = "{type: boolean}"
        self.there(lived_in, flag)
        assert values(lived_in, "size") != [0, None, 20]
        edit(lived_in.live(), 0, name="한빛전자")
        self.back(lived_in, flag)
        assert values(lived_in, "size") == [0, None, 20]

    def test_what_was_edited_meanwhile_is_converted_or_told_as_lost(self, lived_in: House) -> None:
        decimal = "{type: decimal, places: 2}"
        self.there(lived_in, decimal)
        live = lived_in.live()
        edit(live, 0, size="7.00")
        edit(live, 1, size="7.50")
        edit(live, 2, name="한라산")
        lived_in.change(decimal, SIZE)
        (step,) = lived_in.plan().losses
        assert step.key == "company.size"
        assert "values that the former type refuses: 1, such as 7.50" in str(step.sentence)
        lived_in.change(SIZE, decimal)
        said = self.back(lived_in, decimal)
        assert "before: 1, carried over since they were edited: 1;" in said
        assert values(lived_in, "size") == [7, None, 20]

    def test_over_several_types(self, lived_in: House) -> None:
        """From a number to a text to a long text and back: who edited what stands in the history of the records."""
        text, long = "{type: text}", "{type: long_text}"
        self.there(lived_in, text)
        lived_in.change(text, long)
        lived_in.deploy(accept=["company.size"])
        edit(lived_in.live(), 1, size="many")
        edit(lived_in.live(), 2, name="한라산")
        lived_in.change(long, SIZE)
        (loss,) = lived_in.plan().losses
        assert "such as many" in str(loss.sentence)
        lived_in.deploy(accept=["company.size"])
        assert values(lived_in, "size") == [0, None, 20]

    def test_a_field_whose_history_is_not_kept(self, lived_in: House) -> None:
        lived_in.change(SIZE, SIZE.replace("}", ", audit: false}"))
        lived_in.deploy()
        quiet, text = SIZE.replace("}", ", audit: false}"), "{type: text, audit: false}"
        lived_in.change(quiet, text)
        lived_in.deploy()
        edit(lived_in.live(), 1, size="15")
        lived_in.change(text, quiet)
        lived_in.deploy(accept=["company.size"])
        found = values(lived_in, "size")
        assert (found[0], found[2]) == (0, 20)
        assert found[1] in (15, None)
