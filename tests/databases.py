"""Databases of one test each, copied from the one that ``tests/postgis.py`` made."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import NullPool, create_engine, make_url, text


@contextmanager
def copied(template_url: str) -> Iterator[str]:
    """Copy a database on its server, and drop the copy in the end, whoever is still connected to it.

    Parameters
    ----------
    template_url
        ``postgresql+psycopg://…`` of a database nobody is connected to.

    Yields
    ------
    str
        URL of the copy.
    """
    template = make_url(template_url)
    # Named after the worker, to be recognised in the server's log, and at random: two runs may share a server.
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{uuid.uuid4().hex}"
    server = create_engine(template.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE {name} TEMPLATE "{template.database}"'))
    try:
        yield template.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
