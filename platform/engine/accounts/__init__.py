"""Who is there: passwords, sessions, logins and the roles that people have.

Credentials are never fields: they stand in system tables, a password as its argon2id hash, a session as the SHA-256 of
its token. Hashing is slow and never happens inside a transaction. Reading a session writes nothing; when it was last
seen is remembered and written in batches.
"""

from hanok.engine.accounts.grants import grant, revoke, roles_of
from hanok.engine.accounts.login import log_in, log_out
from hanok.engine.accounts.passwords import check_password, hash_password, password_faults, set_password
from hanok.engine.accounts.people import create_administrator, create_user, find_user
from hanok.engine.accounts.sessions import Session, Sightings, actor_of, forget_expired, session_of, set_session_data

__all__ = [
    "Session", "Sightings", "actor_of", "check_password", "create_administrator", "create_user", "find_user",
    "forget_expired", "grant", "hash_password", "log_in", "log_out", "password_faults", "revoke", "roles_of",
    "session_of", "set_password", "set_session_data",
]  # fmt: skip
