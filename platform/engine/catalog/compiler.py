"""Compiles layers of documents into one frozen `Catalog`, or says everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from hanok.engine.catalog.bases import sources
from hanok.engine.catalog.building import PASSES, Build
from hanok.engine.catalog.deriving import derive
from hanok.engine.catalog.fixed import check_fixed
from hanok.engine.catalog.garbage import collection_paused
from hanok.engine.catalog.inheriting import check_inheriting
from hanok.engine.catalog.keeping import Kept, kept_for
from hanok.engine.catalog.menus import menu_of, team_menus
from hanok.engine.catalog.model import Catalog, Work
from hanok.engine.catalog.names import Names, Naming
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.references import reworded
from hanok.engine.catalog.renames import carried, renames_of
from hanok.engine.catalog.report import MODULE, OPTION_SET, TEMPLATE, TRAIT, Report
from hanok.engine.catalog.site import app_of, roles_of
from hanok.engine.catalog.workflows import workflows_of
from hanok.engine.errors import MetadataError
from hanok.engine.fields import FieldType
from hanok.engine.language import Documents, Layer, survey


@collection_paused()
def compile_catalog(
    layers: Sequence[Layer], types: Mapping[str, FieldType], *, names: Names | None = None, revision: int = 0,
    tolerant: bool = False, before: Catalog | None = None,
) -> Catalog:  # fmt: skip
    """The catalog of these layers, the lowest first.

    `names` are the physical names of the live revision; the result's `names` add those given now. Raises
    MetadataError with every problem of language and reference; `tolerant`, it leaves out what it cannot understand,
    which nobody should serve: it is to compare with, where an older program took documents that this one refuses.

    The result is the same with a catalog `before`, of any other layers; what did not change is then taken from that one
    (`Catalog.work` says what was not), so that both share it in memory.
    """
    kept = kept_for(before, types)
    surveyed = survey(layers, kept.kinds, kept=kept.documents)
    renames = renames_of(surveyed)
    read = reworded(surveyed, renames, types, kept.reworded)
    documents = read.made
    report = Report(list(documents.errors), [*documents.advice, *read.advice], _unreadable(documents))
    pieces = Pieces(kept.pieces, Naming(carried(names or Names(), renames)), report)
    found = sources(documents, pieces)
    app = app_of(documents, report)
    build = Build(documents, found, types, app, tuple(layer.name for layer in layers), pieces)
    every = build.modules()
    modules = {key: module for key, module in every.items() if module.parent is None}
    derived = derive(every, build.sources, pieces)
    build.check_areas()
    check_fixed(every, build.sources, report)
    check_inheriting(modules, build.sources, report)
    menu = menu_of(documents, modules, report)
    teams = team_menus(documents, menu, modules, report)
    roles = roles_of(documents, modules, every, report)
    workflows = workflows_of(documents, every, types, pieces)
    if report.problems and not tolerant:
        raise MetadataError(report.problems)
    made = {key for what, key in pieces.made if what in PASSES}
    return Catalog(
        revision=revision, app=app, modules=MappingProxyType(modules), options=MappingProxyType(build.options),
        menu=menu, teams=teams, roles=roles, names=pieces.naming.names(), metadata=build.metadata,
        advice=tuple(report.advice), every=MappingProxyType(every), derived=derived, renames=renames,
        workflows=workflows,
        kept=None if report.problems else Kept(types, kept.kinds, surveyed.kept, read, pieces.kept),
        work=Work(surveyed.work.parsed, surveyed.work.merged, tuple(key for key in every if key in made)),
    )  # fmt: skip


def _unreadable(documents: Documents) -> dict[str, frozenset[str]]:
    nouns = {"module": MODULE, "option": OPTION_SET, "template": TEMPLATE, "trait": TRAIT}
    return {noun.text: frozenset(documents.known(kind)) for kind, noun in nouns.items()}
