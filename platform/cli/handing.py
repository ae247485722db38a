"""`hanok handover`: records of one person become another's, and go back once."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import live_of, opened
from hanok.cli.console import command, dump, language, site_option, tell, words
from hanok.cli.importing import acting
from hanok.engine import accounts
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, NotFound, Refused, say
from hanok.engine.fields import in_language
from hanok.engine.jobs import handing as jobs
from hanok.engine.language import unknown
from hanok.engine.records.handing import drafting, looking
from hanok.engine.records.handing.holdings import holdings
from hanok.engine.records.handing.plan import LEAVER, SWAP, Part, Plan


@click.group(invoke_without_command=True)
@click.option("--from", "giver", default="", metavar="USERNAME", help="Whose records.")
@click.option("--to", "taker", default="", metavar="USERNAME", help="To whom they go.")
@click.option("--module", "modules", multiple=True, metavar="KEY",
              help="Only records of this module (default: all that there are). Repeatable.")  # fmt: skip
@click.option("--closed", type=click.Choice(["too"]), help="`too` takes finished records along, which else stay.")
@click.option("--swap", is_flag=True, help="Each gets the records of the other.")
@click.option("--deactivate", is_flag=True, help="Set the former owner inactive afterwards.")
@click.option("--dry-run", is_flag=True, help="Only say what there is; change nothing.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@click.option("--as", "username", default="", metavar="USERNAME", help="Act as this user, with her rights.")
@site_option
@click.pass_context
def handover(context: click.Context, /, **given: Any) -> None:
    """Hand the open records of one user over to another. A worker does it in the background."""
    if context.invoked_subcommand is None:
        if not given["giver"] or not given["taker"]:
            raise click.UsageError(words(say("Give --from and --to.")))
        _hand(**given)


@command
def _hand(
    folder: Path, giver: str, taker: str, modules: tuple[str, ...], closed: str | None, swap: bool, deactivate: bool,
    dry_run: bool, plain: bool, username: str,
) -> None:  # fmt: skip
    live = live_of(opened(folder))
    actor = acting(live, username)

    def work(conn: sa.Connection, catalog: Catalog) -> tuple[list[dict[str, Any]], Plan | None]:
        from_id, to_id = (_user(conn, catalog, name) for name in (giver, taker))
        people = (from_id, to_id) if swap else (from_id,)
        held = looking.preview(conn, catalog, actor, people)
        _check(catalog, actor, modules)
        chosen = [one for one in held if not modules or one.holding.module.key in modules]
        counts = [_count(one, people) for one in chosen]
        if dry_run or not chosen:
            return counts, None
        plan = drafting.draw_up(conn, catalog, actor, reason=SWAP if swap else LEAVER, from_id=from_id, to_id=to_id)
        parts = [Part(one.holding.module.key, closed=closed == "too") for one in chosen]
        drafting.set_parts(conn, catalog, actor, plan.id, parts, deactivate=deactivate)
        return counts, jobs.begin(conn, catalog, actor, plan.id)

    counts, plan = live.write(work)
    if plain:
        dump({"modules": counts, "handover": str(plan.id) if plan else None})
        return
    for one in counts:
        label = in_language(live.catalog.module(one["module"]).plural, language())
        tell(say("{module}: {open} open, {past} finished, {fixed} not yours to give", **{**one, "module": label}))
    if plan is not None:
        tell(say("Hand-over {id} waits for a worker. To take it back: hanok handover undo {id}", id=str(plan.id)))
    elif not counts:
        tell(say("There is nothing to hand over."))


@handover.command()
@click.argument("id", type=click.UUID)
@click.option("--as", "username", default="", metavar="USERNAME", help="Act as this user, with her rights.")
@site_option
@command
def undo(folder: Path, id: UUID, username: str) -> None:
    """Give back all records of a hand-over that still have their new owner; once."""
    live = live_of(opened(folder))
    actor = acting(live, username)
    live.write(lambda conn, catalog: jobs.begin_undo(conn, catalog, actor, id))
    tell(say("The undoing waits for a worker."))


def _user(conn: sa.Connection, catalog: Catalog, name: str) -> UUID:
    found = accounts.find_user(conn, catalog, name)
    if found is None:
        raise NotFound(_nobody(name))
    return found


def _nobody(name: str) -> Message:
    return say("There is no user {username}.", username=name)


def _check(catalog: Catalog, actor: Actor, modules: tuple[str, ...]) -> None:
    known = holdings(catalog, actor)
    for key in modules:
        if key not in catalog.modules:
            raise Refused(unknown(key, catalog.modules, noun=say("module")))
        if key not in known:
            raise Refused(say("Records of {module} are not handed over, or you may not do it.", module=key))


def _count(one: looking.Held, people: tuple[UUID, ...]) -> dict[str, Any]:
    counts = [one.counts[id] for id in people]
    return {"module": one.holding.module.key, "open": sum(each.open for each in counts),
            "past": sum(each.past for each in counts), "fixed": sum(each.fixed for each in counts)}  # fmt: skip
