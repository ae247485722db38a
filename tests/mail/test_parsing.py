"""Letters as they come: charsets of Korea, broken headers, HTML that is cleaned, files, machines."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.jobs.mail.inbound.automatic import is_automatic
from hanok.engine.jobs.mail.inbound.parsing import Incoming, parse
from hanok.engine.jobs.mail.plain import as_text

LETTERS = Path(__file__).parent / "letters"


def letter(name: str) -> bytes:
    return (LETTERS / f"{name}.eml").read_bytes()


def read(name: str) -> Incoming:
    return parse(letter(name))


def test_a_plain_letter_says_what_it_says() -> None:
    found = read("plain")
    assert (found.sender, found.to) == (("Lee Seojun", "lee@example.com"), (("CRM", "crm@example.org"),))
    assert (found.subject, found.message_id, found.answers) == ("A question", "<plain-1@example.com>", ())
    assert found.at == datetime(2026, 11, 21, 6, 5, tzinfo=UTC)
    assert found.text == "It does not start.\nWhere is the switch?\n"
    assert found.html == "<p>It does not start.<br>Where is the switch?</p>"


def test_euc_kr_is_read_also_beyond_its_own_signs() -> None:
    found = read("euc-kr")
    assert (found.sender, found.subject) == (("이서준", "lee@example.com"), "견적 문의드립니다")
    assert found.to == (("한옥 지원", "crm@example.org"), ("Kim, H", "kim@example.org"))
    assert found.text.strip() == "안녕하세요. 똠방각하 견적을 부탁드립니다."


def test_html_in_cp949_is_cleaned_and_its_files_keep_their_names() -> None:
    found = read("cp949-html")
    assert (found.sender, found.subject) == (("박지민", "park@example.com"), "첨부합니다")
    assert found.html == "<p>첨부 파일을 <b>확인</b>해 주세요.</p><p>감사합니다.</p>"
    assert "alert" not in found.text and "감사합니다." in found.text
    assert [(one.name, one.content) for one in found.files] == [
        ("견적서 최종.pdf", b"%PDF-1.4 small"), ("메모.txt", b"memo")
    ]  # fmt: skip
    assert found.answers == ("<ours-2@example.org>", "<ours-1@example.org>")


def test_bytes_without_a_charset_are_guessed() -> None:
    found = read("raw-8bit")
    assert (found.sender, found.subject) == (("김하늘", "kim@example.com"), "날것 그대로")
    assert found.text.strip() == "한글 본문" and found.at is None


def test_a_broken_letter_is_read_as_far_as_it_goes() -> None:
    found = read("broken")
    assert found.at is None and found.message_id == "no brackets here"
    assert "\x00" not in found.text + found.html + found.subject


@given(st.binary(max_size=600), st.sampled_from(["euc-kr", "plain", "cp949-html", "bounce"]))
def test_nothing_that_comes_fails_the_reading(noise: bytes, name: str) -> None:
    whole = letter(name)
    for raw in (noise, whole[: len(noise)] + noise + whole[len(noise) :], noise + b"\r\n" + whole):
        found = parse(raw)
        assert "\x00" not in found.subject + found.text + found.html
        assert len(found.html) <= 200_000


def test_a_letter_with_many_parts_and_much_text_stays_small() -> None:
    parts = b"".join(b"--b\r\nContent-Disposition: attachment; filename=a%d\r\n\r\nx\r\n" % n for n in range(1000))
    head = b"From: a@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    assert len(parse(head + parts).files) == 20
    long = parse(b"From: a@example.com\r\n\r\n" + b"word " * 100_000)
    assert len(long.text) == 100_000 and len(long.html) <= 200_000


@pytest.mark.parametrize(("name", "machine"), [
    ("plain", False), ("euc-kr", False), ("automatic", True), ("list", True), ("bounce", True), ("broken", False),
])  # fmt: skip
def test_machines_are_known_by_what_they_write(name: str, machine: bool) -> None:
    assert is_automatic(read(name), {"crm@example.org"}) is machine


def test_what_comes_from_us_is_a_loop() -> None:
    assert is_automatic(read("plain"), {"lee@example.com"})


@pytest.mark.parametrize("piece", ["<a ", "<p", "<!--", "</", "<?", "<a href='", "<a b=\"c ", "<a b='>", "<!["])
def test_tags_that_never_end_are_read_at_once(piece: str) -> None:
    began = process_time()
    as_text(piece * (200_000 // len(piece)))
    assert process_time() - began < 3  # the square of it took minutes
    assert as_text("<p>1 < 2</p><!-- 3 --><p>4</p><!-- 5") == "1 < 2\n\n4"
