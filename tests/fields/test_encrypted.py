"""Encrypted text: what the database holds of it, and who can read that."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from marshmallow import ValidationError

from hanok.engine.errors import Refused
from hanok.engine.fields import Field
from hanok.engine.fields.encrypted import MASKED, UNREADABLE, Encrypted
from hanok.engine.fields.keys import Keys, keys_in, new_key
from tests.fields.fields import a_field, stored

OLD, NEW = new_key(), new_key()
SECRET = "900101-1234567"


def a_secret(*keys: str) -> Field:
    return a_field(Encrypted.of_site(Keys(keys)))


def written(field: Field, text: str = SECRET) -> dict[str, str]:
    return dict(field.type.write(field, field.type.value(field).deserialize(text)))


def found(field: Field, parts: dict[str, str], text: str = SECRET) -> bool:
    wanted = field.type.comparable(field, field.type.operand(field, "eq").deserialize(text))
    return bool(field.type.operator("eq").test(parts["digest"], wanted))


def test_the_columns_tell_nothing_of_the_text() -> None:
    parts = written(a_secret(NEW))
    assert not re.search("900101|1234567", "".join(parts.values()))
    assert re.fullmatch("[0-9a-f]{64}", parts["digest"])


def test_equal_texts_look_different_but_are_found() -> None:
    field = a_secret(NEW)
    one, other = written(field), written(field)
    assert one[""] != other[""]
    assert found(field, one) and found(field, other)
    assert not found(field, one, "900101")
    assert found(field, written(field, "Straße"), "STRASSE")


def test_equal_texts_of_two_fields_have_nothing_in_common() -> None:
    one = a_secret(NEW)
    other = Field("thing", "other", one.type, {}, columns={"": "other", "digest": "other$digest"})
    assert written(one)["digest"] != written(other)["digest"]


def test_an_older_key_still_reads_and_finds() -> None:
    parts = written(a_secret(OLD))
    both = a_secret(NEW, OLD)
    assert both.type.read(both, parts) == SECRET
    assert found(both, parts)
    assert both.type.write(both, SECRET)["digest"] == written(a_secret(NEW))["digest"]


def test_without_its_key_a_value_is_neither_read_nor_lost() -> None:
    parts = written(a_secret(OLD))
    field = a_secret(NEW)
    assert field.type.read(field, parts) == UNREADABLE
    assert not found(field, parts)
    assert field.type.unchanged(field, UNREADABLE, field.type.read(field, parts))


def test_without_any_key_nothing_is_taken() -> None:
    field = a_secret()
    with pytest.raises(ValidationError) as caught:
        field.type.value(field).deserialize(SECRET)
    assert "hanok keys new" in str(caught.value.messages[0])
    with pytest.raises(Refused, match="no key"):
        field.type.write(field, SECRET)
    assert field.type.value(field).deserialize("") is None


def test_a_token_that_somebody_changed_is_not_read() -> None:
    field = a_secret(NEW)
    token = written(field)[""]
    assert field.type.read(field, {"": token[:-6] + "AAAAA="}) == UNREADABLE


def test_it_is_found_in_the_database_under_each_key(conn: sa.Connection) -> None:
    both = a_secret(NEW, OLD)
    table = stored(conn, both, ["a", None])
    older = {both.columns[part]: text for part, text in written(a_secret(OLD), "A").items()}
    conn.execute(sa.insert(table).values(row=2, **older))
    asked: tuple[tuple[str, str | list[str], set[int]], ...] = (
        ("eq", "a", {0, 2}), ("ne", "a", {1}), ("in", ["a", "b"], {0, 2}), ("not_in", ["b"], {0, 1, 2}),
    )  # fmt: skip
    for key, wanted, rows in asked:
        operands = [both.type.comparable(both, both.type.operand(both, key).deserialize(each)) for each in wanted]
        operand = operands if isinstance(wanted, list) else operands[0]
        column = table.c[both.columns["digest"]]
        assert set(conn.scalars(sa.select(table.c.row).where(both.type.operator(key).sql(column, operand)))) == rows


def test_history_search_and_exports_hold_nothing_of_it() -> None:
    field = a_secret(NEW)
    assert field.type.kept(field, SECRET) == MASKED
    assert field.type.kept(field, None) is None
    assert field.type.search_text(field, SECRET) == ""
    assert not field.exported
    assert not field.massupdated
    assert not field.type.sortable
    assert field.type.compares == ""


def test_keys_are_read_from_lines_and_never_shown() -> None:
    keys = keys_in(["# the keys", "", f" {NEW} ", OLD])
    assert keys.written == (NEW, OLD)
    assert NEW not in repr(keys)
    with pytest.raises(Refused) as caught:
        keys_in(["no key at all"])
    assert "no key at all" not in str(caught.value)
