"""Speaking to a terminal: sentences in the user's language, problems with places, progress, JSON."""

from __future__ import annotations

import functools
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
import orjson
import sqlalchemy as sa
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from hanok.engine.errors import HanokError, Invalid, Message, MetadataError, Problem, say
from hanok.web.i18n import translate

T = TypeVar("T")
#: Control signs (ESC begins a command to the terminal) and halves of surrogate pairs.
STEERING = frozenset({"Cc", "Cs"})
screen = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def language() -> str:
    """The language of this terminal: ko or en."""
    said = next(
        (os.environ[name] for name in ("HANOK_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), ""
    )
    return "ko" if said.lower().startswith("ko") else "en"


def words(said: Message | str) -> str:
    return translate(said, language())


def tell(said: Message | str, **style: Any) -> None:
    screen.print(shown(words(said)), markup=False, **style)


def complain(said: Message | str) -> None:
    errors.print(shown(words(said)), markup=False)


def shown(text: str) -> str:
    """The text without signs that would steer a terminal: sentences quote files that others wrote."""
    return "".join(sign if sign in "\n\t" or unicodedata.category(sign) not in STEERING else "�" for sign in text)


def dump(data: Any) -> None:
    """Prints JSON for a script."""
    click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2, default=str).decode())


def problem_line(problem: Problem) -> str:
    return f"{problem.place}: {words(problem.message)}"


def tell_problems(problems: Sequence[Problem]) -> None:
    for problem in problems:
        errors.print(shown(problem_line(problem)), markup=False)


def counted(problems: Sequence[Problem]) -> Message:
    return say("1 problem") if len(problems) == 1 else say("{count} problems", count=len(problems))


def as_json(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code, "file": place.file, "line": place.line, "column": place.column, "path": place.path,
        "message": words(problem.message), "advice": problem.advice,
    }  # fmt: skip


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """A bar that is told what is done, how much of it and of how much (0: unknown); plain lines when nobody watches."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=errors,
        disable=not errors.is_terminal, transient=True,
    ) as bars:  # fmt: skip
        task = bars.add_task("", total=None)

        def show(text: str, done: int, total: int) -> None:
            bars.update(task, description=text, completed=done, total=total or None)

        yield show


def command(work: Callable[..., T]) -> Callable[..., T]:
    """Turns everything that the engine raises on purpose into a sentence and exit code 1; never a traceback."""

    @functools.wraps(work)
    def run(*args: Any, **named: Any) -> T:
        try:
            return work(*args, **named)
        except MetadataError as error:
            tell_problems(error.problems)
            complain(counted(error.problems))
            complain(say("Nothing was changed."))
        except Invalid as error:
            for key, found in error.errors.items():
                for message in found:
                    complain(f"{key}: {words(message)}" if key else words(message))
        except HanokError as error:
            complain(error.message)
        except sa.exc.OperationalError as error:
            complain(say("The database cannot be reached: {reason}", reason=str(error.orig).strip()))
        except Exception as error:  # nobody at a terminal is helped by a traceback
            if os.environ.get("HANOK_DEBUG"):
                raise
            reason = f"{type(error).__name__}: {error}"
            complain(say("Something went wrong: {reason}. HANOK_DEBUG=1 shows where.", reason=reason))
        raise SystemExit(1)

    return run


def site_option(work: Callable[..., T]) -> Callable[..., T]:
    """`--site DIR`, before or after the name of the command."""

    @click.option("--site", "site", type=click.Path(path_type=Path), help="Folder of the site (default: ./site).")
    @click.pass_context
    @functools.wraps(work)
    def run(context: click.Context, /, *args: Any, site: Path | None, **named: Any) -> T:
        folder = site or (context.obj or {}).get("site") or Path("site")
        return work(*args, folder=folder, **named)

    return run


def told(facts: Mapping[str, Any]) -> None:
    """Name and value, one a line."""
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        screen.print(shown(f"{name:<{width}}  {value}"), markup=False)
