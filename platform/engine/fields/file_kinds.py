"""What kinds of files there are: told by their first bytes and by the ending of their name, which must agree.

Sources: the signatures of https://www.iana.org/assignments/media-types and of the WHATWG MIME Sniffing Standard.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

#: How many of a file's first bytes tell its kind.
HEAD = 4096
#: What a field may ask for by one word; whatever else stands there is the ending of a name.
GROUPS = ("image", "pdf", "office", "text", "audio", "video", "archive")
#: Pictures that every browser shows and that we look into; no other file is ever shown inside a page.
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
#: What a browser or a machine would run: kept, given back as a download, never by a type of its own.
RUNS = ("page", "program", "macro")
UNKNOWN = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind: its content type, its group, the endings of its names, and how its bytes may begin (see `form_of`)."""

    type: str
    group: str
    endings: tuple[str, ...]
    forms: tuple[str, ...]


def _kinds(group: str, form: str, *rows: tuple[str, str]) -> list[FileKind]:
    return [FileKind(type, group, tuple(endings.split()), tuple(form.split())) for type, endings in rows]


OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
KINDS: tuple[FileKind, ...] = (
    *_kinds("image", "png", ("image/png", "png")),
    *_kinds("image", "jpeg", ("image/jpeg", "jpg jpeg jfif")),
    *_kinds("image", "gif", ("image/gif", "gif")),
    *_kinds("image", "webp", ("image/webp", "webp")),
    *_kinds("image", "bmp", ("image/bmp", "bmp")),
    *_kinds("image", "tiff", ("image/tiff", "tif tiff")),
    *_kinds("image", "heif", ("image/heic", "heic heif")),
    *_kinds("image", "avif", ("image/avif", "avif")),
    *_kinds("pdf", "pdf", ("application/pdf", "pdf")),
    *_kinds(
        "office", "zip",
        (f"{OOXML}wordprocessingml.document", "docx"), (f"{OOXML}spreadsheetml.sheet", "xlsx"),
        (f"{OOXML}presentationml.presentation", "pptx"), ("application/vnd.hancom.hwpx", "hwpx"),
        (f"{ODF}text", "odt"), (f"{ODF}spreadsheet", "ods"), (f"{ODF}presentation", "odp"),
    ),
    *_kinds(
        "office", "ole", ("application/msword", "doc"), ("application/vnd.ms-excel", "xls"),
        ("application/vnd.ms-powerpoint", "ppt"),
    ),
    *_kinds("office", "ole hwp", ("application/vnd.hancom.hwp", "hwp")),
    *_kinds("office", "rtf", ("application/rtf", "rtf")),
    *_kinds("macro", "zip", ("application/vnd.ms-office.macro", "docm xlsm pptm dotm xltm potm")),
    *_kinds(
        "text", "text page", ("text/plain", "txt text log md ini yaml yml"), ("text/csv", "csv tsv"),
        ("application/json", "json"), ("text/calendar", "ics"), ("text/vcard", "vcf"), ("message/rfc822", "eml"),
    ),
    *_kinds(
        "page", "page text", ("text/html", "html htm xhtml shtml"), ("image/svg+xml", "svg svgz"),
        ("application/xml", "xml xsl xslt"), ("text/javascript", "js mjs cjs"), ("text/css", "css"),
    ),
    *_kinds(
        "audio", "mp3 unknown", ("audio/mpeg", "mp3"), ("audio/aac", "aac"),
    ),
    *_kinds("audio", "mp4", ("audio/mp4", "m4a")),
    *_kinds("audio", "ogg", ("audio/ogg", "ogg oga opus")),
    *_kinds("audio", "flac", ("audio/flac", "flac")),
    *_kinds("audio", "wav", ("audio/wav", "wav")),
    *_kinds("video", "mp4", ("video/mp4", "mp4 m4v"), ("video/quicktime", "mov")),
    *_kinds("video", "matroska", ("video/webm", "webm"), ("video/x-matroska", "mkv")),
    *_kinds("video", "avi", ("video/x-msvideo", "avi")),
    *_kinds("video", "unknown", ("video/mpeg", "mpg mpeg")),
    *_kinds("archive", "zip", ("application/zip", "zip")),
    *_kinds("archive", "gzip", ("application/gzip", "gz tgz")),
    *_kinds("archive", "7z", ("application/x-7z-compressed", "7z")),
    *_kinds("archive", "rar", ("application/vnd.rar", "rar")),
    *_kinds("archive", "xz", ("application/x-xz", "xz")),
    *_kinds("archive", "bzip2", ("application/x-bzip2", "bz2")),
    *_kinds("archive", "tar", ("application/x-tar", "tar")),
    *_kinds("archive", "unknown", ("application/x-alz", "alz egg")),
    *_kinds(
        "program", "program zip ole text page unknown",
        ("application/x-executable", "exe dll com scr msi bat cmd ps1 vbs wsf hta sh jar apk app elf so pif lnk"),
    ),
)  # fmt: skip
OF_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
OF_TYPE = {kind.type: kind for kind in KINDS}
#: What a file is whose ending nobody knows.
USUAL = {
    "zip": "application/zip", "text": "text/plain", "page": "text/html", "program": "application/x-executable",
    "mp3": "audio/mpeg", "mp4": "video/mp4", "matroska": "video/x-matroska", "hwp": "application/vnd.hancom.hwp",
} | {kind.forms[0]: kind.type for kind in KINDS if kind.forms[0] not in ("zip", "text", "page", "program", "ole", "mp3",
                                                                         "mp4", "matroska", "unknown")}  # fmt: skip

STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
    (b"II*\0", "tiff"), (b"MM\0*", "tiff"), (b"%PDF-", "pdf"), (b"PK\3\4", "zip"), (b"PK\5\6", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"HWP Document File", "hwp"), (b"{\\rtf", "rtf"),
    (b"\x1f\x8b", "gzip"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07", "rar"), (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bzip2"), (b"ID3", "mp3"), (b"\xff\xfb", "mp3"), (b"\xff\xf3", "mp3"), (b"\xff\xf2", "mp3"),
    (b"\xff\xf1", "mp3"), (b"\xff\xf9", "mp3"), (b"OggS", "ogg"), (b"fLaC", "flac"), (b"\x1aE\xdf\xa3", "matroska"),
    (b"\x7fELF", "program"), (b"\xca\xfe\xba\xbe", "program"), (b"\xce\xfa\xed\xfe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"), (b"\xfe\xed\xfa\xce", "program"), (b"\xfe\xed\xfa\xcf", "program"),
)  # fmt: skip
IN_RIFF = {b"WEBP": "webp", b"WAVE": "wav", b"AVI ": "avi"}
IN_FTYP = {b"heic": "heif", b"heix": "heif", b"mif1": "heif", b"msf1": "heif", b"avif": "avif", b"avis": "avif"}
MARKS_OF_WIDE_TEXT = (b"\xff\xfe", b"\xfe\xff")
UNTYPED = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
MARKUP = re.compile(rb"<(?:!doctype|\?xml|html|head|body|script|svg|iframe|object|embed|style|link|meta|img|a\s)", re.I)


def form_of(head: bytes) -> str:
    """How these first bytes of a file begin: a word of `FileKind.forms`."""
    for start, form in STARTS:
        if head.startswith(start):
            return form
    if head[:4] == b"RIFF" and head[8:12] in IN_RIFF:
        return IN_RIFF[head[8:12]]
    if head[4:8] == b"ftyp":
        return IN_FTYP.get(head[8:12], "mp4")
    if head[257:262] == b"ustar":
        return "tar"
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "bmp"
    return _text_form(head)


def _text_form(head: bytes) -> str:
    wide = head.startswith(MARKS_OF_WIDE_TEXT)
    if not wide and UNTYPED.search(head):
        return "program" if head.startswith(b"MZ") else "unknown"
    return "page" if MARKUP.search(head.replace(b"\0", b"") if wide else head) else "text"


def ending_of(name: str) -> str:
    """What stands behind the last dot of a name, in small letters."""
    return PurePosixPath(name).suffix[1:].lower()


def type_of(head: bytes, name: str) -> str | None:
    """The content type of a file; None when its bytes are not what the ending of its name says."""
    form, kind = form_of(head), OF_ENDING.get(ending_of(name))
    if kind is None:
        return USUAL.get(form, UNKNOWN)
    return kind.type if form in kind.forms else None


def group_of(type: str) -> str:
    kind = OF_TYPE.get(type)
    return kind.group if kind else ""


def is_accepted(type: str, name: str, accepted: Iterable[str]) -> bool:
    """Whether a field that accepts these groups and endings takes this file."""
    group, ending = group_of(type), ending_of(name)
    known = OF_ENDING.get(ending)
    honest = group not in RUNS or (known is not None and known.type == type)
    return any(one == group or (one == ending and honest) for one in accepted)


def chooser(accepted: Iterable[str]) -> str:
    """These groups and endings as the `accept` of a file input."""
    found: list[str] = []
    for one in accepted:
        endings = [ending for kind in KINDS if kind.group == one for ending in kind.endings] if one in GROUPS else [one]
        found += [f".{ending}" for ending in endings]
    return ",".join(found)
