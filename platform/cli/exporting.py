"""`hanok export`: the records of a module as a CSV or XLSX file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from hanok.app import live_of, opened
from hanok.cli.console import command, progress, site_option, tell, words
from hanok.cli.importing import acting, listed, pairs
from hanok.engine.deploy.telling import person_here
from hanok.engine.errors import Refused, say
from hanok.engine.jobs.exporting import tell_of
from hanok.engine.records.exporting import Wish, export


@click.command("export")
@click.option("--module", required=True, help="The key of a module.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False),
              help="The file to write: .csv (UTF-8 with a byte order mark, as Excel wants it) or .xlsx.")  # fmt: skip
@click.option("--columns", default="", callback=listed, metavar="FIELD,…",
              help="These fields only (default: id and all fields); `account.id` is the id of a link.")  # fmt: skip
@click.option("--where", multiple=True, callback=pairs, metavar="FIELD=VALUE",
              help="Only records that have this value; no value means empty. Repeatable.")  # fmt: skip
@click.option("--language", default="", help="Language of headings and options (default: the first of the site).")
@click.option("--as", "username", default="", metavar="USERNAME", help="Act as this user, with her rights.")
@site_option
@command
def export_command(
    folder: Path, module: str, out: Path, columns: tuple[str, ...], where: Mapping[str, str], language: str,
    username: str,
) -> None:  # fmt: skip
    """Write the records of a module into a file, which `hanok import --key id` reads back unchanged.

    A link has two columns: the title and the id. In a CSV file, a text that a spreadsheet would take for a formula
    gets an apostrophe in front, which the import takes away again.
    """
    live = live_of(opened(folder))
    languages = live.catalog.app.languages
    if language and language not in languages:
        known = ", ".join(languages)
        raise Refused(say("There is no language {name}; there are: {known}", name=language, known=known))
    wish = Wish(
        actor=acting(live, username), module=module, language=language or languages[0], columns=columns, where=where
    )
    with live.read() as (conn, catalog), progress() as show:
        found = export(conn, catalog, wish)
        total = found.count()
        said = words(say("Writing"))
        rows = found.write(out, lambda done: show(said, done, total))
    live.write(lambda conn, _: tell_of(conn, wish.actor if username else person_here(), wish, rows, out.name))
    tell(say("{count} records are in {file}.", count=f"{total:,}", file=out.as_posix()))

