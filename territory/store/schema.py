"""The tables of a store, brought to the version of this program by Alembic."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from territory.store.base import UnreadableStore
from territory.store.engine import APPLICATION_ID, BUSY_S, engine_for, told

_MIGRATIONS = Path(__file__).parent / "migrations"


def versions() -> list[str]:
    """Every version of the tables there was, oldest first."""
    return [script.revision for script in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()][::-1]


def upgrade(url: str, version: str = "head", *, busy_s: float = BUSY_S) -> None:
    """Make the tables, or bring older ones to a version, in one transaction; what they hold stays.

    Raises
    ------
    UnreadableStore
        The database holds something else, or was written by a newer program.
    """
    engine = engine_for(url, busy_s=busy_s)
    # On PostgreSQL who waits for another process must see afterwards what that one did.
    options = {"isolation_level": "READ COMMITTED"} if engine.dialect.name == "postgresql" else {}
    try:
        with (
            told(),
            engine.connect().execution_options(territory_writes=True, **options) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                # Several processes may start at once.
                connection.execute(text("SELECT pg_advisory_xact_lock(7353671)"))
            _require_known(connection)
            command.upgrade(_config(connection), version)
            if connection.dialect.name == "sqlite":
                connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
    finally:
        engine.dispose()


def is_current(engine: Engine) -> bool:
    """Whether the tables are of the version of this program."""
    with told(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_heads() == (_newest(),)


@cache
def _newest() -> str:
    return versions()[-1]


def _require_known(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names()) - {"spatial_ref_sys"}
    if there and ("alembic_version" not in there or not _is_ours(connection)):
        raise UnreadableStore("the database holds tables of something else")
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - set(versions())
    if unknown:
        raise UnreadableStore(f"written by a newer version of this program: {', '.join(unknown)}")


def _is_ours(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return True
    return connection.execute(text("PRAGMA application_id")).scalar() == APPLICATION_ID


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def write_migration(version: str, message: str) -> None:
    """Write the step from the newest version to the tables as they are declared; for developers."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(f"sqlite:///{folder}/empty.db")
        with engine.connect() as connection:
            command.upgrade(_config(connection), "head")
            command.revision(_config(connection), message, autogenerate=True, rev_id=version)
        engine.dispose()
