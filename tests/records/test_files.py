"""Files of records: whose they are, who may have them, and when they are gone."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, NotFound
from hanok.engine.records import Query, Record
from hanok.engine.records.attachments import Stored, file_of, give_up, settle
from hanok.engine.records.uploading import clean, upload
from hanok.engine.store import Store
from hanok.engine.store.blobs import Blobs, open_blobs
from hanok.engine.store.tables import file
from tests.builders import SMALL, a_catalog, a_user, an_administrator, with_tables
from tests.records.files import Database
from tests.store.test_pictures import picture

PAPER = """
label: {en: Paper, ko: 서류}
traits: [owned]
fields:
  name:     {type: text, required: true, search: true}
  contract: {type: file, max_size: 1 KB, search: true}
  extra:    {type: files, max: 3, types: [text, image]}
  photo:    {type: image}
"""
SOON, LATER = (datetime.now(UTC) + timedelta(days=days) for days in (2, 40))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/paper.yaml": PAPER})


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(str(tmp_path / "files"))


class House:
    """Somebody who uploads and saves."""

    def __init__(self, store: Store, catalog: Catalog, blobs: Blobs, actor: Actor) -> None:
        self.store, self.catalog, self.blobs, self.actor = store, catalog, blobs, actor

    def upload(self, data: bytes = b"hello", *, name: str = "계약서.txt", field: str = "contract") -> Stored:
        found = self.catalog.modules["paper"].field(field)
        return upload(self.store, self.blobs, self.actor, found, io.BytesIO(data), name=name, most=10**6)

    def create(self, **raw: Any) -> Record:
        with self.store.write() as conn:
            return records.create(conn, self.catalog, self.actor, "paper", {"name": "a", **raw})

    def update(self, record: Record, **raw: Any) -> Record:
        with self.store.write() as conn:
            return records.update(conn, self.catalog, self.actor, "paper", record.id, raw, version=record.version)

    def sees(self, id: UUID) -> bool:
        with self.store.read() as conn:
            try:
                return file_of(conn, self.catalog, self.actor, id).id == id
            except NotFound:
                return False

    def states(self) -> dict[str, str]:
        with self.store.read() as conn:
            return {row.name: row.state for row in conn.execute(sa.select(file.c.name, file.c.state))}

    def find(self, **where: Any) -> list[str]:
        with self.store.read() as conn:
            query = Query(module="paper", where=where)
            return [row.title for row in records.page(conn, self.catalog, self.actor, query).rows]


@pytest.fixture
def admin(store: Store, catalog: Catalog, blobs: Blobs) -> House:
    with_tables(store, catalog)
    return House(store, catalog, blobs, a_user_who_may_all(store, catalog))


def a_user_who_may_all(store: Store, catalog: Catalog) -> Actor:
    return an_administrator(id=a_user(store, catalog, "boss").id)


@pytest.fixture
def rep(admin: House) -> House:
    """Sees her own records only."""
    actor = a_user(admin.store, admin.catalog, "rep", "owner_only")
    return House(admin.store, admin.catalog, admin.blobs, actor)


def refusal(wrong: pytest.ExceptionInfo[Invalid]) -> str:
    return str(next(iter(wrong.value.errors.values()))[0])


# -- whose it is -----------------------------------------------------------------------------------------------
def test_a_save_gives_the_file_to_its_record(admin: House) -> None:
    sent = admin.upload()
    assert admin.states() == {"계약서.txt": "pending"}
    made = admin.create(contract={"id": str(sent.id), "name": "lie.exe", "size": 1, "type": "text/html"})
    assert made.values["contract"].dump() == {
        "id": str(sent.id), "name": "계약서.txt", "size": 5, "type": "text/plain",
    }  # fmt: skip
    assert admin.states() == {"계약서.txt": "kept"}
    with admin.store.read() as conn:
        assert records.get(conn, admin.catalog, admin.actor, "paper", made.id).values["contract"].name == "계약서.txt"


def test_an_upload_is_its_uploaders_alone(admin: House, rep: House) -> None:
    sent = rep.upload()
    assert rep.sees(sent.id)
    assert not admin.sees(sent.id)
    with pytest.raises(Invalid) as wrong:
        admin.create(contract=str(sent.id))
    assert "no file that may be kept here" in refusal(wrong)


def test_the_file_of_another_record_is_refused_even_where_it_may_be_seen(admin: House) -> None:
    sent = admin.upload()
    first = admin.create(contract=str(sent.id))
    with pytest.raises(Invalid):
        admin.create(contract=str(sent.id))
    second = admin.create()
    with pytest.raises(Invalid):
        admin.update(second, contract=str(sent.id))
    assert admin.update(first, photo=None, extra=[str(sent.id)]).values["extra"][0].id == sent.id


def test_two_saves_at_once_do_not_get_one_upload_both(admin: House) -> None:
    """The second one looked while the upload was still free."""
    sent, two, module = admin.upload(), admin.create(), admin.catalog.modules["paper"]
    values = {"contract": sent.attached}
    admin.create(contract=str(sent.id))
    changes = {"contract": [None, sent.attached.dump()]}
    with admin.store.write() as conn, pytest.raises(Invalid) as wrong:
        settle(conn, admin.actor, module, two.id, values, changes)
    assert "given to another record" in refusal(wrong)


def test_who_may_see_the_record_may_have_its_file(admin: House, rep: House) -> None:
    secret, own = admin.upload(), rep.upload()
    admin.create(contract=str(secret.id))
    rep.create(contract=str(own.id), owner=str(rep.actor.id))
    assert admin.sees(secret.id) and admin.sees(own.id)
    assert rep.sees(own.id)
    assert not rep.sees(secret.id)


def test_a_file_that_was_taken_away_is_seen_no_longer_and_may_come_back(admin: House) -> None:
    sent = admin.upload()
    made = admin.create(contract=str(sent.id))
    emptied = admin.update(made, contract=None)
    assert not admin.sees(sent.id)
    assert admin.states() == {"계약서.txt": "released"}
    admin.update(emptied, contract=str(sent.id))
    assert admin.sees(sent.id)
    assert admin.states() == {"계약서.txt": "kept"}


def test_a_file_that_moves_between_fields_of_a_record_stays(admin: House) -> None:
    sent = admin.upload(field="extra")
    made = admin.create(extra=[str(sent.id)])
    admin.update(made, extra=None, contract=str(sent.id))
    assert admin.states() == {"계약서.txt": "kept"}


def test_a_deleted_record_keeps_its_files_for_its_return(admin: House) -> None:
    sent = admin.upload()
    made = admin.create(contract=str(sent.id))
    with admin.store.write() as conn:
        records.delete(conn, admin.catalog, admin.actor, "paper", made.id)
    assert not admin.sees(sent.id)
    clean(admin.store, admin.blobs, now=LATER, thoroughly=True)
    with admin.store.write() as conn:
        records.restore(conn, admin.catalog, admin.actor, "paper", made.id)
    assert admin.sees(sent.id)
    assert admin.blobs.exists(sent.sha256)


# -- what is taken ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "name", "field", "words"),
    [
        (b"", "a.txt", "contract", "is empty"),
        (b"x" * 2000, "a.txt", "contract", "at most 1 KB fit"),
        (b"<html><script>", "a.png", "photo", "not what the ending"),
        (b"<svg onload=alert(1)>", "a.svg", "photo", "no picture that can be shown"),
        (b"\x89PNG\r\n\x1a\n<script>", "a.png", "photo", "cannot be read"),
        (b"GIF89a/*", "a.gif", "extra", "cannot be read"),
        (b"%PDF-1.7", "a.pdf", "extra", "Possible are: text, image"),
        (b"MZ\0\0", "a.txt", "contract", "not what the ending"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(
    admin: House, data: bytes, name: str, field: str, words: str
) -> None:
    with pytest.raises(Invalid) as wrong:
        admin.upload(data, name=name, field=field)
    assert words in refusal(wrong)
    assert not admin.states()
    assert not list(admin.blobs.system.find(admin.blobs.root))


def test_a_picture_with_a_page_behind_it_is_a_picture(admin: House) -> None:
    sent = admin.upload(picture() + b"<script>alert(1)</script>", name="a.png", field="photo")
    assert (sent.type, bool(sent.thumbnail)) == ("image/png", True)


def test_a_file_is_checked_again_by_the_field_that_keeps_it(admin: House) -> None:
    """It may have been uploaded for a field that takes more."""
    big = admin.upload(b"x" * 2000, name="a.txt", field="extra")
    with pytest.raises(Invalid, match="too large"):
        admin.create(contract=str(big.id))
    text = admin.upload()
    with pytest.raises(Invalid, match="no picture"):
        admin.create(photo=str(text.id))


# -- what the rest of the house makes of it --------------------------------------------------------------------
def test_records_are_found_by_the_names_of_their_files(admin: House) -> None:
    admin.create(name="one", contract=str(admin.upload(name="계약서 최종.TXT").id))
    both = [admin.upload(name=name, field="extra") for name in ("사진.txt", "Notes.txt")]
    admin.create(name="two", extra=[str(sent.id) for sent in both])
    admin.create(name="three")
    assert admin.find(contract={"contains": "최종.txt"}) == ["one"]
    assert admin.find(extra={"contains": "NOTES"}) == ["two"]
    assert sorted(admin.find(contract={"empty": True}, extra={"empty": True})) == ["three"]
    with admin.store.read() as conn:
        hits = records.search(conn, admin.catalog, admin.actor, "최종")
    assert [hit.title for hit in hits] == ["one"]


def test_the_history_names_files(admin: House) -> None:
    made = admin.create(contract=str(admin.upload(name="one.txt").id))
    admin.update(made, contract=str(admin.upload(name="two.txt").id))
    with admin.store.read() as conn:
        newest = records.history(conn, admin.catalog, admin.actor, "paper", made.id)[0]
    assert [(str(change.before), str(change.after)) for change in newest.changes] == [("one.txt", "two.txt")]


def test_a_file_goes_out_and_in_again_in_a_table(admin: House, tmp_path: Path) -> None:
    made = admin.create(contract=str(admin.upload().id), extra=[str(admin.upload(field="extra").id)])
    here = Database(admin.store, admin.catalog)
    here.take(tmp_path / "a.csv", "paper")
    found = here.bring(tmp_path / "a.csv", "paper", key=("id",))
    assert (found.faults, found.counts.unchanged) == ([], 1)
    with admin.store.read() as conn:
        assert records.get(conn, admin.catalog, admin.actor, "paper", made.id).version == 1


def test_a_table_brings_no_files_of_elsewhere(admin: House, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("name,contract\na,계약서.pdf (0199c7e4-7a3b-7c00-8000-000000000001)\nb,계약서.pdf\n")
    found = Database(admin.store, admin.catalog).bring(table, "paper")
    assert found.counts.failed == 2
    assert "Upload it in the form" in str(found.faults[0]) and "Upload it here" in str(found.faults[1])


# -- when it is gone -------------------------------------------------------------------------------------------
def test_uploads_that_nobody_saved_are_cleared_away_after_a_day(admin: House) -> None:
    sent, kept = admin.upload(b"one"), admin.upload(b"two", name="kept.txt")
    admin.create(contract=str(kept.id))
    assert clean(admin.store, admin.blobs).files == 0
    assert clean(admin.store, admin.blobs, now=SOON).files == 1
    assert not admin.blobs.exists(sent.sha256)
    assert admin.blobs.exists(kept.sha256)


def test_a_blob_stays_while_another_file_has_the_same(admin: House) -> None:
    kept, sent = admin.upload(name="kept.txt"), admin.upload()
    assert kept.sha256 == sent.sha256
    admin.create(contract=str(kept.id))
    assert clean(admin.store, admin.blobs, now=SOON).blobs == 0
    assert admin.blobs.exists(kept.sha256)


def test_what_a_record_gave_up_is_remembered_for_a_month(admin: House) -> None:
    sent = admin.upload()
    admin.update(admin.create(contract=str(sent.id)), contract=None)
    assert clean(admin.store, admin.blobs, now=SOON).files == 0
    assert clean(admin.store, admin.blobs, now=LATER).files == 1


def test_files_of_records_that_are_removed_for_good_go_with_them(admin: House) -> None:
    sent = admin.upload(picture(), name="a.png", field="photo")
    made = admin.create(photo=str(sent.id))
    with admin.store.write() as conn:
        give_up(conn, "paper", [made.id])
    done = clean(admin.store, admin.blobs)
    assert (done.files, done.blobs) == (1, 2)
    assert not list(admin.blobs)


def test_blobs_that_no_file_names_are_found_where_somebody_looks(admin: House) -> None:
    kept, lost = admin.upload(), admin.blobs.receive(io.BytesIO(b"lost"), most=10)
    admin.blobs.keep(lost)
    assert clean(admin.store, admin.blobs).blobs == 0
    assert clean(admin.store, admin.blobs, thoroughly=True).blobs == 1
    assert admin.blobs.exists(kept.sha256)
