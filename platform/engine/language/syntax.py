"""What broken YAML is told: one sentence in plain words, for the first place where a file cannot be read.

libyaml says what its parser wanted ("did not find expected key"); people need to hear what they did.
"""

from __future__ import annotations

from typing import Any

import yaml

from hanok.engine.errors import Message, Problem, say
from hanok.engine.language.nodes import Mark, Source, problem
from hanok.engine.language.words import clip

INDENT = say("the indentation of this line fits none of the lines above it; keys of one map begin in the same column")
DEEPER = say("this line is indented deeper than the line above allows; keys of one map begin in the same column")
TAB = say("a tab stands here; YAML is indented with spaces")
TWO = say("one file holds one document; a second one begins here")
CONTROL = say("the file holds a character that no text has (a control character); is it really a text file?")
DASH = say('this line stands among items of a list but does not begin with "- "')


def broken(error: yaml.YAMLError, lines: list[str], source: Source) -> Problem:
    """The problem for an error of libyaml. `lines` is the text of the file."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return problem("syntax", _position(error, lines, source), (), CONTROL)
    at, said = _sentence(error, lines)
    return problem("syntax", Mark(source, min(at[0], max(len(lines), 1)), at[1]), (), said)


def _position(error: yaml.YAMLError, lines: list[str], source: Source) -> Mark:
    for number, line in enumerate(lines, 1):
        for column, letter in enumerate(line, 1):
            if not letter.isprintable() and letter not in "\t\ufeff" and (letter < " " or letter >= "\x7f"):
                return Mark(source, number, column)
    return Mark(source)


def _sentence(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[tuple[int, int], Message]:
    found = error.problem or ""
    at = _at(error.problem_mark)
    opened = _at(error.context_mark) if error.context_mark else at
    line = lines[at[0] - 1] if at[0] <= len(lines) else ""
    if "mapping values are not allowed" in found:
        return at, _colon(line, at[1])
    if "cannot start any token" in found:
        return at, _cannot_begin(line[at[1] - 1 : at[1]])
    if "expected ',' or" in found:
        return at, say('the "{bracket}" of line {line} is not closed, or a "," is missing before this place',
                       bracket="[" if "']'" in found else "{", line=opened[0])
    if "quoted scalar" in (error.context or "") and "end of stream" in found:
        return opened, say("the quotation mark that opens here is never closed")
    if "unknown escape" in found:
        return at, say("\\ has a meaning of its own between double quotes; write \\\\, or use single quotes")
    if "expected ':'" in found:
        return opened, say('a ":" is missing after "{words}"', words=clip(lines[opened[0] - 1]) if lines else "")
    if "'-' indicator" in found:
        return at, DASH
    if "expected key" in found:
        return at, _no_key(line, at[1])
    if "<document start>" in found:
        return at, INDENT if at[0] > 1 and lines[0][:1] in (" ", "") else TWO
    return at, _otherwise(found, line[at[1] - 1 : at[1]])


def _at(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _colon(line: str, column: int) -> Message:
    """A ":" where none may stand: text with ": " in it, or a line that is indented too deep."""
    if ": " in line[: column - 1]:
        return say('text with ": " in it must be in quotes')
    return DEEPER


def _cannot_begin(letter: str) -> Message:
    if letter == "\t":
        return TAB
    return say('text cannot begin with "{letter}"; put it in quotes', letter=letter)


def _no_key(line: str, column: int) -> Message:
    """Where a key was wanted: after a closed quotation mark text goes on, else the indentation is wrong."""
    before = line[: column - 1].strip()
    if "\t" in line[: column - 1]:
        return TAB
    if not before:
        return INDENT
    if before[-1] in "\"'":
        return say("the quoted text ends here, but the line goes on; double a quotation mark that belongs to the text")
    return say("a key was expected here")


def _otherwise(found: str, letter: str) -> Message:
    if "end of stream" in found:
        return say("the file ends in the middle of something; is a bracket or a quotation mark not closed?")
    if letter in ("]", "}", ","):
        return say('nothing that "{letter}" could close or part stands before it', letter=letter)
    return say("this is not YAML: {found}", found=found)
