"""Real modules with all that the language can say, over small ones that they refer to."""

from dataclasses import replace

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Query, Record, Under
from hanok.engine.store import Store
from tests.builders import CORE, SMALL, TYPES, a_catalog, an_administrator, with_tables
from tests.catalog.models import STUBS, VERBATIM

ADMIN: Actor = an_administrator()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return compile_catalog([CORE, STUBS, VERBATIM], TYPES)


def test_they_compile_without_a_fault(catalog: Catalog) -> None:
    assert {"case", "event", "meeting", "opportunity", "quote", "target_list"} <= set(catalog.modules)
    assert [str(found) for found in catalog.advice if "scheduler" not in str(found)] == []


def test_their_tables_can_be_made(store: Store, catalog: Catalog) -> None:
    with with_tables(store, catalog).read() as conn:
        tables = set(catalog.metadata.tables)
        assert {"m_quote", "p_quote_lines", "l_event_delegates"} <= tables
        assert conn.dialect.has_table(conn, "l_event_delegates")


def test_fields_depend_on_their_record(catalog: Catalog) -> None:
    assert set(catalog.modules["opportunity"].dynamic) == {"last_stage"}
    assert set(catalog.modules["case"].picks) == {"status", "contacts"}
    assert catalog.modules["case"].picks["status"].depends == ("state",)
    assert catalog.modules["meeting"].rules["in_order"].field == "time"


def test_views_name_parts_and_paths(catalog: Catalog) -> None:
    meeting = catalog.modules["meeting"]
    assert meeting.views.list.columns == ("name", "related", "status", "time.start", "owner")
    assert meeting.views.list.sort == ("-time.start",)
    assert meeting.views.calendar is not None
    assert catalog.modules["target_list"].views.list.tree == "folder"
    kanban = catalog.modules["opportunity"].views.kanban
    assert kanban is not None
    assert kanban.sum == "amount.base"


def test_types_take_their_options(catalog: Catalog) -> None:
    meeting, opportunity = catalog.modules["meeting"], catalog.modules["opportunity"]
    time, amount = meeting.field("time"), opportunity.field("amount")
    assert time.type.value(time).deserialize("2026-11-17T09:30", zone="UTC").duration == 3600
    assert amount.type.input(amount).facts["places"] == 0
    assert [choice.key for choice in meeting.field("service").choices] == ["zoom"]


def test_options_of_packages_may_be_missing() -> None:
    less = {path: text for path, text in STUBS.files.items() if "meeting_services" not in path}
    service = compile_catalog([CORE, replace(STUBS, files=less), VERBATIM], TYPES).modules["meeting"].field("service")
    assert service.hidden
    assert not service.choices


def test_fields_that_lead_to_one_name_are_one_end(catalog: Catalog) -> None:
    meetings = catalog.modules["contact"].ends["meetings"]
    assert (meetings.kind, meetings.module) == ("joined", "meeting")
    assert [way.field for way in meetings.ways] == ["related", "invitees"]
    assert catalog.modules["account"].ends["meetings"].field == "related"
    invitees = catalog.modules["meeting"].ends["invitees"]
    assert [way.key for way in invitees.ways] == ["invitees_user", "invitees_contact", "invitees_lead"]
    assert [way.module for way in catalog.modules["product"].ends["line_items"].ways] == ["quote.lines"]
    assert catalog.modules["lead"].ends["opportunity"].single


def test_subpanels_show_what_is_tied(catalog: Catalog) -> None:
    delegates = catalog.modules["event"].subpanels["delegates"]
    assert [panel.module for panel in delegates.panels] == ["contact", "target", "lead"]
    assert delegates.label == catalog.modules["event"].field("delegates").label
    assert delegates.panels[0].columns == ("title", "account", "email", "invited", "answer")
    assert delegates.panels[2].columns == ("title", "email", "invited", "answer")
    assert list(delegates.buttons) == ["add_list", "invited", "attended", "accepted", "declined", "send"]
    documents = catalog.modules["opportunity"].subpanels["documents"]
    assert documents.limit is not None


def test_actions_are_kept(catalog: Catalog) -> None:
    quote = catalog.modules["quote"].actions
    assert [step.kind for step in quote["invoice"].do] == ["create"]
    assert quote["invoice"].do[0].module == "invoice"
    assert quote["pdf"].at == ("record", "bulk")


@pytest.fixture
def people(store: Store, catalog: Catalog) -> dict[str, Record]:
    """A contact and a lead who meet: she is whom one meeting is about and invited to it, and invited to another."""
    with with_tables(store, catalog).write() as conn:
        made = {key: records.create(conn, catalog, ADMIN, key, {"name": key}) for key in ("contact", "lead")}
        ann, leo = made["contact"].id, made["lead"].id
        wishes = {
            "both": {"related": f"contact:{ann}",
                     "invitees": [{"module": "contact", "id": str(ann), "answer": "accepted"}]},
            "invited": {"invitees": [f"contact:{ann}", {"module": "lead", "id": str(leo), "answer": "accepted"}]},
            "none": {},
        }  # fmt: skip
        for name, wish in wishes.items():
            made[name] = records.create(
                conn, catalog, ADMIN, "meeting", {"name": name, "time": "2026-11-17T09:30", **wish}
            )
    return made


def names(store: Store, catalog: Catalog, module: str, **asked: object) -> list[str]:
    with store.read() as conn:
        found = records.page(conn, catalog, ADMIN, Query(module=module, sort=("title",), **asked))  # type: ignore[arg-type]  # as the tests give it
        return [row.title for row in found.rows]


def test_a_record_that_comes_by_two_ways_is_there_once(
    store: Store, catalog: Catalog, people: dict[str, Record]
) -> None:
    under = Under("contact", people["contact"].id, "meetings")
    assert names(store, catalog, "meeting", under=under) == ["both", "invited"]
    asked = {"meetings": {"count": {"eq": 2, "where": {"status": "planned"}}}}
    assert names(store, catalog, "contact", where=asked) == ["contact"]
    assert names(store, catalog, "lead", where={"meetings": {"some": {"name": "both"}}}) == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"some": {"answer": "accepted"}}, ["both", "invited"]),
        ({"none": {"answer": "accepted"}}, ["none"]),
        ({"count": 2}, ["invited"]),
        ({"empty": True}, ["none"]),
        ({"some": {"phone": {"empty": True}, "name": "contact"}}, ["both", "invited"]),
    ],
)
def test_a_link_to_several_modules_is_asked_by_its_own_name(
    store: Store, catalog: Catalog, people: dict[str, Record], asked: object, expected: list[str]
) -> None:
    assert names(store, catalog, "meeting", where={"invitees": asked}) == expected


DESK = """
label: {en: Desk}
fields:
  name: {type: text}
  person: {type: link, to: person, reverse: {key: desk, one: true}}
"""


def test_the_one_at_the_other_end_is_asked_like_a_link(store: Store) -> None:
    catalog = a_catalog({**SMALL, "modules/desk.yaml": DESK})
    with with_tables(store, catalog).write() as conn:
        ann = records.create(conn, catalog, ADMIN, "person", {"family": "Ann"})
        bob = records.create(conn, catalog, ADMIN, "person", {"family": "Bob"})
        records.create(conn, catalog, ADMIN, "desk", {"name": "by the door", "person": str(ann.id)})
    for asked in ({"desk": {"name": "by the door"}}, {"desk.name": "by the door"}, {"desk": {"empty": False}}):
        assert names(store, catalog, "person", where=asked) == [ann.title]
    assert names(store, catalog, "person", where={"desk": {"empty": True}}) == [bob.title]
    with store.write() as conn, pytest.raises(Invalid) as refused:
        records.create(conn, catalog, ADMIN, "desk", {"name": "by the window", "person": str(ann.id)})
    assert list(refused.value.errors) == ["person"]
