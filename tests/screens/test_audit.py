"""The screens of the logs: who sees what in them, how they are narrowed, what is put back and restored."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.records.deeds import tell
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import audit
from tests.builders import a_catalog, an_administrator
from tests.screens.conftest import FILES, PASSWORD, Browser, Enter, link
from tests.screens.working import a_job, user

Make = Callable[..., Record]
ADMIN = an_administrator()
LOGS = ("input", "changes", "owners")
CLERK = """
label: {en: Clerk, ko: 사무}
default: all
fields:
  company.size:    {view: none}
  company.founded: {view: owner}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/clerk.yaml": CLERK})


@pytest.fixture
def clerk(site: Store, catalog: Catalog, hashed: str, enter: Enter) -> Browser:
    with site.write() as conn:
        raw = {"username": "clerk", "last_name": "clerk", "email": "clerk@example.com"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("clerk",))
    return enter("clerk")


def change(store: Store, catalog: Catalog, id: UUID, **raw: Any) -> None:
    with store.write() as conn:
        now = records.get(conn, catalog, ADMIN, "company", id)
        records.update(conn, catalog, ADMIN, "company", id, raw, version=now.version)


def delete(store: Store, catalog: Catalog, id: UUID) -> None:
    with store.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", id)


def entry_of(page: str) -> str:
    found = re.search(r'<tr id="entry-([0-9a-f-]+)"', page)
    assert found
    return found[1]


def table(page: str) -> str:
    """What the table of a log says."""
    return page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""


def said(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def contents(store: Store) -> dict[str, int]:
    """A hash of the rows of each table."""
    with store.read() as conn:
        tables = sa.inspect(conn).get_table_names()
        rows = {name: conn.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in tables}
    return {name: hash(tuple(sorted(map(str, found)))) for name, found in rows.items() if "session" not in name}


def test_what_happened_stands_in_three_logs(
    admin: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    made = make("company", name="한빛", size=7, owner=str(user(site, catalog, "rep")))
    change(site, catalog, made.id, size=8765, owner=str(user(site, catalog, "guest")))
    entered, changed, owners = (table(admin.page(f"/audit/{log}?module=company")) for log in LOGS)
    assert "한빛" in entered and "Created" in entered and "8,765" not in entered
    assert "Size 7 → 8,765" in said(changed) and "the system" in changed
    assert "rep" in owners and "guest" in owners and "8,765" not in owners


def test_in_korean_as_well(admin: Browser, make: Make, site: Store, catalog: Catalog) -> None:
    made = make("company", name="한빛", size=7)
    change(site, catalog, made.id, size=8)
    admin.client.set_cookie("hanok_language", "ko")
    page = admin.page("/audit/changes")
    said = ("감사", "변경·삭제 이력", "담당자 변경 이력", "입력 정보", "관리 이력", "30일")
    assert all(word in page for word in said)


def test_a_log_is_narrowed_by_its_address(admin: Browser, make: Make, site: Store, catalog: Catalog) -> None:
    one, two = make("company", name="한빛 건설"), make("company", name="서울 물산")
    change(site, catalog, one.id, size=7)
    change(site, catalog, two.id, story="새 말")
    asked = {
        "module=company&field=size": "한빛 건설", "q=서울": "서울 물산", f"module=company&record={one.id}": "한빛 건설",
        "module=company&field=story&when=today": "서울 물산",
    }  # fmt: skip
    for query, name in asked.items():
        page = table(admin.page(f"/audit/changes?{query}"))
        assert page.count("<tr") == 1 and name in page, query
    chosen = admin.page("/audit/changes?when=7d&when=custom&from=&to=&q=")
    assert re.search(r'aria-current="true">7 days<', chosen)
    assert "No entry matches" in admin.page("/audit/changes?when=7d&when=custom&from=2001-01-01&to=2001-01-02")
    assert "No entry matches" in admin.page("/audit/changes?action=deleted")
    assert "No entry matches" in admin.page("/audit/changes?when=custom&to=2001-01-01")
    assert "No entry matches" in admin.page(f"/audit/changes?actor={user(site, catalog, 'rep')}")


WRONG = ("module=nothing", "module=company&field=nothing", "when=ever&from=x", "actor=x", "action=created",
         "after=x&before=y", "q=%00", "record=x", "when=custom&from=0001-01-01")  # fmt: skip


@pytest.mark.parametrize("query", WRONG)
def test_what_an_address_says_wrongly_narrows_nothing(
    admin: Browser, make: Make, site: Store, catalog: Catalog, query: str
) -> None:
    made = make("company", name="한빛")
    change(site, catalog, made.id, size=7)
    assert "한빛" in table(admin.page(f"/audit/changes?{query}"))


def test_a_log_is_read_page_by_page(admin: Browser, make: Make) -> None:
    for number in range(60):
        make("company", name=f"회사 {number:02}")
    first = admin.page("/audit/input?module=company")
    second = admin.page(link(first, "next"))
    assert "회사 59" in table(first) and "회사 09" not in table(first) and "회사 09" in table(second)
    assert table(admin.page(link(second, "prev"))) == table(first)
    assert "60 entries" in admin.part("/audit/input/_count?module=company")


def test_a_stranger_sees_nothing_of_hidden_records(
    enter: Enter, make: Make, site: Store, catalog: Catalog
) -> None:
    secret = make("company", name="비밀 회사", size=4321)
    own = make("company", name="나의 회사", owner=str(user(site, catalog, "rep")))
    change(site, catalog, own.id, parent=str(secret.id))
    change(site, catalog, secret.id, size=1234)
    delete(site, catalog, secret.id)
    rep, guest = enter("rep"), enter("guest")
    for log in LOGS:
        assert "비밀" not in rep.page(f"/audit/{log}") and "비밀" not in guest.page(f"/audit/{log}")
        assert "1,234" not in rep.page(f"/audit/{log}?module=company&record={secret.id}")
    assert "나의 회사" in rep.page("/audit/changes") and "나의 회사" not in guest.page("/audit/changes")


def test_denied_fields_are_on_no_log(clerk: Browser, make: Make, site: Store, catalog: Catalog) -> None:
    made = make("company", name="한빛", size=98765, founded="1999-02-03")
    change(site, catalog, made.id, size=98764, founded="1999-02-04", name="한빛상사")
    for log in ("input", "changes"):
        page = clerk.page(f"/audit/{log}?module=company")
        assert "한빛상사" in page
        assert not any(word in page for word in ("98,76", "1999", 'value="size"', 'value="founded"'))


# -- restoring and putting back ------------------------------------------------------------------------------------
def test_a_deleted_record_is_restored_from_the_log(
    admin: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    made = make("company", name="한빛")
    delete(site, catalog, made.id)
    page = admin.page("/audit/changes?module=company")
    assert "in the bin" in page
    assert admin.send(f"/audit/changes/{entry_of(page)}/restore").headers["Location"] == f"/company/{made.id}"
    assert "한빛" in admin.page(f"/company/{made.id}")
    assert "Restored" in admin.page("/audit/changes?module=company")


def test_an_old_value_is_put_back_and_that_is_undone(
    admin: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    made = make("company", name="한빛", size=7)
    change(site, catalog, made.id, size=8765)
    address = f"/audit/changes/{entry_of(admin.page('/audit/changes?module=company'))}/size"
    question = admin.part(address)
    assert "now 8,765" in said(question) and "will be 7" in said(question)
    assert admin.send(address, version="2").status_code == 303
    page = admin.page(f"/company/{made.id}")
    undo = re.search(r'<form method="post" action="(/audit/changes/[^"]+)"', page)
    assert undo and "8,765" not in page.split("history")[0]
    assert admin.send(undo[1], version="3").status_code == 303
    assert "8,765" in admin.part(f"/company/{made.id}/_timeline")


def test_what_is_refused_changes_nothing(
    admin: Browser, enter: Enter, clerk: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    made = make("company", name="한빛", size=7)
    change(site, catalog, made.id, size=8, name="한빛상사")
    make("company", name="한빛")
    entry = entry_of(admin.page(f"/audit/changes?module=company&record={made.id}"))
    gone = make("company", name="없앤 회사")
    delete(site, catalog, gone.id)
    bin = entry_of(admin.page(f"/audit/changes?module=company&record={gone.id}"))
    rep = enter("rep")
    before = contents(site)
    told = [
        (rep, f"{entry}/size", 404), (clerk, f"{entry}/size", 404), (admin, f"{entry}/rate", 404),
        (admin, f"{entry}/name", 422), (rep, f"{bin}/restore", 404), (admin, f"{entry}/restore", 404),
        (admin, f"{bin}/size", 404),
    ]  # fmt: skip
    for who, path, status in told:
        assert who.send(f"/audit/changes/{path}", version="2").status_code == status, path
    assert admin.send(f"/audit/changes/{entry}/size", version="1").status_code == 409
    assert rep.get(f"/audit/changes/{entry}/size").status_code == 404
    assert contents(site) == before


# -- administration and files --------------------------------------------------------------------------------------
def test_what_administrators_did_is_for_administrators(
    admin: Browser, enter: Enter, make: Make, site: Store, catalog: Catalog
) -> None:
    make("company", name="한빛")
    with site.write() as conn:
        tell(conn, ADMIN, "deploy", "applied", about="3", title="3", changes={"message": [None, "새 필드"]})
    page = admin.page("/audit/administration")
    assert "새 필드" in page and "Deploy" in page and "rep" in page and "한빛" not in table(page)
    assert table(admin.page("/audit/administration?module=deploy")).count("<tr") == 1
    for who in ("rep", "guest"):
        other = enter(who)
        assert other.get("/audit/administration").status_code == 403
        assert other.send("/audit/administration/_export").status_code == 403
        assert "/audit/administration" not in other.page("/audit/changes")


def test_a_log_is_exported_in_the_background(admin: Browser, make: Make, site: Store) -> None:
    make("company", name="한빛")
    assert "Export" in admin.part("/audit/input/_export?module=company")
    assert admin.send("/audit/input/_export?module=company", format=".csv").status_code == 303
    assert admin.send("/audit/administration/_export").status_code == 303
    with site.read() as conn:
        kinds = conn.execute(sa.select(job.c.kind, job.c.payload)).all()
    assert {(row.kind, row.payload["log"]) for row in kinds} == {
        ("audit.export", "input"), ("audit.export", "administration"),
    }  # fmt: skip


def test_a_record_leads_to_its_trail(admin: Browser, make: Make, site: Store, catalog: Catalog) -> None:
    made = make("company", name="한빛")
    change(site, catalog, made.id, size=7)
    page = admin.part(f"/company/{made.id}/_timeline")
    there = f"/audit/changes?module=company&amp;record={made.id}"
    assert there in page
    assert "Only one record is shown" in admin.page(there.replace("&amp;", "&"))


def test_both_names_are_shown(admin: Browser, make: Make, site: Store, catalog: Catalog) -> None:
    made = make("company", name="한빛")
    change(site, catalog, made.id, size=7)
    with site.write() as conn:
        conn.execute(audit.update().values(actor_id=user(site, catalog, "rep"), actor_name="rep",
                                           by_id=user(site, catalog, "admin"), by_name="관리자"))  # fmt: skip
    assert "관리자, logged in as rep" in admin.page("/audit/changes")
    assert "관리자, logged in as rep" in admin.part(f"/company/{made.id}/_timeline")


# -- what leaves a deed --------------------------------------------------------------------------------------------
def deeds(store: Store) -> list[tuple[str, str, str]]:
    """Subject, action and actor of each deed, in order, but for the passwords that users began with."""
    with store.read() as conn:
        rows = conn.execute(sa.select(deed).where(deed.c.action != "set").order_by(deed.c.id)).all()
    return [(row.subject, row.action, row.actor_name) for row in rows]


def test_a_list_that_is_taken_along_leaves_a_deed(admin: Browser, make: Make, site: Store) -> None:
    make("company", name="한빛")
    with closing(admin.send("/company/_export?filter=all&q=한빛", format=".csv", columns="list")) as answer:
        assert answer.status_code == 200 and "한빛" in answer.text
    assert deeds(site) == [("export", "exported", "관리자")]
    page = table(admin.page("/audit/administration?module=export"))
    assert "Rows 1" in said(page) and "Filter 한빛" in said(page)


def test_what_administrators_do_about_jobs_and_sessions_leaves_a_deed(
    enter: Enter, admin: Browser, site: Store, catalog: Catalog
) -> None:
    enter("rep")
    waiting, failed = a_job(site), a_job(site, "trial.third", "failed")
    for path in (f"jobs/{waiting}/cancel", f"jobs/{failed}/retry", f"logins/{user(site, catalog, 'rep')}/end"):
        assert admin.send(f"/admin/{path}").status_code == 303, path
    told = [("job", "cancelled"), ("job", "retried"), ("session", "ended")]
    assert deeds(site) == [(*each, "관리자") for each in told]


def test_a_password_that_somebody_changes_leaves_a_deed_without_it(enter: Enter, site: Store) -> None:
    rep, new = enter("rep"), "moss-lantern-77-brook"
    assert rep.send("/me/password", old_password=PASSWORD, password=new, again=new).status_code == 303
    assert deeds(site) == [("password", "changed", "rep")]
    with site.read() as conn:
        assert new not in str(conn.execute(sa.select(deed)).all())
