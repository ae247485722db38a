"""Attackers who send much: what one request may cost."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from hanok.engine.errors import Refused
from hanok.engine.fields.file_names import clean_name
from hanok.engine.fields.text import clean, fold
from hanok.web.formats import Formats
from hanok.web.inputs.basic import plain_number
from hanok.web.widgets import read_form
from tests.builders import SMALL, a_catalog

#: Signs whose order Unicode's normal forms sort, by a sort that takes the square of their number.
ROWS = {
    "by class": "a" + "\u0315" * 60_000 + "\u0300" * 60_000,
    "by turns": "a" + "\u0315\u0300" * 60_000,
    "that become marks": "ㄱ" + "\uff9e\u0315" * 60_000,
    "that come apart": "ཀ" + "\u0f73" * 120_000,
    "behind what is not seen": "a" + ("\u0315" * 20 + "\u200b" + "\u0300" * 20 + "\u200b") * 3_000,
}
READERS: dict[str, Callable[[str], Any]] = {
    "clean": lambda text: clean(text, lines=True), "fold": fold, "file name": clean_name, "number": plain_number,
}  # fmt: skip


@pytest.mark.parametrize("text", ROWS.values(), ids=list(ROWS))
@pytest.mark.parametrize("reader", READERS.values(), ids=list(READERS))
def test_a_row_of_marks_takes_no_square_of_its_length(reader: Callable[[str], Any], text: str) -> None:
    begun = time.process_time()
    reader(text)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("text", ["e\u0301te\u0301", "\u0e01\u0e34\u0e49" * 100, "ﾊﾞ" * 100, "한글" * 200, "é" * 500])
def test_marks_that_languages_need_stay(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)
    assert fold(text) == unicodedata.normalize("NFKC", text)


def test_thirty_marks_of_each_letter_stay_and_no_more() -> None:
    assert clean(("q" + "\u0301" * 35) * 3) == ("q" + "\u0301" * 30) * 3


COLUMNS = ", ".join(f"c{number}: {{type: integer}}" for number in range(50))
ROW = f"  rows: {{type: lines, of: {{{COLUMNS}}}}}\n"
WIDE = {**SMALL, "modules/wide.yaml": "label: {en: W}\nfields:\n  name: {type: text}\n" + ROW}


def test_a_form_with_a_hundred_thousand_lines_is_refused_before_it_is_read() -> None:
    module = a_catalog(WIDE).modules["wide"]
    sent = MultiDict([("rows", ""), *((f"rows.{number}.c0", "1") for number in range(100_000))])
    begun = time.process_time()
    with pytest.raises(Refused):
        read_form([module.fields["rows"]], sent, Formats())
    assert time.process_time() - begun < 3


def test_a_thousand_lines_are_read() -> None:
    module = a_catalog(WIDE).modules["wide"]
    sent = MultiDict([("rows", ""), *((f"rows.{number}.c0", "1") for number in range(1000))])
    assert len(read_form([module.fields["rows"]], sent, Formats())["rows"]) == 1000
