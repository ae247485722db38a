"""The system tables of what begins workflows from outside of a save: how far sweeps came, and hooks."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.tables import metadata

#: Up to when a schedule looked for what comes due; nothing before it is looked at again.
sweep = sa.Table(
    "hanok_sweep",
    metadata,
    sa.Column("schedule", sa.String(80), primary_key=True),
    sa.Column("until", Moment, nullable=False),
)

#: The secret of a webhook that other systems call, locked with the site's keys, and who made it.
hook = sa.Table(
    "hanok_hook",
    metadata,
    sa.Column("workflow", sa.String(80), primary_key=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)

#: Calls that were taken, so that none is taken twice: by signature, and by the caller's own key where it sent one.
hook_call = sa.Table(
    "hanok_hook_call",
    metadata,
    sa.Column("workflow", sa.String(80), primary_key=True),
    sa.Column("call", sa.String(80), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("run", RecordId),
    sa.Index("hanok_hook_call_at", "at"),
)
