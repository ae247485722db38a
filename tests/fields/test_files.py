"""What a file is called, what it is, and what a field takes."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from marshmallow import ValidationError

from hanok.engine.errors import say
from hanok.engine.fields import Field
from hanok.engine.fields.file import Attached, Unusable, octets, said_size
from hanok.engine.fields.file_kinds import KINDS, UNKNOWN, chooser, is_accepted, type_of
from hanok.engine.fields.file_names import LONGEST, clean_name, plain_name
from tests.builders import TYPES
from tests.fields.fields import a_field

ID = "0199c7e4-7a3b-7c00-8000-000000000001"
PNG, ZIP, PROGRAM = b"\x89PNG\r\n\x1a\n\0", b"PK\3\4\0\0", b"MZ\x90\0\3\0"
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"


def field(key: str, **settings: Any) -> Field:
    return a_field(TYPES[key], **settings)


def load(found: Field, raw: Any) -> Any:
    return found.type.value(found).deserialize(raw)


def refusal(found: Field, raw: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        load(found, raw)
    return str(caught.value.messages[0])


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("계약서.pdf", "계약서.pdf"),
        (unicodedata.normalize("NFD", "계약서.pdf"), "계약서.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\kim\\a.txt", "a.txt"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (" .htaccess ", "htaccess"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie_ x=1.txt"),
        ('a"; filename="b.exe', "a__ filename=_b.exe"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\x00b.txt", "ab.txt"),
        ("a\ud800.txt", "a.txt"),
        ("두  칸   이름.txt", "두 칸 이름.txt"),
        ("x" * 300 + ".pdf", "x" * (LONGEST - 4) + ".pdf"),
    ],
)
def test_names_are_cleaned(said: str, name: str) -> None:
    assert clean_name(said) == name
    assert clean_name(name) == name


def test_a_name_in_ascii_says_what_it_can() -> None:
    assert plain_name("계약서 v2.pdf") == "_ v2.pdf"


@pytest.mark.parametrize(
    ("head", "name", "type"),
    [
        (PNG, "a.png", "image/png"),
        (PNG, "a", "image/png"),
        (PNG, "a.dwg", "image/png"),
        (PNG, "a.jpg", None),
        (PNG, "a.txt", None),
        (PAGE, "a.png", None),
        (PAGE, "a.pdf", None),
        (PAGE, "a.html", "text/html"),
        (PAGE, "a", "text/html"),
        (PAGE, "a.txt", "text/plain"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'>", "a.svg", "image/svg+xml"),
        (b"alert(1)", "a.js", "text/javascript"),
        (PROGRAM, "a.exe", "application/x-executable"),
        (PROGRAM, "a.pdf", None),
        (PROGRAM, "a", "application/x-executable"),
        (b"%PDF-1.7", "a.PDF", "application/pdf"),
        (ZIP, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (ZIP, "a.hwpx", "application/vnd.hancom.hwpx"),
        (ZIP, "a.zip", "application/zip"),
        (ZIP, "a.jar", "application/x-executable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.hwp", "application/vnd.hancom.hwp"),
        ("이름,나이".encode("cp949"), "a.csv", "text/csv"),
        ("이름".encode("utf-16"), "a.txt", "text/plain"),
        (b"\0\0\0\x18ftypheic", "a.heic", "image/heic"),
        (b"\0\1\2\3", "a.xyz", UNKNOWN),
        (b"\0\1\2\3", "a.txt", None),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a.webp", "image/webp"),
    ],
)
def test_bytes_and_the_ending_of_a_name_agree_or_the_file_is_refused(head: bytes, name: str, type: str | None) -> None:
    assert type_of(head, name) == type


def test_each_ending_and_each_type_stands_once() -> None:
    endings = [ending for kind in KINDS for ending in kind.endings]
    types = [kind.type for kind in KINDS]
    assert len(set(endings)) == len(endings) and len(set(types)) == len(types)


def test_what_a_field_accepts_is_a_group_or_an_ending() -> None:
    assert is_accepted("image/png", "a.png", ["image"])
    assert is_accepted(UNKNOWN, "a.dwg", ["pdf", "dwg"])
    assert is_accepted("text/html", "a.html", ["html"])
    assert not is_accepted("image/png", "a.png", ["pdf", "office"])
    assert not is_accepted("application/x-executable", "a.dwg", ["dwg"])
    assert chooser(["pdf", "dwg"]) == ".pdf,.dwg"


@pytest.mark.parametrize(("written", "size"), [("10 MB", 10 * 1024**2), ("1.5KB", 1536), (500, 500), ("7 B", 7)])
def test_sizes_are_written_as_people_write_them(written: Any, size: int) -> None:
    assert octets(written) == size


def test_sizes_are_said_as_people_say_them() -> None:
    assert [said_size(size) for size in (7, 1536, 10 * 1024**2, 3 * 1024**3)] == ["7 B", "1.5 KB", "10 MB", "3 GB"]


def test_a_field_says_why_a_file_does_not_fit() -> None:
    found = field("file", max_size="1 KB", types=["pdf"])
    pdf = Attached(load(found, ID).id, "a.pdf", 2000, "application/pdf")
    png = Attached(pdf.id, "a.png", 10, "image/png")
    for file, words in ((pdf, "2 KB, and at most 1 KB"), (png, "Possible are: pdf")):
        with pytest.raises(ValidationError) as caught:
            found.type.with_files(found, file, {file.id: file})
        assert words in str(caught.value.messages[0])


@pytest.mark.parametrize("key", ["image", "signature"])
def test_a_drawing_that_holds_scripts_is_no_picture(key: str) -> None:
    found = field(key)
    svg = Attached(load(found, ID).id, "a.svg", 10, "image/svg+xml")
    with pytest.raises(ValidationError, match="PNG"):
        found.type.with_files(found, svg, {svg.id: svg})


def test_what_a_writer_says_of_a_file_is_replaced_by_what_is_known() -> None:
    found = field("files")
    said = load(found, [{"id": ID, "name": "../harmless.txt", "size": 1, "type": "text/plain"}])
    assert said[0].name == "harmless.txt"
    known = Attached(said[0].id, "정말.exe", 99, "application/x-executable")
    assert found.type.dump(found, found.type.with_files(found, said, {known.id: known})) == [known.dump()]


def test_text_names_files_by_their_ids() -> None:
    found, other = field("files"), ID[:-1] + "2"
    text = f"계약서 (2), 최종.pdf ({ID}), b.pdf ({other.upper()})"
    assert [(str(file.id), file.name) for file in load(found, text)] == [(ID, "계약서 (2), 최종.pdf"), (other, "b.pdf")]
    assert found.type.export(found, load(found, text), "ko") == text.lower()


def test_text_that_names_no_file_is_refused_with_advice() -> None:
    assert "Upload it here" in refusal(field("file"), "계약서.pdf")
    assert "drawn in the form" in refusal(field("signature"), "김하늘")
    assert refusal(field("file"), f"a ({ID}), b ({ID})") == "Only one file fits here."
    assert refusal(field("files", max=1), [ID, ID[:-1] + "2"]) == "These are 2 files; at most 1 fit."


def test_a_file_that_could_not_be_taken_says_why() -> None:
    for key in ("file", "files"):
        assert refusal(field(key), Unusable(say("“{name}” is empty.", name="a"))) == "“a” is empty."


def test_a_file_is_unchanged_whatever_is_said_of_it() -> None:
    found = field("file")
    stored = Attached(load(found, ID).id, "a.pdf", 10, "application/pdf")
    assert found.type.unchanged(found, {"id": ID, "name": "other.exe"}, stored)
    assert not found.type.unchanged(found, ID[:-1] + "2", stored)
    assert not found.type.unchanged(found, "nonsense", stored)
