"""What providers say of themselves (OpenID Connect Discovery 1.0), and the keys they sign with (RFC 7517).

Both are remembered in the process for an hour; that a provider did not answer, for some seconds, so that a slow one
does not hold every visitor. A key that is not known yet makes the keys be asked for again, twice a minute at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

from hanok.engine.accounts.oidc.fetching import Unusable, check_address, client, get_json
from hanok.engine.errors import say

WELL_KNOWN = "/.well-known/openid-configuration"
#: Seconds that an answer is remembered, that a failure is, and between two looks for a new key.
KEPT, KEPT_FAILURE, BETWEEN = 3600.0, 10.0, 30.0
#: Signatures that only the provider can make: never `none`, never a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
#: Most keys that are read.
MOST_KEYS = 50


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself. `authorization`, `token`, `keys`, `userinfo` and `end_session` are addresses,
    the last two "" where it has none; `methods` how a site proves itself to the token address; `says_issuer` that its
    answers by the browser name it (RFC 9207); `challenges` the methods of PKCE."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    algorithms: tuple[str, ...]
    methods: tuple[str, ...]
    challenges: tuple[str, ...]
    says_issuer: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A key of a provider: its id, the algorithm it is for ("" where it does not say), and joserfc's key."""

    id: str
    algorithm: str
    kind: str
    key: Any


class Directory:
    """The providers as they were last heard of. One for a process; `local` as in `fetching`."""

    def __init__(self, *, local: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.local = local
        self._clock = clock
        self._lock = Lock()
        self._metadata: dict[str, tuple[float, Metadata | Unusable]] = {}
        self._keys: dict[str, tuple[float, tuple[Known, ...]]] = {}

    def metadata(self, issuer: str, *, fresh: bool = False) -> Metadata:
        """What the provider with this issuer says. Raises Unusable."""
        found = None if fresh else self._remembered(issuer)
        if found is None:
            try:
                found = discover(issuer, local=self.local)
            except Unusable as problem:
                found = problem
            with self._lock:
                self._metadata[issuer] = (self._clock(), found)
        if isinstance(found, Unusable):
            raise found
        return found

    def keys(self, issuer: str, metadata: Metadata, *, fresh: bool = False) -> tuple[Known, ...]:
        """Its keys; `fresh` asks again unless that was done a moment ago. Raises Unusable."""
        with self._lock:
            at, known = self._keys.get(issuer, (None, ()))
        if at is not None and self._clock() - at < (BETWEEN if fresh and known else KEPT):
            return known
        with client(issuer, local=self.local) as asking:
            found = keys_in(get_json(asking, metadata.keys))
        with self._lock:
            # The first answer may be followed by a look for a new key at once.
            self._keys[issuer] = (self._clock() - (0 if fresh else BETWEEN), found)
        return found

    def _remembered(self, issuer: str) -> Metadata | Unusable | None:
        with self._lock:
            at, found = self._metadata.get(issuer, (0.0, None))
        kept = KEPT_FAILURE if isinstance(found, Unusable) else KEPT
        return found if found is not None and self._clock() - at < kept else None


def discover(issuer: str, *, local: bool) -> Metadata:
    """What a provider says at the address that its issuer leads to. Raises Unusable."""
    check_address(issuer, local=local)
    with client(issuer, local=local) as asking:
        found = get_json(asking, issuer.rstrip("/") + WELL_KNOWN)
    said = str(found.get("issuer", ""))
    if said.rstrip("/") != issuer.rstrip("/"):
        raise Unusable(say("The provider calls itself {name}, not {issuer}.", name=said[:200] or "?", issuer=issuer))
    metadata = Metadata(
        issuer=said, authorization=_text(found, "authorization_endpoint"), token=_text(found, "token_endpoint"),
        keys=_text(found, "jwks_uri"), userinfo=_text(found, "userinfo_endpoint"),
        end_session=_text(found, "end_session_endpoint"),
        algorithms=tuple(each for each in _words(found, "id_token_signing_alg_values_supported", ["RS256"])
                         if each in ALGORITHMS),
        methods=_words(found, "token_endpoint_auth_methods_supported", ["client_secret_basic"]),
        challenges=_words(found, "code_challenge_methods_supported", []),
        says_issuer=found.get("authorization_response_iss_parameter_supported") is True,
    )  # fmt: skip
    _check(metadata, _words(found, "response_types_supported", ["code"]), local=local)
    return metadata


def keys_in(document: Mapping[str, Any]) -> tuple[Known, ...]:
    """The keys of a JWK set that may sign: those that are not understood, shared or for encryption are left out."""
    listed = document.get("keys")
    found = []
    for each in listed[:MOST_KEYS] if isinstance(listed, list) else ():
        if not isinstance(each, dict) or each.get("kty") not in ("RSA", "EC", "OKP") or each.get("use") == "enc":
            continue
        try:
            key = JWKRegistry.import_key({name: value for name, value in each.items() if name != "d"})
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        found.append(Known(str(each.get("kid") or ""), str(each.get("alg") or ""), str(each["kty"]), key))
    return tuple(found)


def _check(found: Metadata, responses: Sequence[str], *, local: bool) -> None:
    for url in (found.authorization, found.token, found.keys):
        if not url:
            raise Unusable(say("The provider does not say all the addresses that a login needs."))
    for url in filter(None, (found.authorization, found.token, found.keys, found.userinfo, found.end_session)):
        check_address(url, local=local)
    if "code" not in responses:
        raise Unusable(say("The provider does not offer the code flow."))
    if not found.algorithms:
        raise Unusable(say("The provider signs with none of the algorithms that are taken: {known}.",
                           known=", ".join(ALGORITHMS)))  # fmt: skip


def _text(found: Mapping[str, Any], name: str) -> str:
    said = found.get(name)
    return said if isinstance(said, str) else ""


def _words(found: Mapping[str, Any], name: str, otherwise: list[str]) -> tuple[str, ...]:
    said = found.get(name, otherwise)
    return tuple(each for each in said if isinstance(each, str)) if isinstance(said, list) else tuple(otherwise)
