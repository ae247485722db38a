"""What comes back from a provider is believed only where everything about it is right."""

from __future__ import annotations

import json
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from tests.oidc.conftest import Traveller
from tests.oidc.stranger import CODE, FIRST, SECOND, Stranger

Making = Callable[..., UUID]
Logins = Callable[[], list[tuple[str, bool, str]]]


@pytest.fixture
def dialect() -> str:
    """What is believed does not depend on the database."""
    return "sqlite"


def part(said: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def test_an_honest_answer_logs_in(provider: Making, traveller: Traveller, logins: Logins) -> None:
    provider()
    answer = traveller.whole("/login/with/stranger?next=/company")
    assert (answer.status_code, answer.location) == (303, "/company")
    assert traveller.client.get("/company").status_code == 200
    assert logins() == [("mina", True, "oidc")]


def test_the_code_is_proved_and_the_secret_is_sent_in_the_header(
    provider: Making, traveller: Traveller, stranger: Stranger
) -> None:
    provider()
    asked = traveller.go()
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == "http://localhost/login/with/stranger/back"
    assert "openid" in asked["scope"].split()
    traveller.come(code=CODE, state=asked["state"], iss=stranger.address)
    form = dict(stranger.asked)["/token"]
    assert form["authorization"].startswith("Basic ")
    assert "client_secret" not in form


WRONG: Mapping[str, Mapping[str, Any]] = {
    "another nonce": {"nonce": "of another login"},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "another site"},
    "several audiences without azp": {"aud": ["hanok", "another site"]},
    "another azp": {"azp": "another site"},
    "another issuer": {"iss": "https://accounts.example.com"},
    "expired": {"exp": int(time.time()) - 3600},
    "no end": {"exp": None},
    "of the future": {"iat": int(time.time()) + 3600},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no text": {"sub": ["s-1"]},
    "a subject without end": {"sub": "s" * 256},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG.keys())
def test_a_token_with_wrong_claims_is_not_believed(
    provider: Making, traveller: Traveller, stranger: Stranger, logins: Logins, claims: dict[str, Any]
) -> None:
    provider()
    stranger.claims = dict(claims)
    answer = traveller.whole()
    assert answer.status_code == 409
    assert "cannot be believed" in answer.text
    assert traveller.client.get("/me").status_code == 302
    assert logins() == []


def unsigned(claims: Mapping[str, Any]) -> str:
    return f"{part({'alg': 'none', 'kid': 'first'})}.{part(claims)}."


def shared(claims: Mapping[str, Any]) -> str:
    """The public key as a shared secret: what fools who lets the token choose the algorithm."""
    key = OctKey.import_key(FIRST.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": "first"}, claims, key)


def of_another_key(claims: Mapping[str, Any]) -> str:
    return jwt.encode({"alg": "RS256", "kid": "first"}, claims, SECOND)


def with_a_key_of_its_own(claims: Mapping[str, Any]) -> str:
    header = {"alg": "RS256", "jwk": SECOND.as_dict(private=False)}
    return jwt.encode(header, claims, SECOND)


def changed(claims: Mapping[str, Any]) -> str:
    head, _, signature = jwt.encode({"alg": "RS256", "kid": "first"}, claims, FIRST).split(".")
    return f"{head}.{part({**claims, 'sub': 's-2'})}.{signature}"


BROKEN = [lambda _, text=text: text for text in ("", "a.b", "a.b.c", "a.b.c.d.e")]
FORGED = [unsigned, shared, of_another_key, with_a_key_of_its_own, changed, *BROKEN]


@pytest.mark.filterwarnings("ignore")  # the library says itself that a public key makes a bad secret
@pytest.mark.parametrize("forged", FORGED)
def test_a_token_without_the_providers_signature_is_not_believed(
    provider: Making, traveller: Traveller, stranger: Stranger, forged: Callable[[Mapping[str, Any]], str]
) -> None:
    provider()
    stranger.sign = forged
    answer = traveller.whole()
    assert answer.status_code == 409
    assert traveller.client.get("/me").status_code == 302


def test_a_new_key_is_asked_for_once(provider: Making, travel: Callable[..., Traveller], stranger: Stranger) -> None:
    provider()
    assert travel().whole().status_code == 303
    stranger.keys, stranger.key = [FIRST, SECOND], SECOND
    assert travel().whole().status_code == 303
    assert stranger.paths().count("/keys") == 2
    stranger.sign = of_another_key
    stranger.keys = [FIRST]
    assert travel().whole().status_code == 409
    assert stranger.paths().count("/keys") == 2


# -- state and browser ---------------------------------------------------------------------------------------------
def test_a_wrong_state_ends_at_a_page(provider: Making, traveller: Traveller, stranger: Stranger) -> None:
    provider()
    traveller.go()
    for state in ("", "another", "x" * 5000):
        answer = traveller.come(code=CODE, state=state, iss=stranger.address)
        assert answer.status_code == 409
        assert "Begin again" in answer.text
    assert "/token" not in stranger.paths()


def test_what_came_back_once_does_not_come_back_again(
    provider: Making, traveller: Traveller, stranger: Stranger
) -> None:
    provider()
    state = traveller.go()["state"]
    said = {"code": CODE, "state": state, "iss": stranger.address}
    cookie = traveller.client.get_cookie("hanok_away", path="/login/with")
    assert cookie is not None and cookie.http_only
    assert traveller.come(**said).status_code == 303
    traveller.client.set_cookie("hanok_away", cookie.value, path="/login/with")
    assert traveller.come(**said).status_code == 409
    assert stranger.paths().count("/token") == 1


def test_one_browser_does_not_end_the_login_of_another(
    provider: Making, travel: Callable[..., Traveller], stranger: Stranger
) -> None:
    provider()
    attacker, victim = travel(), travel()
    said = {"code": CODE, "state": attacker.go()["state"], "iss": stranger.address}
    assert victim.come(**said).status_code == 409
    victim.go()
    assert victim.come(**said).status_code == 409
    assert "/token" not in stranger.paths()


def test_an_answer_that_names_another_provider_or_none_is_not_taken(
    provider: Making, traveller: Traveller, stranger: Stranger
) -> None:
    provider()
    for said in ({"iss": "https://evil.example.com"}, {"iss": ""}):
        assert traveller.whole(**said).status_code == 409
    asked = traveller.go()
    assert traveller.come(code=CODE, state=asked["state"]).status_code == 409
    assert "/token" not in stranger.paths()


def test_what_was_begun_with_one_provider_does_not_end_with_another(
    provider: Making, traveller: Traveller, stranger: Stranger
) -> None:
    provider()
    provider(name="Other", key="other")
    asked = traveller.go()
    assert traveller.come("other", code=CODE, state=asked["state"], iss=stranger.address).status_code == 409


@pytest.mark.parametrize("onward", ["https://evil.example.com", "//evil.example.com", "/\\evil.example.com", "evil"])
def test_nobody_is_led_to_another_site(provider: Making, traveller: Traveller, onward: str) -> None:
    provider()
    assert traveller.whole(f"/login/with/stranger?next={onward}").location == "/"


def test_a_session_from_before_does_not_go_on(provider: Making, traveller: Traveller, app: Any) -> None:
    provider()
    traveller.client.set_cookie("hanok_session", "a token that an attacker knows")
    assert traveller.whole().status_code == 303
    cookie = traveller.client.get_cookie("hanok_session")
    assert cookie is not None and cookie.value != "a token that an attacker knows"
    other = app.test_client()
    other.set_cookie("hanok_session", "a token that an attacker knows")
    assert other.get("/me").status_code == 302


# -- what goes wrong -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("error", "ko"), [("access_denied", "허용하지 않습니다"), ("server_error", "문제가 생겼습니다"),
                      ("<script>alert(1)</script>", "로그인을 거부했습니다")],
)  # fmt: skip
def test_an_error_of_the_provider_is_a_page(
    provider: Making, travel: Callable[..., Traveller], stranger: Stranger, error: str, ko: str
) -> None:
    provider()
    here = travel(language="ko")
    asked = here.go()
    answer = here.come(error=error, error_description="because\nso", state=asked["state"], iss=stranger.address)
    assert answer.status_code == 409
    assert ko in answer.text and "<script>alert" not in answer.text
    assert 'href="/login/with/stranger"' in answer.text


def test_a_code_that_is_refused_is_a_page(provider: Making, traveller: Traveller) -> None:
    provider()
    answer = traveller.whole(code="another")
    assert answer.status_code == 409
    assert "invalid_grant" in answer.text


def test_no_secret_is_logged(
    provider: Making, traveller: Traveller, stranger: Stranger, caplog: pytest.LogCaptureFixture
) -> None:
    provider()
    stranger.claims = {"aud": "another"}
    with caplog.at_level(logging.DEBUG):
        traveller.whole()
    assert "aud" in caplog.text
    said = dict(stranger.asked)["/token"]
    secrets = (CODE, said["code_verifier"], stranger.nonce, "eyJ", "at-1", "a secret /")
    assert not [secret for secret in secrets if secret in caplog.text]
