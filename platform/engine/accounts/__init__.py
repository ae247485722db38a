"""Who is there: passwords, sessions, logins and the roles that people have.

Credentials are never fields: they stand in system tables, a password as its argon2id hash, a session as the SHA-256 of
its token. Hashing is slow and never happens inside a transaction. Reading a session writes nothing; when it was last
seen is remembered and written in batches.
"""

from hanok.engine.accounts.entering import PENDING, Pending, enter, pending_of
from hanok.engine.accounts.grants import give, grant, revoke, roles_of
from hanok.engine.accounts.login import log_in, log_out
from hanok.engine.accounts.logins import Login, LoginPage, LoginSearch, forget_logins, logins
from hanok.engine.accounts.networks import network_of
from hanok.engine.accounts.own import change_own, own_choices
from hanok.engine.accounts.passwords import check_password, hash_password, password_of, set_password
from hanok.engine.accounts.people import create_administrator, create_user, find_user
from hanok.engine.accounts.policy import Policy, password_faults, policy_of, words_about
from hanok.engine.accounts.sessions import (
    Session,
    Sightings,
    Visit,
    actor_of,
    end_all_sessions,
    end_session,
    end_sessions,
    forget_expired,
    renew_session,
    session_key,
    session_of,
    sessions_of,
    set_session_data,
)
from hanok.engine.records.guarding import zones

__all__ = [
    "PENDING", "Login", "LoginPage", "LoginSearch", "Pending", "Policy", "Session", "Sightings", "Visit", "actor_of",
    "change_own", "check_password", "create_administrator", "create_user", "end_all_sessions", "end_session",
    "end_sessions", "enter",
    "find_user", "forget_expired", "forget_logins", "give", "grant", "hash_password", "log_in", "log_out", "logins",
    "network_of", "own_choices", "password_faults", "password_of", "pending_of", "policy_of", "renew_session",
    "revoke", "roles_of", "session_key", "session_of", "sessions_of", "set_password", "set_session_data", "words_about",
    "zones",
]  # fmt: skip
