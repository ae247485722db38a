"""The table of commands, and what they import."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from hanok.cli import hanok
from hanok.cli.commands import COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    with click.Context(hanok) as context:
        found = hanok.get_command(context, name)
    assert found is not None and found.name == name
    said = " ".join((found.help or "").split())
    assert said.startswith(COMMANDS[name][2].rstrip(".")), said


def test_every_command_is_listed() -> None:
    shown = CliRunner().invoke(hanok, ["--help"]).output
    assert list(COMMANDS) == sorted(COMMANDS)
    assert all(f"\n  {name} " in shown for name in COMMANDS)


def test_a_command_that_is_none_is_wrong_usage() -> None:
    assert CliRunner().invoke(hanok, ["chekc"]).exit_code == 2


def loaded(program: str) -> set[str]:
    """The packages that a new process has imported after this program."""
    shown = "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", program + shown], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_help_imports_no_database_and_no_web() -> None:
    assert not loaded("import hanok.cli") & {"sqlalchemy", "flask", "babel", "faker", "yaml"}


def test_a_server_starts_without_what_only_some_requests_use() -> None:
    assert not loaded("import hanok.cli.serving") & {"PIL", "xlsxwriter", "python_calamine", "segno", "barcode"}


@pytest.mark.parametrize("module", ["deploying", "people"])
def test_commands_about_metadata_and_people_import_no_web(module: str) -> None:
    assert not loaded(f"import hanok.cli.{module}") & {"flask", "werkzeug", "faker", "alembic", "xlsxwriter"}
