"""Ways to break a YAML file, as hands, editors, merges and networks do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

TOKEN = re.compile(r"[\w$.-]+|\"[^\"\n]*\"|[{}\[\],:#|>&*!?%@`'-]")
WRONG_TYPES = ("3", "3.5", "true", "yes", "null", "[]", "{}", "[a, b]", "{a: 1}", '""', "text", "2026-01-01", "-1")
REPLACEMENTS = ("x", "0", "-", "{", "}", "[", "]", ":", ",", "true", "null", "&a", "*a", "!!str", "{{ x }}")
UNKNOWN_WORDS = ("lable", "fild", "texxt", "acount", "없는말", "x", "__class__", "A", "a-b", "type", "name", "select")
ODD = (
    "\t", "\x00", "\x07", "\u2028", "\u0085", "\ufeff", "\u200b", "\ud800", "😀", "“", "＂", "：", "\r", "\\", '"',
)  # fmt: skip
#: Words of the language, each of which may stand where another belongs.
WORDS = (
    "type", "to", "of", "fields", "label", "was", "extends", "traits", "visible", "required", "readonly",
    "where", "when", "formula", "rollup", "suggest", "default", "reverse", "on_delete", "primary", "tree",
    "links", "lines", "link", "auto_number", "money", "choice", "rules", "check", "message", "duplicates",
    "match", "then", "warn", "refuse", "actions", "do", "set", "create", "ask", "at", "record", "bulk",
    "kanban", "by", "card", "sum", "calendar", "views", "list", "form", "tabs", "panels", "rows", "columns",
    "search", "sort", "index", "unique", "some", "none", "count", "any", "all", "not", "new", "changed",
    "is_a", "under", "empty", "between", "gte", "in", "contains", "$record", "$me", "$record.name", "today",
    "+30d", "this_quarter", "closed", "lost", "id", "title", "version", "mask", "live", "groups",
)  # fmt: skip
PATHS = (
    "account.name", "buyer.city", "price.base", "a.b.c.d", "name.x", ".name", "name.", "people.role",
    "lines.net", "$title", "$record.buyer.city", "$$x", "under.under", "self", "owner.owner.owner",
    "state.closed", "offers.lines",
)  # fmt: skip
FAULTY = (
    "", "(", ")", "+", "price +", "1 / 0", "9 ** 9", "x.__class__", "price * name", "not", "'", "{{", "}}",
    "{% if %}", "[].append", "lines.net", "sum(lines)", "lines | sum", "lines | sum(attribute='nothing')",
    "today", "nothing", "if(1,", "state.nothing", "price.base.base", "'x' * 9999999", "range(9)", "a if b",
    "name | upper | upper", "-" * 300,
)  # fmt: skip
ENTRY = re.compile(r"[\w$.\"]+: +(?:[^,{}\[\]\n]+|\{[^{}]*\}|\[[^\[\]]*\]),? ?")
SAID = re.compile(r"((?:formula|suggest|title|prefix|sum|count|min|max|avg): +)(\"[^\"\n]*\"|[^,{}\n]+)")
SIGNS = "{}[],:#|>&*!?%@`-"

Lines = list[str]


def _delete(drawn: Random, lines: Lines, at: int) -> None:
    del lines[at : at + drawn.choice([1, 1, 2, 5])]


def _duplicate(drawn: Random, lines: Lines, at: int) -> None:
    lines.insert(drawn.choice([at, drawn.randrange(len(lines) + 1)]), lines[at])


def _swap(drawn: Random, lines: Lines, at: int) -> None:
    other = drawn.choice([max(at - 1, 0), drawn.randrange(len(lines))])
    lines[at], lines[other] = lines[other], lines[at]


def _indent(drawn: Random, lines: Lines, at: int) -> None:
    line = lines[at]
    deeper = [f" {line}", f"  {line}", f"    {line}", f"\t{line}"]
    lines[at] = drawn.choice([*deeper, line.lstrip(), line.removeprefix(" ")])


def _token(words: tuple[str, ...]) -> Callable[[Random, Lines, int], None]:
    def replace(drawn: Random, lines: Lines, at: int) -> None:
        found = list(TOKEN.finditer(lines[at]))
        if found:
            token = drawn.choice(found)
            lines[at] = lines[at][: token.start()] + drawn.choice(words) + lines[at][token.end() :]

    return replace


def _wrong_type(drawn: Random, lines: Lines, at: int) -> None:
    head, colon, _ = lines[at].partition(": ")
    if colon:
        lines[at] = f"{head}: {drawn.choice(WRONG_TYPES)}"


def _value_of_another_line(drawn: Random, lines: Lines, at: int) -> None:
    head, colon, _ = lines[at].partition(": ")
    tail = drawn.choice(lines).partition(": ")[2]
    lines[at] = f"{head}{colon}{tail}"


def _letter(drawn: Random, lines: Lines, at: int) -> None:
    """One letter dropped, doubled, or exchanged with the next."""
    line = lines[at]
    if len(line) > 1:
        place = drawn.randrange(len(line) - 1)
        one, two = line[place], line[place + 1]
        lines[at] = line[:place] + drawn.choice(["", two, one * 2 + two, two + one]) + line[place + 2 :]


def _odd(drawn: Random, lines: Lines, at: int) -> None:
    place = drawn.randrange(len(lines[at]) + 1)
    lines[at] = lines[at][:place] + drawn.choice([*ODD, *SIGNS]) + lines[at][place:]


def _truncate(drawn: Random, lines: Lines, at: int) -> None:
    del lines[at + 1 :]
    lines[at] = lines[at][: drawn.randrange(len(lines[at]) + 1)]


def _conflict(drawn: Random, lines: Lines, at: int) -> None:
    """The marks that a merge leaves behind."""
    lines[at : at + 1] = ["<<<<<<< HEAD", lines[at], "=======", lines[at], ">>>>>>> theirs"]


def _line_ends(drawn: Random, lines: Lines, at: int) -> None:
    ending = drawn.choice(["\r", "\r\r", " ", "\x1a", "  # \ufffd"])
    lines[:] = [line + ending for line in lines]


def _entry_lost(drawn: Random, lines: Lines, at: int) -> None:
    """One entry of a map left out, or moved behind another."""
    found = list(ENTRY.finditer(lines[at]))
    if found:
        entry = drawn.choice(found)
        rest = lines[at][: entry.start()] + lines[at][entry.end() :]
        place = drawn.choice(found).start()
        lines[at] = drawn.choice([rest, rest, rest[:place] + entry[0] + rest[place:]])


def _expression(drawn: Random, lines: Lines, at: int) -> None:
    """What is worked out, said wrongly; in another line where this one says nothing of it."""
    places = [place for place, line in enumerate(lines) if SAID.search(line)]
    if places:
        place = drawn.choice(places)
        found = drawn.choice(list(SAID.finditer(lines[place])))
        own = found[2].strip('"')
        cut = drawn.randrange(len(own) + 1)
        wrong = drawn.choice([*FAULTY, own[:cut], own[cut:], own[:cut] + drawn.choice(FAULTY) + own[cut:]])
        lines[place] = f"{lines[place][: found.start()]}{found[1]}{_quoted(wrong)}{lines[place][found.end() :]}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


MUTATIONS: Mapping[str, Callable[[Random, Lines, int], None]] = {
    "lines deleted": _delete,
    "lines written twice": _duplicate,
    "lines exchanged": _swap,
    "indentation changed": _indent,
    "tokens replaced": _token(REPLACEMENTS),
    "values of a wrong type": _wrong_type,
    "values of another key": _value_of_another_line,
    "unknown words": _token(UNKNOWN_WORDS),
    "words of the language exchanged": _token(WORDS),
    "paths that lead nowhere": _token(PATHS),
    "entries lost or moved": _entry_lost,
    "expressions broken": _expression,
    "letters lost or exchanged": _letter,
    "odd characters": _odd,
    "files cut off": _truncate,
    "marks of a merge": _conflict,
    "line ends": _line_ends,
}


def mutated(drawn: Random, text: str) -> tuple[str, str]:
    """The text with one thing wrong (or, by luck, not wrong), and what was done to it."""
    what = drawn.choice(list(MUTATIONS))
    lines = text.split("\n")
    MUTATIONS[what](drawn, lines, drawn.randrange(len(lines)))
    return what, "\n".join(lines)
