"""Alembic's door: runs the migrations on the connection that `store.schema` hands in, inside its transaction."""

from alembic import context

from hanok.engine.store.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
