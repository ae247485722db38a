"""The system tables of second factors, tokens, address rules, identities elsewhere, and what administrators did."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText
from hanok.engine.store.tables import metadata

#: What a user has beside her password. `kind`: totp (an authenticator app: `secret` is locked with the site's keys,
#: `step` the last time step that was used, RFC 6238), passkey (`credential` and `public_key` in base64url, `counter`
#: as the key last said it, Web Authentication level 2) or device (a browser that is remembered: `credential` is the
#: SHA-256 of its token). `confirmed` is empty until the first right code.
factor = sa.Table(
    "hanok_factor",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("secret", sa.Text),
    sa.Column("step", sa.BigInteger),
    sa.Column("credential", sa.Text),
    sa.Column("public_key", sa.Text),
    sa.Column("counter", sa.BigInteger),
    sa.Column("facts", JsonText, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("confirmed", Moment),
    sa.Column("used", Moment),
    sa.Index("hanok_factor_user", "user_id"),
    sa.Index("hanok_factor_credential", "credential", unique=True),
)

#: Codes for when the second factor is lost, each good once. `code` is the salt of the set and an argon2id hash, in hex;
#: a used one stays until new ones are made.
recovery = sa.Table(
    "hanok_recovery",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("code", sa.String(128), primary_key=True),
    sa.Column("used", Moment),
)

#: What a passkey is asked to sign, once: `hash` is the SHA-256 of the challenge, `purpose` what for, `user_id` empty
#: where nobody has said who she is.
challenge = sa.Table(
    "hanok_challenge",
    metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("purpose", sa.String(16), nullable=False),
    sa.Column("user_id", RecordId),
    sa.Column("expires", Moment, nullable=False),
    sa.Index("hanok_challenge_expires", "expires"),
)

#: Tokens by which programs act for a user. `hash` is the SHA-256 of the token, in hex; `hint` its first signs, to tell
#: it from others; `scopes` what of the user's rights it carries (None: all of them).
token = sa.Table(
    "hanok_token",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("hint", sa.String(16), nullable=False),
    sa.Column("scopes", JsonText),
    sa.Column("created", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("used", Moment),
    sa.Column("address", sa.Text),
    sa.Index("hanok_token_hash", "hash", unique=True),
    sa.Index("hanok_token_user", "user_id"),
)

#: Networks from which people may come. `role` is empty for everybody; where there is no rule for somebody, she may come
#: from everywhere.
address_rule = sa.Table(
    "hanok_address_rule",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("network", sa.String(64), nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.UniqueConstraint("network", "role", name="hanok_address_rule_once"),
)

#: Who a user is at a login provider: `subject` is what the provider calls her for good (`sub` of OpenID Connect Core),
#: and says nothing where its record names another `issuer` by now.
identity = sa.Table(
    "hanok_identity",
    metadata,
    sa.Column("provider", RecordId, primary_key=True),
    sa.Column("subject", sa.String(255), primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("used", Moment),
    sa.Index("hanok_identity_user", "user_id"),
)

#: Who went to a login provider and has not come back yet. `state` and `browser` are hashes (SHA-256, in hex) of what
#: the address and a cookie carry; `user_id` is empty where somebody logs in, else of whom the identity will be.
away = sa.Table(
    "hanok_away",
    metadata,
    sa.Column("state", sa.String(64), primary_key=True),
    sa.Column("browser", sa.String(64), nullable=False),
    sa.Column("provider", RecordId, nullable=False),
    sa.Column("user_id", RecordId),
    sa.Column("onward", sa.Text, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Index("hanok_away_created", "created"),
)

#: What was done that is no change of a record: deploys, passwords, second factors, tokens, address rules, log in as.
#: `subject` is a word of these, `about` what it was done to (a key or an id), `title` what that was called then.
deed = sa.Table(
    "hanok_deed",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", RecordId),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("by_id", RecordId),
    sa.Column("by_name", sa.Text),
    sa.Column("subject", sa.String(32), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("changes", JsonText, nullable=False),
    sa.Index("hanok_deed_subject", "subject", "id"),
    sa.Index("hanok_deed_actor", "actor_id", "id"),
)

#: A hand-over of one person's records to another. `to_id` is to whom what is not said otherwise goes; the `reason` swap
#: goes both ways. `facts` say of each module whose its records become and which are meant, and in the end what came of
#: it. `state`: draft (the wizard is at it), begun, done, undoing, undone.
handover = sa.Table(
    "hanok_handover",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", RecordId),
    sa.Column("from_id", RecordId, nullable=False),
    sa.Column("to_id", RecordId),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("facts", JsonText, nullable=False),
    sa.Column("job", RecordId),
    sa.Column("ended", Moment),
    sa.Column("undone", Moment),
    sa.Index("hanok_handover_from", "from_id", "id"),
)

#: What a hand-over changed, so that it can be undone: the field, who was in it, the version that the record then had.
#: `state`: done, refused (`problem` says why), gone (picked, but no longer hers), undone, kept (not given back); and
#: picked, without a field, for what somebody picked or left out before it began.
handover_row = sa.Table(
    "hanok_handover_row",
    metadata,
    sa.Column("handover", RecordId, primary_key=True),
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("field", sa.String(40), primary_key=True),
    sa.Column("before", RecordId, nullable=False),
    sa.Column("after", RecordId, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("problem", JsonText),
)
