"""Backups: a site in one file, database and folders, and the way back from it."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hanok.engine.deploy.archive import Archive, write_archive
from hanok.engine.deploy.keys import FILE as KEYS
from hanok.engine.deploy.moving import move
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.revisions import code_version
from hanok.engine.deploy.settings import FILE as SETTINGS
from hanok.engine.deploy.site import FOLDERS, Site
from hanok.engine.errors import Refused, say
from hanok.engine.store import Store, live_revision, open_store, schema

#: The database within an archive: always SQLite's, whatever the site has.
DATABASE = "hanok.db"
#: Where the backup goes that a restore makes of what it replaces.
KEPT = "backups"


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds: its revision, and what it could not take along.

    `lost` are columns of the past that nobody can explain, `elsewhere` where uploaded files are if not in the site's
    folder, and `keys` says whether the keys of encrypted fields are in it.
    """

    revision: int
    lost: tuple[str, ...] = ()
    elsewhere: str = ""
    keys: bool = False


def backup(site: Site, file: Path, *, keys: bool = False) -> Contents:
    """Writes the site into one file. Servers go on meanwhile: the database is copied as it is at one moment.

    With `keys` those of encrypted fields go along: who has the file can read them then.
    """
    with site.store.read() as conn:
        revision, version = live_revision(conn), schema.current(conn)
    if version is None:
        raise Refused(say("The database is empty. Run: hanok init"))
    elsewhere = _elsewhere(site)
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".hanok-") as folder:
        copy = Path(folder) / DATABASE
        lost = _copy(site, copy)
        facts = {
            "hanok": code_version(), "schema": version, "revision": revision, "at": datetime.now(UTC).isoformat(),
            "dialect": site.store.dialect, "lost": list(lost), "files_elsewhere": elsewhere,
        }  # fmt: skip
        write_archive(file, ((DATABASE, copy), *_members(site.folder, keys=keys)), facts)
    return Contents(revision, lost, elsewhere, keys and (site.folder / KEYS).exists())


def _copy(site: Site, copy: Path) -> tuple[str, ...]:
    """The database as an SQLite file."""
    if site.store.dialect == "sqlite":
        site.store.copy_to(copy)
        return ()
    target = open_store(f"sqlite:///{copy}")
    try:
        return move(site.store, target, site.types)
    finally:
        target.dispose()


def _members(folder: Path, *, keys: bool) -> Iterator[tuple[str, Path]]:
    for name in (SETTINGS, *([KEYS] if keys else [])):
        if (folder / name).is_file():
            yield name, folder / name
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path


def _elsewhere(site: Site) -> str:
    """Where uploaded files are kept, if that is not the site's own folder."""
    said = str(site.settings.get("files", ""))
    return "" if not said or Path(said) == (site.folder / "files").absolute() else said


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: the live revision, where the former site is kept, what the backup said it lacks."""

    site: Site
    revision: int
    kept: Path | None
    lost: tuple[str, ...]
    older: bool


def restore(folder: Path, archive: Archive, open_folder: Callable[[Path], Site], *, replace: bool = False) -> Restored:
    """Puts a site back: into an empty folder, or with `replace` over one, of which a backup is made first.

    A site.yaml that is there stays, so a backup may go to another database, of either kind. Raises Refused before
    anything is touched where the archive's database is newer than this program, or the site is not empty.
    """
    older = _check(archive)
    if not (folder / SETTINGS).exists():
        _begin(folder, archive)
    former = open_folder(folder)
    try:
        kept = _make_room(former, replace=replace)
        lost = _replace(former, archive)
    finally:
        former.store.dispose()
    site = open_folder(folder)
    with site.store.read() as conn:
        return Restored(site, live_revision(conn), kept, lost, older and site.store.dialect == "sqlite")


def _make_room(site: Site, *, replace: bool) -> Path | None:
    """The backup of what is there, None where nothing is."""
    if _is_empty(site):
        return None
    if not replace:
        raise Refused(say("There is a site with records in {folder}. With --yes a backup of it is made first.",
                          folder=site.folder.as_posix()))  # fmt: skip
    return _keep(site)


def _replace(site: Site, archive: Archive) -> tuple[str, ...]:
    staging = site.folder / f".restoring-{secrets.token_hex(4)}"
    try:
        archive.extract(staging)
        lost = _restore_database(site, staging / DATABASE)
        _restore_folders(site.folder, staging)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return lost


def _check(archive: Archive) -> bool:
    """Whether its database is older than this program's."""
    found, known = archive.facts.get("schema"), schema.revisions()
    if DATABASE not in archive.members or found not in known:
        raise Refused(say("{file} is of a newer version of Hanok than this program. Install that version.",
                          file=archive.file.as_posix()))  # fmt: skip
    return bool(found != known[-1])


def _begin(folder: Path, archive: Archive) -> None:
    """The folder with the settings of the archive, and with its keys."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = folder / f".restoring-{secrets.token_hex(4)}"
    try:
        archive.extract(staging)
        for name in (SETTINGS, KEYS):
            if (staging / name).exists():
                (staging / name).replace(folder / name)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    (folder / SETTINGS).touch(mode=0o600)


def _is_empty(site: Site) -> bool:
    database = site.store.url.database
    if site.store.dialect == "sqlite" and not Path(str(database)).exists():
        return True
    with site.store.read() as conn:
        return schema.current(conn) is None and not Present.of(conn).columns


def _keep(site: Site) -> Path:
    target = site.folder / KEPT / datetime.now(UTC).strftime("before-restore-%Y%m%d-%H%M%S.zip")
    target.parent.mkdir(mode=0o700, exist_ok=True)
    backup(site, target, keys=True)
    return target


def _restore_database(site: Site, file: Path) -> tuple[str, ...]:
    if site.store.dialect == "sqlite":
        _overwrite(site.store, file)
        return ()
    source = open_store(f"sqlite:///{file}")
    try:
        source.upgrade()
        return move(source, site.store, site.types, replace=True)
    finally:
        source.dispose()


def _overwrite(store: Store, file: Path) -> None:
    """SQLite's own copy, in one transaction of the database that is there: other processes see all of it or nothing."""
    store.dispose()
    target = Path(str(store.url.database))
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        target.touch(mode=0o600)
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target, timeout=10)) as there:
        source.backup(there)


def _restore_folders(folder: Path, staging: Path) -> None:
    """Each folder as it was then. One that the backup does not have is left empty."""
    for name in FOLDERS:
        (staging / name).mkdir(exist_ok=True)
        former = staging / f"{name}.former"
        if (folder / name).exists():
            (folder / name).rename(former)
        (staging / name).rename(folder / name)
    if (staging / KEYS).exists():
        (staging / KEYS).replace(folder / KEYS)
