"""One file: what YAML means, where things stand, and what broken files are told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.errors import MetadataError
from hanok.engine.language import Layer, read, read_folder, survey
from hanok.engine.language.nodes import Source
from hanok.engine.language.reading import read_text
from hanok.engine.language.scalars import resolve
from tests.language.layers import KINDS, layer, problems

SOURCE = Source("site", "x.yaml")


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "off",
        "True",
        "FALSE",
        "010",
        "12:30",
        "1_000",
        "2024-01-31",
        ".inf",
        "NULL",
        "0777",
        "-",
        ".",
    ],
)
def test_what_other_readers_take_for_something_else_is_text(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("0o17", 15),
        ("0xff", 255),
        ("1.50", Decimal("1.50")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal(1000)),
    ],
)
def test_plain_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_a_decimal_keeps_every_digit() -> None:
    assert str(resolve("1234567890123456789.10")) == "1234567890123456789.10"


def test_a_number_too_long_to_be_one_stays_text() -> None:
    assert resolve("9" * 5000) == "9" * 5000
    assert resolve("1e999999999") == "1e999999999"


def test_quoted_scalars_are_text() -> None:
    root = read_text("""a: "10"\nb: 'true'\nc: |\n  12\n""", SOURCE).root
    assert root is not None
    assert root.plain() == {"a": "10", "b": "true", "c": "12\n"}


def test_columns_count_letters_not_bytes() -> None:
    root = read_text("거래처: {이름: x}\n", SOURCE).root
    found = root and root.find(["거래처", "이름"])
    assert found
    assert (found.mark.line, found.mark.column) == (1, 11)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n  b: 1\n c: 2\n", "3:2: the indentation of this line fits none of the lines above it"),
        ("a:\n   b: 1\n     c: 2\n", "3:7: this line is indented deeper than the line above allows"),
        ("  a: 1\nb: 2\n", "2:1: the indentation of this line fits none"),
        ("a: b: c\n", '1:5: text with ": " in it must be in quotes'),
        ("a:\n\tb: 1\n", "2:1: a tab stands here; YAML is indented with spaces"),
        ("a: @x\n", '1:4: text cannot begin with "@"; put it in quotes'),
        ("a: [1, 2\nb: 3\n", '2:2: the "[" of line 1 is not closed'),
        ("a: {b: 1\nc: 2\n", '2:2: the "{" of line 1 is not closed'),
        ('a: "x\nb: 2\n', "1:4: the quotation mark that opens here is never closed"),
        ("a: 'it's'\n", "1:8: the quoted text ends here, but the line goes on"),
        ("a: 1\nfoo\nb: 2\n", '2:1: a ":" is missing after "foo"'),
        ("a:\n  - b\n  c: 1\n", "3:3: this line stands among items of a list"),
        ('a: "\\q"', "1:5: \\ has a meaning of its own between double quotes"),
        ("a: }", '1:4: nothing that "}" could close'),
        ("a: \x00b", "1:4: the file holds a character that no text has"),
        ("a: \ud800", "1:1: the file holds a character that no text has"),
        ("%FOO", "1:5: this is not YAML: found unknown directive name"),
        ("a: 1\n---\nb: 2\n", "2:1: one file holds one document"),
        ("", "1:1: the file is empty"),
        ("# only a comment\n", "1:1: the file is empty"),
        ("- a\n", "1:1: a document is a map of keys and values"),
        ("text", "1:1: a document is a map of keys and values"),
        ("- " * 2000, "1:129: the file is nested deeper than 64 levels"),
        ("[" * 100000, "1:65: the file is nested deeper than 64 levels"),
        ("a: " + "x" * 1024 * 1024, "1:1: the file is larger than 1 MiB"),
        ("label: A\nlabel: B", '2:1 label: "label" is written twice, first in line 1'),
        ("label: &a A", "1:8 label: anchors (&) are not used here"),
        ("label: *a", "1:8 label: aliases (*) are not used here"),
        ("label: !!str A", "1:8 label: tags (!) are not used here"),
        ("on: 1", '1:1 on: no key is called "on"'),
        ("label: {{ name }}", "1:9 label: a key is a word, not a map or a list; text with {{ }} must be in quotes"),
        ("label: {a:1}", '1:9 label.a:1: a space is missing after the ":" in "a:1"'),
        ("? \n: x", "a key is missing before this place"),
    ],
)
def test_a_broken_file_is_told_what_is_wrong(text: str, said: str) -> None:
    found = [str(each) for each in read_text(text, SOURCE).problems]
    assert len(found) == 1
    assert said in found[0]


def test_of_broken_syntax_only_the_first_is_said_but_other_files_go_on() -> None:
    found = problems(layer("site", a="x: [\ny: {\n", b="label: B\nlable: B\n"))
    assert [each.split(":")[0] for each in found] == ["site/modules/a.yaml", "site/modules/b.yaml"]


def test_all_that_is_wrong_in_a_readable_file_is_said_at_once() -> None:
    found = problems(
        layer("site", a="label: A\nlabel: B\nfields:\n  x: {type: mony}\n  y: {type: text, required: yes}\n")
    )
    assert [each.split(": ", 1)[1] for each in found] == [
        '"label" is written twice, first in line 1',
        'unknown type "mony", did you mean "money"?',
        'found "yes"; booleans are written true or false',
    ]


def test_a_byte_order_mark_is_advice() -> None:
    assert not problems(layer("site", a="\ufefflabel: A"))
    assert "byte order mark" in problems(layer("site", a="\ufefflabel: A"), advice=True)[0]


def test_a_folder_that_is_not_there_is_an_empty_layer(tmp_path: Path) -> None:
    assert not read_folder(tmp_path / "none", name="site", root="site").files


def test_a_folder_becomes_a_layer(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "book.yaml").write_text("label: {ko: 책}", encoding="utf-8")
    (tmp_path / "modules" / ".book.yaml.swp").write_text("x")
    (tmp_path / "modules" / ".hidden.yaml").write_text("x")
    found = read_folder(tmp_path, name="site", root="site/metadata")
    assert dict(found.files) == {"modules/book.yaml": "label: {ko: 책}"}
    place = read([found], KINDS).of("module")["book"].place(["label", "ko"])
    assert str(place) == "site/metadata/modules/book.yaml:1:13 label.ko"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (
            "label: A\nhelp: 거래처".encode("cp949"),
            "book.yaml:2:7: the file is CP949 (EUC-KR), not UTF-8; save it as UTF-8",
        ),
        ("label: A".encode("utf-16"), "book.yaml:1:1: the file is UTF-16, not UTF-8; save it as UTF-8"),
        (b"label: \xff\xff\x00", "book.yaml:1:8: the file is not UTF-8 text; save it as UTF-8"),
        (b"label: " + b"x" * 1024 * 1024, "book.yaml:1:1: the file is larger than 1 MiB"),
    ],
)
def test_a_file_that_is_no_text_is_a_problem_of_the_compilation(tmp_path: Path, raw: bytes, said: str) -> None:
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "book.yaml").write_bytes(raw)
    with pytest.raises(MetadataError) as caught:
        read([read_folder(tmp_path, name="site", root="site")], KINDS)
    assert said in str(caught.value)
    assert survey([read_folder(tmp_path, name="site", root="site")], KINDS).known("module") == ("book",)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("module/book.yaml", 'unknown folder "module", did you mean "modules"?'),
        ("modules/book.yml", 'this file is not read: name it "book.yaml"'),
        ("modules/Book.yaml", '"Book" cannot be a key'),
        ("modules/old/book.yaml", 'unknown folder "modules/old"'),
        ("ap.yaml", 'unknown file "ap.yaml", did you mean "app.yaml"?'),
    ],
)
def test_a_file_in_no_known_place_is_a_problem(file: str, said: str) -> None:
    found = survey([Layer("site", {file: "label: A"}, "site")], KINDS).problems
    assert [said in str(each) for each in found] == [True]


PIECES = [*"ab:-[]{}\n \t'\"&*!?|>#%@,.0123~", "label", "fields", "type: ", "text", "\n  ", "거래", "\ufeff"]
YAML_LIKE = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


@given(st.one_of(st.text(), YAML_LIKE, st.binary(max_size=60).map(lambda raw: raw.decode("utf-8", "surrogateescape"))))
def test_any_text_at_all_yields_documents_and_problems_and_nothing_else(text: str) -> None:
    for key in ("book", "app", "trait_x"):
        found = survey([layer("core", **{key: text}), layer("site", **{key: text})], KINDS)
        assert all(str(each) for each in found.problems)


@given(st.one_of(st.text(max_size=20), YAML_LIKE))
def test_any_value_of_a_field_yields_documents_and_problems_and_nothing_else(text: str) -> None:
    found = survey([layer("core", book=f"label: A\nfields:\n  a: {{type: text, help: {text}}}\n  b: {text}\n")], KINDS)
    assert all(str(each) for each in found.problems)
