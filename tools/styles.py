"""Tabler's styles without what no page uses: rules whose classes are named in no template, script or Python file.

What is named is found as words, so that a class that is put together from whole words stays, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
WORD = re.compile(r"[A-Za-z][\w-]*")
SOURCES = ("*.html", "*.py", "*.js", "*.css")
#: Parts of rules that are blocks of rules themselves.
NESTED = ("@media", "@supports", "@layer", "@container")


def mentioned(root: Path) -> frozenset[str]:
    """Every word in the platform and in packages that could be the name of a class."""
    return frozenset(
        word
        for folder in ("platform", "plugins")
        for pattern in SOURCES
        for path in (root / folder).rglob(pattern)
        if "vendor" not in path.parts and "vendor.new" not in path.parts
        for word in WORD.findall(path.read_text())
    )


def classes(css: str) -> frozenset[str]:
    """The classes that styles speak of."""
    return frozenset(CLASS.findall(css))


def slim(css: str, wanted: frozenset[str]) -> str:
    """The styles with the rules that can apply, and without variables that nothing asks for."""
    kept = "".join(_kept(re.sub(r"/\*.*?\*/", "", css, flags=re.S), wanted))
    return _without_idle(kept, wanted)


def _kept(css: str, wanted: frozenset[str]) -> Iterator[str]:
    for head, body in rules(css):
        if head.startswith(NESTED):
            inner = "".join(_kept(body, wanted))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@keyframes"):
            if head.removeprefix("@keyframes").strip() in wanted:
                yield f"{head}{{{body}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}" if body else f"{head};"
        else:
            alive = [one for one in selectors(head) if applies(one, wanted)]
            if alive:
                yield f"{','.join(alive)}{{{body}}}"


def applies(selector: str, wanted: frozenset[str]) -> bool:
    """Whether something on a page can be meant: all classes outside `:not(…)` are known."""
    return all(name in wanted for name in CLASS.findall(re.sub(r":not\([^)]*\)", "", selector)))


def rules(css: str) -> Iterator[tuple[str, str]]:
    """Head and body of each rule at this level; statements like `@import` have an empty body."""
    at, depth, start, quote = 0, 0, 0, ""
    head = ""
    while at < len(css):
        sign = css[at]
        if quote:
            quote = "" if sign == quote and css[at - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "{":
            if depth == 0:
                head, start = css[start:at].strip(), at + 1
            depth += 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield head, css[start:at]
                start = at + 1
        elif sign == ";" and depth == 0:
            yield css[start:at].strip(), ""
            start = at + 1
        at += 1


def selectors(head: str) -> list[str]:
    """A list of selectors, parted at its own commas."""
    found, depth, start = [], 0, 0
    for at, sign in enumerate(head):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            found.append(head[start:at])
            start = at + 1
    return [*found, head[start:]]


def _without_idle(css: str, wanted: frozenset[str]) -> str:
    """Drops variables that no rule and no own style asks for, and then those that only they asked for."""
    while True:
        own = {f"--{word}" for word in wanted if word.startswith("tblr-")}
        asked = own | set(re.findall(r"var\((--tblr-[\w-]+)", css))
        idle = set(re.findall(r"[{;](--tblr-[\w-]+):", css)) - asked
        if not idle:
            return css
        names = "|".join(sorted(map(re.escape, idle), key=len, reverse=True))
        css = re.sub(rf"(?<=[{{;])(?:{names}):(?:\"[^\"]*\"|'[^']*'|\([^)]*\)|[^;}}\"'])*;?", "", css)
