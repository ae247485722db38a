"""An upgrade meets what the site said: each value of the site over one that changed is a conflict to decide."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hanok.cli import hanok
from hanok.engine.deploy import Site, deploy, init_site, load_catalog, open_site, plan_rollback, plan_site, status
from hanok.engine.deploy import site as module
from hanok.engine.deploy.upgrading import plan_upgrade, write_edits
from hanok.engine.errors import Refused
from hanok.engine.language import Layer
from hanok.settings import SETTINGS
from tests.builders import TYPES

BOOK = "modules/book.yaml"
SHIPPED = """label: {en: Book, ko: 책}
fields:
  name:  {type: text, length: 40}
  pages: {type: integer, label: {en: Pages, ko: 쪽수}}
"""
OWN = """# what we say
label: {ko: 도서}   # as the library does

fields:
  name: {length: 80}   # long titles
  isbn: {type: text}
"""
NAME, LABEL = f"{BOOK}:fields.name.length", f"{BOOK}:label.ko"
Ship = Callable[[str], None]


@pytest.fixture
def ship(monkeypatch: pytest.MonkeyPatch) -> Ship:
    """Lets the program ship the module book so."""
    core, shipped = module.shipped_layers()

    def install(book: str) -> None:
        layer = Layer("shipped", {BOOK: book}, shipped.root)
        monkeypatch.setattr(module, "shipped_layers", lambda: (core, layer))

    return install


@pytest.fixture
def site(tmp_path: Path, database: str, ship: Ship) -> Iterator[Site]:
    """Deployed with what the program shipped at first, and the site's own file."""
    yield from deployed(tmp_path / "site", f"database: {database}\n", ship)


@pytest.fixture
def small(tmp_path: Path, ship: Ship) -> Iterator[Site]:
    """The same on the database that a site has where nothing is said."""
    yield from deployed(tmp_path / "site", "", ship)


def deployed(folder: Path, settings: str, ship: Ship) -> Iterator[Site]:
    init_site(folder, SETTINGS)
    (folder / "metadata" / "modules").mkdir()
    (folder / "site.yaml").write_text(settings)
    (folder / "metadata" / BOOK).write_text(OWN, encoding="utf-8")
    ship(SHIPPED)
    made = open_site(folder, TYPES, SETTINGS)
    made.store.upgrade()
    deploy(made.store, plan_site(made))
    module.write_manifest(made)
    yield made
    made.store.dispose()


def text_of(site: Site) -> str:
    return (site.metadata / BOOK).read_text(encoding="utf-8")


def length(site: Site) -> int:
    found: int = load_catalog(site.store, TYPES).modules["book"].fields["name"].settings["length"]
    return found


def run(site: Site, *args: str) -> Any:
    result = CliRunner().invoke(hanok, ["--site", str(site.folder), *args])
    assert result.exit_code == 0, result.output
    return result.output


NEWER = SHIPPED.replace("length: 40", "length: 60")


def test_a_value_that_changed_below_the_sites_is_a_conflict_and_no_other(site: Site, ship: Ship) -> None:
    ship(NEWER.replace("쪽수", "페이지"))
    (conflict,) = plan_upgrade(site).conflicts
    assert (conflict.key, conflict.before, conflict.now, conflict.mine) == (NAME, 40, 60, 80)
    assert (conflict.place.line, conflict.place.column) == (5, 18)


def test_nobody_decides_so_the_sites_value_stays_and_the_conflict_stands_open(site: Site, ship: Ship) -> None:
    ship(NEWER)
    found = plan_upgrade(site)
    deploy(site.store, found.plan)
    assert length(site) == 80
    assert [each.key for each in status(site).conflicts] == [each.key for each in found.left] == [NAME]
    (site.metadata / BOOK).write_text(OWN.replace("isbn", "issn"), encoding="utf-8")
    deploy(site.store, plan_site(site))
    (conflict,) = status(site).conflicts
    assert (conflict.before, conflict.now, conflict.mine) == (40, 60, 80)
    ship(NEWER.replace("length: 60", "length: 70"))
    (conflict,) = plan_upgrade(site).conflicts
    assert (conflict.before, conflict.now, conflict.mine) == (40, 70, 80)


def test_mine_stays_and_is_asked_about_no_more(site: Site, ship: Ship) -> None:
    ship(NEWER)
    deploy(site.store, plan_upgrade(site, mine=[NAME]).plan)
    assert (length(site), status(site).conflicts, plan_upgrade(site).conflicts) == (80, (), ())
    ship(NEWER.replace("length: 60", "length: 70"))
    (conflict,) = plan_upgrade(site).conflicts
    assert (conflict.before, conflict.now) == (60, 70)


def test_theirs_cuts_the_value_out_of_the_file_and_leaves_all_else(site: Site, ship: Ship) -> None:
    ship(NEWER)
    found = plan_upgrade(site, theirs=[NAME])
    assert text_of(site) == OWN
    deploy(site.store, found.plan)
    assert write_edits(site, found) == ()
    assert text_of(site) == OWN.replace("  name: {length: 80}   # long titles\n", "")
    assert (length(site), status(site).conflicts, status(site).files) == (60, (), ())


def test_several_values_of_one_file_and_a_file_of_which_nothing_is_left(site: Site, ship: Ship) -> None:
    (site.metadata / BOOK).write_text("label: {ko: 도서}\nfields: {name: {length: 80}}\n", encoding="utf-8")
    deploy(site.store, plan_site(site))
    ship(NEWER.replace("책", "서적"))
    found = plan_upgrade(site, theirs=["all"])
    deploy(site.store, found.plan)
    assert [each.key for each in found.conflicts] == [LABEL, NAME]
    assert write_edits(site, found) == ()
    assert not (site.metadata / BOOK).exists()
    assert load_catalog(site.store, TYPES).modules["book"].label["ko"] == "서적"


def test_a_file_that_was_edited_by_hand_meanwhile_is_not_touched(site: Site, ship: Ship) -> None:
    ship(NEWER)
    found = plan_upgrade(site, theirs=[NAME])
    deploy(site.store, found.plan)
    edited = OWN.replace("isbn", "issn")
    (site.metadata / BOOK).write_text(edited, encoding="utf-8")
    assert write_edits(site, found) == (BOOK,)
    assert text_of(site) == edited


def test_editing_the_value_decides_it_too(site: Site, ship: Ship) -> None:
    ship(NEWER)
    deploy(site.store, plan_upgrade(site).plan)
    (site.metadata / BOOK).write_text(OWN.replace("length: 80", "length: 90"), encoding="utf-8")
    deploy(site.store, plan_site(site))
    assert (length(site), status(site).conflicts) == (90, ())


def test_what_is_shipped_as_the_site_has_it_is_no_conflict(site: Site, ship: Ship) -> None:
    ship(SHIPPED.replace("length: 40", "length: 80"))
    assert plan_upgrade(site).conflicts == ()


def test_a_field_that_both_added_is_a_conflict_where_they_differ(site: Site, ship: Ship) -> None:
    ship(SHIPPED + "  isbn: {type: text, length: 13}\n")
    assert plan_upgrade(site).conflicts == ()
    ship(SHIPPED + "  isbn: {type: integer}\n")
    (conflict,) = plan_upgrade(site).conflicts
    assert (conflict.key, conflict.before, conflict.now) == (f"{BOOK}:fields.isbn", None, {"type": "integer"})
    (site.metadata / BOOK).write_text(OWN.replace("isbn: {type: text}", "isbn: {type: text, length: 20}"))
    deploy(site.store, plan_site(site))
    ship(SHIPPED + "  isbn: {type: text, length: 13}\n")
    (conflict,) = plan_upgrade(site).conflicts
    assert (conflict.key, conflict.before, conflict.now, conflict.mine) == (f"{BOOK}:fields.isbn.length", None, 13, 20)


def test_a_rename_below_is_no_conflict(site: Site, ship: Ship) -> None:
    ship(SHIPPED.replace("name:  {type: text", "title_of: {was: [name], type: text"))
    found = plan_upgrade(site)
    assert found.conflicts == ()
    deploy(site.store, found.plan)
    assert load_catalog(site.store, TYPES).modules["book"].fields["title_of"].settings["length"] == 80


def test_going_back_opens_none_and_upgrading_again_asks_again(site: Site, ship: Ship) -> None:
    ship(NEWER)
    deploy(site.store, plan_upgrade(site, mine=[NAME]).plan)
    deploy(site.store, plan_rollback(site, 1))
    assert status(site).conflicts == ()
    assert [each.key for each in plan_upgrade(site).conflicts] == [NAME]


def test_a_mistyped_path_is_refused_with_the_nearest(site: Site, ship: Ship) -> None:
    ship(NEWER)
    with pytest.raises(Refused, match=r"did you mean “modules/book\.yaml:fields\.name\.length”"):
        plan_upgrade(site, mine=[NAME.replace("length", "lenght")])
    with pytest.raises(Refused, match="not both"):
        plan_upgrade(site, mine=[NAME], theirs=[NAME])


def test_the_command_shows_each_conflict_and_decides(small: Site, ship: Ship) -> None:
    ship(NEWER)
    told = json.loads(run(small, "upgrade", "--json"))
    assert told["conflicts"][0] | {"place": ""} == {"key": NAME, "place": "", "before": 40, "now": 60, "mine": 80}
    assert plan_site(small).empty
    shown = run(small, "upgrade", "--yes")
    for words in (f"Conflict {NAME}", "shipped before: 40", "shipped now: 60", "mine: 80", "Undecided conflicts: 1."):
        assert words in shown
    assert f"Conflict {NAME}" in run(small, "status")
    assert [each["key"] for each in json.loads(run(small, "status", "--json"))["conflicts"]] == [NAME]
    assert "Decided: 1." in run(small, "upgrade", "--yes", "--mine", NAME)
    assert "Conflict" not in run(small, "status")


def test_the_command_takes_theirs(small: Site, ship: Ship) -> None:
    ship(NEWER)
    run(small, "upgrade", "--yes")
    assert "Undecided" not in run(small, "upgrade", "--yes", "--theirs", NAME)
    assert "length" not in text_of(small)
    assert (length(small), status(small).files) == (60, ())


def test_a_revision_of_before_such_things_were_kept_stands_for_what_it_holds(site: Site, ship: Ship) -> None:
    from hanok.engine.store.tables import revision

    with site.store.write() as conn:
        conn.execute(revision.update().values(leaves=None))
    ship(NEWER)
    assert [each.key for each in plan_upgrade(site).conflicts] == [NAME]
