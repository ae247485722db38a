"""Short messages: to which numbers, in which words, by which messenger, and at least once under keys that stay."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hanok.engine.automation.steps import message
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Refused
from hanok.engine.jobs.work import GiveUp
from hanok.engine.store import Store
from tests.automation.doing import KEY, a_doing, step_of, surroundings
from tests.builders import a_catalog, a_record, with_tables

JOB = """
label: {en: Job, ko: 건}
fields:
  name:   {type: text, required: true}
  mobile: {type: phone}
  person: {type: link, to: person}
actions:
  tell:  {do: [{message: {to: [mobile, $record.person, "+82 10-1234-5678"], text: {en: "Hi {{ name }}", ko: "{{ name }} 님"}}}]}
  empty: {do: [{message: {to: mobile, text: {en: Hello}, by: pigeon}}]}
"""  # noqa: E501
PERSON = "label: {en: Person, ko: 사람}\nfields: {name: {type: text}, mobile: {type: phone}}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/job.yaml": JOB, "modules/person.yaml": PERSON})


def prepared(store: Store, catalog: Catalog, action: str, **raw: Any) -> Any:
    with_tables(store, catalog)
    person = a_record(store, catalog, "person", name="김", mobile="010-2222-3333")
    job = a_record(store, catalog, "job", name="지붕", person=str(person.id), **raw)
    with store.write() as conn:
        return message.prepare(a_doing(conn, catalog, job), step_of(catalog, "job", action))


def test_numbers_are_found_and_each_gets_it_once(store: Store, catalog: Catalog) -> None:
    found = prepared(store, catalog, "tell", mobile="010-1234-5678")
    assert [one["to"] for one in found["messages"]] == ["+821012345678", "+821022223333"]
    first = catalog.app.languages[0]
    assert {one["text"] for one in found["messages"]} == {{"en": "Hi 지붕", "ko": "지붕 님"}[first]}


def test_without_a_number_it_says_so(store: Store, catalog: Catalog) -> None:
    with pytest.raises(Refused, match="There is no number"):
        prepared(store, catalog, "empty")


ASKED: Mapping[str, Any] = {
    "by": "", "messages": [{"to": "+821012345678", "text": "안녕"}, {"to": "+8225551234", "text": "b"}],
}  # fmt: skip


def test_the_same_messages_are_there_once_however_often_they_are_sent(tmp_path: Path) -> None:
    for _ in range(2):
        told = message.send(surroundings(tmp_path), ASKED, str(KEY))
    files = sorted((tmp_path / "messages").iterdir())
    assert len(files) == 2
    written = {data["to"]: data for data in (json.loads(file.read_text()) for file in files)}
    assert written["+821012345678"]["text"] == "안녕"
    assert [one["to"] for one in told["messages"]] == ["+821012345678", "+8225551234"]
    assert (tmp_path / told["messages"][0]["file"]).exists()


class Pigeon:
    def __init__(self) -> None:
        self.carried: list[tuple[str, str, str]] = []

    def send(self, to: str, text: str, key: str) -> Mapping[str, Any]:
        self.carried.append((to, text, key))
        return {"id": len(self.carried)}


def test_a_package_brings_a_messenger(tmp_path: Path) -> None:
    pigeon = Pigeon()
    here = surroundings(tmp_path, {"messenger": "pigeon"}, brought={"messengers": {"pigeon": lambda site: pigeon}})
    for _ in range(2):
        message.send(here, ASKED, str(KEY))
    assert pigeon.carried[:2] == pigeon.carried[2:], "the same keys"
    assert len({key for _, _, key in pigeon.carried}) == 2


def test_a_messenger_that_there_is_not_is_told(tmp_path: Path) -> None:
    with pytest.raises(GiveUp, match=r"There is no messenger “owl” here; there are: folder."):
        message.send(surroundings(tmp_path), {**ASKED, "by": "owl"}, str(KEY))
