"""Second factors, tokens, address rules, identities elsewhere, deeds, hand-overs; more of who changed what."""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

HANDED = "owner_from IS NOT NULL OR owner_to IS NOT NULL"
TRAILS = {"entered": "action = 'created'", "changed": "action <> 'created'"}
INDEXES = {"": ["id"], "_module": ["module", "id"], "_actor": ["actor_id", "id"]}


def upgrade() -> None:
    _trail()
    _sessions()
    _accounts()
    _programs()
    _handovers()


def _trail() -> None:
    for column in (sa.Column("by_id", RecordId), sa.Column("by_name", sa.Text), sa.Column("owner_from", RecordId),
                   sa.Column("owner_to", RecordId)):  # fmt: skip
        op.add_column("hanok_audit", column)
    for log, said in TRAILS.items():
        for name, columns in INDEXES.items():
            where = sa.text(said)
            op.create_index(f"hanok_audit_{log}{name}", "hanok_audit", columns, sqlite_where=where,
                            postgresql_where=where)
    where = sa.text(HANDED)
    op.create_index("hanok_audit_handed", "hanok_audit", ["id"], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "hanok_deed",
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
    )
    op.create_index("hanok_deed_subject", "hanok_deed", ["subject", "id"])
    op.create_index("hanok_deed_actor", "hanok_deed", ["actor_id", "id"])

def _sessions() -> None:
    op.add_column("hanok_session", sa.Column("means", sa.String(16), nullable=False, server_default="password"))
    op.add_column("hanok_session", sa.Column("pending", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("hanok_session", sa.Column("by_id", RecordId))
    op.add_column("hanok_login", sa.Column("means", sa.String(16)))
    op.add_column("hanok_credential", sa.Column("initial", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("hanok_login", sa.Column("by_name", sa.Text))
    op.add_column("hanok_job", sa.Column("by_id", RecordId))
    op.add_column("hanok_job", sa.Column("by_name", sa.Text))


def _accounts() -> None:
    op.create_table(
        "hanok_factor",
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
    )
    op.create_index("hanok_factor_user", "hanok_factor", ["user_id"])
    op.create_index("hanok_factor_credential", "hanok_factor", ["credential"], unique=True)
    op.create_table(
        "hanok_recovery",
        sa.Column("user_id", RecordId, primary_key=True),
        sa.Column("code", sa.String(128), primary_key=True),
        sa.Column("used", Moment),
    )
    op.create_table(
        "hanok_identity",
        sa.Column("provider", RecordId, primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("user_id", RecordId, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("used", Moment),
    )
    op.create_index("hanok_identity_user", "hanok_identity", ["user_id"])
    op.create_table(
        "hanok_away",
        sa.Column("state", sa.String(64), primary_key=True),
        sa.Column("browser", sa.String(64), nullable=False),
        sa.Column("provider", RecordId, nullable=False),
        sa.Column("user_id", RecordId),
        sa.Column("onward", sa.Text, nullable=False),
        sa.Column("created", Moment, nullable=False),
    )
    op.create_index("hanok_away_created", "hanok_away", ["created"])


def _programs() -> None:
    op.create_table(
        "hanok_challenge",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("user_id", RecordId),
        sa.Column("expires", Moment, nullable=False),
    )
    op.create_index("hanok_challenge_expires", "hanok_challenge", ["expires"])
    op.create_table(
        "hanok_token",
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
    )
    op.create_index("hanok_token_hash", "hanok_token", ["hash"], unique=True)
    op.create_index("hanok_token_user", "hanok_token", ["user_id"])
    op.create_table(
        "hanok_address_rule",
        sa.Column("id", RecordId, primary_key=True),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("created", Moment, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.UniqueConstraint("network", "role", name="hanok_address_rule_once"),
    )


def _handovers() -> None:
    op.create_table(
        "hanok_handover",
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
    )
    op.create_index("hanok_handover_from", "hanok_handover", ["from_id", "id"])
    op.create_table(
        "hanok_handover_row",
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
