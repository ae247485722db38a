"""The system tables of approvals: what is asked, of whom, and what each of them said."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText
from hanok.engine.store.tables import metadata

#: What a run asks people for. `state`: open, approved, rejected. `key` is that of the step, `title` of the record then,
#: `text` what is asked by language; `need` of the people have to approve. After `due` others are asked, or it is
#: rejected.
approval = sa.Table(
    "hanok_approval",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("run", RecordId, nullable=False),
    sa.Column("key", RecordId, nullable=False),
    sa.Column("module", sa.String(40)),
    sa.Column("record", RecordId),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("text", JsonText, nullable=False),
    sa.Column("need", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("due", Moment),
    sa.Column("ended", Moment),
    sa.UniqueConstraint("key", name="hanok_approval_key"),
    sa.Index("hanok_approval_record", "module", "record", "state"),
    sa.Index("hanok_approval_run", "run"),
)

#: Who is asked. `state`: open, yes, no, delegated. `how` she came to be asked: asked, delegated (`by_id`), escalated.
approver = sa.Table(
    "hanok_approver",
    metadata,
    sa.Column("approval", RecordId, primary_key=True),
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("how", sa.String(16), nullable=False),
    sa.Column("by_id", RecordId),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("comment", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Index("hanok_approver_user", "user_id", "state", "approval"),
)
