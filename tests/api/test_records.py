"""Records for programs: lists, one record, making, changing and deleting, as JSON:API writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.tables import audit
from tests.api.conftest import Make, a_company
from tests.builders import Statements

MakeRecord = Callable[..., Record]


def names(found: Any) -> list[str]:
    return [one["attributes"]["name"] for one in found["data"]]


def test_a_program_learns_who_it_acts_for(robot: Make) -> None:
    found = robot("rep", "company:read").get("/api/me")
    assert found["data"]["attributes"]["username"] == "rep"
    assert found["data"]["meta"]["token"]["scopes"] == ["company:read"]
    assert found["data"]["meta"]["token"]["hint"].startswith("hnk_")
    assert len(found["data"]["meta"]["token"]["hint"]) == 10


def test_a_record_has_attributes_relationships_and_its_version(robot: Make, make: MakeRecord, id_of: Any) -> None:
    parent = make("company", name="Parent")
    made = make("company", name="Hanbit", size=7, rate="1.5", founded="2020-02-03", parent=str(parent.id))
    data = robot().get(f"/api/company/{made.id}")["data"]
    assert (data["type"], data["id"]) == ("company", str(made.id))
    assert data["attributes"]["size"] == 7
    assert data["attributes"]["rate"] == "1.500"
    assert data["attributes"]["founded"] == "2020-02-03"
    assert data["attributes"]["created_at"].startswith("20")
    assert data["relationships"]["parent"] == {
        "data": {"type": "company", "id": str(parent.id)}, "meta": {"title": "Parent"},
    }  # fmt: skip
    assert data["relationships"]["owner"] == {"data": None}
    assert data["meta"]["version"] == 1
    assert data["meta"]["may"] == {"edit": True, "delete": True, "assign": True}


def test_a_list_is_read_page_by_page(robot: Make, make: MakeRecord) -> None:
    for number in range(7):
        make("company", name=f"c{number}")
    program, seen, there = robot(), [], "/api/company?sort=name&page[size]=3"
    while there:
        found = program.get(there)
        seen.append(names(found))
        there = found["links"]["next"]
    assert seen == [["c0", "c1", "c2"], ["c3", "c4", "c5"], ["c6"]]
    back = program.get(found["links"]["prev"])
    assert names(back) == ["c3", "c4", "c5"]


def test_a_list_costs_one_statement_beside_that_of_the_token(
    robot: Make, make: MakeRecord, site: Store
) -> None:
    make("company", name="Hanbit")
    program = robot("rep", "read")
    counted = Statements(site)
    program.get("/api/company")
    beside = [text for text in counted.queries if "hanok_" in text]
    assert len(beside) == 1, beside
    assert "hanok_token" in beside[0]


def test_conditions_are_those_of_the_language(robot: Make, make: MakeRecord) -> None:
    make("company", name="Small", size=1, stage="new")
    make("company", name="Large", size=100, stage="won")
    program = robot()
    assert names(program.get('/api/company?filter={"size":{"gte":50}}')) == ["Large"]
    assert names(program.get('/api/company?filter={"stage":{"closed":false}}')) == ["Small"]
    assert names(program.get("/api/company?words=lar")) == ["Large"]
    wrong = program.get('/api/company?filter={"nothing":1}', 422)
    assert "nothing" in wrong["errors"][0]["detail"]


@pytest.mark.parametrize(
    "query",
    [
        "filter=[]", "filter=x", "filter=1", "page[size]=0", "page[size]=201", "page[size]=²", "page[size]=1e1",
        "fields[company]=name,secret", "include=owner", "token=hnk_x", "page[number]=2", "filter=%00",
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused_and_not_overlooked(robot: Make, query: str) -> None:
    assert robot().get(f"/api/company?{query}", 400)["errors"][0]["code"] == "bad_request"


@pytest.mark.parametrize("query", ["page[after]=x", "sort=nothing", "page[before]=WzFd", "sort=-"])
def test_the_engine_says_what_it_cannot_answer(robot: Make, query: str) -> None:
    assert robot().get(f"/api/company?{query}", 422)["errors"][0]["status"] == "422"


def test_only_the_wanted_fields_come(robot: Make, make: MakeRecord) -> None:
    make("company", name="Hanbit")
    (one,) = robot().get("/api/company?fields[company]=name,parent")["data"]
    assert list(one["attributes"]) == ["name"]
    assert list(one["relationships"]) == ["parent"]


def test_a_record_is_made_with_its_links(robot: Make, make: MakeRecord, id_of: Any) -> None:
    parent, rep = make("company", name="Parent"), id_of("rep")
    body = a_company(size=3)
    body["data"]["relationships"] = {"parent": {"data": {"type": "company", "id": str(parent.id)}},
                                     "owner": {"data": {"type": "user", "id": rep}}}  # fmt: skip
    answer = robot().ask("POST", "/api/company", body)
    assert answer.status_code == 201, answer.text
    data = answer.get_json(force=True)["data"]
    assert answer.headers["Location"] == f"/api/company/{data['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert data["relationships"]["parent"]["meta"]["title"] == "Parent"
    assert data["relationships"]["owner"]["data"]["id"] == rep


def test_what_is_wrong_is_told_with_its_place_in_the_callers_language(robot: Make) -> None:
    program = robot("rep")
    body = {"data": {"type": "company", "attributes": {"size": "many", "nothing": 1},
                     "relationships": {"parent": {"data": {"type": "company", "id": str(uuid4())}}}}}  # fmt: skip
    errors = program.send("POST", "/api/company", body, 422)["errors"]
    places = {one["source"]["pointer"] for one in errors}
    assert {"/data/attributes/size", "/data/attributes/nothing", "/data/relationships/parent"} <= places
    program.language = "ko"
    korean = program.send("POST", "/api/company", body, 422)["errors"]
    assert any("가" <= sign <= "힣" for sign in korean[0]["detail"])


def test_without_a_wish_it_is_the_language_of_the_user(robot: Make) -> None:
    program = robot("rep")
    program.language = ""
    assert "없" in program.get("/api/nothing", 404)["errors"][0]["detail"]


def a_change(record: Record, version: int | None = None, **attributes: Any) -> dict[str, Any]:
    data = {"type": record.module, "id": str(record.id), "attributes": attributes}
    return {"data": {**data, **({"meta": {"version": version}} if version else {})}}


def test_a_change_names_its_version(robot: Make, make: MakeRecord) -> None:
    made, program = make("company", name="Hanbit"), robot()
    there = f"/api/company/{made.id}"
    assert program.send("PATCH", there, a_change(made, name="New"), 428)["errors"][0]["code"] == "precondition_required"
    changed = program.send("PATCH", there, a_change(made, 1, name="New"), 200)
    assert (changed["data"]["attributes"]["name"], changed["data"]["meta"]["version"]) == ("New", 2)
    assert program.send("PATCH", there, a_change(made, 1, name="Old"), 409)["errors"][0]["code"] == "conflict"
    stale = program.send("PATCH", there, a_change(made, name="Old"), 412, If_Match='"1"')
    assert stale["errors"][0]["code"] == "precondition_failed"
    program.send("PATCH", there, a_change(made, name="Old"), 412, If_Match='"nonsense"')
    newer = program.send("PATCH", there, a_change(made, name="Newer"), 200, If_Match='"2"')
    assert newer["data"]["meta"]["version"] == 3


def test_deleting_puts_it_into_the_bin(robot: Make, make: MakeRecord, site: Store, catalog: Catalog) -> None:
    made, program = make("company", name="Hanbit"), robot()
    program.send("DELETE", f"/api/company/{made.id}", None, 412, If_Match='"7"')
    program.send("DELETE", f"/api/company/{made.id}", None, 204, If_Match='"1"')
    program.get(f"/api/company/{made.id}", 404)
    with site.read() as conn:
        assert records.get(conn, catalog, SYSTEM, "company", made.id, deleted=True)


def test_what_a_program_did_stands_in_the_history_under_its_user(robot: Make, site: Store, id_of: Any) -> None:
    robot("rep").send("POST", "/api/company", a_company(), 201)
    with site.read() as conn:
        row = conn.execute(sa.select(audit.c.actor_id, audit.c.action).where(audit.c.module == "company")).one()
    assert (str(row.actor_id), row.action) == (id_of("rep"), "created")


@pytest.mark.parametrize(
    "body",
    [
        [], {}, {"data": None}, {"data": []}, {"data": {"attributes": []}}, {"data": {"attributes": "x"}},
        {"data": {"type": "person", "attributes": {}}}, {"data": {"relationships": {"parent": None}}},
        {"data": {"relationships": {"parent": {"data": "x"}}}}, {"data": {"relationships": {"parent": {}}}},
        {"data": {"relationships": {"parent": {"data": {"type": 1, "id": 2}}}}},
        {"data": {"id": "0190b5d2-0000-7000-8000-000000000000", "attributes": {"name": "x"}}},
        {"data": {"attributes": {"name": "x"}, "meta": []}},
    ],
)  # fmt: skip
def test_what_is_no_resource_is_refused(robot: Make, body: Any) -> None:
    assert robot().send("POST", "/api/company", body, 400)["errors"][0]["status"] == "400"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b"[" * 100_000])
def test_what_is_no_json_is_refused(robot: Make, body: bytes) -> None:
    program = robot()
    headers = {"Authorization": f"Bearer {program.token}", "Content-Type": "application/vnd.api+json"}
    assert program.client.post("/api/company", data=body, headers=headers).status_code == 400
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    assert program.client.post("/api/company", data=b"name=x", headers=headers).status_code == 400


def test_a_file_too_large_for_a_document_is_refused(robot: Make) -> None:
    answer = robot().ask("POST", "/api/company", a_company(story="x" * (3 * 1024 * 1024)))
    assert answer.status_code == 413
    assert answer.get_json(force=True)["errors"][0]["status"] == "413"


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/api/company"), ("DELETE", "/api/company"), ("PATCH", "/api/me")]
)
def test_other_methods_are_refused_in_json_too(robot: Make, method: str, path: str) -> None:
    answer = robot().ask(method, path)
    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert answer.get_json(force=True)["errors"]


def test_what_a_record_names_comes_along_as_far_as_the_caller_may_open_it(
    robot: Make, make: MakeRecord, id_of: Any
) -> None:
    rep = id_of("rep")
    firms = (make("company", name="한빛", owner=rep), make("company", name="남의 회사"))
    ids = [make("person", family="김", company=str(firm.id), owner=rep).id for firm in firms]
    near, far = (robot("rep").get(f"/api/person/{id}?include=company") for id in ids)
    assert [one["attributes"]["name"] for one in near["included"]] == ["한빛"]
    assert near["data"]["relationships"]["company"]["meta"] == {"title": "한빛"}
    assert far["included"] == [] and "meta" not in far["data"]["relationships"]["company"]
    for wrong in ("family", "nothing", "company,people"):
        robot().get(f"/api/person/{ids[0]}?include={wrong}", 400)
