"""Which addresses of a provider are asked, and how long: nobody is sent into the network behind the site."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest

from hanok.engine.accounts.oidc import Directory, Unusable, fetching
from hanok.engine.accounts.oidc.directory import discover, keys_in
from hanok.engine.accounts.oidc.fetching import check_address, client, get_json, may_be_asked
from tests.oidc.stranger import FIRST, SECOND, Stranger

Anywhere = Callable[..., Any]


@pytest.mark.parametrize(
    ("address", "trusted", "local", "asked"),
    [
        ("93.184.215.14", False, False, True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", False, False, True),
        ("10.0.0.5", True, False, True),
        ("10.0.0.5", False, False, False),
        ("192.168.1.1", False, True, False),
        ("fd00::1", False, False, False),
        ("127.0.0.1", True, False, False),
        ("127.0.0.1", False, True, True),
        ("::1", True, False, False),
        ("::ffff:127.0.0.1", True, False, False),
        ("::ffff:10.0.0.5", False, False, False),
        ("2002:a00:5::1", False, False, False),
        ("64:ff9b::a9fe:a9fe", True, True, False),
        ("64:ff9b::a00:5", False, False, False),
        ("64:ff9b:1::a00:5", False, False, False),
        ("64:ff9b::808:808", False, False, True),
        ("::7f00:1", True, False, False),
        ("169.254.169.254", True, True, False),
        ("fe80::1", True, True, False),
        ("0.0.0.0", True, True, False),
        ("224.0.0.1", True, True, False),
        ("100.64.0.1", False, False, False),
    ],
)
def test_only_the_typed_host_may_be_private(address: str, trusted: bool, local: bool, asked: bool) -> None:
    assert may_be_asked(ip_address(address), trusted=trusted, local=local) is asked


@pytest.mark.parametrize(
    "url",
    ["http://accounts.example.com", "http://127.0.0.1:1", "ftp://example.com", "file:///etc/passwd", "https://", "",
     "https://user:word@example.com", "//example.com", "https://[::1"],
)  # fmt: skip
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(Unusable):
        check_address(url, local=False)


def test_http_is_for_this_machine_where_the_site_says_so() -> None:
    check_address("http://127.0.0.1:8000/x", local=True)
    check_address("http://localhost", local=True)
    check_address("https://accounts.example.com", local=True)
    with pytest.raises(Unusable):
        check_address("http://accounts.example.com", local=True)


def test_a_name_is_looked_up_once_and_that_address_asked(
    stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    real = socket.getaddrinfo

    def looking(host: str, *rest: Any, **more: Any) -> Any:
        looked.append(host)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(fetching.socket, "getaddrinfo", looking)
    port = stranger.address.rpartition(":")[2]
    with client("http://localhost", local=True) as asking:
        assert get_json(asking, f"http://localhost:{port}/keys")["keys"]
    assert looked[0] == "localhost"
    assert "localhost" not in looked[1:]


def test_a_redirect_is_not_followed(stranger: Stranger) -> None:
    stranger.answers["/.well-known/openid-configuration"] = (302, {"Location": f"{stranger.address}/keys"}, b"")
    with pytest.raises(Unusable, match="status 302"):
        discover(stranger.address, local=True)
    assert stranger.paths() == ["/.well-known/openid-configuration"]


@pytest.mark.parametrize("said", ["token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint"])
def test_an_address_that_the_provider_names_is_looked_at_too(stranger: Stranger, said: str) -> None:
    stranger.said = {said: "http://10.0.0.5/latest/meta-data"}
    with pytest.raises(Unusable, match="does not begin with https"):
        discover(stranger.address, local=True)


def test_a_named_host_in_the_private_network_is_not_asked(stranger: Stranger) -> None:
    stranger.said = {"jwks_uri": "https://10.0.0.5/keys"}
    directory = Directory(local=True)
    with pytest.raises(Unusable, match="private network"):
        directory.keys(stranger.address, directory.metadata(stranger.address))


def test_nothing_is_read_without_end(stranger: Stranger, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger.answers["/keys"] = (200, {}, b" " * (fetching.LARGEST + 1))
    with client(stranger.address, local=True) as asking, pytest.raises(Unusable, match="cannot be reached"):
        get_json(asking, f"{stranger.address}/keys")
    stranger.answers["/keys"] = (200, {"Content-Encoding": "gzip"}, b"x")
    with client(stranger.address, local=True) as asking, pytest.raises(Unusable, match="cannot be reached"):
        get_json(asking, f"{stranger.address}/keys")


def test_a_silent_provider_is_waited_for_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        taken: list[socket.socket] = []
        threading.Thread(target=lambda: taken.append(silent.accept()[0]), daemon=True).start()
        with pytest.raises(Unusable, match="too long"):
            discover(f"http://127.0.0.1:{silent.getsockname()[1]}", local=True)
        taken[0].close()


def test_a_provider_that_is_away_is_left_alone_for_some_seconds(stranger: Stranger) -> None:
    now = [1000.0]
    directory = Directory(local=True, clock=lambda: now[0])
    stranger.answers["/.well-known/openid-configuration"] = (500, {}, b"")
    for _ in range(3):
        with pytest.raises(Unusable, match="status 500"):
            directory.metadata(stranger.address)
    assert len(stranger.asked) == 1
    stranger.answers.clear()
    now[0] += 11
    for _ in range(3):
        assert directory.metadata(stranger.address).token == f"{stranger.address}/token"
    assert len(stranger.asked) == 2
    now[0] += 3601
    directory.metadata(stranger.address)
    assert len(stranger.asked) == 3


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"issuer": "https://accounts.example.com"}, "calls itself"),
        ({"jwks_uri": None}, "all the addresses"),
        ({"token_endpoint": 7}, "all the addresses"),
        ({"response_types_supported": ["id_token"]}, "code flow"),
        ({"id_token_signing_alg_values_supported": ["HS256", "none"]}, "algorithms"),
    ],
)
def test_what_a_login_needs_is_asked_for_at_once(stranger: Stranger, said: dict[str, Any], words: str) -> None:
    stranger.said = said
    with pytest.raises(Unusable, match=words):
        discover(stranger.address, local=True)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b'"text"', b"\xff"])
def test_what_is_no_json_object_is_no_answer(stranger: Stranger, body: bytes) -> None:
    stranger.answers["/.well-known/openid-configuration"] = (200, {}, body)
    with pytest.raises(Unusable, match="JSON"):
        discover(stranger.address, local=True)


def test_keys_that_may_not_sign_are_left_out() -> None:
    good, other = FIRST.as_dict(private=False), SECOND.as_dict(private=False)
    shared = {"kty": "oct", "k": "AAAA"}
    found = keys_in({"keys": [good, shared, {**other, "use": "enc"}, {"kty": "RSA"}, "text", {"kty": "new"}]})
    assert [one.id for one in found] == ["first"]
    assert keys_in({"keys": "none"}) == ()
