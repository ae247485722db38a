"""The system tables of merged records: what was merged, where old addresses lead, what moved."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText
from hanok.engine.store.tables import metadata

#: One merge. `stays` is the record that stayed; `facts`: which ones went, what was chosen, and what came of it.
merge = sa.Table(
    "hanok_merge",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("stays", RecordId, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("facts", JsonText, nullable=False),
    sa.Column("job", RecordId),
    sa.Column("ended", Moment),
    sa.Index("hanok_merge_user", "user_id", "id"),
)

#: A record that went into another one, `stays`: its old address leads there.
merged = sa.Table(
    "hanok_merged",
    metadata,
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("stays", RecordId, nullable=False),
    sa.Column("merge", RecordId, nullable=False),
    sa.Index("hanok_merged_stays", "module", "stays"),
)

#: A row that pointed at a record that went: by `place` (a link, one side of a tie, lines, somebody's star), and at
#: which one, `former`. `before` is what else is needed to bring it back, `state`: moved, back, kept.
merge_row = sa.Table(
    "hanok_merge_row",
    metadata,
    sa.Column("merge", RecordId, primary_key=True),
    sa.Column("place", sa.String(200), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("former", RecordId, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("before", JsonText),
)
