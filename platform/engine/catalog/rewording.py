"""Old names inside one value, read as the new ones: paths, conditions, texts with expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jinja2 import Environment, TemplateSyntaxError

from hanok.engine.catalog.homes import Home, Homes
from hanok.engine.catalog.renames import Keys
from hanok.engine.errors import Problem
from hanok.engine.fields.operators import OPERATORS
from hanok.engine.language import OPERATORS as WORDS
from hanok.engine.language.nodes import Node, Path, problem
from hanok.engine.language.renaming import now_called

RECORD = "$record."
BRACES = re.compile(r"\{[{%#]")
LEXER = Environment(keep_trailing_newline=True, autoescape=True)


@dataclass(slots=True)
class Rewording:
    """One document being read; `record` is what `$record` stands for in it. Advice is collected."""

    homes: Homes
    record: Home | None = None
    advice: list[Problem] = field(default_factory=list)

    def tell(self, node: Node, path: Path, old: str, new: str, *, key: bool = False) -> None:
        mark = (node.key if key else None) or node.mark
        self.advice.append(problem("renamed", mark, path, now_called(old, new), advice=True))

    # -- names -------------------------------------------------------------------------------------------------
    def module(self, node: Node, path: Path) -> Node:
        """The key of a module."""
        return self._word(node, path, self.homes.renames.modules)

    def option(self, node: Node, path: Path, keys: Keys) -> Node:
        """The key of an option, or several."""
        if isinstance(node.value, list):
            return node.having([self._word(child, (*path, at), keys) for at, child in enumerate(node.value)])
        return self._word(node, path, keys)

    def _word(self, node: Node, path: Path, keys: Keys) -> Node:
        if not keys or not isinstance(node.value, str) or node.value not in keys:
            return node
        self.tell(node, path, node.value, keys[node.value])
        return node.having(keys[node.value])

    def path(self, text: str, home: Home | None) -> str:
        """A dotted path of today: `-account.industry`, `$title`, `amount.base`."""
        sign = "-" if text.startswith("-") else ""
        now, _, _ = self.follow(text.removeprefix("-"), home)
        return sign + now

    def follow(self, text: str, home: Home | None) -> tuple[str, Home | None, str]:
        """The path of today, where its last step stands, and that step."""
        steps = text.split(".")
        last = home
        for at, step in enumerate(steps):
            if home is None:
                break
            steps[at] = home.renamed.get(step, step) if step not in home.fields else step
            last, home = home, self.homes.beyond(home, steps[at])
        else:
            return ".".join(steps), last, steps[-1]
        return ".".join(steps), last if len(steps) == 1 else None, steps[-1]

    def named(self, node: Node, path: Path, home: Home | None) -> Node:
        """Names of fields: a text, lists of them, cells, or a map of them."""
        if isinstance(node.value, str):
            now = self.path(node.value, home)
            if now == node.value:
                return node
            self.tell(node, path, node.value, now)
            return node.having(now)
        if isinstance(node.value, list):
            return node.having([self._cell(child, (*path, at), home) for at, child in enumerate(node.value)])
        if isinstance(node.value, dict):
            return self.keyed(node, path, home)
        return node

    def _cell(self, node: Node, path: Path, home: Home | None) -> Node:
        if not isinstance(node.value, dict):
            return self.named(node, path, home)
        cell = {
            key: self.named(child, (*path, key), home) if key == "field" else child
            for key, child in node.value.items()
        }
        return node.having(cell)

    def keyed(self, node: Node, path: Path, home: Home | None) -> Node:
        """A map whose keys are names of fields."""
        if not isinstance(node.value, dict):
            return node
        made: dict[str, Node] = {}
        for key, child in node.value.items():
            now = self.path(key, home)
            if now != key:
                self.tell(child, (*path, key), key, now, key=True)
            made.setdefault(now, child)
        return node.having(made)

    # -- conditions --------------------------------------------------------------------------------------------
    def condition(self, node: Node, path: Path, home: Home | None) -> Node:
        if not isinstance(node.value, dict):
            return node
        made: dict[str, Node] = {}
        for key, child in node.value.items():
            now, tested = self._test(key, child, (*path, key), home)
            made.setdefault(now, tested)
        return node.having(made)

    def _test(self, key: str, node: Node, path: Path, home: Home | None) -> tuple[str, Node]:
        if key in ("any", "all") and isinstance(node.value, list):
            return key, node.having([self.condition(child, (*path, at), home) for at, child in enumerate(node.value)])
        if key == "not":
            return key, self.condition(node, path, home)
        if key == "changed":
            return key, self.named(node, path, home)
        now, there, last = self.follow(key, home)
        if now != key:
            self.tell(node, path, key, now, key=True)
        beyond = self.homes.beyond(there, last) if there else None
        keys: Keys = self.homes.options(there, last) if there else {}
        return now, self._operand(node, path, beyond, keys)

    def _operand(self, node: Node, path: Path, beyond: Home | None, keys: Keys) -> Node:
        if not isinstance(node.value, dict):
            return self.value(self.option(node, path, keys), path)
        if set(node.value) & (set(OPERATORS) | WORDS | {"is_a"}):
            made = {}
            for word, child in node.value.items():
                at = (*path, word)
                if word in ("some", "none", "count") and isinstance(child.value, dict):
                    made[word] = self.condition(child, at, beyond)
                elif word == "is_a":
                    made[word] = self.option(child, at, self.homes.renames.modules)
                else:
                    made[word] = self.value(self.option(child, at, keys), at)
            return node.having(made)
        return self.condition(node, path, beyond) if beyond else node

    # -- values ------------------------------------------------------------------------------------------------
    def value(self, node: Node, path: Path) -> Node:
        """`$record.x`, `=x + 1`, `{{ record.x }}`, wherever they stand in it."""
        if isinstance(node.value, dict):
            return node.having({key: self.value(child, (*path, key)) for key, child in node.value.items()})
        if isinstance(node.value, list):
            return node.having([self.value(child, (*path, at)) for at, child in enumerate(node.value)])
        if not isinstance(node.value, str):
            return node
        if node.value.startswith(RECORD):
            return self._text(node, path, RECORD + self.path(node.value.removeprefix(RECORD), self.record), ())
        if node.value.startswith("="):
            found, pairs = self._expression(node.value[1:], self.record)
            return self._text(node, path, "=" + found, pairs)
        return self.template(node, path, self.record)

    def expression(self, node: Node, path: Path, home: Home | None) -> Node:
        if not isinstance(node.value, str):
            return node
        return self._text(node, path, *self._expression(node.value, home))

    def template(self, node: Node, path: Path, home: Home | None) -> Node:
        if not isinstance(node.value, str) or not BRACES.search(node.value):
            return node
        return self._text(node, path, *self._reworded(node.value, home))

    def _text(self, node: Node, path: Path, now: str, pairs: Sequence[tuple[str, str]]) -> Node:
        if now == node.value:
            return node
        for old, new in dict.fromkeys(pairs or [(str(node.value), now)]):
            self.tell(node, path, old, new)
        return node.having(now)

    def _expression(self, text: str, home: Home | None) -> tuple[str, list[tuple[str, str]]]:
        found, pairs = self._reworded("{{" + text + "}}", home)
        return found[2:-2], pairs

    def _reworded(self, text: str, home: Home | None) -> tuple[str, list[tuple[str, str]]]:
        """The text of today, and the names in it that changed."""
        try:
            tokens = [(kind, word) for _, kind, word in LEXER.lexer.tokeniter(text, None)]
        except TemplateSyntaxError:
            return text, []  # said by who compiles it
        words = list(self._words(tokens, home))
        return "".join(words), [(old, new) for (_, old), new in zip(tokens, words, strict=True) if old != new]

    def _words(self, tokens: list[tuple[str, str]], home: Home | None) -> Iterator[str]:
        """The tokens with the names of today: a chain `a.b.c` is followed from its head."""
        at: Home | None = home
        dotted = False
        for kind, word in tokens:
            if kind == "name":
                start = self.record if dotted is False and word == "record" else None
                here = at if dotted else home
                now = here.renamed.get(word, word) if here and word not in here.fields else word
                at = start or (self.homes.beyond(here, now) if here else None)
                yield now
            else:
                yield word
            dotted = kind == "operator" and word == "." if kind != "whitespace" else dotted
