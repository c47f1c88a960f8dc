"""How Alembic reaches the store: over a connection that `territory.store.schema` hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from territory.store.columns import Document, Strings, Word, is_geometry
from territory.store.tables import METADATA


def _written(kind: str, item: Any, generated: AutogenContext) -> str | Literal[False]:
    """How a column type of ours is written into a migration: as what it is in the database."""
    if kind == "type" and isinstance(item, Document | Strings | Word):
        return "sa.Text()"
    if kind == "type" and is_geometry(item):
        generated.imports.add("from territory.store.columns import shape_type")
        return "shape_type()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_item=_written,
    # SQLite cannot change a table in place.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
