"""The group of commands. Each is imported when it is asked for: `hanok --help` shall not wait for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import click

#: The module that has the command and its name there, and the first sentence of its help.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "address": ("tokens", "address", "Address rules: from where people may come; also the way back in."),
    "backup": ("backing", "backup_command", "Write the whole site into one FILE."),
    "bench": ("bench", "bench", "Measure lists beside a bare handler, the compiler, jobs beside bare rows, lists by "
              "rights, and workflows."),
    "check": ("deploying", "check", "Compile the metadata and say everything that is wrong with it; change nothing."),
    "deploy": ("deploying", "deploy_command", "Put the metadata of the site live."),
    "export": ("exporting", "export_command", "Write the records of a module into a file."),
    "handover": ("handing", "handover", "Hand the open records of one user over to another."),
    "import": ("importing", "import_command", "Bring the rows of a CSV or XLSX FILE in as records of a module."),
    "init": ("sites", "init", "Make a new site: folder, database, the shipped CRM, the user `admin`."),
    "jobs": ("jobs", "jobs", "The jobs of the site: look, try again, cancel, run now."),
    "keys": ("keys", "keys", "The keys of encrypted fields."),
    "mail": ("mailing", "mail", "Outgoing mail: look, try again, cancel, try an account."),
    "plan": ("deploying", "plan", "Show what a deploy would do."),
    "purge": ("purging", "purge_command", "Drop what older models left in the database; show it first."),
    "reindex": ("reindexing", "reindex_command", "Index the records of these MODULES (none: all) anew for the search."),
    "restore": ("backing", "restore_command", "Put the site of a backup FILE back."),
    "role": ("roles", "role", "Roles: what there is, who has them, give and take them."),
    "rollback": ("deploying", "rollback", "Deploy the metadata of an old revision as a new one."),
    "runs": ("workflows", "runs", "Runs of workflows: look, cancel, try again."),
    "schema": ("sites", "schema", "Write one JSON Schema a kind, for editors."),
    "serve": ("serving", "serve", "Serve the site."),
    "status": ("standing", "status", "Show the revision, files that differ from it, what is unfinished, and how the "
               "queue of jobs stands."),
    "token": ("tokens", "token", "API tokens: what there is, make and revoke them."),
    "upgrade": ("upgrading", "upgrade", "Take up what this version of Hanok ships."),
    "user": ("people", "user", "Users of the site."),
    "why": ("roles", "why", "Say why a user may do something to a record or a field, or may not: role by role, with "
            "file and line."),
    "worker": ("working", "worker_command", "Run the jobs of the site, beside `hanok serve` or on other machines."),
    "workflows": ("workflows", "workflows", "The workflows of the site: look, switch on and off."),
}


class Commands(click.Group):
    """The commands of the table above."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, found, _ = COMMANDS[name]
        made: click.Command = getattr(import_module(f"hanok.cli.{module}"), found)
        return made

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, _, sentence) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--site", type=click.Path(path_type=Path), help="Folder of the site (default: ./site).")
@click.version_option(package_name="hanok")
@click.pass_context
def hanok(context: click.Context, site: Path | None) -> None:
    """Hanok: a CRM declared in YAML."""
    context.obj = {"site": site}
