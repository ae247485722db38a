"""A catalog that is compiled from the one before: the same as from nothing, but only what changed is made anew."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import pytest

from hanok.engine.catalog import Catalog, Names, compile_catalog
from hanok.engine.errors import MetadataError
from tests.builders import TYPES
from tests.catalog.models import EXAMPLES, changed, layers, things
from tests.catalog.rendering import rendered
from tests.evidence import Evidence, sizes

COUNT = 12
LONELY = "label: Lonely\nfields: {name: {type: text, length: 40}, stage: {type: choice, options: stage_1}}\n"


def model() -> dict[str, str]:
    """Things that show each other, and one that nobody points to."""
    return {**things(COUNT, sets=6), "modules/lonely.yaml": LONELY}


def compiled(files: dict[str, str], before: Catalog | None = None, names: Names | None = None) -> Catalog:
    return compile_catalog(layers(files), TYPES, before=before, names=names)


def after(file: str, old: str, new: str) -> tuple[Catalog, Catalog]:
    """The catalogs before and after a change of one file; the second is what it is without the first."""
    files = model()
    first = compiled(files)
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    second = compiled(files, first)
    assert rendered(second) == rendered(compiled(files))
    return first, second


def outcome(files: dict[str, str], names: Names, before: Catalog | None = None) -> tuple[Catalog | None, list[str]]:
    """The catalog and its text; without a catalog, what is wrong."""
    try:
        catalog = compiled(files, before, names)
    except MetadataError as error:
        return None, list(map(str, error.problems))
    return catalog, rendered(catalog)


# -- what is touched -------------------------------------------------------------------------------------------
def test_nothing_is_made_anew_where_nothing_changed() -> None:
    first = compiled(model())
    second = compiled(model(), first)
    assert (second.work.parsed, second.work.merged, second.work.built) == (0, 0, ())
    assert all(second.every[key] is module for key, module in first.every.items())
    assert dict(second.metadata.tables) == dict(first.metadata.tables)


def test_a_field_of_a_module_that_nobody_points_to_is_one_document_and_one_module() -> None:
    first, second = after("modules/lonely.yaml", "length: 40", "length: 50")
    assert (second.work.parsed, second.work.merged, second.work.built) == (1, 1, ("lonely",))
    assert second.module("thing_4") is first.module("thing_4")
    assert second.module("lonely").field("name").settings["length"] == 50
    assert first.module("lonely").field("name").settings["length"] == 40


def test_a_field_is_made_anew_where_others_show_it() -> None:
    _, second = after("modules/thing_3.yaml", "size: {type: integer, min: 0", "size: {type: integer, min: 1")
    assert second.work.parsed == second.work.merged == 1
    shows = {"thing_2", "thing_10"}  # the one links to it, the other is tied to it
    assert set(second.work.built) == {"thing_3", "thing_3.parts", *shows}


def test_an_option_set_is_the_modules_that_use_it_and_those_that_show_these() -> None:
    _, second = after("options/stage_1.yaml", "en: Done", "en: Finished")
    assert second.work.parsed == second.work.merged == 1
    use = {"lonely", "thing_1", "thing_7"}
    assert use <= set(second.work.built) <= use | {"thing_0", "thing_6", "thing_8", "thing_2"}


def test_what_a_module_is_called_is_its_own_and_that_of_those_that_show_it() -> None:
    _, shown = after("modules/thing_0.yaml", "en: Thing 0", "en: Object")
    assert set(shown.work.built) == {"thing_0", "thing_0.parts", "thing_1"}
    assert shown.module("thing_1").subpanels["things_0"].label["en"] == "Object"
    _, apart = after("modules/thing_3.yaml", "en: Thing 3", "en: Object")
    assert set(apart.work.built) == {"thing_3", "thing_3.parts"}


def test_a_form_is_nobody_elses_business() -> None:
    _, second = after("modules/thing_3.yaml", "views:\n", "views:\n  quick: {rows: [[name], [size]]}\n")
    assert set(second.work.built) == {"thing_3", "thing_3.parts"}


def test_a_module_more_is_that_module() -> None:
    files = model()
    first = compiled(files)
    files["modules/new.yaml"] = LONELY.replace("Lonely", "New")
    second = compiled(files, first)
    assert second.work.built == ("new",) and "new" in second.modules
    assert rendered(second) == rendered(compiled(files))


def test_a_renamed_field_is_read_once() -> None:
    files = model()
    files["modules/lonely.yaml"] = LONELY.replace("length: 40", "length: 40, was: [title_of]")
    files["roles/rep.yaml"] = "label: Rep\n"
    first = compiled(files, compiled(files))
    assert first.renames and first.work.built == ()
    files["modules/lonely.yaml"] = files["modules/lonely.yaml"].replace("length: 40", "length: 41")
    second = compiled(files, first)
    assert second.work.built == ("lonely",)
    assert rendered(second) == rendered(compiled(files))


# -- what stays true -------------------------------------------------------------------------------------------
def test_every_table_of_a_catalog_is_in_its_metadata() -> None:
    _, second = after("modules/thing_3.yaml", "type: money", "type: decimal")
    for module in second.every.values():
        assert second.metadata.tables[module.table.name] is module.table
        for end in module.ends.values():
            assert end.through is None or second.metadata.tables[end.through.name] is end.through


def test_types_of_another_site_share_nothing() -> None:
    first = compiled(model())
    second = compile_catalog(layers(model()), {key: type(found)() for key, found in TYPES.items()}, before=first)
    assert len(second.work.built) == len(second.every)


def test_names_are_those_of_the_revision_that_is_given() -> None:
    files = model()
    first = compiled(files)
    given = Names(tables={"lonely": "m_former"})
    second = compiled(files, first, given)
    assert second.module("lonely").table.name == "m_former"
    assert second.work.parsed == 0 and set(second.work.built) == {"lonely"}
    assert rendered(second) == rendered(compiled(files, names=given))


def test_what_is_wrong_is_said_as_without_a_catalog_before() -> None:
    files = model()
    first = compiled(files)
    del files["options/stage_1.yaml"]
    files["modules/thing_3.yaml"] = files["modules/thing_3.yaml"].replace("type: money", "type: mony")
    with pytest.raises(MetadataError) as now:
        compiled(files, first)
    with pytest.raises(MetadataError) as whole:
        compiled(files)
    assert list(map(str, now.value.problems)) == list(map(str, whole.value.problems)) != []


def test_catalogs_of_long_ago_are_let_go() -> None:
    files, kept = model(), []
    catalog = compiled(files)
    for number in range(6):
        file = f"modules/thing_{number}.yaml"
        files[file] = files[file].replace(f"en: Thing {number}", "en: Object").replace("min: 0", f"min: {number}")
        kept.append(weakref.ref(catalog.metadata))
        catalog = compiled(files, catalog)
    gc.collect()
    assert catalog.modules and [each for each in kept if each() is not None] == []


def test_two_catalogs_share_what_did_not_change() -> None:
    files = model()
    gc.collect()
    tracemalloc.start()
    first = compiled(files)
    gc.collect()
    one = tracemalloc.get_traced_memory()[0]
    files["modules/lonely.yaml"] = LONELY.replace("length: 40", "length: 50")
    second = compiled(files, first)
    gc.collect()
    both = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert first.modules and second.modules
    assert both - one < one / 4


# -- sweeps ----------------------------------------------------------------------------------------------------
@sizes(sample=8, full=400)
@pytest.mark.parametrize("base", ["examples", "things"])
def test_random_changes_give_the_same_catalog(evidence: Evidence, size: int, base: str) -> None:
    files = dict(EXAMPLES.files) if base == "examples" else things(9, sets=3)
    catalog, good = compiled(files), files
    for _ in range(size):
        files = changed(good, evidence.random)
        made, text = outcome(files, catalog.names, catalog)
        assert text == outcome(files, catalog.names)[1]
        evidence.count("changes of a model, compiled with and without the catalog before")
        if made is None:
            evidence.count("of them refused")
            continue
        catalog, good = made, files
        evidence.count("modules made anew", len(catalog.work.built))
        evidence.count("modules that there were", len(catalog.every))
