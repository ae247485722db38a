"""Commands that bring records in and out."""

from __future__ import annotations

import click

COMMANDS: tuple[click.Command, ...] = ()
