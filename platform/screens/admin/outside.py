"""Web forms and webhooks as administrators see them: their addresses, and what others need to use them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from hanok.engine.automation.switching import Switch
from hanok.engine.automation.triggers.hooks import Secret
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.outside import Asked, Webform, webform_of, webhook_of
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.fields import in_language

POT = "_homepage"


@dataclass(frozen=True, slots=True)
class FormRow:
    """A web form: its address, what it asks for, who else may send it, the HTML to put into a page of theirs."""

    key: str
    label: str
    module: str
    active: bool
    url: str
    fields: tuple[str, ...]
    origins: tuple[str, ...]
    snippet: str


@dataclass(frozen=True, slots=True)
class HookRow:
    """A webhook: its address, what of a request goes where, and whether it has a secret."""

    key: str
    label: str
    module: str
    active: bool
    url: str
    fields: tuple[tuple[str, str], ...]
    secret: Secret | None


def forms_of(catalog: Catalog, said: Mapping[str, Switch], language: str, *, site: str) -> tuple[FormRow, ...]:
    return tuple(_form(catalog, one, said, language, site) for one in _of_kind(catalog, "webform"))


def hooks_of(
    catalog: Catalog, said: Mapping[str, Switch], secrets: Mapping[str, Secret], language: str, *, site: str
) -> tuple[HookRow, ...]:
    found = []
    for one in _of_kind(catalog, "webhook"):
        module, url = catalog.whole.module(one.module), f"{site}/hooks/{one.key}"
        paths = webhook_of(one.trigger).paths
        fields = tuple((module.field(key).label_in(language), path) for key, path in paths.items())
        found.append(HookRow(one.key, in_language(one.label, language), in_language(module.plural, language),
                             _is_active(one, said), url, fields, secrets.get(one.key)))  # fmt: skip
    return tuple(found)


def _form(catalog: Catalog, one: Workflow, said: Mapping[str, Switch], language: str, site: str) -> FormRow:
    module = catalog.whole.module(one.module)
    form, url = webform_of(module, one.trigger, catalog.app.languages[0]), f"{site}/forms/{one.key}"
    fields = tuple(in_language(each.label, language) for each in form.asked)
    return FormRow(one.key, in_language(one.label, language), in_language(module.plural, language),
                   _is_active(one, said), url, fields, form.origins, snippet(module, form, language, url))  # fmt: skip


def _of_kind(catalog: Catalog, kind: str) -> Iterator[Workflow]:
    return (one for one in catalog.whole.workflows.values() if one.trigger.kind == kind)


def _is_active(one: Workflow, said: Mapping[str, Switch]) -> bool:
    return said[one.key].active if one.key in said else one.active


# -- the snippet ---------------------------------------------------------------------------------------------------
def snippet(module: Module, form: Webform, language: str, url: str) -> str:
    """The form as plain HTML, for a page of another site; it needs no script."""
    lines = [f'<form method="post" action="{escape(url)}">']
    lines += [line for one in form.asked for line in _lines(module, one, language)]
    lines += [f'  <input name="{POT}" tabindex="-1" autocomplete="off" hidden>',
              f"  <button>{escape(in_language(form.button, language) if form.button else _send(language))}</button>",
              "</form>"]  # fmt: skip
    return "\n".join(lines)


def _send(language: str) -> str:
    return {"ko": "보내기"}.get(language, "Send")


def _lines(module: Module, one: Asked, language: str) -> Iterator[str]:
    field = module.field(one.key)
    drawn, label = field.type.input(field), escape(in_language(one.label, language))
    must = " required" if one.required else ""
    if field.choices:
        yield f'  <label>{label} <select name="{one.key}"{must}>'
        yield '    <option value=""></option>'
        for choice in field.choices:
            if not choice.retired:
                yield f'    <option value="{escape(choice.key)}">{escape(in_language(choice.label, language))}</option>'
        yield "  </select></label>"
    elif drawn.name == "checkbox":
        yield f'  <label><input type="checkbox" name="{one.key}" value="1"{must}> {label}</label>'
    elif drawn.name == "textarea":
        yield f'  <label>{label} <textarea name="{one.key}" rows="4"{must}></textarea></label>'
    else:
        yield f'  <label>{label} <input name="{one.key}"{_kind(drawn)}{must}></label>'


def _kind(drawn: Any) -> str:
    kind = {"email": "email", "tel": "tel", "url": "url", "date": "date", "number": "text"}.get(drawn.name, "")
    return f' type="{kind}"' if kind else ""
