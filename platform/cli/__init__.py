"""The command line: `hanok --site DIR COMMAND`.

Exit code 0: done. 1: refused, with reasons. 2: wrong usage. Long work says how far it is; what a script would read
comes as JSON with `--json`. Commands speak Korean where the terminal does (LANG=ko_KR.UTF-8 or HANOK_LANGUAGE=ko).
"""

from __future__ import annotations

from hanok.cli.commands import hanok


def main() -> None:
    hanok(prog_name="hanok")


__all__ = ["hanok", "main"]
