"""What is wrong with rules, picks, actions, views and menus is said where it stands, with the nearest name."""

import pytest

from hanok.engine.catalog import compile_catalog
from hanok.engine.errors import MetadataError
from tests.builders import CORE, SMALL, TYPES, a_layer

HEAD = "label: {en: Book, ko: 책}\nfields:\n  name: {type: text}\n  pages: {type: integer}\n  printed: {type: date}\n"
BOOK = HEAD + "  company: {type: link, to: company, reverse: books}\n"
STAGED = BOOK + "  stage: {type: choice, options: stage}\n"
LISTED = BOOK + "  readers: {type: links, to: person, reverse: read, fields: {rank: {type: integer}}}\n"


def faults(files: dict[str, str]) -> list[str]:
    with pytest.raises(MetadataError) as caught:
        compile_catalog([CORE, a_layer(SMALL, name="shipped"), a_layer(files)], TYPES)
    return [str(problem) for problem in caught.value.problems]


def actions(steps: str, more: str = "") -> str:
    return LISTED + f"actions: {{go: {{{more}do: [{steps}]}}}}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEAD + "  price: {type: money, visible: {nme: a}}\n", 'did you mean "name"?'),
        (HEAD + "  price: {type: money, required: {name: {gt: 1}}}\n", "unknown operator"),
        (HEAD + "  price: {type: money, readonly: yes}\n", "true or false"),
        (HEAD + "  price: {type: money, where: {name: a}}\n", 'unknown key "where"'),
        (HEAD + "  writer: {type: user, where: {usrname: x}}\n", 'did you mean "username"?'),
        (HEAD + "  writer: {type: user, where: {username: $record.nme}}\n", 'did you mean "name"?'),
        (STAGED.replace("stage}", "stage, where: {closd: true}}"), 'did you mean "closed"?'),
        (HEAD + "  kind: {type: choice, options: {a: {en: A}}, where: {x: 1}}\n", "a file of their own"),
        (HEAD + "rules: {r: {check: {pags: 1}, message: No}}\n", 'did you mean "pages"?'),
        (HEAD + "rules: {r: {check: {pages: 1}}}\n", '"message" is missing'),
        (HEAD + "rules: {r: {check: {pages: 1}, message: No, field: nme}}\n", 'did you mean "name"?'),
        (HEAD + "rules: {r: {check: {pages: 1}, when: {nme: a}, message: No}}\n", 'did you mean "name"?'),
        (HEAD + "duplicates: {d: {match: [nme]}}\n", 'did you mean "name"?'),
        (HEAD + "duplicates: {d: {match: [name], then: refuze}}\n", 'did you mean "refuse"?'),
        (LISTED + "duplicates: {d: {match: [readers]}}\n", "no value that could be alike"),
        (LISTED + "unique: [[readers]]\n", "could be compared"),
        (HEAD + "owners: [name]\n", "names no user"),
        (BOOK + "views: {list: {columns: [name, company.sise]}}\n", 'did you mean "size"?'),
        (BOOK + "views: {list: {columns: [name, name.size]}}\n", "has no “size”"),
        (BOOK + "views: {list: {sort: [-company.parent.nam]}}\n", 'did you mean "name"?'),
        (BOOK + "views: {form: {rows: [[name, compny.size]]}}\n", 'did you mean "company"?'),
        (BOOK + "views: {list: {tree: company}}\n", "leads to no tree"),
        (STAGED + "views: {kanban: {by: stag}}\n", 'did you mean "stage"?'),
        (STAGED + "views: {kanban: {by: name}}\n", "needs a choice"),
        (STAGED + "views: {kanban: {by: stage, card: [nme]}}\n", 'did you mean "name"?'),
        (STAGED + "views: {kanban: {by: stage, sum: name}}\n", "no number"),
        (STAGED + "views: {kanban: {by: stage, where: {stage: {closd: false}}}}\n", "closd"),
        (BOOK + "views: {calendar: {by: name}}\n", "a day, a moment or a period"),
        (BOOK + "views: {calendar: {by: printed, until: pages}}\n", "a day, a moment or a period"),
        (BOOK + "views: {calendar: {by: printed, title: nme}}\n", 'did you mean "name"?'),
        (BOOK + "views: {form: {tabs: {a: {visible: {pags: 1}, rows: [[name]]}}}}\n", 'did you mean "pages"?'),
        (BOOK + "views: {form: {side: {a: {visible: {pags: 1}, rows: [[name]]}}}}\n", 'did you mean "pages"?'),
        (LISTED + "subpanels: {readers: {columns: [$title, rnk]}}\n", 'did you mean "rank"?'),
        (LISTED + "subpanels: {x: {of: reders}}\n", 'did you mean "readers"?'),
        (LISTED + "subpanels: {x: {of: [readers, reders]}}\n", 'did you mean "readers"?'),
        (LISTED + "subpanels: {readers: {where: {rnk: 1}}}\n", 'did you mean "rank"?'),
        (LISTED + "subpanels: {readers: {where: {company: $record.compny}}}\n", 'did you mean "company"?'),
        (LISTED + "subpanels: {readers: {create: {famly: x}}}\n", 'did you mean "family"?'),
        (LISTED + "subpanels: {readers: {create: {company: $record.compny}}}\n", 'did you mean "company"?'),
        (LISTED + "subpanels: {readers: {actions: [creat]}}\n", 'did you mean "create"?'),
        (actions("{set: {nme: x}}"), 'did you mean "name"?'),
        (actions("{set: {pages: many}}"), "number"),
        (actions("{set: {pages: $record.pags}}"), 'did you mean "pages"?'),
        (actions("{set: {pages: $ask.pages}}"), "unknown question"),
        (actions("{set: {pages: $recrd.pages}}"), 'did you mean "$record"?'),
        (actions("{set: {company: Hanbit}}"), "A link is said by"),
        (actions("{set: {name: '{{ 9**9 }}'}}"), "not allowed"),
        (actions("{sett: {name: x}}"), 'did you mean "set"?'),
        (actions("{key: x}"), "one thing to do"),
        (actions("{create: {module: persn}}"), 'did you mean "person"?'),
        (actions("{create: {module: person, values: {famly: x}}}"), 'did you mean "family"?'),
        (actions("{create: {module: person, values: {company: $record.company.owner.nme}}}"), "unknown field"),
        (actions("{link: {reders: $ask.one}}", "ask: {one: {type: link, to: person}}, "), 'did you mean "readers"?'),
        (actions("{link: {readers: $ask.on}}", "ask: {one: {type: link, to: person}}, "), 'did you mean "one"?'),
        (actions("{set: {name: x}}", "ask: {one: {type: link, to: persn}}, "), 'did you mean "person"?'),
        (actions("{set: {name: x}}", "ask: {one: {type: txt}}, "), 'did you mean "text"?'),
        (actions("{set: {name: x}}", "at: [record, rows], "), 'did you mean "row"?'),
        (actions("{set: {name: x}}", "when: {nme: x}, "), 'did you mean "name"?'),
        (actions("{email: {to: reders}}"), 'did you mean "readers"?'),
        (actions("{email: {to: readers, where: {rnk: 1}}}"), 'did you mean "rank"?'),
        (actions("{email: {to: a@b.kr, where: {rank: 1}}}"), "names none"),
        (actions("{wait: {for: two days}}"), "a span is"),
        (actions("{branch: [{when: {nme: x}, do: []}]}"), 'did you mean "name"?'),
        (actions("{branch: [{do: []}, {when: {name: x}, do: []}]}"), "Only the last way"),
        (actions("{each: {of: readers, do: [{set: {famly: x}}]}}"), 'did you mean "family"?'),
    ],
)
def test_a_fault_is_a_sentence_with_a_place_and_the_nearest_name(text: str, said: str) -> None:
    found = faults({"modules/book.yaml": text})
    assert len(found) == 1, "\n".join(found)
    assert found[0].startswith("site/modules/book.yaml:")
    assert said in found[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("attributes: {rate: {type: decimal}}\noptions: {a: {rate: much}}\n", "number"),
        ("attributes: {open: {type: boolean}}\noptions: {a: {open: 7}}\n", "true or false"),
        ("attributes: {kind: {type: choice, options: stag}}\noptions: {a: {}}\n", 'did you mean "stage"?'),
        ("attributes: {kind: {type: choice, options: stage}}\noptions: {a: {kind: nwe}}\n", "none of the options"),
        ("attributes: {kind: {type: choice}}\noptions: {a: {label: A}}\n", "names its option set"),
        ("attributes: {kind: {type: colr}}\noptions: {a: {label: A}}\n", 'did you mean "color"?'),
        ("attributes: {color: {type: text}}\noptions: {a: {label: A}}\n", "another name"),
        ("attributes: {closed: {type: boolean}}\noptions: {a: {closd: true}}\n", 'did you mean "closed"?'),
    ],
)
def test_what_options_say_of_themselves_is_checked_by_its_type(text: str, said: str) -> None:
    found = faults({"options/colour.yaml": "label: {en: Colour}\n" + text})
    assert len(found) == 1, "\n".join(found)
    assert found[0].startswith("site/options/colour.yaml:")
    assert said in found[0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("teams: {sales: {filters: {desk: {label: Desk, modules: [persn]}}}}\n", 'did you mean "person"?'),
        ("teams: {sales: {filters: {desk: {label: Desk}}}}\n", "has no filter “desk”"),
        ("teams: {sales: {filters: [al]}}\n", "has no filter “al”"),
    ],
)
def test_a_menu_of_a_team_is_checked(text: str, said: str) -> None:
    menu = "filters: {all: {label: All, modules: [company, person]}}\n" + text
    found = faults({"menus/main.yaml": menu})
    assert len(found) == 1, "\n".join(found)
    assert said in found[0]
