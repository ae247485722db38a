"""Commands about a site as a whole: make one, publish its schemas."""

from __future__ import annotations

import os
import secrets
import shutil
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from hanok.app import live_of, opened
from hanok.cli.console import command, progress, site_option, tell, words
from hanok.cli.deploying import telling
from hanok.cli.editing import help_editors, write_schemas
from hanok.engine import accounts
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.deploy import Live, Site, deploy, init_site, plan_site, write_manifest
from hanok.engine.deploy.settings import read_settings
from hanok.engine.errors import Invalid, say
from hanok.settings import SETTINGS

PASSWORD_FILE = "first-password.txt"  # noqa: S105  # the name of a file
ADMIN = {"username": "admin", "last_name": "Admin"}


@click.command()
@click.option("--demo", type=click.IntRange(0, 100_000), default=0, help="Fill it with demo data: so many accounts.")
@site_option
@command
def init(folder: Path, demo: int) -> None:
    """Make a new site: folder, database, the shipped CRM, the user `admin`."""
    password, generated = _password(folder)
    new = not folder.exists()
    init_site(folder, SETTINGS)
    try:
        _fill(folder, demo, password, generated=generated)
    except BaseException:
        if new:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _fill(folder: Path, demo: int, password: str, *, generated: bool) -> None:
    site = opened(folder)
    site.store.upgrade()
    with progress() as show:
        number = deploy(site.store, plan_site(site), by="init", message="init", progress=telling(show))
    write_manifest(site)
    help_editors(folder)
    live = live_of(site)
    admin = _first_user(live, password, initial=generated and not demo)
    tell(say("Revision {number} is live with {modules} modules.", number=number, modules=len(live.catalog.modules)))
    if demo:
        _demo(live, admin, demo)
    _tell_login(site, password if generated else "")


def _password(folder: Path) -> tuple[str, bool]:
    """What HANOK_ADMIN_PASSWORD says, else a new one; and whether it is new."""
    said = os.environ.get("HANOK_ADMIN_PASSWORD", "")
    policy = accounts.policy_of(read_settings(folder, SETTINGS))
    names = accounts.words_about(None, ADMIN["username"])
    faults = accounts.password_faults(said, policy, words=names) if said else ()
    if faults:
        raise Invalid({"HANOK_ADMIN_PASSWORD": faults})
    return said or secrets.token_urlsafe(9), not said


def _first_user(live: Live, password: str, *, initial: bool) -> Actor:
    """The administrator. `initial`: she chooses her own password first; on a demo site one looks around at once."""
    hashed = accounts.hash_password(password)
    id = live.write(
        lambda conn, catalog: accounts.create_administrator(conn, catalog, ADMIN, password=hashed, initial=initial)
    )
    app = live.catalog.app
    return Actor(id, ADMIN["username"], ADMIN["last_name"], admin=True, roles=(ADMINISTRATOR,),
                 language=app.languages[0], zone=app.zone)  # fmt: skip


def _demo(live: Live, actor: Actor, count: int) -> None:
    from hanok.demo.loading import load_demo  # Faker takes long to import, and only this needs it

    today = datetime.now(ZoneInfo(live.catalog.app.zone)).date()
    with progress() as show:
        made = load_demo(live, actor=actor, count=count, today=today,
                         progress=lambda done, total: show(words(say("Demo data")), done, total))  # fmt: skip
    tell(say("{count} demo records were made.", count=f"{made:,}"))


def _tell_login(site: Site, generated: str) -> None:
    if not generated:
        tell(say("Log in as admin with the password of HANOK_ADMIN_PASSWORD."))
        return
    file = site.folder / PASSWORD_FILE
    file.touch(mode=0o600)
    file.write_text(f"admin\n{generated}\n", encoding="utf-8")
    tell(say("Log in as admin with the password {password} (kept in the site’s {file} until you delete it).",
             password=generated, file=PASSWORD_FILE))  # fmt: skip


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("schemas"), help="Folder to write to."
)
@command
def schema(out: Path) -> None:
    """Write one JSON Schema a kind, for editors."""
    for file in write_schemas(out):
        tell(file.as_posix())
