"""Roles, the groups of a record, and why somebody may do something: what administrators and owners are shown."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from tests.builders import a_record
from tests.screens.conftest import Browser, Enter


def of(site: Store, catalog: Catalog, name: str) -> UUID:
    with site.read() as conn:
        found = accounts.find_user(conn, catalog, name)
    assert found is not None
    return found


def test_the_page_of_a_user_has_her_roles(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep, admin = of(site, catalog, "rep"), enter()
    assert f'hx-get="/admin/holders/user/{rep}"' in admin.page(f"/user/{rep}")
    panel = admin.part(f"/admin/holders/user/{rep}")
    assert "Owner only" in panel and "<html" not in panel
    assert "<html" in admin.page(f"/admin/holders/user/{rep}")


def test_roles_are_given_and_taken_on_it(site: Store, catalog: Catalog, enter: Enter) -> None:
    guest, admin = of(site, catalog, "guest"), enter()
    assert admin.send(f"/admin/holders/user/{guest}/give", role="owner_only").status_code == 303
    assert "guest" in admin.page("/role/owner_only")
    told = admin.part(f"/user/{guest}/_timeline")
    assert "changed this" in told and "Owner only" in told
    admin.send(f"/admin/holders/user/{guest}/take", role="owner_only")
    assert "guest" not in admin.page("/role/owner_only")


def test_it_says_from_whom_a_user_has_a_role(site: Store, catalog: Catalog, enter: Enter) -> None:
    guest = of(site, catalog, "guest")
    group = a_record(site, catalog, "security_group", name="Seoul", key="seoul", users=[guest])
    with site.write() as conn:
        accounts.give(conn, catalog, SYSTEM, "security_group", group.id, "owner_only")
    panel = enter().part(f"/admin/holders/user/{guest}")
    assert f'href="/security_group/{group.id}">Seoul</a>' in panel
    assert "/take" not in panel.split("<tbody>")[1], "what comes from a group is taken there"


def test_the_last_administrator_is_refused_with_the_reason(site: Store, catalog: Catalog, enter: Enter) -> None:
    admin, id = enter(), of(site, catalog, "admin")
    url = f"/admin/holders/user/{id}"
    form = {"csrf_token": admin.token(), "role": "administrator"}
    answer = admin.client.post(f"{url}/take", data=form, headers={"HX-Request": "true"})
    assert "This is the last administrator" in answer.text
    assert "Administrator" in admin.part(url)
    admin.send(f"{url}/take", role="administrator")
    assert "This is the last administrator" in admin.page("/role")


@pytest.mark.parametrize("path", ["/role", "/role/owner_only", "/admin/why", "/admin/holders/user/{rep}"])
def test_only_administrators_look_at_roles(site: Store, catalog: Catalog, enter: Enter, path: str) -> None:
    rep = enter("rep")
    assert rep.get(path.format(rep=of(site, catalog, "rep"))).status_code == 403


def test_only_administrators_give_roles(site: Store, catalog: Catalog, enter: Enter) -> None:
    url = f"/admin/holders/user/{of(site, catalog, 'rep')}"
    rep = enter("rep")
    assert [rep.send(f"{url}/{way}", role="owner_only").status_code for way in ("give", "take")] == [403, 403]
    with site.read() as conn:
        assert accounts.roles_of(conn, of(site, catalog, "rep")) == ("owner_only",)


def test_what_holds_no_roles_has_no_such_page(site: Store, catalog: Catalog, enter: Enter) -> None:
    company = a_record(site, catalog, "company", name="한빛")
    assert enter().get(f"/admin/holders/company/{company.id}").status_code == 404
    assert enter().get("/role/nobody").status_code == 404


def test_a_role_is_a_matrix_of_levels(enter: Enter) -> None:
    page = enter().page("/role/owner_only")
    assert page.count('data-level="owner"') > page.count('data-level="deny"') == 1  # the legend's
    assert "site/roles/owner_only.yaml:3" in page


def test_a_record_is_put_into_a_group_by_hand(site: Store, catalog: Catalog, enter: Enter) -> None:
    group = a_record(site, catalog, "security_group", name="Seoul", key="seoul")
    company, admin = a_record(site, catalog, "company", name="한빛"), enter()
    url = f"/company/{company.id}/groups"
    assert url in admin.page(f"/company/{company.id}")
    admin.send(f"{url}/add", group=str(group.id))
    assert "given by hand" in admin.page(url)
    assert "Seoul" in admin.part(f"/company/{company.id}/_timeline"), "the history says so"
    admin.send(f"{url}/remove", group=str(group.id))
    assert "given by hand" not in admin.page(url)


def test_who_may_not_hand_a_record_over_gives_it_to_no_group(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep = of(site, catalog, "rep")
    company = a_record(site, catalog, "company", name="한빛", owner=rep)
    group = a_record(site, catalog, "security_group", name="Seoul", key="seoul", users=[rep])
    browser, url = enter("rep"), f"/company/{company.id}/groups"
    assert browser.get(f"/company/{company.id}").status_code == 200
    assert url not in browser.page(f"/company/{company.id}")
    assert browser.get(url).status_code == 403
    assert browser.send(f"{url}/add", group=str(group.id)).status_code == 403


def test_why_is_told_role_by_role_with_the_place(site: Store, catalog: Catalog, enter: Enter) -> None:
    company, admin = a_record(site, catalog, "company", name="한빛"), enter()
    asked = f"/admin/why?record=company:{company.id}"
    assert asked.replace(":", "%3A") in admin.page(f"/company/{company.id}")
    page = admin.page(f"{asked}&user=rep&action=edit")
    assert "rep may not edit “한빛”." in page
    assert "rep is no owner of the record." in page and "site/roles/owner_only.yaml:3" in page
    assert "Without a role nobody sees anything" in admin.page(f"{asked}&user=guest")
    assert "Administrators may do everything" in admin.page(f"{asked}&user=admin")
    assert "There is no active user nobody" in admin.page(f"{asked}&user=nobody")
    assert "inactive or was deleted" in admin.page(f"{asked}&user={company.id}")
    assert "편집" not in page and "권한 없음" in enter(language="ko").page(f"{asked}&user=rep&action=edit")


@pytest.mark.parametrize("record", ["company", "company:x", "nothing:1"])
def test_why_of_no_record_is_not_found(enter: Enter, record: str) -> None:
    assert enter().get(f"/admin/why?record={record}").status_code == 404


def test_roles_are_searched_and_stand_in_the_menu_of_administrators(enter: Enter) -> None:
    admin = enter()
    assert 'href="/role"' in admin.page("/company") or 'href="/role"' in admin.page("/admin")
    assert "Owner only" in admin.page("/role?q=OWNER") and "Owner only" not in admin.page("/role?q=nothing")
    assert enter("rep").get("/role").status_code == 403


def test_a_role_says_who_has_it_and_from_whom(site: Store, catalog: Catalog, enter: Enter) -> None:
    guest, admin = of(site, catalog, "guest"), enter()
    team = a_record(site, catalog, "team", name="영업", key="sales")
    group = a_record(site, catalog, "security_group", name="Seoul", key="seoul", users=[guest])
    for holder in (f"team:{team.id}", f"security_group:{group.id}"):
        assert admin.send("/role/owner_only/give", holder=holder).status_code == 303
    page = admin.page("/role/owner_only")
    row = page.split(f'class="title" href="/user/{guest}"')[1].split("</tr>")[0]
    assert f'href="/security_group/{group.id}">Seoul</a>' in row and "/take" not in row
    assert "영업" in page
    admin.send("/role/owner_only/take", holder=f"security_group:{group.id}")
    assert f'href="/user/{guest}"' not in admin.page("/role/owner_only")
    admin.send("/role/administrator/give", holder=f"team:{team.id}")
    assert "Only users are administrators" in admin.page("/role/administrator")


def test_a_group_says_what_it_holds_and_is_applied_to_what_there_is(
    site: Store, catalog: Catalog, enter: Enter
) -> None:
    rep, admin = of(site, catalog, "rep"), enter()
    a_record(site, catalog, "company", name="한빛", owner=rep)
    group = a_record(site, catalog, "security_group", name="Seoul", key="seoul", users=[rep], from_creator=False)
    url = f"/admin/groups/{group.id}"
    assert url in admin.page(f"/security_group/{group.id}")
    panel = admin.part(url)
    assert "No record is in this group yet." in panel and "What its members make does not come here." in panel
    assert admin.send(f"{url}/apply").status_code == 303
    assert "Records are being looked at." in admin.part(url)
    assert enter("rep").get(url).status_code == 403
    with site.read() as conn:
        title = conn.scalar(sa.select(job.c.title).where(job.c.kind == "groups.apply"))
    assert "Seoul" in str(title)


def test_the_why_page_explains_a_field(admin: Browser, make: Callable[..., Record]) -> None:
    made = make("company", name="한빛")
    page = admin.page(f"/admin/why?record=company:{made.id}&user=rep&action=edit&field=size")
    assert '<option value="size" selected>' in page and "View · Size" in page and "Edit · Size" in page


def test_the_person_is_picked_by_name_and_without_scripts_from_a_list(
    site: Store, catalog: Catalog, admin: Browser, make: Callable[..., Record]
) -> None:
    rep, asked = of(site, catalog, "rep"), f"/admin/why?record=company:{make('company', name='한빛').id}"
    page = admin.page(asked)
    assert "<hk-link" in page and 'name="user"' in page and "<datalist" not in page
    assert "Choose the user from a list" in page.split("<noscript>")[1].split("</noscript>")[0]
    picked = admin.get(f"{asked}&user={rep}&user%24title=rep&action=edit")
    assert picked.status_code == 302 and "title" not in picked.location
    page = admin.page(picked.location)
    assert f'<option value="{rep}" selected>rep</option>' in page and "rep may not edit" in page
    listed = admin.page(f"{asked}&lists=1&user={rep}")
    assert "<hk-link" not in listed and listed.count("selected>rep") == 1 and ">guest</option>" in listed
