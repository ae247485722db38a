"""The shipped files with some of them broken."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import yaml

from hanok.engine.deploy import shipped_layers
from hanok.engine.language import Layer
from tests.sweeps.mutations import mutated

LAYERS = shipped_layers()
FILES = [(layer.name, file) for layer in LAYERS for file in layer.files]


class Broken:
    """The shipped layers with some files broken: in their place, or as a patch of the site over them."""

    def __init__(self, drawn: Random) -> None:
        self.done: list[str] = []
        self.texts: dict[str, str] = {}
        files = {layer.name: dict(layer.files) for layer in LAYERS} | {"site": {}}
        for _ in range(drawn.choice([1, 1, 1, 2, 5])):
            name, file = drawn.choice(FILES)
            what, text = mutated(drawn, files[name][file])
            name = drawn.choice([name, "site"])
            files[name][file] = text
            self.done.append(what)
            self.texts[f"{name}/{file}"] = text
        known = [replace(layer, files=files[layer.name], root=layer.name) for layer in LAYERS]
        self.layers = [*known, Layer("site", files["site"], "site")]

    @property
    def unreadable(self) -> list[str]:
        return [file for file, text in self.texts.items() if not readable(text)]


def readable(text: str) -> bool:
    try:
        list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeEncodeError):
        return False
    return True
