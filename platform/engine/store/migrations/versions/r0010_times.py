"""Beside each record of a group stands when it was made and changed last: a group's records are read in that order.

A new table that is filled takes the place of the old one: no row of it is written twice, and none lacks the times.
"""

import sqlalchemy as sa
from alembic import op

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "hanok_group_record"
KEY = ("module", "record", "group_id", "via")
TIMES = ("created_at", "updated_at")


def upgrade() -> None:
    op.create_table(
        f"{NAME}_new",
        sa.Column("module", sa.String(40), primary_key=True),
        sa.Column("record", RecordId, primary_key=True),
        sa.Column("group_id", RecordId, primary_key=True),
        sa.Column("via", sa.String(8), primary_key=True),
        *(sa.Column(name, Moment, nullable=False) for name in TIMES),
    )
    _fill()
    op.drop_table(NAME)
    op.rename_table(f"{NAME}_new", NAME)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.text("ALTER INDEX hanok_group_record_new_pkey RENAME TO hanok_group_record_pkey"))
    op.create_index(f"{NAME}_group", NAME, ["group_id", "module", "record"])
    for time in TIMES:
        op.create_index(f"{NAME}_{time.partition('_')[0]}", NAME, ["group_id", "module", time, "record"])


def _fill() -> None:
    """Module by module, in the order of the key; what is of lines, or of no record that there is, stays behind."""
    conn = op.get_bind()
    old = sa.table(NAME, *(sa.column(name) for name in KEY))
    new = sa.table(f"{NAME}_new", *(sa.column(name) for name in (*KEY, *TIMES)))
    known = set(sa.inspect(conn).get_table_names())
    for module, name in _tables(conn).items():
        if name not in known or "." in module:
            continue
        there = sa.table(name, sa.column("id"), *(sa.column(time) for time in TIMES))
        rows = (
            sa.select(*old.c, *(there.c[time] for time in TIMES))
            .join_from(old, there, there.c.id == old.c.record)
            .where(old.c.module == module)
            .order_by(old.c.record, old.c.group_id)
        )
        conn.execute(sa.insert(new).from_select([*KEY, *TIMES], rows))


def _tables(conn: sa.Connection) -> dict[str, str]:
    """The tables of the modules by their keys, as the live revision names them."""
    kept = sa.table("hanok_revision", sa.column("id"), sa.column("state"), sa.column("names", JsonText))
    live = sa.select(kept.c.names).where(kept.c.state != "prepared").order_by(kept.c.id.desc()).limit(1)
    names = conn.scalar(live)
    return dict(names["tables"]) if names else {}
