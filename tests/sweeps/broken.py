"""Files with some of them broken: the shipped ones, and two models that use all of the language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import yaml

from hanok.engine.deploy import shipped_layers
from hanok.engine.language import Layer, read_folder
from tests.builders import CORE
from tests.catalog.models import EXAMPLES
from tests.sweeps.mutations import mutated

HERE = Path(__file__).parent
LAYERS = shipped_layers()
#: The layers that are broken, by what they are.
MODELS: Mapping[str, Sequence[Layer]] = {
    "shipped": LAYERS,
    "all of the language": (CORE, read_folder(HERE / "language", name="shipped", root="shipped")),
    "examples": (CORE, EXAMPLES),
}


class Broken:
    """The layers of a model with some files broken: in their place, or as a patch of the site over them."""

    def __init__(self, drawn: Random, model: str = "shipped") -> None:
        self.done: list[str] = []
        self.texts: dict[str, str] = {}
        layers = MODELS[model]
        files = {layer.name: dict(layer.files) for layer in layers} | {"site": {}}
        every = [(layer.name, file) for layer in layers for file in layer.files]
        for _ in range(drawn.choice([1, 1, 1, 2, 5])):
            name, file = drawn.choice(every)
            what, text = mutated(drawn, files[name][file])
            name = drawn.choice([name, "site"])
            files[name][file] = text
            self.done.append(what)
            self.texts[f"{name}/{file}"] = text
        known = [replace(layer, files=files[layer.name], root=layer.name) for layer in layers]
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
