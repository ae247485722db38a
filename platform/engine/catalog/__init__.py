"""The catalog: all layers of one revision, compiled into one frozen model.

Everything that can be derived is derived here, once; everything that is wrong is said here, all together.
It reads no file and runs no SQL; physical names come in from the live revision and go out with the next.
"""

from hanok.engine.catalog.compiler import compile_catalog
from hanok.engine.catalog.model import (
    App,
    Area,
    Catalog,
    End,
    MenuFilter,
    Module,
    OptionSet,
    Role,
    Subpanel,
    Views,
    Work,
)
from hanok.engine.catalog.names import Names
from hanok.engine.catalog.schemas import ACTIONS, kinds
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.catalog.views import CellSpec, FormView, ListView, Panel, SavedFilter, SearchView, Tab

__all__ = [
    "ACTIONS", "App", "Area", "Catalog", "CellSpec", "End", "FormView", "ListView", "MenuFilter", "Module",
    "ModuleScope", "Names", "OptionSet", "Panel", "Role", "SavedFilter", "SearchView", "Subpanel", "Tab", "Views",
    "Work", "compile_catalog", "kinds",
]  # fmt: skip
