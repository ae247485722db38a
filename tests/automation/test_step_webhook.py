"""Other systems that are called: what is sent, what is heeded of the answer, and where nobody is ever called."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hanok.engine.automation import addresses, calling, running
from hanok.engine.automation.addresses import Forbidden, allowed
from hanok.engine.automation.events import Events
from hanok.engine.automation.signing import is_signed
from hanok.engine.automation.steps import webhook
from hanok.engine.automation.steps.base import Retry
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Refused
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.jobs.work import GiveUp
from hanok.engine.store import Store
from hanok.engine.store.job_tables import job
from tests.automation.conftest import Opening
from tests.automation.doing import KEY, a_doing, step_of, surroundings
from tests.automation.listening import Receiver, listening
from tests.builders import STAGE, a_catalog, a_record, with_tables

JOB = """
label: {en: Job, ko: 건}
traits: [owned]
fields:
  name:   {type: text, required: true}
  stage:  {type: choice, options: stage, default: new}
  story:  {type: long_text, length: 100000}
  amount: {type: decimal, places: 2}
  code:   {type: encrypted}
  firm:   {type: link, to: firm}
actions:
  plain:  {do: [{webhook: {url: "http://127.0.0.1/"}}]}
  shaped:
    do:
      - webhook:
          url: "https://example.com/jobs/{{ name }}?of={{ record.firm }}"
          method: PUT
          headers: {X-Name: "{{ name }}", Authorization: Bearer $secret.crm}
          body: {job: $record, twice: "=amount * 2", firm: $record.firm, text: "{{ name }}!", list: [1, true]}
  got:    {do: [{webhook: {url: "https://example.com", method: GET}}]}
  hidden: {do: [{webhook: {url: "$secret.hook"}}]}
  named:  {do: [{webhook: {url: "{{ name }}"}}]}
  host:   {do: [{webhook: {url: "https://{{ name }}.example.com/"}}]}
"""
FIRM = "label: {en: Firm, ko: 회사}\nfields: {name: {type: text}}\n"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/job.yaml": JOB, "modules/firm.yaml": FIRM, "options/stage.yaml": STAGE})


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


@pytest.fixture
def hook(receiver: Receiver) -> Receiver:
    receiver.heard.clear()
    receiver.answers[:] = [(200, {}, b"ok")]
    return receiver


def request(url: str, *, body: str = '{"a":"한"}', method: str = "POST", **headers: Any) -> dict[str, Any]:
    return {"method": method, "url": [url], "headers": {name: [text] for name, text in headers.items()}, "body": body}


def sent(tmp_path: Path, asked: dict[str, Any], **settings: Any) -> Any:
    return webhook.send(surroundings(tmp_path, {"webhook_allow": "127.0.0.1", **settings}), asked, str(KEY))


def prepared(store: Store, catalog: Catalog, action: str, **raw: Any) -> Any:
    with_tables(store, catalog)
    firm = a_record(store, catalog, "firm", name="한빛 전자")
    values = {"name": "지붕 / 1?", "amount": "1.50", "code": "x", "firm": str(firm.id), **raw}
    made = a_record(store, catalog, "job", **values)
    with store.write() as conn:
        return webhook.prepare(a_doing(conn, catalog, made), step_of(catalog, "job", action))


# -- what is sent --------------------------------------------------------------------------------------------------
def test_the_record_goes_as_json_without_what_is_secret(store: Store, catalog: Catalog) -> None:
    body = json.loads(prepared(store, catalog, "plain")["body"])
    assert (body["module"], body["title"], body["name"], body["amount"]) == ("job", "지붕 / 1?", "지붕 / 1?", "1.50")
    assert (body["firm"]["module"], body["firm"]["title"], body["stage"]) == ("firm", "한빛 전자", "new")
    assert "code" not in body


def test_a_document_of_ones_own_is_filled_in(store: Store, catalog: Catalog) -> None:
    asked = prepared(store, catalog, "shaped")
    body = json.loads(asked["body"])
    assert (body["twice"], body["text"], body["list"]) == ("3.00", "지붕 / 1?!", [1, True])
    assert (body["firm"]["title"], body["job"]["name"]) == ("한빛 전자", "지붕 / 1?")
    assert asked["method"] == "PUT"
    assert asked["headers"]["Authorization"] == ["Bearer ", {"secret": "crm"}]


def test_what_a_record_brings_into_an_address_stays_one_part_of_it(store: Store, catalog: Catalog) -> None:
    asked = prepared(store, catalog, "shaped", name="../x?y#z")
    assert "".join(asked["url"]).startswith("https://example.com/jobs/..%2Fx%3Fy%23z?of=%ED%95%9C")


def test_no_record_moves_a_call_to_another_host(store: Store, catalog: Catalog) -> None:
    with_tables(store, catalog)
    for name in ("evil.com/", "evil.com#", "a@evil.com:1", "a b"):
        made = a_record(store, catalog, "job", name=name)
        with store.write() as conn, pytest.raises(Refused, match="is no address of a web server"):
            webhook.prepare(a_doing(conn, catalog, made), step_of(catalog, "job", "host"))


def test_a_record_begins_neither_a_header_nor_names_a_secret(store: Store, catalog: Catalog) -> None:
    asked = prepared(store, catalog, "shaped", name="a: $secret.crm")
    assert asked["headers"]["X-Name"] == ["a: $secret.crm"]
    assert prepared(store, catalog, "named", name="https://x.com/$secret.crm")["url"] == ["https://x.com/$secret.crm"]


def test_what_is_too_large_is_not_sent(store: Store, catalog: Catalog) -> None:
    with pytest.raises(Refused, match="At most 256 kB are sent"):
        prepared(store, catalog, "plain", story="가" * 90_000)


NO_SERVERS = (
    "ftp://example.com/", "http://me:secret@example.com/", "//x", "http://", "file:///etc", "http://exam ple.com",
    "http://x.com\\@y.com/", "gopher://x", "http://[fe80::1%25e]/", "http://x.com:0/", "https://x.com/" + "a" * 5000,
)  # fmt: skip


@pytest.mark.parametrize("url", NO_SERVERS)
def test_only_web_servers_are_called(url: str) -> None:
    with pytest.raises(Forbidden):
        calling.call(calling.Call("GET", url), allowed("0.0.0.0/0"))


def test_a_call_is_signed_and_has_a_key_that_stays(tmp_path: Path, hook: Receiver) -> None:
    told = sent(tmp_path, request(f"{hook.url}/in"), webhook_secret="가나다")
    (heard,) = hook.heard
    assert (told["status"], told["answer"], heard.method, heard.path) == (200, "ok", "POST", "/in")
    assert json.loads(heard.body) == {"a": "한"}
    assert heard.headers["Idempotency-Key"] == str(KEY)
    assert heard.headers["Content-Type"] == "application/json; charset=utf-8"
    header, now = heard.headers["Hanok-Signature"], int(time.time())
    assert is_signed("가나다", heard.body, header, now=now)
    assert not is_signed("다른", heard.body, header, now=now)
    assert not is_signed("가나다", heard.body + b" ", header, now=now)
    assert not is_signed("가나다", heard.body, header, now=now + 301)
    assert not is_signed("가나다", heard.body, header.replace("t=", "t=1"), now=now)


def test_without_a_secret_there_is_no_signature(tmp_path: Path, hook: Receiver) -> None:
    sent(tmp_path, request(hook.url))
    assert "Hanok-Signature" not in hook.heard[0].headers


def test_secrets_are_put_in_on_the_way_out_and_told_nowhere(tmp_path: Path, hook: Receiver) -> None:
    hook.answering(200, b"you said s3cret")
    asked = request(hook.url)
    asked |= {"url": [f"{hook.url}/", {"secret": "crm"}], "headers": {"X-Key": ["Bearer ", {"secret": "crm"}]}}
    told = sent(tmp_path, asked, webhook_secrets="crm=s3cret, other=x")
    assert (hook.heard[0].path, hook.heard[0].headers["X-Key"]) == ("/s3cret", "Bearer s3cret")
    assert "s3cret" not in str(told)
    hook.answering(404, b"no s3cret here")
    with pytest.raises(GiveUp) as caught:
        sent(tmp_path, asked, webhook_secrets="crm=s3cret")
    assert str(caught.value) == "It answered with status 404: no ••• here"
    with pytest.raises(GiveUp, match="The setting webhook_secrets has no “crm”"):
        sent(tmp_path, asked)
    hook.answering(200, b"x" * 2043 + b"s3cret")  # only its first signs are read
    assert sent(tmp_path, asked, webhook_secrets="crm=s3cret")["answer"] == "x" * 2043 + "•••"


# -- what is answered ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(tmp_path: Path, hook: Receiver, status: int) -> None:
    hook.answering(status, b"later")
    with pytest.raises(Retry) as caught:
        sent(tmp_path, request(hook.url))
    assert caught.value.wait.total_seconds() == 10


@pytest.mark.parametrize(("said", "seconds"), [("120", 120), ("1", 10), ("999999999", 21600), ("-5", 10), ("soon", 10),
                                               ("9" * 5000, 10), ("Wed, 21 Oct 2015 07:28:00 GMT", 10),
                                               ("Wed, 21 Oct 2065 07:28:00 GMT", 21600)])  # fmt: skip
def test_a_receiver_says_how_long_it_wants_to_rest(tmp_path: Path, hook: Receiver, said: str, seconds: int) -> None:
    hook.answering(429, b"", Retry_After=said)
    with pytest.raises(Retry) as caught:
        sent(tmp_path, request(hook.url))
    assert round(caught.value.wait.total_seconds()) == seconds


@pytest.mark.parametrize("status", [300, 301, 307, 400, 401, 404, 410, 422])
def test_what_will_not_pass_is_given_up(tmp_path: Path, hook: Receiver, status: int) -> None:
    hook.answering(status, b"wrong", Location=f"{hook.url}/elsewhere")
    with pytest.raises(GiveUp, match=str(status)):
        sent(tmp_path, request(hook.url))
    assert len(hook.heard) == 1, "nothing is followed"


def test_of_a_huge_answer_little_is_read(tmp_path: Path, hook: Receiver) -> None:
    hook.answering(200, "가".encode() * 20_000_000)
    told = sent(tmp_path, request(hook.url))
    assert len(told["answer"].encode()) < 2100


def test_packed_answers_are_not_unpacked(tmp_path: Path, hook: Receiver) -> None:
    hook.answering(200, b"\x1f\x8b\x00\x00", Content_Encoding="gzip")
    assert "�" in sent(tmp_path, request(hook.url))["answer"]
    assert hook.heard[0].headers["Accept-Encoding"] == "identity"


def test_nobody_there_may_pass(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Retry, match="cannot be reached"):
            sent(tmp_path, request(f"http://127.0.0.1:{taken.getsockname()[1]}/"))


def test_who_drips_is_left_at_the_end_of_the_call() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        over, dripped = threading.Event(), threading.Event()

        def drip() -> None:
            """Two minutes long, unless whoever called has left."""
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                for sign in b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000:
                    if over.wait(0.02):
                        return
                    try:
                        peer.send(bytes([sign]))
                    except OSError:
                        return
            dripped.set()

        thread = threading.Thread(target=drip)
        thread.start()
        one = calling.Call("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", until=time.monotonic() + 0.3)
        with pytest.raises(calling.Unanswered, match="takes too long"):
            calling.call(one, allowed("127.0.0.1"))
        over.set()
        thread.join()
    assert not dripped.is_set()


# -- where nobody is called ----------------------------------------------------------------------------------------
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]",
    "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[fe80::1]",
    "[fc00::1]", "[fd00::1]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "127.1", "2130706433",
    "0x7f000001", "0177.0.0.1", "localhost", "LOCALHOST", "127。0。0。1",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_private_addresses_are_not_called(tmp_path: Path, hook: Receiver, host: str) -> None:
    with pytest.raises(GiveUp, match=r"which is not called|is no address"):
        sent(tmp_path, request(f"http://{host}:{hook.port}/"), webhook_allow="")
    assert not hook.heard


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """What a name server says, one answer after the other, the last one for ever; what it was asked."""
    asked: list[str] = []

    def look_up(host: str, port: int) -> list[tuple[Any, ...]]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(0, 0, 0, "", (one, port)) for one in found]

    monkeypatch.setattr(addresses, "_looked_up", look_up)
    return asked


def test_a_name_that_changes_meanwhile_leads_nowhere_else(
    tmp_path: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answering(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
    told = sent(tmp_path, request(f"http://rebinding.example:{hook.port}/"))
    assert (told["status"], asked) == (200, ["rebinding.example"]), "looked up once, and called there"
    assert hook.heard[0].headers["Host"] == f"rebinding.example:{hook.port}"


def test_a_name_with_one_private_address_is_not_called(
    tmp_path: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(GiveUp, match=r"both\.example leads into a private network"):
        sent(tmp_path, request(f"http://both.example:{hook.port}/"), webhook_allow="")


def test_a_host_or_a_network_may_be_allowed(tmp_path: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for words in ("127.0.0.0/8", "localhost", "10.0.0.1, Localhost", "::1, 127.0.0.1, ::/128"):
        assert sent(tmp_path, request(f"http://localhost:{hook.port}/"), webhook_allow=words)["status"] == 200
    answering(monkeypatch, ["169.254.169.254"])
    with pytest.raises(GiveUp):
        sent(tmp_path, request("http://metadata.internal/"), webhook_allow="metadata.internal")
    with pytest.raises(Refused, match="lists hosts and networks"):
        allowed("10.0.0.0/8, not a host!")


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888", "1.1.1.1"])
def test_public_addresses_are_open(address: str) -> None:
    assert addresses.resolved(address, 443, allowed(""))


def test_a_header_with_a_line_end_never_leaves(tmp_path: Path, hook: Receiver) -> None:
    for text in ("a\r\nX-Evil: 1", "a\nb", "a\x00b"):
        with pytest.raises(GiveUp, match="cannot be sent"):
            sent(tmp_path, request(hook.url, **{"X-A": text}))
    assert not hook.heard


def test_what_stands_in_the_environment_is_no_way_around(
    tmp_path: Path, hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", hook.url)
    monkeypatch.setenv("http_proxy", hook.url)
    with pytest.raises(Forbidden):
        calling.call(calling.Call("GET", "http://10.0.0.1/"), allowed(""))
    assert not hook.heard


# -- in a run ------------------------------------------------------------------------------------------------------
CALLING = """
label: {en: Tell}
module: company
trigger: {event: created}
do:
  - webhook: {url: "http://127.0.0.1:%d/{{ name }}", headers: {X-Key: $secret.crm}}
  - set: {size: 1}
"""


def test_a_run_calls_again_under_the_same_key_and_keeps_the_answer(open_site: Opening, hook: Receiver) -> None:
    hook.answers[:] = [(503, {"Retry-After": "60"}, b"busy"), (200, {}, b'{"id": 7}')]
    site = open_site({"tell": CALLING % hook.port})
    company = site.make("company", name="한빛")
    here = Surroundings(site.live, site.folder, {"webhook_allow": "127.0.0.1", "webhook_secrets": "crm=s3cret"})
    worker = partial(Worker, here, kinds_of(running.KINDS), subscribers=(Events(site.live).subscriber,))
    worker().run_until_idle()
    assert site.runs()[0].state == "waiting" and site.read(company)["size"] is None
    with site.store.write() as conn:
        conn.execute(job.update().values(due=datetime.now(UTC)))
    worker().run_until_idle()
    (one,) = site.runs()
    assert (one.state, site.read(company)["size"]) == ("done", 1)
    assert len({heard.headers["Idempotency-Key"] for heard in hook.heard}) == 1
    assert [heard.path for heard in hook.heard] == ["/%ED%95%9C%EB%B9%9B"] * 2
    trace = site.trace(one.id)
    (told,) = (row["told"] for row in trace if row["kind"] == "webhook")
    assert (told["answer"]["status"], told["answer"]["answer"]) == (200, '{"id": 7}')
    assert "s3cret" not in str(trace)
