"""Logging in at a provider of OpenID Connect: the code flow with PKCE, state and nonce, as its relying party.

What a provider says is data of a stranger: its addresses are looked at before they are asked, its tokens before they
are believed, and no token is kept or logged. Nothing is asked inside a transaction. Who somebody is here is decided by
`matching` alone; who may then come in by `accounts.enter`.
"""

from hanok.engine.accounts.oidc.asking import Claims, Errand, ask, claims_of
from hanok.engine.accounts.oidc.away import Away, came_back, leave
from hanok.engine.accounts.oidc.checking import Finding, check_provider
from hanok.engine.accounts.oidc.directory import Directory
from hanok.engine.accounts.oidc.fetching import Unusable
from hanok.engine.accounts.oidc.matching import note_refused, user_of
from hanok.engine.accounts.oidc.provider import MODULE, Provider, provider_of, provider_with, providers

__all__ = [
    "MODULE", "Away", "Claims", "Directory", "Errand", "Finding", "Provider", "Unusable", "ask", "came_back",
    "check_provider", "claims_of", "leave", "note_refused", "provider_of", "provider_with", "providers", "user_of",
]  # fmt: skip
