"""A house to accept: a site made, deployed to and served as its owner would, by commands, on each database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.visitor import Visitor
from tests.databases import Databases
from tests.forked import Done, run
from tests.served import HANOK, PASSWORD, run_elsewhere, serving

OWN_ONLY = """label: {en: Own only, ko: 본인만}
default: {list: owner, view: owner, create: all, edit: owner, delete: owner}
"""


@dataclass(frozen=True, slots=True)
class House:
    """A site in a folder; `database` is the address of its database."""

    folder: Path
    database: str

    def hanok(self, *words: str, language: str = "en", **environment: str) -> Done:
        """Runs a command on this site to its end."""
        return run(["--site", self.folder, *words], env=self._environment(language, **environment))

    def typed(self, *words: str, language: str = "en", **environment: str) -> Done:
        """The same by the installed command, as a shell runs it."""
        whole = [*HANOK, "--site", str(self.folder), *words]
        return run_elsewhere(whole, self._environment(language, **environment))

    @staticmethod
    def _environment(language: str, **more: str) -> dict[str, str]:
        return {**os.environ, "HANOK_ADMIN_PASSWORD": PASSWORD, "HANOK_LANGUAGE": language, **more}

    def write(self, file: str, text: str) -> Path:
        """Writes a metadata file of the site by hand."""
        path = self.folder / "metadata" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def add_user(self, username: str, *words: str) -> None:
        done = self.hanok("user", "add", username, *words, "--password", PASSWORD)
        assert done.code == 0, done.said

    def deploy(self) -> None:
        done = self.hanok("deploy", "--yes")
        assert done.code == 0, done.said


def built(house: House, *, demo: int = 0) -> None:
    """Makes the site by `hanok init` on its database, which `site.yaml` names from then on."""
    done = house.hanok("init", "--demo", str(demo), HANOK_DATABASE=house.database)
    assert done.code == 0, done.said
    with (house.folder / "site.yaml").open("a", encoding="utf-8") as settings:
        settings.write(f"\ndatabase: {house.database}\nworker: false\n")  # nothing happens but what a test does


@contextmanager
def house_on(databases: Databases, folder: Path) -> Iterator[House]:
    """A site with a role of its own, `own_only`, and a user who has it, `mina`."""
    database = databases.empty()
    house = House(folder, database)
    house.write("roles/own_only.yaml", OWN_ONLY)
    built(house)
    house.add_user("mina", "--name", "한", "--first-name", "미나", "--role", "own_only")
    yield house
    databases.drop(database)


@pytest.fixture(scope="session")
def sqlite_house(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_on(sqlite_databases, tmp_path_factory.mktemp("sqlite-house") / "site") as house:
        yield house


@pytest.fixture(scope="session")
def postgresql_house(postgresql_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_on(postgresql_databases, tmp_path_factory.mktemp("postgresql-house") / "site") as house:
        yield house


@pytest.fixture(scope="session")
def sqlite_address(sqlite_house: House) -> Iterator[str]:
    with serving(sqlite_house.folder) as served:
        yield served.address


@pytest.fixture(scope="session")
def postgresql_address(postgresql_house: House) -> Iterator[str]:
    with serving(postgresql_house.folder) as served:
        yield served.address


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest) -> House:
    """The house, once on each database; all tests of this folder share it."""
    found: House = request.getfixturevalue(f"{request.param}_house")
    return found


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest, house: House) -> str:
    """Where `hanok serve` serves the house."""
    kind = "sqlite" if house.database.startswith("sqlite") else "postgresql"
    found: str = request.getfixturevalue(f"{kind}_address")
    return found


@pytest.fixture(scope="session")
def admin(address: str) -> Visitor:
    return Visitor(address).log_in()


@pytest.fixture(scope="session")
def mina(address: str) -> Visitor:
    """Sees only what is her own."""
    return Visitor(address).log_in("mina")


@pytest.fixture
def stranger(address: str) -> Visitor:
    return Visitor(address)
