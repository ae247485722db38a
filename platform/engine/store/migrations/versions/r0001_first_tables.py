"""The first system tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from hanok.engine.fields.columns import Moment, RecordId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GRAMS_ON_SQLITE = """
CREATE VIRTUAL TABLE hanok_search_grams
USING fts5(grams, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* Co Cn'")
"""


def upgrade() -> None:
    _deployment()
    _records()
    _accounts()
    _search()


def _deployment() -> None:
    op.create_table(
        "hanok_revision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("code_version", sa.Text, nullable=False),
        sa.Column("layers", sa.Text, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("checksum", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_table(
        "hanok_step",
        sa.Column("revision", sa.Integer, sa.ForeignKey("hanok_revision.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("done_at", Moment),
    )
    op.create_table(
        "hanok_setting",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _records() -> None:
    op.create_table(
        "hanok_audit",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("actor_id", RecordId),
        sa.Column("actor_name", sa.Text, nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("record", RecordId, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
    )
    op.create_index("hanok_audit_record", "hanok_audit", ["module", "record", "id"])
    op.create_table(
        "hanok_outbox",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("record", RecordId),
        sa.Column("payload", sa.Text, nullable=False),
    )
    op.create_table(
        "hanok_counter",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )


def _accounts() -> None:
    op.create_table(
        "hanok_session",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("seen", Moment, nullable=False),
        sa.Column("expires", Moment, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
    )
    op.create_index("hanok_session_user", "hanok_session", ["user_id"])
    op.create_index("hanok_session_expires", "hanok_session", ["expires"])
    op.create_table(
        "hanok_credential",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("changed", Moment, nullable=False),
    )
    op.create_table(
        "hanok_login",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("username", sa.Text, nullable=False),
        sa.Column("user_id", RecordId),
        sa.Column("ok", sa.Boolean, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
    )
    op.create_index("hanok_login_username", "hanok_login", ["username", "at"])
    op.create_index("hanok_login_address", "hanok_login", ["address", "at"])
    op.create_table(
        "hanok_grant",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("role", sa.String(40), primary_key=True),
    )


def _search() -> None:
    op.create_table(
        "hanok_search",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("module", sa.String(40), nullable=False),
        sa.Column("record", RecordId, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.UniqueConstraint("module", "record", name="hanok_search_record"),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(GRAMS_ON_SQLITE)
        return
    op.create_table(
        "hanok_search_grams",
        sa.Column("rowid", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("grams", postgresql.TSVECTOR, nullable=False),
    )
    op.create_index("hanok_search_grams_found", "hanok_search_grams", ["grams"], postgresql_using="gin")
