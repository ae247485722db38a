"""The system tables, as the code of this version reads and writes them.

Migrations create them (`migrations/versions`); a test compares the two. Moments are UTC, ids are UUIDv7.
"""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import Grams, JsonText

metadata = sa.MetaData()
#: Entries of the trail that tell of another owner.
HANDED = "owner_from IS NOT NULL OR owner_to IS NOT NULL"
#: What is read as a log of its own, each along its own indexes: by time, of a module, of one person.
TRAILS = {"entered": "action = 'created'", "changed": "action <> 'created'"}
TRAIL_INDEXES = {"": ("id",), "_module": ("module", "id"), "_actor": ("actor_id", "id")}

#: One deployed state of all metadata. `state`: prepared (not live), live (steps open), finished (all steps done).
#: `leaves`: for each value of the site and of packages, the hash of the one below that it was decided against.
revision = sa.Table(
    "hanok_revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("layers", JsonText, nullable=False),
    sa.Column("names", JsonText, nullable=False),
    sa.Column("checksum", sa.Text, nullable=False),
    sa.Column("plan", JsonText, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("leaves", JsonText),
)

#: What a revision still has to do after it went live; each is idempotent.
step = sa.Table(
    "hanok_step",
    metadata,
    sa.Column("revision", sa.Integer, sa.ForeignKey("hanok_revision.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("facts", JsonText, nullable=False),
    sa.Column("done_at", Moment),
)

#: Who changed what. `changes` maps a field to [before, after] in dump form. `by_*` is the administrator who was logged
#: in as the actor. `owner_from` and `owner_to` stand where the change gave the record to somebody else; `run` where a
#: run of a workflow did it.
audit = sa.Table(
    "hanok_audit",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", RecordId),
    sa.Column("actor_name", sa.Text, nullable=False),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("record", RecordId, nullable=False),
    sa.Column("action", sa.String(32), nullable=False),
    sa.Column("changes", JsonText, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("by_id", RecordId),
    sa.Column("by_name", sa.Text),
    sa.Column("owner_from", RecordId),
    sa.Column("owner_to", RecordId),
    sa.Column("run", RecordId),
    sa.Index("hanok_audit_record", "module", "record", "id"),
    *(
        sa.Index(f"hanok_audit_{log}{name}", *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
        for log, where in TRAILS.items()
        for name, columns in TRAIL_INDEXES.items()
    ),
    sa.Index("hanok_audit_handed", "id", sqlite_where=sa.text(HANDED), postgresql_where=sa.text(HANDED)),
)

#: Events written with the change that they tell of; jobs take them from here.
outbox = sa.Table(
    "hanok_outbox",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("topic", sa.String(64), nullable=False),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("record", RecordId),
    sa.Column("payload", JsonText, nullable=False),
)

#: One login. `token` is the SHA-256 of what the cookie holds, in hex. `means`: password, passkey, oidc, as (`by_id` is
#: then the administrator who is logged in as the user). `pending`: the second factor is still asked for.
session = sa.Table(
    "hanok_session",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("seen", Moment, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("data", JsonText, nullable=False),
    sa.Column("means", sa.String(16), nullable=False, server_default="password"),
    sa.Column("pending", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("by_id", RecordId),
    sa.Index("hanok_session_user", "user_id"),
    sa.Index("hanok_session_expires", "expires"),
)

#: `initial`: the program made the password up; whoever logs in with it chooses her own before anything else.
credential = sa.Table(
    "hanok_credential",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("changed", Moment, nullable=False),
    sa.Column("initial", sa.Boolean, nullable=False, server_default=sa.false()),
)

#: Every attempt to log in; `username` is folded, as it was tried. `agent` is what the browser calls itself,
#: `means` how (password, totp, recovery, passkey, oidc, as, token).
login = sa.Table(
    "hanok_login",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("username", sa.Text, nullable=False),
    sa.Column("user_id", RecordId),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("agent", sa.Text),
    sa.Column("means", sa.String(16)),
    sa.Column("by_name", sa.Text),
    sa.Index("hanok_login_username", "username", "at"),
    sa.Index("hanok_login_address", "address", "at"),
    sa.Index("hanok_login_user", "user_id", "id"),
)

#: The link by which a user may set a password without knowing the old one; a newer one takes its place. `token` is the
#: SHA-256 of what the link holds, in hex, `email` where it was sent to ("" where it was shown to whoever made it).
reset = sa.Table(
    "hanok_reset",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("token", sa.String(64), nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("expires", Moment, nullable=False),
    sa.Index("hanok_reset_token", "token", unique=True),
)

#: Which roles a user, a team or a security group has; ids tell which of them `holder` is.
grant = sa.Table(
    "hanok_grant",
    metadata,
    sa.Column("holder", RecordId, primary_key=True),
    sa.Column("role", sa.String(40), primary_key=True),
)

#: The security groups of records. `via` says why: hand, creator, owner or parent. When the record was made and changed
#: last stands here once more, so that a group's records are read in the order of lists; `records.sharing` keeps it.
group_record = sa.Table(
    "hanok_group_record",
    metadata,
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("group_id", RecordId, primary_key=True),
    sa.Column("via", sa.String(8), primary_key=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Index("hanok_group_record_group", "group_id", "module", "record"),
    sa.Index("hanok_group_record_created", "group_id", "module", "created_at", "record"),
    sa.Index("hanok_group_record_updated", "group_id", "module", "updated_at", "record"),
)

counter = sa.Table(
    "hanok_counter",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

setting = sa.Table(
    "hanok_setting",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", JsonText, nullable=False),
)

#: An uploaded file; what is in it lies under its hash, and so does its thumbnail (`store.blobs`). `state`: pending (its
#: uploader's, until `until`), kept (the record's that holds it), released (that record gave it up; gone after `until`),
#: made (a job made it for whoever asked for it; gone after `until`).
file = sa.Table(
    "hanok_file",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("type", sa.String(100), nullable=False),
    sa.Column("thumbnail", sa.String(64)),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("module", sa.String(40)),
    sa.Column("record", RecordId),
    sa.Column("field", sa.String(40)),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", RecordId),
    sa.Column("until", Moment),
    sa.Index("hanok_file_sha256", "sha256"),
    sa.Index("hanok_file_thumbnail", "thumbnail"),
    sa.Index("hanok_file_record", "module", "record"),
    sa.Index("hanok_file_until", "until"),
)

#: What quick search knows of a record: `text` is what a hit shows, its grams stand in `search_grams` under `number`.
search = sa.Table(
    "hanok_search",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("record", RecordId, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("module", "record", name="hanok_search_record"),
)

#: An FTS5 table on SQLite, a tsvector with a GIN index on PostgreSQL.
search_grams = sa.Table(
    "hanok_search_grams",
    sa.MetaData(),
    sa.Column("rowid", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("grams", Grams, nullable=False),
)
