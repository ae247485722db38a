"""The system tables of what people keep on their desks and do to many records at once."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store.columns import JsonText
from hanok.engine.store.tables import metadata

#: A filter of a list that somebody named: a document like a module's `saved_filters` has (where, sort, columns). Others
#: see it where `shared` is set.
saved_filter = sa.Table(
    "hanok_saved_filter",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("document", JsonText, nullable=False),
    sa.Column("shared", sa.Boolean, nullable=False),
    sa.Column("created", Moment, nullable=False),
    sa.Column("changed", Moment, nullable=False),
    sa.Index("hanok_saved_filter_module", "module", "user_id"),
)

#: Records that somebody wants at hand.
favourite = sa.Table(
    "hanok_favourite",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
)

#: Records that somebody opened, when last; the oldest go.
recent = sa.Table(
    "hanok_recent",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Index("hanok_recent_at", "user_id", "at"),
)

#: A change of many records at once. `change` is what they are given ({} where they are deleted), `chosen` which ones.
bulk = sa.Table(
    "hanok_bulk",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("chosen", JsonText, nullable=False),
    sa.Column("change", JsonText, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("counts", JsonText, nullable=False),
    sa.Column("job", RecordId),
    sa.Column("ended", Moment),
    sa.Index("hanok_bulk_user", "user_id", "id"),
)

#: What a change of many did to each: the values before, in dump form, and the version that it made.
bulk_row = sa.Table(
    "hanok_bulk_row",
    metadata,
    sa.Column("bulk", RecordId, primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("before", JsonText),
    sa.Column("problem", JsonText),
)

#: An import that somebody makes up or ran. `state`: draft, checking, checked, running, done, undoing, undone. `facts`:
#: what was read of the file, the mapping, the key, what comes with empty cells, and the counts of the outcome.
import_run = sa.Table(
    "hanok_import",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("module", sa.String(40), nullable=False),
    sa.Column("file", RecordId, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("facts", JsonText, nullable=False),
    sa.Column("job", RecordId),
    sa.Column("ended", Moment),
    sa.Index("hanok_import_user", "user_id", "id"),
)

#: What becomes (`state` checked) or became (done, undone, kept) of each row. `action`: new, changed, unchanged, failed;
#: `changes` are values before and after, in dump form, `tied` the n-n links before, so that it can be undone.
import_row = sa.Table(
    "hanok_import_row",
    metadata,
    sa.Column("import_id", RecordId, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("record", RecordId),
    sa.Column("title", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("changes", JsonText),
    sa.Column("tied", JsonText),
    sa.Column("problems", JsonText),
    sa.Column("cells", JsonText),
    sa.Index("hanok_import_row_action", "import_id", "action", "number"),
)

#: What a user chose for herself: the columns and density of a list (`list.contact`), formats, theme, start page.
preference = sa.Table(
    "hanok_preference",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("value", JsonText, nullable=False),
)

#: Who is told when something happens to a record.
follow = sa.Table(
    "hanok_follow",
    metadata,
    sa.Column("user_id", RecordId, primary_key=True),
    sa.Column("module", sa.String(40), primary_key=True),
    sa.Column("record", RecordId, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Index("hanok_follow_record", "module", "record"),
)

#: What somebody is told in the bell. `text` is a message with its facts; `key` keeps the same from being told twice.
notice = sa.Table(
    "hanok_notice",
    metadata,
    sa.Column("id", RecordId, primary_key=True),
    sa.Column("user_id", RecordId, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("text", JsonText, nullable=False),
    sa.Column("module", sa.String(40)),
    sa.Column("record", RecordId),
    sa.Column("by_id", RecordId),
    sa.Column("key", sa.String(200), nullable=False),
    sa.Column("read", Moment),
    sa.UniqueConstraint("user_id", "key", name="hanok_notice_once"),
    sa.Index("hanok_notice_user", "user_id", "id"),
)
