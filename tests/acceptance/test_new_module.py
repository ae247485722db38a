"""A file written by hand becomes a module of the running server, and nobody who works meanwhile notices."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.acceptance.conftest import House
from tests.acceptance.visitor import Visitor

BOOK = """label: {en: Book, ko: 책}
plural: {en: Books, ko: 책}
fields:
  name:      {type: text, label: {en: Title, ko: 제목}, required: true, search: true}
  author:    {type: text, label: {en: Author, ko: 지은이}, search: true}
  pages:     {type: integer, label: {en: Pages, ko: 쪽수}, min: 1}
  published: {type: date, label: {en: Published, ko: 출간일}}
  lent:      {type: boolean, label: {en: Lent out, ko: 대출 중}}
"""
GENRE = "  genre:     {type: text, label: {en: Genre, ko: 갈래}}\n"
SECONDS, PAUSE = 10.0, 0.02


@dataclass
class Guest:
    """Somebody who asks for pages all the time, and what she got."""

    visitor: Visitor
    got: list[tuple[str, int]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            for path in ("/account", "/book"):
                self._look(path)
            stop.wait(PAUSE)

    def _look(self, path: str) -> None:
        try:
            status = self.visitor.get(path).status
        except OSError as broken:
            self.failed.append(f"{path}: {broken!r}")
            return
        self.got.append((path, status))
        if status != 200 and (path, status) != ("/book", 404):
            self.failed.append(f"{path}: {status}")


@contextmanager
def working(visitor: Visitor) -> Iterator[Guest]:
    """A guest at work in a thread of its own until the block ends."""
    guest, stop = Guest(Visitor(visitor.address, dict(visitor.jar))), threading.Event()
    thread = threading.Thread(target=guest.work, args=(stop,))
    thread.start()
    try:
        yield guest
    finally:
        stop.set()
        thread.join()


def until(visitor: Visitor, path: str, pattern: str, *, present: bool = True) -> str:
    """The page once it says so; fails when the server takes longer than SECONDS."""
    end = time.monotonic() + SECONDS
    while True:
        answer = visitor.get(path)
        if answer.status == 200 and bool(re.search(pattern, answer.text)) is present:
            return answer.text
        assert time.monotonic() < end, f"{path}: {answer.status}, {pattern!r} present: {not present}"
        time.sleep(0.05)


def test_a_module_comes_and_changes_while_people_work(house: House, admin: Visitor) -> None:
    assert admin.get("/book").status == 404
    with working(admin) as guest:
        house.write("modules/book.yaml", BOOK)
        house.deploy()
        until(admin, "/book", "<h1>")
        book = _uses(admin)
        house.write("modules/book.yaml", BOOK + GENRE)
        house.deploy()
        until(admin, "/book/new", 'name="genre"')
        _keeps_a_genre(admin, book)
        house.write("modules/book.yaml", BOOK)
        house.deploy()
        page = until(admin, f"/book/{book}/edit", 'name="genre"', present=False)
        assert "토지" in page
        assert "박경리" in admin.get(f"/book/{book}").text
    assert not guest.failed, guest.failed[:10]
    assert {status for path, status in guest.got if path == "/book"} == {404, 200}
    assert len(guest.got) > 20


def _uses(visitor: Visitor) -> str:
    """List, form, record and search of the new module."""
    form = visitor.get("/book/new").text
    assert all(f'name="{key}"' in form for key in ("name", "author", "pages", "published", "lent"))
    book = visitor.create("book", name="토지 1부", author="박경리", pages="420", published="1969-06-01", lent="true")
    assert "토지 1부" in visitor.get("/book").text
    record = visitor.get(f"/book/{book}").text
    assert all(word in record for word in ("토지 1부", "박경리", "420"))
    assert f"/book/{book}" in visitor.get("/search?words=경리").text
    assert visitor.post("/book/new", {"name": "", "pages": "0"}).status == 422
    return book


def _keeps_a_genre(visitor: Visitor, book: str) -> None:
    form = visitor.get(f"/book/{book}/edit")
    values = {"name": "토지 1부", "author": "박경리", "genre": "대하소설"}
    assert visitor.post(f"/book/{book}/edit", {"version": form.hidden("version"), **values}).status == 303
    assert "대하소설" in visitor.get(f"/book/{book}").text
