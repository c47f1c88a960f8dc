"""How Alembic reaches the store: over a connection that `territory.store.schema` hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from territory.store.columns import IdType, ShapeType
from territory.store.tables import METADATA


def _written(kind: str, item: Any, generated: AutogenContext) -> str | Literal[False]:
    """How a column type of ours is written into a migration: by the name of what makes it."""
    names = {IdType: "id_type", ShapeType: "shape_type"}
    if kind != "type" or type(item) not in names:
        return False
    name = names[type(item)]
    generated.imports.add(f"from territory.store.columns import {name}")
    return f"{name}()"


# Alembic runs this file under that name; whoever looks for examples in docstrings imports it under another.
if __name__ == "env_py":
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=METADATA,
        render_item=_written,
        # SQLite cannot change a table in place.
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()
