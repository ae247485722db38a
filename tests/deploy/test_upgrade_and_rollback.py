"""Old metadata comes back as a new revision; what the program ships is taken up by an upgrade alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.deploy import (
    backup_sqlite,
    deploy,
    init_site,
    load_catalog,
    open_site,
    plan_rollback,
    plan_site,
)
from hanok.engine.errors import NotFound
from hanok.engine.store import Store, open_store
from hanok.settings import SETTINGS
from tests.builders import TYPES, a_catalog, a_record, an_administrator, with_tables

ADMIN = an_administrator()
BOOK = "label: {en: Book, ko: 책}\nfields:\n  name: {type: text, search: true}\n  pages: {type: integer}\n"


@pytest.fixture
def folder(tmp_path: Path, database: str) -> Path:
    init_site(tmp_path / "site", SETTINGS)
    (tmp_path / "site" / "metadata" / "modules").mkdir()
    (tmp_path / "site" / "site.yaml").write_text(f"database: {database}\n")
    return tmp_path / "site"


def test_a_rollback_brings_a_field_back_with_its_values(folder: Path) -> None:
    site = open_site(folder, TYPES, SETTINGS)
    book = folder / "metadata" / "modules" / "book.yaml"
    book.write_text(BOOK)
    first = deploy(site.store, plan_site(site))
    made = a_record(site.store, load_catalog(site.store, TYPES), "book", name="Pachinko", pages=490)
    book.write_text(BOOK.replace("  pages: {type: integer}\n", "").replace("label:", "title: 'B {{ name }}'\nlabel:"))
    deploy(site.store, plan_site(site))
    without = load_catalog(site.store, TYPES)
    with site.store.read() as conn:
        read = records.get(conn, without, ADMIN, "book", made.id)
    assert (read.title, "pages" in read.values) == ("B Pachinko", False)
    number = deploy(site.store, plan_rollback(site, first))
    again = load_catalog(site.store, TYPES)
    with site.store.read() as conn:
        read = records.get(conn, again, ADMIN, "book", made.id)
        assert [hit.title for hit in records.search(conn, again, ADMIN, "Pachinko")] == ["Pachinko"]
    assert (number, read.title, read["pages"]) == (first + 2, "Pachinko", 490)
    site.store.dispose()


def test_there_is_no_way_back_to_a_revision_that_never_was(folder: Path) -> None:
    site = open_site(folder, TYPES, SETTINGS)
    deploy(site.store, plan_site(site))
    with pytest.raises(NotFound):
        plan_rollback(site, 7)
    site.store.dispose()


def test_what_the_program_ships_waits_for_an_upgrade(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from hanok.engine.deploy import site as module
    from hanok.engine.language import Layer

    site = open_site(folder, TYPES, SETTINGS)
    deploy(site.store, plan_site(site))
    shipped = module.shipped_layers()
    newer = Layer("shipped", {**shipped[1].files, "modules/book.yaml": BOOK}, "metadata")
    monkeypatch.setattr(module, "shipped_layers", lambda: (shipped[0], newer))
    assert plan_site(site).empty
    assert module.status(site).upgrade
    deploy(site.store, plan_site(site, upgrade=True))
    assert "book" in load_catalog(site.store, TYPES).modules
    assert not module.status(site).upgrade
    site.store.dispose()


def test_a_backup_is_a_whole_database_that_nobody_else_reads(folder: Path, dialect: str) -> None:
    site = open_site(folder, TYPES, SETTINGS)
    catalog = a_catalog()
    a_record(with_tables(site.store, catalog), catalog, "company", name="한빛전자")
    kept = backup_sqlite(site)
    if dialect == "postgresql":
        assert kept is None
    else:
        assert kept is not None
        assert kept.stat().st_mode & 0o077 == 0
        copy: Store = open_store(f"sqlite:///{kept}")
        with copy.read() as conn:
            assert records.count(conn, catalog, ADMIN, records.Query(module="company")) == 1
        copy.dispose()
    site.store.dispose()


def test_a_very_long_name_can_be_saved_and_sorted(store: Store) -> None:
    files = {"modules/book.yaml": BOOK.replace("{type: text, search", "{type: text, length: 9000, search")}
    catalog = a_catalog(files)
    made = a_record(with_tables(store, catalog), catalog, "book", name="가" * 4000)
    assert (len(made.title), len(made["name"])) == (255, 4000)
