"""One login at a provider: the address to go to, the code that comes back, and the token that it is good for.

Authlib writes the request and checks the claims (OpenID Connect Core 1.0, 3.1.3.7); which keys and algorithms are
believed is decided here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from hanok.engine.accounts.oidc.away import Away
from hanok.engine.accounts.oidc.directory import Directory, Known, Metadata
from hanok.engine.accounts.oidc.fetching import Unusable, away, client, get_json
from hanok.engine.accounts.oidc.provider import ALWAYS, TOLD, Provider
from hanok.engine.errors import Message, say

#: Seconds by which two clocks may differ.
LEEWAY = 60
LONGEST_SUBJECT, LONGEST_TEXT = 255, 200
#: Which algorithms a kind of key signs with, by how their names begin.
OF_KIND = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("Ed",)}
#: Ways of logging in (RFC 8176) that are a second one beside a password.
SECOND = frozenset({"otp", "hwk", "sc", "fpt", "face", "sms", "swk"})
UNBELIEVABLE = say("What the provider sent cannot be believed.")


@dataclass(frozen=True, slots=True)
class Errand:
    """Where a browser goes to log in."""

    url: str


@dataclass(frozen=True, slots=True)
class Claims:
    """Who somebody is at a provider. `email` is "" unless the provider says that it verified it; `vouched` that a
    second factor was seen there, as the provider's record lets it count."""

    subject: str
    email: str = ""
    told_email: str = ""
    last_name: str = ""
    first_name: str = ""
    locale: str = ""
    vouched: bool = False


def ask(directory: Directory, provider: Provider, going: Away, *, redirect: str, language: str = "") -> Errand:
    """The address at the provider for a browser that goes there. Raises Unusable."""
    metadata = directory.metadata(provider.issuer)
    asking = OAuth2Client(session=None, client_id=provider.client_id, scope=" ".join(provider.scopes),
                          redirect_uri=redirect, code_challenge_method="S256")  # fmt: skip
    more = {"ui_locales": language} if language else {}
    url, _ = asking.create_authorization_url(
        metadata.authorization, state=going.state, nonce=going.nonce, code_verifier=going.verifier, **more
    )
    return Errand(url)


def claims_of(
    directory: Directory, provider: Provider, going: Away, *, code: str, issuer: str | None, redirect: str
) -> Claims:
    """Who came back with this code. `issuer` is what the answer says of who made it. Raises Unusable."""
    metadata = directory.metadata(provider.issuer)
    if (issuer is None and metadata.says_issuer) or (issuer is not None and issuer != metadata.issuer):
        raise Unusable(say("The answer is from another provider than the one that was asked."), f"iss={issuer!r}")
    with client(provider.issuer, local=directory.local) as asking:
        tokens = _exchange(asking, provider, metadata, going, code, redirect)
        header, said = _verified(directory, provider, metadata, str(tokens.get("id_token") or ""))
        access = str(tokens.get("access_token") or "")
        _checked(header, said, provider, metadata, going, access)
        more = _userinfo(asking, metadata, said, access)
    return _claims(provider, said, more)


def _exchange(
    asking: httpx.Client, provider: Provider, metadata: Metadata, going: Away, code: str, redirect: str
) -> Mapping[str, Any]:
    """The tokens for a code (RFC 6749, 4.1.3)."""
    protocol = OAuth2Client(session=asking, client_id=provider.client_id, redirect_uri=redirect)
    auth, more = _proof(provider, metadata)
    try:
        found: Mapping[str, Any] = protocol.fetch_token(
            metadata.token, grant_type="authorization_code", code=code, code_verifier=going.verifier, auth=auth, **more
        )
    except OAuth2Error as error:
        raise Unusable(say("The provider refused the login: {error}.", error=_short(error.error)),
                       _short(error.description)) from None  # fmt: skip
    except httpx.HTTPError as error:
        raise away(urlsplit(metadata.token).hostname or "", error) from None
    except ValueError as error:
        raise Unusable(UNBELIEVABLE, _short(error)) from None
    return found


def _proof(provider: Provider, metadata: Metadata) -> tuple[httpx.Auth, dict[str, str]]:
    """How this site proves itself: a secret in the header where that is taken, else in the form, or none at all."""
    id, secret = provider.client_id, provider.client_secret
    if not provider.is_readable:
        raise Unusable(say("The client secret cannot be read: its key is missing."))
    if not secret:
        return httpx.Auth(), {"client_id": id}
    if "client_secret_basic" not in metadata.methods and "client_secret_post" in metadata.methods:
        return httpx.Auth(), {"client_id": id, "client_secret": secret}
    return httpx.BasicAuth(quote(id, safe=""), quote(secret, safe="")), {}


def _verified(
    directory: Directory, provider: Provider, metadata: Metadata, token: str
) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Header and claims of a token whose signature is the provider's. A key that is new is asked for once."""
    header = _header(token)
    if header.get("alg") not in metadata.algorithms:
        raise Unusable(UNBELIEVABLE, f"alg={_short(header.get('alg'))}")
    for fresh in (False, True):
        for known in directory.keys(provider.issuer, metadata, fresh=fresh):
            if _fits(known, header):
                try:
                    return header, jwt.decode(token, known.key, algorithms=[header["alg"]]).claims
                except (JoseError, ValueError):
                    continue
    raise Unusable(UNBELIEVABLE, f"no key of the provider made this signature: kid={_short(header.get('kid'))}")


def _header(token: str) -> dict[str, Any]:
    """The header of a token that is signed and nothing else."""
    parts = token.split(".")
    try:
        found = json.loads(urlsafe_b64decode(parts[0].encode())) if len(parts) == 3 else None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unusable(UNBELIEVABLE, "no signed token")
    return found


def _fits(known: Known, header: Mapping[str, Any]) -> bool:
    algorithm = str(header["alg"])
    return (
        algorithm.startswith(OF_KIND[known.kind])
        and known.algorithm in ("", algorithm)
        and header.get("kid") in (None, known.id)
    )


def _checked(
    header: Mapping[str, Any], said: dict[str, Any], provider: Provider, metadata: Metadata, going: Away, access: str
) -> None:
    """Raises Unusable unless the claims are of this provider, for this site, for this errand, and still good."""
    options = {"iss": {"essential": True, "value": metadata.issuer},
               "aud": {"essential": True, "value": provider.client_id}}  # fmt: skip
    params = {"nonce": going.nonce, "client_id": provider.client_id, "access_token": access}
    try:
        CodeIDToken(said, header, options, params).validate(leeway=LEEWAY)
    except (JoseError, ValueError, TypeError) as error:
        raise Unusable(UNBELIEVABLE, _short(error)) from None
    subject = said["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise Unusable(UNBELIEVABLE, "sub")


def _userinfo(asking: httpx.Client, metadata: Metadata, said: Mapping[str, Any], access: str) -> Mapping[str, Any]:
    """What the provider says beside the token, where the token leaves out the e-mail address."""
    if not (metadata.userinfo and access) or "email_verified" in said:
        return {}
    found = get_json(asking, metadata.userinfo, bearer=access)
    if found.get("sub") != said["sub"]:
        raise Unusable(UNBELIEVABLE, "userinfo is about somebody else")
    return found


def _claims(provider: Provider, said: Mapping[str, Any], more: Mapping[str, Any]) -> Claims:
    """Address and its being verified come from one of the two, never from both together."""
    source = more if "email" in more and "email_verified" not in said else said
    email = _plain(source, "email")
    family, given = (_plain(said, key) or _plain(more, key) for key in ("family_name", "given_name"))
    return Claims(
        subject=said["sub"], email=email if source.get("email_verified") is True and "@" in email else "",
        told_email=email, last_name=family or ("" if given else _plain(said, "name") or _plain(more, "name")),
        first_name=given, locale=(_plain(said, "locale") or _plain(more, "locale"))[:2].lower(),
        vouched=provider.second_factor == ALWAYS or (provider.second_factor == TOLD and _two_factors(said)),
    )  # fmt: skip


def _two_factors(said: Mapping[str, Any]) -> bool:
    """Whether the token tells of two (RFC 8176; of authentication contexts those that say so in their name)."""
    methods = {each for each in said.get("amr") or () if isinstance(each, str)}
    context = str(said.get("acr") or "").lower()
    return "mfa" in methods or ("pwd" in methods and bool(methods & SECOND)) or "mfa" in context or (
        "multi-factor" in context or "multifactor" in context)  # fmt: skip


def refusal(error: str) -> Message:
    """What an error that the provider sends back by the browser means (RFC 6749, 4.1.2.1; Core, 3.1.2.6)."""
    if error == "access_denied":
        return say("You did not log in there, or the provider does not let you in here.")
    if error in ("temporarily_unavailable", "server_error"):
        return say("The provider has a problem of its own just now. Try again later.")
    return say("The provider refused the login: {error}.", error=_short(error))


def _plain(found: Mapping[str, Any], name: str) -> str:
    said = found.get(name)
    return said.strip()[:LONGEST_TEXT] if isinstance(said, str) and said.isprintable() else ""


def _short(said: object) -> str:
    text = "".join(sign for sign in str(said or "?") if sign.isprintable())
    return text[:LONGEST_TEXT]
