"""Commands about the keys of encrypted fields."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import live_of, opened
from hanok.cli.console import command, progress, site_option, tell, words
from hanok.engine.accounts.totp import renew_secrets
from hanok.engine.automation.triggers.hooks import renew_secrets as renew_hooks
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.deploy.keys import add_key
from hanok.engine.deploy.settings import FILE
from hanok.engine.deploy.telling import person_here
from hanok.engine.errors import Refused, say
from hanok.engine.fields.keys import Keys
from hanok.engine.records.deeds import tell as tell_deed
from hanok.engine.records.renewal import renew as renew_batch
from hanok.engine.records.renewal import secrets_of


@click.group()
def keys() -> None:
    """The keys of encrypted fields."""


@keys.command()
@site_option
@command
def new(folder: Path) -> None:
    """Make a new key: it encrypts from now on, the older ones still decrypt."""
    if not (folder / FILE).is_file():
        raise Refused(say("There is no site in {folder}. Run: hanok init", folder=folder.as_posix()))
    file = add_key(folder)
    tell(say("{file} has a new key. Restart the server, and keep a copy of the file apart from the backups.",
             file=file.as_posix()))  # fmt: skip


@keys.command()
@site_option
@command
def renew(folder: Path) -> None:
    """Encrypt everything with the newest key again; then the older ones may be taken out of the file."""
    live = live_of(opened(folder))
    keys = [key for key, module in live.catalog.every.items() if secrets_of(module)]
    count = 0
    with progress() as show:
        for number, key in enumerate(keys, 1):
            count += _renewed(live, key)
            show(words(say("Encrypted values")), number, len(keys))
    site_keys = live.types["encrypted"].keys  # type: ignore[attr-defined]  # the type holds the keys of its site
    count += live.write(lambda conn, _: _renew_rest(conn, site_keys, count))
    tell(say("{count} values were encrypted with the newest key.", count=f"{count:,}"))


def _renew_rest(conn: sa.Connection, site_keys: Keys, count: int) -> int:
    """What is encrypted beside records, and the deed of it all."""
    more = renew_secrets(conn, site_keys) + renew_hooks(conn, site_keys)
    changes = {"records": [None, count + more]}
    tell_deed(conn, person_here(), "setting", "changed", about="encryption_keys", title="encryption_keys",
              changes=changes)  # fmt: skip
    return more


def _renewed(live: Live, key: str) -> int:
    """How many values of a module were written anew, batch by batch."""
    after, count = live.write(partial(_next, key, None))
    while after is not None:
        after, more = live.write(partial(_next, key, after))
        count += more
    return count


def _next(key: str, after: UUID | None, conn: sa.Connection, catalog: Catalog) -> tuple[UUID | None, int]:
    return renew_batch(conn, catalog.every[key], after)
