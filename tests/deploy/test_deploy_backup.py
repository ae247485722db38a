"""Backups: one file that holds a site, and brings it back on either kind of database."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.deploy import Site, deploy, finish, init_site, load_live, open_site, plan_rollback, plan_site
from hanok.engine.deploy.archive import MANIFEST, read_archive, write_archive
from hanok.engine.deploy.backup import Restored, backup, restore
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.site import write_manifest
from hanok.engine.errors import Refused
from hanok.engine.store import Store
from hanok.engine.store.tables import audit
from hanok.settings import SETTINGS
from tests.builders import SMALL, TYPES, a_record, an_administrator
from tests.databases import Databases

ADMIN = an_administrator()
Rows = Mapping[str, list[tuple[Any, ...]]]


def opened(folder: Path) -> Site:
    return open_site(folder, TYPES, SETTINGS)


def a_folder(folder: Path, database: str) -> Path:
    init_site(folder, SETTINGS)
    (folder / "site.yaml").write_text(f"database: {database}\n")
    return folder


def write_files(folder: Path, files: Mapping[str, str] = SMALL) -> None:
    for name, text in files.items():
        (folder / "metadata" / name).parent.mkdir(exist_ok=True)
        (folder / "metadata" / name).write_text(text, encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, database: str) -> Iterator[Site]:
    """Two revisions: a field was removed, another one has another type now; a company, and an uploaded file."""
    found = opened(a_folder(tmp_path / "site", database))
    write_files(found.folder)
    deploy(found.store, plan_site(found))
    catalog = load_live(found.store, TYPES).catalog
    company = a_record(found.store, catalog, "company", name="한빛", size=7, rate="1.25", founded="2001-02-03")
    a_record(found.store, catalog, "person", family="김", company=str(company.id))
    changed = SMALL["modules/company.yaml"].replace("  founded: {type: date}\n", "")
    changed = changed.replace("{type: integer, min: 0}", "{type: text, search: true}")
    write_files(found.folder, {"modules/company.yaml": changed})
    deploy(found.store, plan_site(found))
    write_manifest(found)
    (found.folder / "files" / "photo.png").write_bytes(b"\x89PNG")
    yield found
    found.store.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of each kind."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    address = databases.empty()
    yield address
    databases.drop(address)


def everything(store: Store) -> Rows:
    """All records of all modules as they are read, and the history."""
    live, found = load_live(store, TYPES), dict[str, list[tuple[Any, ...]]]()
    with store.read() as conn:
        for module in live.catalog.modules:
            rows = records.page(conn, live.catalog, ADMIN, records.Query(module=module)).rows
            found[module] = [(row.id, row.title, row.version, str(row.values)) for row in rows]
        found["audit"] = [tuple(row) for row in conn.execute(sa.select(audit).order_by(audit.c.id))]
    return found


def restored(site: Site, file: Path, address: str, **options: Any) -> Restored:
    """The site of an archive, in another folder and database."""
    folder = site.folder.parent / "restored"
    if not folder.exists():
        a_folder(folder, address)
    return restore(folder, read_archive(file), opened, **options)


def test_a_site_comes_back_whole_on_either_kind_of_database(site: Site, elsewhere: str) -> None:
    file = site.folder.parent / "kept.zip"
    assert backup(site, file).revision == 2
    assert file.stat().st_mode & 0o077 == 0
    done = restored(site, file, elsewhere)
    there = done.site.store
    finish(there, TYPES)
    assert (done.revision, done.kept, done.lost, done.older) == (2, None, (), False)
    assert everything(there) == everything(site.store)
    assert (done.site.folder / "files" / "photo.png").read_bytes() == b"\x89PNG"
    assert plan_site(done.site).empty
    with there.read() as conn, site.store.read() as former:
        assert Present.of(conn) == Present.of(former)
        catalog = load_live(there, TYPES).catalog
        assert [hit.title for hit in records.search(conn, catalog, ADMIN, "한빛")] == ["한빛"]
    there.dispose()


def test_what_was_retired_comes_back_too(site: Site, elsewhere: str) -> None:
    file = site.folder.parent / "kept.zip"
    backup(site, file)
    there = restored(site, file, elsewhere).site
    finish(there.store, TYPES)
    deploy(there.store, plan_rollback(there, 1))
    catalog = load_live(there.store, TYPES).catalog
    with there.store.read() as conn:
        (row,) = records.page(conn, catalog, ADMIN, records.Query(module="company")).rows
    assert (row["size"], str(row["founded"])) == (7, "2001-02-03")
    there.store.dispose()


def test_a_folder_without_settings_takes_those_of_the_backup(site: Site, dialect: str) -> None:
    if dialect == "postgresql":
        pytest.skip("its settings name the database of the first site")
    (site.folder / "site.yaml").write_text("port: 8123\n")
    site = opened(site.folder)
    write_files(site.folder)
    site.store.upgrade()
    deploy(site.store, plan_site(site))
    file = site.folder.parent / "kept.zip"
    backup(site, file)
    done = restore(site.folder.parent / "new" / "site", read_archive(file), opened)
    assert done.site.settings["port"] == 8123
    assert (done.site.folder / "hanok.db").exists()
    assert (done.site.folder / "hanok.db").stat().st_mode & 0o077 == 0
    done.site.store.dispose()
    site.store.dispose()


def test_a_site_with_records_is_replaced_only_on_demand_and_kept(site: Site) -> None:
    file = site.folder.parent / "kept.zip"
    backup(site, file)
    before = everything(site.store)
    a_record(site.store, load_live(site.store, TYPES).catalog, "company", name="새")
    (site.folder / "files" / "later.txt").write_text("later")
    with pytest.raises(Refused, match="--yes"):
        restore(site.folder, read_archive(file), opened)
    assert len(everything(site.store)["company"]) == 2
    done = restore(site.folder, read_archive(file), opened, replace=True)
    finish(done.site.store, TYPES)
    assert everything(done.site.store) == before
    assert not (site.folder / "files" / "later.txt").exists()
    assert done.kept is not None
    assert "files/later.txt" in read_archive(done.kept).members
    assert not [path.name for path in site.folder.iterdir() if path.name.startswith(".restoring")]
    done.site.store.dispose()


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200])


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def repacked(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        with zipfile.ZipFile(file) as packed:
            members = {name: packed.read(name) for name in packed.namelist()}
        change(members)
        with zipfile.ZipFile(file, "w") as packed:
            for name, data in members.items():
                packed.writestr(name, data)

    return damage


def said_otherwise(**facts: Any) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = orjson.dumps({**orjson.loads(members[MANIFEST]), **facts})

    return change


def outside(members: dict[str, bytes]) -> None:
    members["../evil"] = b""
    manifest = orjson.loads(members[MANIFEST])
    empty = {"size": 0, "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}
    members[MANIFEST] = orjson.dumps({**manifest, "members": {**manifest["members"], "../evil": empty}})


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut off": (cut, "damaged"),
    "one byte is another": (flip, "damaged"),
    "no archive": (lambda file: file.write_bytes(b"hello") and None, "damaged"),
    "a file is missing": (repacked(lambda members: members.pop("site.yaml") and None), "damaged"),
    "a file changed": (repacked(lambda members: members.update({"site.yaml": b"port: 1"})), "damaged"),
    "a file outside": (repacked(outside), "damaged"),
    "a newer form": (repacked(said_otherwise(format=99)), "newer version"),
    "newer system tables": (repacked(said_otherwise(schema="9999")), "newer version"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_or_newer_backup_is_refused_before_anything_is_touched(tmp_path: Path, name: str) -> None:
    damage, said = DAMAGES[name]
    file = tmp_path / "kept.zip"
    (tmp_path / "hanok.db").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "site.yaml").write_text("port: 8123\n")
    members = [("hanok.db", tmp_path / "hanok.db"), ("site.yaml", tmp_path / "site.yaml")]
    write_archive(file, members, {"schema": "0001"})
    read_archive(file)
    damage(file)
    with pytest.raises(Refused, match=said):
        restore(tmp_path / "site", read_archive(file), opened, replace=True)
    assert not (tmp_path / "site").exists()


def test_the_keys_of_encrypted_fields_go_along_only_on_demand(site: Site) -> None:
    backup(site, site.folder.parent / "without.zip")
    assert backup(site, site.folder.parent / "with.zip", keys=True).keys
    assert "encryption-keys.txt" not in read_archive(site.folder.parent / "without.zip").members
    assert "encryption-keys.txt" in read_archive(site.folder.parent / "with.zip").members


def test_a_file_that_is_there_is_not_overwritten(site: Site) -> None:
    file = site.folder.parent / "kept.zip"
    file.write_text("mine")
    with pytest.raises(Refused, match="There is a file already"):
        backup(site, file)
    assert file.read_text() == "mine"
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []
