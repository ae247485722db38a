"""A new record from anywhere: what its quick form asks for, in a dialog over the page.

Whoever picks a record that is not there yet makes it in the same way, and has picked it then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.catalog import Module
from hanok.engine.errors import Invalid, say
from hanok.engine.fields.text import Text
from hanok.screens import forms, once
from hanok.screens.defaults import initial
from hanok.screens.reading import is_fragment, linked, module_of, write
from hanok.screens.routes import forms as whole
from hanok.screens.telling import tell_unheard
from hanok.screens.words import shortened
from hanok.web.doors import door
from hanok.web.login import parts_of
from hanok.web.notices import notify

#: What was typed to find a record that is not there, with which it begins; and that it is to be picked.
WORDS, PICKS = "_words", "_pick"


def add(to: Blueprint) -> None:
    to.get("/<module>/_quick", endpoint="quick_ask")(ask)
    to.post("/<module>/_quick", endpoint="quick_create")(create)


@door("form", asks="create")
def ask(module: str) -> AnyResponse:
    """The dialog: a fragment; without scripts the whole form."""
    found = module_of(module, "create")
    given = _given(found)
    if not is_fragment():
        said = {**given, **_beside()}
        return redirect(f"/{module}/new?{urlencode(said)}" if said else f"/{module}/new")
    return make_response(_dialog(found, initial(g.catalog, g.actor, found, given, linked), token=once.new_token()))


@door("save", asks="create")
def create(module: str) -> AnyResponse:
    """Saves it; what is wrong is said in the dialog. On the list of the module the list is shown again."""
    if not is_fragment():
        return whole.create(module)
    found = module_of(module, "create")
    raw, token = whole.raw_of(found), request.form.get("token", "")
    try:
        made = write(lambda conn, catalog: whole.create_once(conn, catalog, module, raw, token))
    except Invalid as wrong:
        values = initial(g.catalog, g.actor, found, {}, linked)
        return make_response(_dialog(found, values, token=token, wrong=wrong), 422)
    tell_unheard(made)
    here = parts_of(request.headers.get("HX-Current-URL", ""))
    if here is not None and here.path == f"/{module}" and PICKS not in request.args:
        notify(say("“{title}” was saved.", title=shortened(made.title)))
        answer = make_response("")
        answer.headers["HX-Redirect"] = f"{here.path}?{here.query}" if here.query else here.path
        return answer
    return make_response(render_template("screens/quick_made.html", made=made, title=shortened(made.title)))


def _given(module: Module) -> dict[str, str]:
    """What the address fills in; words go where the record is named."""
    given = {key: text for key, text in request.args.items() if module.has(key)}
    words = request.args.get(WORDS, "").strip()
    asked = forms.asked_fields(module, module.views.quick)
    name = next((one.key for one in asked if type(one.type) is Text), "")
    return {**({name: words} if words and name else {}), **given}


def _beside() -> dict[str, str]:
    """What the whole form wants to know, too: which record it is made for, and where it leads afterwards."""
    return {key: request.args[key] for key in (whole.TIE, "next") if request.args.get(key)}


def _dialog(module: Module, values: Mapping[str, Any], *, token: str, wrong: Invalid | None = None) -> str:
    view = module.views.quick
    asked = {field.key for field in forms.asked_fields(module, view)}
    form = forms.build(
        whole.present_of(module, values, typed=wrong is not None, new=True),
        values,
        language=g.language,
        action=request.full_path.rstrip("?"),
        cancel="",
        token=token,
        errors=whole.errors_of(module, wrong),
        hidden={**whole.hidden_of(module, values, asked), **_beside()},
        alike=whole.alike_of(module, wrong),
        view=view,
    )
    typed = request.form if wrong else None
    return render_template("screens/quick_form.html", view=form, typed=typed, picked=PICKS in request.args)
