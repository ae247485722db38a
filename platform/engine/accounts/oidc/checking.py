"""Trying a provider before anybody depends on it: what it says of itself, or what is wrong, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hanok.engine.access import ADMINISTRATOR
from hanok.engine.accounts.oidc.directory import Directory, Metadata
from hanok.engine.accounts.oidc.fetching import Unusable
from hanok.engine.accounts.oidc.provider import CREATE, Provider
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a trial. `facts` are names and what the provider says, `advice` what may surprise somebody."""

    ok: bool
    message: Message
    facts: tuple[tuple[Message, str], ...] = ()
    advice: tuple[Message, ...] = ()


def check_provider(directory: Directory, catalog: Catalog, provider: Provider) -> Finding:
    """Asks the provider for what it says of itself and for its keys. It takes as long as the provider lets it wait."""
    try:
        metadata = directory.metadata(provider.issuer, fresh=True)
        keys = directory.keys(provider.issuer, metadata, fresh=True)
    except Unusable as problem:
        return Finding(False, problem.message)
    facts = (
        (say("Issuer"), metadata.issuer),
        (say("Where people log in"), metadata.authorization),
        (say("Where codes become tokens"), metadata.token),
        (say("Signing keys"), f"{metadata.keys} ({len(keys)})"),
        (say("Where people log out"), metadata.end_session or "–"),
        (say("Signatures that are taken"), ", ".join(metadata.algorithms)),
    )
    if not keys:
        return Finding(False, say("The provider names no key that its signatures could be checked with."), facts)
    return Finding(True, say("The provider answers, and says all that a login needs."), facts,
                   tuple(_advice(catalog, provider, metadata)))  # fmt: skip


def _advice(catalog: Catalog, provider: Provider, metadata: Metadata) -> Iterator[Message]:
    if "openid" not in provider.scopes:
        yield say("The scopes lack openid: without it the provider says nobody's name.")
    if not provider.is_readable:
        yield say("The client secret cannot be read: its key is missing.")
    if metadata.challenges and "S256" not in metadata.challenges:
        yield say("The provider does not name S256 among its methods of PKCE.")
    if provider.logout and not metadata.end_session:
        yield say("The provider has no address to log out at: people are logged out here only.")
    if provider.matching == CREATE:
        for role in provider.roles:
            if role not in catalog.roles or role == ADMINISTRATOR:
                yield say("There is no role {role}, so nobody gets it.", role=role)
        if provider.team is None and not provider.roles:
            yield say("New people get neither a team nor a role: they may do nothing until somebody gives them one.")
