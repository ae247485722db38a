"""What documents say of options, boards, subpanels, actions and menus, as the catalog holds it."""

from decimal import Decimal

from hanok.engine.catalog import Catalog, compile_catalog
from tests.builders import CORE, SMALL, TYPES, a_catalog, a_layer

GRADE = """
label: {en: Grade, ko: 등급}
attributes: {rate: {type: decimal}, closed: {type: boolean}, follows: {type: choice, options: stage}}
options:
  high: {label: {en: High, ko: 높음}, rate: 1.5, follows: won}
  low:  {label: {en: Low, ko: 낮음}, closed: true}
"""
BOOK = """
label: {en: Book, ko: 책}
fields:
  name: {type: text}
  stage: {type: choice, options: stage}
  price: {type: money}
  printed: {type: date}
  company: {type: link, to: company, label: {en: Publisher, ko: 출판사}, reverse: books}
  readers: {type: links, to: person, reverse: read, fields: {rank: {type: integer}}}
  secret: {type: text, hidden: true}
"""


def layered(*files: dict[str, str]) -> Catalog:
    return compile_catalog([CORE, *(a_layer(each, name=f"layer{place}") for place, each in enumerate(files))], TYPES)


def books(more: str = "", **files: str) -> Catalog:
    return a_catalog({**SMALL, "modules/book.yaml": BOOK + more, **files})


def test_what_options_say_is_read_by_its_type() -> None:
    high, low = a_catalog({**SMALL, "options/grade.yaml": GRADE}).options["grade"].choices
    assert dict(high.attributes) == {"rate": Decimal("1.5"), "closed": False, "follows": "won"}
    assert dict(low.attributes) == {"rate": None, "closed": True, "follows": None}


def test_a_board_shows_what_lists_would_show_first() -> None:
    found = books("views: {kanban: {by: stage, sum: price.base, where: {stage: {closed: false}}}}\n")
    board = found.modules["book"].views.kanban
    assert board is not None
    assert (board.by, board.sum) == ("stage", "price.base")
    assert board.card[0] == "title"
    assert "company" in board.card
    assert "secret" not in board.card


def test_a_calendar_names_its_records_by_their_title() -> None:
    calendar = books("views: {calendar: {by: printed}}\n").modules["book"].views.calendar
    assert calendar is not None
    assert (calendar.by, calendar.until, calendar.title) == ("printed", "", "title")


def test_a_hidden_field_leaves_the_views_that_name_it() -> None:
    shipped = {**SMALL, "modules/book.yaml": BOOK + "views: {list: {columns: [name, price, printed]}}\n"}
    book = layered(shipped, {"modules/book.yaml": "fields: {price: {hidden: true}}\n"}).modules["book"]
    assert book.views.list.columns == ("name", "printed")


def test_panels_below_and_widgets_are_kept() -> None:
    found = books("views: {form: {rows: [[name]], bottom: {plan: {label: Plan, widget: scheduler}}}}\n")
    (panel,) = found.modules["book"].views.form.bottom
    assert (panel.key, panel.widget, panel.rows) == ("plan", "scheduler", ())
    assert any("scheduler" in str(problem) for problem in found.advice)


def test_subpanels_follow_a_path_of_ends() -> None:
    company = SMALL["modules/company.yaml"] + "subpanels: {readers: {of: books.readers, columns: [$title, rank]}}\n"
    panel = books(**{"modules/company.yaml": company}).modules["company"].subpanels["readers"]
    assert (panel.module, panel.end, panel.columns) == ("person", "books.readers", ("title", "rank"))
    assert panel.actions == ()


def test_a_subpanel_shows_several_ends() -> None:
    both = "subpanels: {both: {of: [books, people], columns: [$title, price, given]}}\n"
    company = SMALL["modules/company.yaml"] + both
    panel = books(**{"modules/company.yaml": company}).modules["company"].subpanels["both"]
    assert [(each.module, each.columns) for each in panel.panels] == [
        ("book", ("title", "price")),
        ("person", ("title", "given")),
    ]
    assert (panel.module, dict(panel.label)) == ("book", {"en": "Both"})


def test_a_link_to_several_modules_is_one_subpanel() -> None:
    found = books(
        "  near: {type: links, to: [company, person], label: {en: Near, ko: 가까움}}\n"
        "subpanels: {near: {columns: [$title, size, given]}}\n"
    )
    panel = found.modules["book"].subpanels["near"]
    assert [each.end for each in panel.panels] == ["near_company", "near_person"]
    assert panel.label["ko"] == "가까움"


def test_a_subpanel_knows_the_record_above() -> None:
    found = books(
        "subpanels: {readers: {where: {rank: {gt: 1}, company: $record.company}, create: {company: $record.company},"
        " actions: {link: {many: true}, unlink: true, promote: {label: Promote, do: [{set: {rank: 1}}]}}}}\n"
    )
    panel = found.modules["book"].subpanels["readers"]
    assert panel.limit is not None
    assert panel.actions == ("link", "unlink")
    assert [step.kind for step in panel.buttons["promote"].do] == ["set"]


def test_actions_are_kept_with_their_steps_and_questions() -> None:
    found = books(
        "actions:\n"
        "  sell:\n"
        "    label: {en: Sell, ko: 팔기}\n"
        "    at: [record, bulk]\n"
        "    when: {stage: {closed: false}}\n"
        "    ask: {who: {type: link, to: person}}\n"
        "    do:\n"
        "      - set: {stage: won, printed: today}\n"
        "      - link: {readers: $ask.who}\n"
        "      - branch: [{when: {price: {gt: 9}}, do: [{notify: {to: $record.company.owner, text: Big}}]}, {do: []}]\n"
        "      - create: {module: person, values: {family: \"{{ name }}\", company: $record.company}, open: true}\n"
    )
    action = found.modules["book"].actions["sell"]
    assert (action.label["ko"], action.at) == ("팔기", ("record", "bulk"))
    assert [step.kind for step in action.do] == ["set", "link", "branch", "create"]
    assert action.ask["who"].targets == ("person",)
    assert action.when is not None
    branch, create = action.do[2:]
    assert [step.kind for step in branch.steps["0"]] == ["notify"]
    assert set(branch.nodes) == {"0"}
    assert create.module == "person"


MENU = """
filters:
  firms:  {label: {en: Firms, ko: 회사}, modules: [company]}
  people: {label: {en: People, ko: 사람}, modules: [person, user]}
teams:
  desk:
    filters:
      own: {label: {en: Own, ko: 우리}, modules: [person]}
      firms: null
      people: {modules: {company: {}, user: null}}
  few: {filters: [people]}
"""


def test_a_team_has_the_main_menu_with_what_it_says_otherwise() -> None:
    found = a_catalog({**SMALL, "menus/main.yaml": MENU})
    main = [(each.key, each.modules) for each in found.menu]
    assert main == [("firms", ("company",)), ("people", ("person", "user"))]
    desk = [(each.key, each.modules, each.label["ko"]) for each in found.menu_for(["desk"])]
    assert desk == [("people", ("person", "company"), "사람"), ("own", ("person",), "우리")]
    assert [each.key for each in found.menu_for(["few", "none"])] == ["people"]
    assert found.menu_for([]) == found.menu


def test_a_site_may_change_the_menu_of_a_team() -> None:
    site = {"menus/main.yaml": "teams: {desk: {filters: {own: {label: {ko: 내 것}}, firms: {modules: [company]}}}}\n"}
    menu = layered({**SMALL, "menus/main.yaml": MENU}, site).menu_for(["desk"])
    assert [(each.key, each.label["ko"]) for each in menu] == [("firms", "회사"), ("people", "사람"), ("own", "내 것")]
