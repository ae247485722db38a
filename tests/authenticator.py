"""A passkey in software: makes keys and signs as Web Authentication level 2 says, and lies where a test wants it to."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def packed(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One key for one site. `origin` is what the browser says that the page is; `verifies` whether it asks a PIN."""

    origin: str
    verifies: bool = True
    counter: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(32))
    user: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        self.user = unpacked(options["user"]["id"])
        data = self._data(options["rp"]["id"], ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data + self._public()})
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": packed(said), "attestationObject": packed(attested)})

    def sign(self, options: Mapping[str, Any], *, grows: int = 1) -> dict[str, Any]:
        """What `navigator.credentials.get` gives."""
        self.counter += grows
        data, said = self._data(options["rpId"]), self._said("webauthn.get", options["challenge"])
        signed = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer({
            "clientDataJSON": packed(said), "authenticatorData": packed(data), "signature": packed(signed),
            "userHandle": packed(self.user),
        })  # fmt: skip

    def _data(self, host: str, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _public(self) -> bytes:
        """The public key in COSE (RFC 9053): EC2, ES256, P-256."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: Mapping[str, str]) -> dict[str, Any]:
        return {"id": packed(self.id), "rawId": packed(self.id), "type": "public-key", "clientExtensionResults": {},
                "response": dict(response)}  # fmt: skip
