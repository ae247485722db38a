"""A provider on this machine that says whatever a test wants: what an honest one never would, too."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET, CODE = "hanok", "a secret / with + signs", "code-1"
#: One pair of keys for all tests: making them is slow.
FIRST = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"}, private=True)
SECOND = RSAKey.generate_key(2048, {"kid": "second", "use": "sig"}, private=True)


@dataclass
class Stranger:
    """What it says. `claims` are laid over honest ones, None takes one away; `sign` makes the token of a header and
    claims; `asked` is what it was asked, as (path, form)."""

    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: FIRST)
    keys: list[RSAKey] = field(default_factory=lambda: [FIRST])
    sign: Callable[[Mapping[str, Any]], str] | None = None
    userinfo: dict[str, Any] | None = None
    answers: dict[str, tuple[int, Mapping[str, str], bytes]] = field(default_factory=dict)
    nonce: str = ""
    challenge: str = ""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.address, "authorization_endpoint": f"{self.address}/auth",
            "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/me", "end_session_endpoint": f"{self.address}/end",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"], "authorization_response_iss_parameter_supported": True,
            **self.said,
        }  # fmt: skip

    def honest(self) -> dict[str, Any]:
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": CLIENT, "sub": "s-1", "nonce": self.nonce, "iat": now, "exp": now + 300,
            "email": "mina@example.com", "email_verified": True, "family_name": "김", "given_name": "미나",
            **self.claims,
        }  # fmt: skip
        return {name: said for name, said in claims.items() if said is not None}

    def token(self) -> str:
        if self.sign is not None:
            return self.sign(self.honest())
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, self.honest(), self.key)

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        self.asked.append((path, form))
        if path in self.answers:
            return self.answers[path]
        if path.endswith("/openid-configuration"):
            return _json(self.metadata())
        if path == "/keys":
            return _json({"keys": [one.as_dict(private=False) for one in self.keys]})
        if path == "/token":
            return self._token(form)
        return _json(self.userinfo or {"sub": "s-1"}) if path == "/me" else (404, {}, b"")

    def _token(self, form: dict[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        made = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if form["code"] != CODE or made != self.challenge:
            return _json({"error": "invalid_grant"}, 400)
        return _json({"access_token": "at-1", "token_type": "Bearer", "expires_in": 60, "id_token": self.token()})

    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


def _json(found: Mapping[str, Any], status: int = 200) -> tuple[int, Mapping[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, json.dumps(found).encode()


@contextmanager
def a_stranger() -> Iterator[Stranger]:
    """Serves one until the block ends."""

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._do({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._do({**form, "authorization": self.headers.get("Authorization", "")})

        def _do(self, form: dict[str, str]) -> None:
            status, headers, body = stranger.answer(urlsplit(self.path).path, form)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    stranger = Stranger(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stranger
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
