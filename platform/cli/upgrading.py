"""The command that takes up what another version of Hanok ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import orjson

from hanok.app import opened
from hanok.cli.console import command, complain, dump, shown, site_option, tell, words
from hanok.cli.deploying import BACK_UP_YOURSELF, run_plan
from hanok.engine.deploy import Site, backup_sqlite, write_manifest
from hanok.engine.deploy.conflicts import Conflict
from hanok.engine.deploy.upgrading import Upgrade, decide, plan_upgrade, write_edits
from hanok.engine.errors import say

LONGEST = 300


@click.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--accept", multiple=True, metavar="KEY", help="Accept the loss that the plan names so.")
@click.option("--mine", multiple=True, metavar="PATH", help="Keep the site's value in this conflict (all: in all).")
@click.option("--theirs", multiple=True, metavar="PATH", help="Take the shipped value in this conflict (all: in all).")
@click.option("--json", "plain", is_flag=True, help="Show the plan and the conflicts as JSON; change nothing.")
@site_option
@command
def upgrade(
    folder: Path, yes: bool, accept: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...], plain: bool
) -> None:
    """Take up what this version of Hanok ships: a copy of the database, the system tables, a deploy.

    Where the site said something else about a value that changed, the site's value stays until somebody decides.
    """
    site = opened(folder)
    if plain:
        site.store.check_schema()
        found = plan_upgrade(site, mine=mine, theirs=theirs)
        dump({"plan": found.plan.to_json(), "conflicts": [conflict_json(each) for each in found.conflicts]})
        return
    kept = backup_sqlite(site)
    tell(say("The database was copied to {file}.", file=kept.as_posix()) if kept else BACK_UP_YOURSELF)
    site.store.upgrade()
    found = plan_upgrade(site, mine=mine, theirs=theirs)
    for each in found.conflicts:
        tell_conflict(each)
    _warn(found)
    run_plan(site, found.plan, accept=accept, message="upgrade", yes=yes)
    _settle(site, found)


def _warn(found: Upgrade) -> None:
    if found.left:
        complain(
            say("Undecided conflicts: {count}. Your values stay, and what is shipped now does not show there. Decide "
                "with hanok upgrade --mine PATH or --theirs PATH, or edit the file and deploy.", count=len(found.left))
        )  # fmt: skip


def _settle(site: Site, found: Upgrade) -> None:
    """The files follow the deploy; a decision without anything to deploy is written down."""
    for file in write_edits(site, found):
        complain(say("{file} was changed meanwhile and is left as it is.", file=file))
    if found.plan.empty and found.plan.mine:
        decide(site, found.plan.mine)
        tell(say("Decided: {count}.", count=len(found.plan.mine)))
    write_manifest(site)


def tell_conflict(each: Conflict) -> None:
    """Its key, its place, and the three values."""
    tell(say("Conflict {key}", key=each.key), style="bold")
    rows = (
        (say("place"), str(each.place)), (say("shipped before"), _shown(each.before)),
        (say("shipped now"), _shown(each.now)), (say("mine"), _shown(each.mine)),
    )  # fmt: skip
    for name, value in rows:
        tell(f"  {words(name)}: {shown(value)}")


def conflict_json(each: Conflict) -> dict[str, Any]:
    return {
        "key": each.key, "place": str(each.place), "before": each.before, "now": each.now, "mine": each.mine,
    }  # fmt: skip


def _shown(value: Any) -> str:
    if value is None:
        return words(say("(nothing)"))
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
