"""The group of commands; each family of commands has a file of its own."""

from __future__ import annotations

from pathlib import Path

import click

from hanok.cli import data, deploying, people, serving, sites
from hanok.cli.bench import bench


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option("--site", type=click.Path(path_type=Path), help="Folder of the site (default: ./site).")
@click.version_option(package_name="hanok")
@click.pass_context
def hanok(context: click.Context, site: Path | None) -> None:
    """Hanok: a CRM declared in YAML."""
    context.obj = {"site": site}


for found in (
    sites.init, sites.status, sites.schema, deploying.check, deploying.plan, deploying.deploy_command,
    deploying.upgrade, deploying.rollback, serving.serve, people.user, bench, *data.COMMANDS,
):  # fmt: skip
    hanok.add_command(found)
