"""What a new password has to be: long, not common, not a name; nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from hanok.engine.accounts import Policy, guessed, password_faults, policy_of, words_about
from hanok.engine.catalog import Catalog

WORDS = words_about(None, "haneul.kim", "haneul@daon-trading.example")


@contextmanager
def service(said: str, *, status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A service of stolen passwords that says the same to everybody: its address, and what it was asked for."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(said.encode())

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/range/", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    "text",
    ["password", "PASSWORD1", "Ｐassword１", "1q2w3e4r", "qlalfqjsgh", "a" * 12, "ㅋ" * 8, " sunshine "],
)
def test_common_passwords_are_refused(text: str) -> None:
    assert password_faults(text)
    assert not password_faults(text, Policy(common=False))


@pytest.mark.parametrize(
    "text", ["haneul.kim", "Haneul.Kim24", "haneul2024", "haneulhaneul", "daon-trading!", "hanok-crm", "Hanok2026"]
)
def test_names_with_a_little_around_them_are_refused(text: str) -> None:
    assert password_faults(text, words=WORDS)


@pytest.mark.parametrize(
    "text",
    ["haneul likes green tiles", "달빛 아래 기와집", "correct horse battery", "p4ssw0rdless!x", "hanok by the moon"],
)
def test_long_ones_of_any_letters_are_taken(text: str) -> None:
    assert not password_faults(text, words=WORDS)


def test_a_site_may_ask_for_longer_ones_and_never_for_shorter_than_eight() -> None:
    assert password_faults("gray heron 7", policy_of({"password_length": 15}))
    assert not password_faults("gray heron 7 by the lake", policy_of({"password_length": 15}))
    assert policy_of({"password_length": 3}).shortest == 8
    assert policy_of({"password_length": 9999}).shortest == 256
    assert policy_of({"password_common": False}).common is False
    assert policy_of({}) == Policy()


def test_the_names_are_hers_and_the_sites(catalog: Catalog) -> None:
    words = words_about(catalog, "mina", "mina.kim@example.com")
    assert {"mina", "mina.kim@example.com", "mina.kim", "example", "hanok"} <= set(words)
    assert set(catalog.app.name.values()) <= set(words)
    assert "" not in words_about(None, "", "")


def test_the_lists_of_common_ones_have_none_that_length_refuses_anyway() -> None:
    common = guessed.common()
    assert len(common) > 20_000
    assert not [one for one in common if len(one) < 8 or one != one.casefold()]


@pytest.mark.parametrize("text", ["beautiful", "12121212", "0987654321", "poiuytrewq", "abcabcabcabc", "ㅁㄴㅇㄹ" * 3])
def test_words_rows_of_keys_and_repetitions_are_refused(text: str) -> None:
    assert password_faults(text)


def test_a_site_may_ask_whether_a_password_was_stolen_and_tells_no_more_than_five_signs() -> None:
    digest = hashlib.sha1(b"gray heron 7 by the lake", usedforsecurity=False).hexdigest().upper()
    with service(f"{'0' * 35}:3\r\n{digest[5:]}:12\r\n") as (address, asked):
        policy = policy_of({"password_stolen": address})
        assert password_faults("gray heron 7 by the lake", policy)
        assert not password_faults("another heron by the lake", policy)
    assert asked[0] == f"/range/{digest[:5]}"
    assert all(len(path) == len("/range/") + 5 for path in asked)


def test_padding_of_the_service_counts_for_nothing() -> None:
    digest = hashlib.sha1(b"gray heron 7 by the lake", usedforsecurity=False).hexdigest().upper()
    with service(f"{digest[5:]}:0\r\n") as (address, _):
        assert not password_faults("gray heron 7 by the lake", policy_of({"password_stolen": address}))


def test_a_service_that_fails_keeps_nobody_from_a_password() -> None:
    with service("", status=503) as (address, asked):
        assert not password_faults("gray heron 7 by the lake", policy_of({"password_stolen": address}))
        assert len(asked) == 1
    assert not password_faults("gray heron 7 by the lake", policy_of({"password_stolen": address}))  # nobody is there
