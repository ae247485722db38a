"""Small models that change at random: what people do to their modules between two deploys."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hanok.engine.language import Layer
from tests.builders import CORE, STAGE, TYPES, a_layer
from tests.sweeps.everything import every_setting

Settings = dict[str, Any]
KINDS = [settings for _, settings in every_setting()]
OPTION = {"label": {"en": "Late", "ko": "늦음"}}
#: The parent: it is never removed, and others link to it.
ROOT = "thing"


@dataclass
class Model:
    """Modules with their fields as they would be written. `gone` are fields that were there once."""

    drawn: Random
    modules: dict[str, dict[str, Settings]] = field(default_factory=lambda: {ROOT: {"name": {"type": "text"}}})
    gone: list[tuple[str, str, Settings]] = field(default_factory=list)
    made: int = 0

    def copy(self) -> Model:
        return Model(self.drawn, copy.deepcopy(self.modules), copy.deepcopy(self.gone), self.made)

    def layers(self) -> list[Layer]:
        return [CORE, a_layer(self.files())]

    def files(self) -> dict[str, str]:
        files = {"options/stage.yaml": STAGE}
        for key, fields in self.modules.items():
            lines = "".join(f"  {name}: {json.dumps(each, ensure_ascii=False)}\n" for name, each in fields.items())
            files[f"modules/{key}.yaml"] = f"label: {{en: X{self.made}}}\ntitle: '{{{{ name }}}}'\nfields:\n{lines}"
        return files

    def changed(self, times: int) -> list[str]:
        """Changes it so many times; says what was done."""
        done: list[str] = []
        for _, settings in self.every_field():
            settings.pop("was", None)  # it was said in the deploy before
        while len(done) < times:
            what = self.drawn.choice(list(CHANGES))
            if CHANGES[what](self):
                done.append(what)
        return done

    def kind(self) -> Settings:
        """The settings of a field of any type, as it may be written here."""
        found = copy.deepcopy(self.drawn.choice(KINDS))
        found.pop("reverse", None)
        if found["type"] == "links" and self.drawn.random() < 0.5:
            found["fields"] = {"role": {"type": self.drawn.choice(["text", "integer"])}}
        for settings in (found, *found.get("of", {}).values()):
            if "to" in settings:
                settings["to"] = [ROOT, "user"] if isinstance(settings["to"], list) else ROOT
        return found

    def new_key(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    def every_field(self) -> list[tuple[str, Settings]]:
        """The module and the settings of each field."""
        return [(module, settings) for module, fields in self.modules.items() for settings in fields.values()]

    def any_module(self) -> str:
        return self.drawn.choice(list(self.modules))

    def any_field(self) -> tuple[str, str] | None:
        """A field, but none that titles are made of."""
        found = [(module, key) for module, fields in self.modules.items() for key in fields if key != "name"]
        return self.drawn.choice(found) if found else None


def _add_field(model: Model) -> bool:
    model.modules[model.any_module()][model.new_key("f")] = model.kind()
    return True


def _add_module(model: Model) -> bool:
    if len(model.modules) > 3:
        return False
    fields = {model.new_key("f"): model.kind() for _ in range(2)}
    parent = {"type": "link", "to": ROOT, "on_delete": model.drawn.choice(["unlink", "restrict", "cascade"])}
    model.modules[model.new_key("mod")] = {"name": {"type": "text", "search": True}, "parent": parent, **fields}
    return True


def _remove_module(model: Model) -> bool:
    found = [key for key in model.modules if key != ROOT]
    if not found:
        return False
    key = model.drawn.choice(found)
    model.gone += [(key, name, settings) for name, settings in model.modules.pop(key).items()]
    return True


def _remove_field(model: Model) -> bool:
    found = model.any_field()
    if found:
        model.gone.append((*found, model.modules[found[0]].pop(found[1])))
    return found is not None


def _rename_field(model: Model) -> bool:
    """To the engine that is a field that goes and another one that comes."""
    found = model.any_field()
    if found:
        settings = model.modules[found[0]].pop(found[1])
        model.gone.append((*found, settings))
        model.modules[found[0]][model.new_key("f")] = copy.deepcopy(settings)
    return found is not None


def _call_otherwise(model: Model) -> bool:
    """A rename that is declared: everything goes along."""
    found = model.any_field()
    if found:
        fields = model.modules[found[0]]
        settings = fields.pop(found[1])
        fields[model.new_key("f")] = {"was": [found[1]], **settings}
    return found is not None


def _restore(model: Model) -> bool:
    """A field, and its module with it, comes back as it was."""
    if not model.gone:
        return False
    module, key, settings = model.gone.pop(model.drawn.randrange(len(model.gone)))
    settings.pop("was", None)
    if any(home == module and key in each.get("was", ()) for home, each in model.every_field()):
        return False
    fields = model.modules.setdefault(module, {"name": {"type": "text", "search": True}})
    fields.setdefault(key, settings)
    return True


def _retype(fields: dict[str, Settings], key: str, settings: Settings) -> None:
    """Another type, also of a field that is renamed in the same deploy."""
    renamed = {"was": fields[key]["was"]} if "was" in fields[key] else {}
    fields[key] = {**settings, **renamed}


def _change_type(model: Model) -> bool:
    found = model.any_field()
    if found:
        _retype(model.modules[found[0]], found[1], model.kind())
    return found is not None


def _widen(model: Model) -> bool:
    """To text, which takes the values of many types."""
    found = model.any_field()
    if found:
        _retype(model.modules[found[0]], found[1], {"type": model.drawn.choice(["text", "long_text"])})
    return found is not None


def _flag(flag: str) -> Callable[[Model], bool]:
    def toggle(model: Model) -> bool:
        found = model.any_field()
        settings = model.modules[found[0]][found[1]] if found else {"type": "links"}
        kind = TYPES[settings["type"]]
        if flag in ("unique", "index") and (kind.apart or "eq" not in kind.operators):
            return False
        settings[flag] = not settings.get(flag, False)
        return True

    return toggle


def _options(model: Model) -> bool:
    fields = [settings for fields in model.modules.values() for settings in fields.values()]
    found = [settings["options"] for settings in fields if isinstance(settings.get("options"), dict)]
    if not found:
        return False
    options = model.drawn.choice(found)
    if model.drawn.random() < 0.5:
        options[model.new_key("o")] = OPTION
    else:
        model.drawn.choice(list(options.values()))["retired"] = True
    return True


def _limits(model: Model) -> bool:
    """Newer rules that older values may break."""
    found = [settings for fields in model.modules.values() for settings in fields.values()]
    settings = model.drawn.choice(found)
    if settings["type"] == "text":
        settings["length"] = model.drawn.choice([5, 100, 600])
    elif settings["type"] in ("integer", "decimal", "money", "percent"):
        settings |= {"min": 0, "max": model.drawn.choice([1, 1000])}
    else:
        return False
    return True


def _ties(model: Model) -> bool:
    """The fields of ties and of lines come, go and change their types."""
    fields = [each for fields in model.modules.values() for each in fields.values()]
    found = [each for each in fields if each["type"] in ("links", "lines")]
    if not found:
        return False
    settings = model.drawn.choice(found)
    own = settings.setdefault("fields" if settings["type"] == "links" else "of", {})
    own["role"] = {"type": model.drawn.choice(["text", "integer", "date"])}
    return True


def _places(model: Model) -> bool:
    """Another number of places is another column."""
    fields = [each for fields in model.modules.values() for each in fields.values()]
    found = [settings for settings in fields if settings["type"] in ("decimal", "percent")]
    if found:
        model.drawn.choice(found)["places"] = model.drawn.randrange(7)
    return bool(found)


CHANGES: dict[str, Callable[[Model], bool]] = {
    "field added": _add_field,
    "module added": _add_module,
    "field removed": _remove_field,
    "module removed": _remove_module,
    "field renamed without a word": _rename_field,
    "field renamed": _call_otherwise,
    "field or module brought back": _restore,
    "type changed": _change_type,
    "type changed to text": _widen,
    "unique switched": _flag("unique"),
    "index switched": _flag("index"),
    "search switched": _flag("search"),
    "required switched": _flag("required"),
    "options changed": _options,
    "limits changed": _limits,
    "places changed": _places,
    "fields of ties and lines changed": _ties,
}
