"""What is wrong with formulas, rollups and suggestions is said where it stands, before anything is deployed."""

from __future__ import annotations

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.errors import MetadataError
from tests.builders import a_catalog

TREE = """
label: {{en: Node, ko: 마디}}
fields:
  name:   {{type: text}}
  size:   {{type: integer}}
  price:  {{type: money}}
  day:    {{type: date}}
  stage:  {{type: choice, options: {{new: {{label: {{en: New}}}}, won: {{label: {{en: Won}}}}}}}}
  parent: {{type: link, to: node, reverse: children}}
  secret: {{type: encrypted}}
  {field}
"""
FAULTS = [
    ("x: {type: integer, formula: sise * 2}", 'formula: unknown name "sise", did you mean "size"?'),
    ("x: {type: integer, formula: parent.sise}", 'formula: unknown field "sise", did you mean "size"?'),
    ("x: {type: integer, formula: name}", "formula: This gives a text, which a field of type integer cannot hold."),
    ("x: {type: date, formula: size + 1}", "This gives a number, which a field of type date cannot hold."),
    ("x: {type: text, formula: secret}", 'unknown name "secret"'),
    ("x: {type: integer, formula: x + 1}", "goes round in a circle and has no value: node.x → node.x"),
    ("x: {type: integer, formula: y}\n  y: {type: integer, formula: x}", "node.x → node.y → node.x"),
    ("x: {type: integer, formula: parent.x + 1}", "node.x → node.x"),
    ("x: {type: integer, rollup: {sum: children.x}}", "node.x → node.x"),
    ("x: {type: text, formula: title ~ '!'}\ntitle: '{{ x }}'", "goes round in a circle"),
    ("x: {type: integer, suggest: y}\n  y: {type: integer, suggest: x}", "node.x → node.y → node.x"),
    ("x: {type: integer, suggest: y}\n  y: {type: integer, formula: x}", "goes round in a circle"),
    ("x: {type: integer, rollup: {sum: childs.size}}", 'sum: unknown link to many "childs", there are: children'),
    ("x: {type: integer, rollup: {sum: children.sise}}", 'sum: unknown field "sise", did you mean "size"?'),
    ("x: {type: integer, rollup: {sum: children.name}}", "The sum of a text cannot stand in a field of type integer."),
    ("x: {type: date, rollup: {max: children.size}}", "The max of a number cannot stand in a field of type date."),
    ("x: {type: text, rollup: {min: children.stage}}", "The min of an option cannot stand"),
    ("x: {type: date, rollup: {count: children}}", "A count is a number"),
    ("x: {type: integer, rollup: {count: children.size}}", "Records are counted: “children” says it all."),
    ("x: {type: integer, rollup: {count: children, sum: children.size}}", "A rollup does one thing"),
    ("x: {type: integer, rollup: {where: {size: 1}}}", "A rollup does one thing"),
    ("x: {type: integer, rollup: {count: children, where: {sise: 1}}}", 'where.sise: unknown field "sise"'),
    ("x: {type: integer, rollup: {count: children, where: {day: today}}}", "changes by itself"),
    ("x: {type: integer, rollup: {count: children, where: {created_by: $me}}}", "changes by itself"),
    ("x: {type: integer, formula: size, rollup: {count: children}}", "a formula or a rollup, not both"),
    ("x: {type: auto_number, formula: size}", "A field of type auto_number cannot be worked out."),
    ("x: {type: integer, formula: size, suggest: size}", "Nobody types over"),
    ("x: {type: boolean, formula: stage == 'wun'}", 'unknown option "wun", did you mean "won"?'),
]


@pytest.mark.parametrize(("field", "said"), FAULTS, ids=[field[:60] for field, _ in FAULTS])
def test_a_fault_is_a_sentence_with_a_place(field: str, said: str) -> None:
    text = TREE.format(field="").rstrip() + "\n  " + field
    with pytest.raises(MetadataError) as refused:
        a_catalog({"modules/node.yaml": text})
    found = [str(problem) for problem in refused.value.problems]
    assert any(said in each and each.startswith("site/modules/node.yaml:") for each in found), found
    assert len(found) == len(set(found))


def test_a_fault_of_lines_is_said_once() -> None:
    line = "label: {en: Line}\nextends: line\nfields: {bad: {type: integer, formula: nothing + 1}}"
    holder = "label: {en: Holder}\nfields: {name: {type: text}, lines: {type: lines, of: item}}"
    with pytest.raises(MetadataError) as refused:
        a_catalog({"modules/item.yaml": line, "modules/one.yaml": holder, "modules/two.yaml": holder})
    assert len(refused.value.problems) == 1


def test_the_graph_knows_what_looks_at_what() -> None:
    catalog: Catalog = a_catalog({"modules/node.yaml": TREE.format(
        field="below: {{type: integer, rollup: {{sum: children.size}}}}\n  twice: {{type: integer, formula: below * 2}}"
        .replace("{{", "{").replace("}}", "}")
    )})  # fmt: skip
    steps = {step.key: step for step in catalog.derived.stored["node"]}
    assert [str(read) for read in steps["below"].reads] == ["children.parent", "children.size"]
    assert [(step.key, step.own) for step in steps.values()] == [("below", False), ("twice", False), ("title", True)]
    assert catalog.derived.upward["node"] == (("parent", "node"),)
