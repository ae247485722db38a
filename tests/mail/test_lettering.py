"""Texts with variables: filled from a record, checked with the place of what is wrong, before they are saved."""

from __future__ import annotations

from time import process_time

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.expressions.passages import Passages
from hanok.engine.expressions.values import Here
from hanok.engine.records.lettering.checking import faults
from hanok.engine.records.lettering.filling import Filled, filled
from hanok.engine.records.lettering.variables import variables
from hanok.engine.store import Store, new_id
from tests.builders import a_record, a_user, an_administrator

BODY = "<p>{{ josa(company, '와/과') }} 함께하는 {{ last_name }}{{ first_name }} 님,</p><p>{{ sender.title }} 드림</p>"


def of_lead(store: Store, crm: Catalog, actor: Actor, html: str, subject: str = "안녕하세요") -> Filled:
    lead = a_record(store, crm, "lead", last_name="김", first_name="하늘", company="한빛전자 <b>")
    with store.read() as conn:
        record = records.get(conn, crm, an_administrator(), "lead", lead.id)
        return filled(conn, crm, actor, record, subject=subject, html=html)


def test_variables_are_filled_with_their_particles_and_what_is_put_in_is_no_html(store: Store, crm: Catalog) -> None:
    rep = a_user(store, crm, "박지민", "sales_manager")
    found = of_lead(store, crm, rep, BODY, "{{ josa(last_name, '을/를') }} 위한 견적")
    assert found == Filled("김을 위한 견적",
                           "<p>한빛전자 &lt;b&gt;와 함께하는 김하늘 님,</p><p>박지민 드림</p>")  # fmt: skip


def test_what_the_writer_may_not_see_stays_empty(store: Store, crm: Catalog) -> None:
    stranger = Actor(new_id(), "none", "None", roles=("sales_rep",))
    assert of_lead(store, crm, stranger, "<p>{{ owner.email }}.</p>").html == "<p>.</p>"


@pytest.mark.parametrize(("text", "said"), [
    ("안녕\n{{ last_nam }}", "Line 2, “last_nam”: unknown name \"last_nam\", did you mean \"last_name\"?"),
    ("{{ owner.emal }}", "Line 1, “owner.emal”: unknown field \"emal\", did you mean \"email\"?"),
    ("{{ last_name", "Line 1, “{{ last_name”: A variable is written as {{ name }}."),
    ("{% if last_name %}", "Line 1, “{% if last_name %}”: A variable is written as {{ name }}."),
    ("{{ 9 ** 9 }}", "Line 1, “9 ** 9”: “**” is not allowed in an expression."),
])  # fmt: skip
def test_a_wrong_variable_is_told_with_its_place(crm: Catalog, text: str, said: str) -> None:
    assert [str(one) for one in faults(crm, "lead", text)] == [said]


def test_lines_of_html_are_its_blocks_and_marks_in_braces_do_no_harm(crm: Catalog) -> None:
    html = "<p>{{ <b>last_name</b> }}</p><ul><li>a</li><li>{{ nothing }}</li></ul>"
    assert [str(one)[:19] for one in faults(crm, "lead", html, html=True)] == ["Line 3, “nothing”: "]


def test_a_template_with_a_wrong_variable_is_not_saved(store: Store, crm: Catalog) -> None:
    with pytest.raises(Invalid) as wrong:
        a_record(store, crm, "email_template", name="인사", about="lead", subject="{{ nme }}", body="<p>{{ x }}</p>")
    assert set(wrong.value.errors) == {"subject", "body"}
    made = a_record(store, crm, "email_template", name="인사", about="lead", subject="{{ title }} 님", body=BODY)
    with store.write() as conn, pytest.raises(Invalid) as wrong:  # what was right of a lead is wrong of an account
        records.update(conn, crm, an_administrator(), made.module, made.id, {"about": "account"}, version=made.version)
    assert set(wrong.value.errors) == {"body"}


@pytest.mark.parametrize("role", ["sales_rep", "sales_manager", "support_agent"])
def test_by_which_key_workflows_send_is_said_by_administrators(store: Store, crm: Catalog, role: str) -> None:
    someone = Actor(new_id(), "kim", "Kim", roles=(role,))
    said = {"name": "인사", "subject": "안녕하세요", "body": "<p>반갑습니다.</p>"}
    with store.write() as conn:
        assert records.create(conn, crm, someone, "email_template", said)["name"] == "인사"
    with store.write() as conn, pytest.raises(Invalid, match="key: You may not change this"):
        records.create(conn, crm, someone, "email_template", {**said, "key": "welcome"})


def test_every_variable_that_can_be_picked_is_right(crm: Catalog) -> None:
    text = "\n".join(f"{{{{ {one.path} }}}}" for one in variables(crm, crm.module("lead")))
    assert "{{ owner.email }}" in text and "{{ sender.email }}" in text and "{{ last_name }}" in text
    assert not faults(crm, "lead", text)


def test_lines_of_plain_text_stay() -> None:
    assert Passages("a {{ b }}\n\n  c").fill(Here({"b": "1\n2"})) == "a 1\n2\n\n  c"


def test_a_row_of_braces_that_never_close_is_read_at_once() -> None:
    began = process_time()
    read = Passages("{{" * 200_000, html=True)
    assert [fault.line for fault in read.faults] == [1]
    assert process_time() - began < 2  # the square of it took minutes
