"""Uploads and downloads: files come in before the save that names them, and go out only to who may see their record.

What is given back is never run by a browser: pictures alone are shown, everything else is a download, all of it without
scripts, without a type of its own choosing and outside of this site's origin (`sandbox`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Flask, Request, Response, current_app, g, jsonify, request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.wsgi import wrap_file

from hanok.engine.access import may
from hanok.engine.catalog import Module
from hanok.engine.errors import Invalid, NotFound, Refused, say
from hanok.engine.fields import Field
from hanok.engine.fields.file import Attached
from hanok.engine.fields.file_kinds import PICTURES, RUNS, UNKNOWN, group_of
from hanok.engine.fields.file_names import plain_name
from hanok.engine.records.attachments import Stored, file_of
from hanok.engine.records.importing.keeping import may_import
from hanok.engine.records.uploading import upload
from hanok.engine.store.blobs import Blobs, TooLarge, open_blobs
from hanok.web.doors import door, door_of
from hanok.web.i18n import translate
from hanok.web.security import LARGEST
from hanok.web.visit import connection

MEGABYTE = 1024**2
USUAL_MEGABYTES = 25
#: What a part of a form is called that brings a file: `<field>.file`.
PART = ".file"
IN_MEMORY = 256 * 1024
SECLUDED = "default-src 'none'; sandbox"
EXTENSION, LIMIT = "hanok.blobs", "UPLOAD_LIMIT"

files = Blueprint("files", __name__, url_prefix="/files")


def install(app: Flask, settings: Mapping[str, Any]) -> None:
    """Give the application its files. `files` is where they are kept, `upload_mb` how large one may be."""
    app.extensions[EXTENSION] = open_blobs(str(settings["files"])) if settings.get("files") else None
    app.config[LIMIT] = int(settings.get("upload_mb", USUAL_MEGABYTES)) * MEGABYTE
    app.request_class = Incoming
    app.jinja_env.globals["attached"] = attached
    app.jinja_env.globals["largest_upload"] = lambda: app.config[LIMIT]


# -- coming in -----------------------------------------------------------------------------------------------------
class Bounded(SpooledTemporaryFile[bytes]):
    """Takes the bytes of one part of a form: no more than `most` are written, and `is_over` says that there were."""

    def __init__(self, most: int, *, strict: bool) -> None:
        super().__init__(max_size=IN_MEMORY)
        self.most, self.strict = most, strict
        self.taken = 0

    @property
    def is_over(self) -> bool:
        return self.taken > self.most

    def write(self, data: Any) -> int:
        self.taken += len(data)
        if self.is_over and self.strict:
            self.close()
            raise TooLarge(say("This is larger than what may be uploaded."))
        return len(data) if self.is_over else super().write(data)


class Incoming(Request):
    """A request whose files are cut off while they are read. `most` is the limit of each, in bytes."""

    most = 0
    strict = False

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return Bounded(self.most, strict=self.strict)


def make_room() -> None:
    """Somebody who is known may send files to a module that has them; all else has the room of a form.

    Runs before the body is read.
    """
    if not (_holding() or _imports()):
        return
    here: Any = request
    here.most, here.strict = current_app.config[LIMIT], request.endpoint == "files.take"
    here.max_content_length = here.most + LARGEST
    if here.strict:
        field = _taking(**(request.view_args or {}))
        here.most = min(here.most, field.type.input(field).facts.get("most") or here.most)


def take_in() -> None:
    """The files that came with a form become ids in it, so that a form works without scripts.

    What cannot be taken becomes the sentence that says why, which the field's validator then gives back.
    """
    if request.blueprint == files.name:
        return
    more = [(field.key, _in_words(field, part)) for field, part in _parts(_holding())]
    if more:
        here: Any = request
        here.form = MultiDict([*request.form.items(multi=True), *more])


def _imports() -> bool:
    """Whether this request brings a table of records."""
    view = current_app.view_functions.get(request.endpoint or "")
    here, sent = door_of(view), request.method == "POST" and request.mimetype == "multipart/form-data"
    module = (request.view_args or {}).get("module", "")
    known = sent and here is not None and here.kind == "import" and g.get("actor") and module in g.catalog.every
    return bool(known) and may_import(g.catalog, g.actor, module)


def _holding() -> Sequence[Field]:
    """The fields for which this request may bring files."""
    sent = request.method == "POST" and request.mimetype == "multipart/form-data"
    module = g.catalog.modules.get((request.view_args or {}).get("module", "")) if sent and g.get("actor") else None
    if module is None or not _may_write(module):
        return ()
    return [found for found in module.fields.values() if found.type.holds_files and not found.readonly]


def _parts(fields: Iterable[Field]) -> Iterator[tuple[Field, FileStorage]]:
    """The files of the form, each with the field that it is for."""
    for found in fields:
        yield from ((found, part) for part in request.files.getlist(found.key + PART) if part.filename)


def _in_words(field: Field, part: FileStorage) -> str:
    try:
        return json.dumps(_upload(field, part).attached.dump(), ensure_ascii=False)
    except Invalid as wrong:
        return json.dumps({"refused": _why(wrong)}, ensure_ascii=False)


@files.post("/<module>/<field>")
@door("file", asks="edit")
def take(module: str, field: str) -> tuple[Response, int]:
    """One file for a field, in the part `file`. The answer is what the form then names it by."""
    found, part = _taking(module, field), request.files.get("file")
    if part is None:
        raise Invalid({"file": [say("There is no file in this request.")]})
    try:
        taken = _upload(found, part)
    except Invalid as wrong:
        return jsonify(error=_why(wrong)), wrong.status
    shown = {"shown": g.formats.size(taken.size), "picture": bool(taken.thumbnail)}
    return jsonify({**taken.attached.dump(), **shown}), 201


def _taking(module: str, field: str) -> Field:
    """The field that takes a file. Raises NotFound where this actor puts none in."""
    found: Module = g.catalog.module(module)
    taker = found.fields.get(field)
    if taker is None or not taker.type.holds_files or taker.readonly or not _may_write(found):
        raise NotFound(say("There is no such field, or it takes no files."))
    return taker


def _may_write(module: Module) -> bool:
    return any(may(g.catalog, g.actor, module.key, action) for action in ("create", "edit"))


def _upload(field: Field, part: FileStorage) -> Stored:
    name, source, limit = part.filename or "", part.stream, current_app.config[LIMIT]
    if isinstance(source, Bounded) and source.is_over:
        fault = say("“{name}” is too large: at most {most} fit.", name=name, most=g.formats.size(limit))
        raise Invalid({field.key: [fault]})
    return upload(g.live.store, _blobs(), g.actor, field, source, name=name, most=limit)


def _why(wrong: Invalid) -> str:
    return " ".join(translate(message, g.language) for said in wrong.errors.values() for message in said)


def kept_files() -> Blobs:
    """The files of the site. Raises Refused where it keeps none."""
    return _blobs()


def _blobs() -> Blobs:
    found: Blobs | None = current_app.extensions[EXTENSION]
    if found is None:
        raise Refused(say("This site keeps no files: its setting `files` says no place for them."))
    return found


def opened(sha256: str) -> BinaryIO:
    """The bytes of a file of the site. Raises FileNotFoundError, and Refused where the site keeps none."""
    return _blobs().open(sha256)


def attached(texts: Iterable[str]) -> list[tuple[Attached, str]]:
    """The files that the boxes of a form name, each with the text of its box."""
    found = []
    for text in texts:
        try:
            told = json.loads(text)
            found.append((Attached(UUID(told["id"]), str(told.get("name", "")), int(told.get("size", 0)),
                                   str(told.get("type", ""))), text))  # fmt: skip
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            continue
    return found


# -- going out -----------------------------------------------------------------------------------------------------
@files.get("/<uuid:id>")
@door("file", asks="view")
def give(id: UUID) -> Response:
    """A file, for whoever may have it."""
    found = file_of(connection(), g.catalog, g.actor, id)
    return handed_out(found, shown=found.type in PICTURES and "download" not in request.args)


def handed_out(found: Stored, *, shown: bool = False) -> Response:
    """A file whose reader may have it: `shown` by the browser, else a download."""
    answer = _sent(found.sha256, size=found.size)
    answer.headers["Content-Type"] = UNKNOWN if group_of(found.type) in ("", *RUNS) else found.type
    answer.headers["Content-Disposition"] = disposition("inline" if shown else "attachment", found.name)
    return answer


def handed_over(source: BinaryIO, *, name: str, type: str) -> Response:
    """Bytes that were made for this answer, as a download."""
    answer = Response(wrap_file(request.environ, source), direct_passthrough=True, content_type=type)
    answer.headers["Content-Security-Policy"] = SECLUDED
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Disposition"] = disposition("attachment", name)
    return answer


@files.get("/<uuid:id>/thumbnail")
@door("file", asks="view")
def give_thumbnail(id: UUID) -> Response:
    """A small copy of a picture."""
    found = file_of(connection(), g.catalog, g.actor, id)
    if not found.thumbnail:
        raise NotFound(say("There is no such file, or you may not see it."))
    answer = _sent(found.thumbnail)
    answer.headers["Content-Type"] = "image/webp"
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _sent(sha256: str, *, size: int | None = None) -> Response:
    """The bytes of a blob, whole or the part that was asked for; the browser asks again before it shows its copy."""
    try:
        source = _blobs().open(sha256)
    except FileNotFoundError:
        raise NotFound(say("There is no such file, or you may not see it.")) from None
    answer = Response(wrap_file(request.environ, source), direct_passthrough=True)
    answer.set_etag(sha256)
    answer.headers["Content-Security-Policy"] = SECLUDED
    answer.headers["Cache-Control"] = "private, no-cache"
    if size is not None:
        answer.content_length = size
    answer.make_conditional(request, accept_ranges=size is not None, complete_length=size)
    return answer


def disposition(kind: str, name: str) -> str:
    """The header that names a file (RFC 6266): in ASCII for old readers, in UTF-8 for all others (RFC 8187)."""
    plain = plain_name(name).replace('"', "_").replace("\\", "_")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
