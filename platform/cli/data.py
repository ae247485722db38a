"""Commands that bring records in and out."""

from __future__ import annotations

import click

from hanok.cli.exporting import export_command
from hanok.cli.importing import import_command

COMMANDS: tuple[click.Command, ...] = (import_command, export_command)
