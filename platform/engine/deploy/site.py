"""A site: a folder with its settings, its own metadata and (on SQLite) its database.

The folder's metadata is a working copy. What is live stands in the database; a small manifest beside the files says
which revision they were last the same as, so that a file changed by hand can be told from one that is behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import orjson
from sqlalchemy.engine import URL

from hanok.engine.deploy.conflicts import Conflict, open_conflicts
from hanok.engine.deploy.keys import add_key
from hanok.engine.deploy.plan import Plan
from hanok.engine.deploy.planning import make_plan
from hanok.engine.deploy.revisions import Revision, code_version, current, layers_of, names_of, open_steps
from hanok.engine.deploy.settings import FILE, Known, Value, read_settings, settings_text
from hanok.engine.errors import Refused, say
from hanok.engine.fields import FieldType
from hanok.engine.language import Layer, read_folder
from hanok.engine.store import Store, live_revision, open_store

FOLDERS = ("metadata", "plugins", "files")
MANIFEST = ".revision.json"
CORE, SHIPPED, OWN = "core", "shipped", "site"


@dataclass(frozen=True, slots=True)
class Site:
    """An opened site. `settings` holds a value for each setting; the store has opened no connection yet.

    `settings["files"]` is where uploaded files are kept, whether somebody said it or not.
    """

    folder: Path
    settings: Mapping[str, Value]
    store: Store
    types: Mapping[str, FieldType]

    @property
    def metadata(self) -> Path:
        return self.folder / "metadata"

    def own_layer(self) -> Layer:
        """The files of the folder, as they are now."""
        return read_folder(self.metadata, name=OWN, root=self.metadata.as_posix())


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the folder that is not what is live: new, changed, removed by hand, or behind (deployed since)."""

    file: str
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    """How a site stands: its revision, the files that differ from it, unfinished steps, whether an upgrade waits.

    `conflicts` are values of the site over others that changed, which nobody decided yet.
    """

    revision: Revision | None
    files: tuple[FileState, ...]
    unfinished: int
    upgrade: bool
    conflicts: tuple[Conflict, ...] = ()


def init_site(folder: Path, known: Known) -> None:
    """Makes the folders of a site and a site.yaml that names its settings. Refuses where there is one already.

    Only their owner may look into a new folder and into the settings: passwords and records are kept there.
    """
    if (folder / FILE).exists():
        raise Refused(say("There is a site already: {folder}", folder=folder.as_posix()))
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    (folder / FILE).touch(mode=0o600, exist_ok=False)
    (folder / FILE).write_text(settings_text(known), encoding="utf-8")
    add_key(folder)


def open_site(
    folder: Path, types: Mapping[str, FieldType], known: Known, *, environment: Mapping[str, str] | None = None
) -> Site:
    """The site in this folder. Without a `database` among its settings that is the SQLite file `hanok.db` there.

    `known` are the settings that there are. Raises Refused where there is no site, or its settings cannot be read.
    """
    if not (folder / FILE).is_file():
        raise Refused(say("There is no site in {folder}. Run: hanok init", folder=folder.as_posix()))
    settings = dict(read_settings(folder, known, environment=environment))
    settings["files"] = settings.get("files") or (folder / "files").absolute().as_posix()
    address = str(settings["database"]) or URL.create("sqlite", database=str((folder / "hanok.db").absolute()))
    return Site(folder, settings, open_store(address), types)


def shipped_layers() -> tuple[Layer, ...]:
    """What came with this program: the core modules and the shipped CRM."""
    core = Path(str(files("hanok.engine.catalog").joinpath("core")))
    shipped = Path(str(files("hanok.metadata")))
    return read_folder(core, name=CORE, root=CORE), read_folder(shipped, name=SHIPPED, root="metadata")


def pending_layers(site: Site, *, upgrade: bool = False) -> tuple[Layer, ...]:
    """What a deploy would take: the site's folder as it is, over what is live.

    What the program ships is taken at the first deploy and by an upgrade only, so installing another version changes
    nothing yet.
    """
    with site.store.read() as conn:
        number = live_revision(conn)
        below = tuple(layer for layer in layers_of(conn, number) if layer.name != OWN)
    if upgrade or not number:
        packages = (layer for layer in below if layer.name not in (CORE, SHIPPED))
        below = (*shipped_layers(), *packages)
    return (*below, site.own_layer())


def plan_site(site: Site, *, upgrade: bool = False) -> Plan:
    """The plan from what is live to what stands in the folder. Raises MetadataError."""
    return make_plan(site.store, pending_layers(site, upgrade=upgrade), site.types)


def plan_rollback(site: Site, number: int) -> Plan:
    """The plan from what is live to the metadata of an old revision. Raises Refused when there is no such revision."""
    with site.store.read() as conn:
        layers, then = layers_of(conn, number), names_of(conn, number)
    return make_plan(site.store, layers, site.types, then=then)


def backup_sqlite(site: Site) -> Path | None:
    """Copies the SQLite database beside itself and says where to; None on other databases."""
    if site.store.dialect != "sqlite":
        return None
    name = datetime.now(UTC).strftime("hanok-%Y%m%d-%H%M%S-%f.db")
    target = site.folder / "backups" / name
    target.parent.mkdir(mode=0o700, exist_ok=True)
    site.store.copy_to(target)
    return target


def write_manifest(site: Site) -> None:
    """Notes which revision the files were last the same as: after a deploy of this folder."""
    with site.store.read() as conn:
        number = live_revision(conn)
        own = _own(layers_of(conn, number))
    kept = {"revision": number, "files": {file: _hash(text) for file, text in sorted(own.items())}}
    beside = site.metadata / f"{MANIFEST}.new"
    beside.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2))
    beside.replace(site.metadata / MANIFEST)


def status(site: Site) -> Status:
    """How the site stands. Writes nothing."""
    with site.store.read() as conn:
        revision = current(conn)
        layers = layers_of(conn, revision.number if revision else 0)
        unfinished = len(open_steps(conn))
        conflicts = open_conflicts(conn, revision.number, site.types) if revision else ()
    known = {layer.name: dict(layer.files) for layer in layers}
    waits = revision is not None and any(known.get(layer.name) != dict(layer.files) for layer in shipped_layers())
    newer = revision is not None and revision.code_version != code_version()
    return Status(revision, _differing(site, _own(layers)), unfinished, waits or newer, conflicts)


def _differing(site: Site, live: Mapping[str, str]) -> tuple[FileState, ...]:
    here, noted = site.own_layer().files, _manifest(site)
    states = []
    for file in sorted({*here, *live}):
        if here.get(file) == live.get(file):
            continue
        if file not in here:
            state = "removed" if file in noted else "behind"
        elif noted.get(file) == _hash(here[file]):
            state = "behind"
        else:
            state = "changed" if file in live else "new"
        states.append(FileState(file, state))
    return tuple(states)


def _manifest(site: Site) -> Mapping[str, str]:
    try:
        found = orjson.loads((site.metadata / MANIFEST).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return {}
    return dict(found.get("files", {}))


def _own(layers: tuple[Layer, ...]) -> Mapping[str, str]:
    return next((layer.files for layer in layers if layer.name == OWN), {})


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
