"""Letters as messages: what was written is what is read at the other end."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanok.engine.errors import Invalid
from hanok.engine.jobs import Surroundings, Worker, kinds_of, mail
from hanok.engine.jobs.mail import Attachment, Letter
from hanok.engine.jobs.mail.letter import HEADERS, checked, letter_of, written
from hanok.engine.jobs.mail.mime import Envelope, write
from hanok.engine.jobs.mail.plain import as_text
from hanok.engine.records.uploading import clean
from hanok.engine.store import new_id
from hanok.engine.store.blobs import Blobs, open_blobs
from hanok.engine.store.tables import file
from tests.jobs.conftest import Hiring
from tests.jobs.mailing import an_account, deliver, found, posted
from tests.jobs.post_office import Office, open_office

ENVELOPE = Envelope(("한옥", "crm@example.org"), "", "<1@example.org>", datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def office() -> Iterator[Office]:
    with open_office(enable_SMTPUTF8=True, decode_data=False) as open_one:
        yield open_one


def as_bytes(letter: Letter, **files: bytes) -> bytes:
    out = io.BytesIO()
    write(out, letter, ENVELOPE, lambda hash: io.BytesIO(files[hash]))
    return out.getvalue()


def parsed(raw: bytes) -> EmailMessage:
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def decoded(text: str) -> str:
    return str(make_header(decode_header(text)))


def lines_of(text: str) -> list[str]:
    return text.rstrip().splitlines()


# Whatever people type: no control characters, no halves of pairs.
LINE = st.text(st.characters(exclude_categories=("C", "Z")) | st.sampled_from(" ,;:<>()\"@한글"), max_size=200)
TEXT = st.lists(LINE, min_size=1, max_size=8).map("\n".join)


def _cleaned(said: dict[str, Any]) -> Letter | None:
    try:
        return checked(Letter(**said))
    except Invalid:
        return None


@given(name=LINE, subject=LINE, text=TEXT)
def test_names_subjects_and_texts_survive(name: str, subject: str, text: str) -> None:
    letter = _cleaned({"to": [(name, "kim@example.com")], "subject": subject, "text": text or "x"})
    if letter is None:
        return
    raw = as_bytes(letter)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n")) and raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    plain = message_from_bytes(raw)  # the newer parser leaves blanks between the words of a long name (Python 3.11)
    shown, address = parseaddr(plain["To"].replace("\r\n", ""))
    assert (decoded(shown), address) == (letter.to[0][0], "kim@example.com")
    assert decoded(plain["Subject"].replace("\r\n", "").strip()) == letter.subject
    read = parsed(raw)
    body = read.get_body(("plain",))
    assert body is not None and lines_of(body.get_content()) == lines_of(letter.text)
    assert set(read.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip


def test_text_and_html_stand_beside_each_other() -> None:
    read = parsed(as_bytes(checked(Letter(to=[("", "kim@example.com")], text="안녕", html="<p>안녕</p>"))))
    assert read.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in read.iter_parts()] == ["안녕", "<p>안녕</p>"]


HTML = """<html><head><title>x</title><style>p {color: red}</style></head><body><h1>견적서</h1><p>안녕하세요,
김하늘 님.<br>아래를 <a href="https://crm.example/q/1">보십시오</a>.</p><ul><li>하나</li><li>둘</li></ul>
<script>alert(1)</script><table><tr><td>A</td><td>B</td></tr></table></body></html>"""


def test_a_letter_in_html_alone_is_told_as_text_too() -> None:
    assert as_text(HTML) == (
        "견적서\n\n안녕하세요, 김하늘 님.\n아래를 보십시오 (https://crm.example/q/1).\n\n- 하나\n- 둘\n\nA B"
    )
    read = parsed(as_bytes(checked(Letter(to=[("", "kim@example.com")], html=HTML))))
    plain = read.get_body(("plain",))
    assert plain is not None and "보십시오 (https://crm.example/q/1)" in plain.get_content()


TAGS = ["<p>", "</p>", "<a href=", "</a>", "<script>", "</title>", "<!--", "<![", "&#x", "가"]


@given(st.text(max_size=300) | st.lists(st.sampled_from(TAGS)).map("".join))
def test_whatever_html_is_has_some_text(html: str) -> None:
    assert isinstance(as_text(html), str)


def test_headers_of_a_letter_stay_as_they_are_however_long() -> None:
    headers = {
        "References": " ".join(f"<{'a' * 70}{number}@example.com>" for number in range(20)),
        "List-Unsubscribe": f"<https://crm.example/u/{'x' * 300}>", "Auto-Submitted": "auto-generated",
        "In-Reply-To": f"<{'b' * 120}@example.com>",
    }  # fmt: skip
    raw = as_bytes(checked(Letter(to=[("", "kim@example.com")], text="x", headers=headers)))
    assert max(map(len, raw.split(b"\r\n"))) <= 998 and b"=?" not in raw.split(b"\r\nMIME-Version")[0].split(b"Date")[1]
    read = message_from_bytes(raw)
    assert {name: " ".join(read[name].split()) for name in headers} == headers
    assert set(HEADERS) >= {name.lower() for name in headers}


def test_blind_copies_alone_go_to_nobody_in_particular() -> None:
    raw = as_bytes(checked(Letter(bcc=[("최", "choi@example.com")], text="x")))
    assert b"choi" not in raw and b"undisclosed-recipients:;" in raw


def test_replies_go_where_the_letter_says_else_where_the_account_says() -> None:
    letter = checked(Letter(to=[("", "kim@example.com")], text="x", reply_to=("상담", "desk@example.org")))
    assert parsed(as_bytes(letter))["Reply-To"].addresses[0].addr_spec == "desk@example.org"
    out = io.BytesIO()
    write(out, replace(letter, reply_to=None), replace(ENVELOPE, reply_to="crm@example.net"), _no_file)
    assert parsed(out.getvalue())["Reply-To"].addresses[0].addr_spec == "crm@example.net"


def _no_file(hash: str) -> io.BytesIO:
    raise FileNotFoundError(hash)


def test_a_letter_comes_back_from_its_row_as_it_was() -> None:
    letter = checked(Letter(
        to=[("김", "kim@example.com")], cc=[("", "lee@한국.kr")], text="x", reply_to=("", "a@example.com"),
        attachments=[Attachment("0" * 64, "계약서.pdf", "application/pdf")], headers={"references": "<a@b>"},
    ))  # fmt: skip
    assert letter_of(written(letter)) == letter
    assert letter.cc == (("", "lee@xn--3e0b707e.kr"),)


# -- addresses beyond ASCII ----------------------------------------------------------------------------------------
def test_a_domain_in_hangul_needs_no_special_server(surroundings: Surroundings, hire: Hiring) -> None:
    with open_office() as plain:
        an_account(surroundings, plain.port)
        posted(surroundings, to=[("김", "kim@한국.kr")])
        deliver(hire)
    assert plain.taken[0].recipients == ["kim@xn--3e0b707e.kr"]


def test_an_address_in_hangul_goes_to_servers_that_take_it(
    surroundings: Surroundings, hire: Hiring, office: Office
) -> None:
    an_account(surroundings, office.port)
    id = posted(surroundings, to=[("김", "김하늘@한국.kr")])
    deliver(hire)
    assert found(surroundings, id).state == "sent"
    (taken,) = office.taken
    assert taken.recipients == ["김하늘@xn--3e0b707e.kr"] and "SMTPUTF8" in taken.options
    assert "김하늘@xn--3e0b707e.kr" in taken.raw.decode()


def test_a_server_that_does_not_take_it_is_told_so(surroundings: Surroundings, hire: Hiring) -> None:
    with open_office(enable_SMTPUTF8=False) as plain:
        an_account(surroundings, plain.port)
        id = posted(surroundings, to=[("김", "김하늘@한국.kr")])
        deliver(hire)
    one = found(surroundings, id)
    assert one.state == "failed" and "beyond ASCII" in str(one.error)
    assert not plain.taken


# -- files ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return open_blobs(str(tmp_path / "files"))


@pytest.fixture
def furnished(surroundings: Surroundings, blobs: Blobs) -> Surroundings:
    return replace(surroundings, blobs=blobs)


def kept(where: Surroundings, content: bytes, name: str) -> Attachment:
    """A file of the site, as an upload leaves it."""
    assert where.blobs
    where.blobs.keep(where.blobs.receive(io.BytesIO(content), most=10**9))
    hash = sha256(content).hexdigest()
    row = {"id": new_id(), "sha256": hash, "size": len(content), "name": name, "type": "application/pdf",
           "state": "pending", "created_at": datetime.now(UTC), "until": datetime.now(UTC)}  # fmt: skip
    with where.store.write() as conn:
        conn.execute(file.insert().values(row))
    return Attachment(hash, name, "application/pdf")


def work_on(where: Surroundings) -> None:
    Worker(where, kinds_of(mail.KINDS), subscribers=mail.SUBSCRIBERS).run_until_idle()


def test_files_of_the_site_arrive_byte_for_byte_under_their_names(furnished: Surroundings, office: Office) -> None:
    an_account(furnished, office.port)
    contents = [Random(1).randbytes(700_001), b"", b".\r\n.\r\nQUIT\r\n"]
    names = ["2026년 하반기 유지보수 계약서 최종본 (수정).pdf", "empty.bin", 'a"b; c.txt']
    files = [kept(furnished, content, name) for content, name in zip(contents, names, strict=True)]
    id = posted(furnished, attachments=files, html="<p>첨부합니다</p>")
    clean(furnished.store, furnished.blobs)  # type: ignore[arg-type]  # they are there
    work_on(furnished)
    assert found(furnished, id).state == "sent"
    read = office.taken[0].message
    parts = list(read.iter_attachments())
    assert [part.get_payload(decode=True) for part in parts] == contents
    assert [part.get_filename() for part in parts] == [names[0], names[1], "a_b_ c.txt"]
    body = read.get_body(("html",))
    assert body is not None and body.get_content().strip() == "<p>첨부합니다</p>"


def test_files_of_a_letter_are_held_until_it_is_forgotten(furnished: Surroundings) -> None:
    assert furnished.blobs
    one = kept(furnished, b"contract", "a.pdf")
    id = posted(furnished, attachments=[one], private=True)
    clean(furnished.store, furnished.blobs)
    assert furnished.blobs.exists(one.hash)
    with furnished.store.write() as conn:
        mail.cancel(conn, id)
    clean(furnished.store, furnished.blobs)
    assert not furnished.blobs.exists(one.hash)


def test_a_letter_whose_file_is_gone_fails_and_says_so(furnished: Surroundings, office: Office) -> None:
    an_account(furnished, office.port)
    one = kept(furnished, b"contract", "a.pdf")
    id = posted(furnished, attachments=[one])
    assert furnished.blobs
    furnished.blobs.remove(one.hash, needed=lambda: False)
    work_on(furnished)
    assert (found(furnished, id).state, str(found(furnished, id).error)) == ("failed", "A file of this mail is gone.")


def test_a_letter_takes_no_more_than_servers_do(furnished: Surroundings) -> None:
    one = kept(furnished, b"x", "a.pdf")
    with furnished.store.write() as conn:
        conn.execute(file.update().values(size=13 * 1024**2))
    with pytest.raises(Invalid, match="25 MB"):
        posted(furnished, attachments=[one, replace(one, name="b.pdf")])


def test_a_large_file_never_stands_in_memory(tmp_path: Path) -> None:
    letter = checked(Letter(to=[("", "kim@example.com")], text="x", attachments=[Attachment("0" * 64, "a.bin")]))
    large = tmp_path / "large"
    large.write_bytes(bytes(24 * 1024**2))
    tracemalloc.start()
    try:
        with (tmp_path / "out").open("wb") as out:
            write(out, letter, ENVELOPE, lambda hash: large.open("rb"))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * 1024**2
    assert (tmp_path / "out").stat().st_size > 32 * 1024**2
