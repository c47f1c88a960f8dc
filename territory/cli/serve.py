"""``territory serve``: maps, pages and API of one store."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from territory.services.errors import Unusable
from territory.services.storing import require_store, told_url
from territory.words import say

if TYPE_CHECKING:
    from territory.settings import Settings


def serve_store(
    store: str, *, host: str, port: int, workers: int, language: str, pages_language: str | None = None
) -> None:
    """Serve until stopped.

    Parameters
    ----------
    store
        What to serve.
    host, port, workers
        Where, and with how many processes.
    language
        Of what is said here.
    pages_language
        Of pages, for who asks in no language of ours; by default that of the settings.
    """
    import uvicorn

    from territory import logs

    settings = _settings()
    require_store(store)
    _require_free(host, port)
    # Workers are processes of their own and read their settings from the environment.
    os.environ["TERRITORY_STORE"] = store
    if pages_language is not None:
        os.environ["TERRITORY_LANGUAGE"] = pages_language
    typer.echo(
        say(language, "cli.serve.at", url=f"http://{_for_url(host)}:{port}", store=told_url(store)), err=True
    )
    with _jobs_shared(workers):
        uvicorn.run(
            "territory.api.app:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            server_header=False,
            # Its access log would write queries; ours does not.
            access_log=False,
            log_config=logs.config(settings.log),
            forwarded_allow_ips=settings.trusted_proxies,
            # Nothing here speaks it, and its log would hold addresses.
            ws="none",
            timeout_graceful_shutdown=5,
        )


@contextmanager
def _jobs_shared(workers: int) -> Iterator[None]:
    """A folder through which several workers tell each other of jobs; one needs none."""
    if workers == 1 or "TERRITORY_JOBS" in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="territory-jobs-") as folder:
        os.environ["TERRITORY_JOBS"] = folder
        yield


def _settings() -> Settings:
    from pydantic import ValidationError

    from territory.settings import Settings

    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"TERRITORY_{str(first['loc'][0]).upper()}"
        raise Unusable("setting.wrong", name=name, given=str(first["input"]), reason=first["msg"]) from None


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unusable("serve.port", host=host, port=str(port), reason=error.strerror or "") from None


def _for_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
