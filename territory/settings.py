"""What an operator can set, read once at start and passed down; every name is prefixed ``TERRITORY_``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from territory.services.storing import DEFAULT_STORE


class Settings(BaseSettings):
    """Settings of a server, from the environment or as arguments.

    Examples
    --------
    >>> Settings(store="valle.db").store
    'valle.db'
    """

    model_config = SettingsConfigDict(env_prefix="TERRITORY_", extra="ignore")

    store: str = DEFAULT_STORE
    """The store: a file, or ``postgresql://…`` for PostGIS."""

    language: Literal["es", "en"] = "es"
    """Language of pages and answers when the asker names none."""

    profile: str = "venezuela"
    """Rule profile: the name of one that is shipped, or a path to a ``.toml`` file."""

    basemap_url: str | None = None
    """Tiles to put under the maps, as ``https://…/{z}/{x}/{y}.png``; none, and nothing leaves the machine."""

    basemap_attribution: str = ""
    """Who made the basemap, as its licence asks to be shown."""

    check_max_bytes: int = Field(default=4_000_000, gt=0)
    """Largest body that ``/api/check`` reads."""

    check_max_vertices: int = Field(default=20_000, gt=3)
    """Most vertices of one drawing; a line walked with a GPS for a day has about as many."""

    upload_max_bytes: int = Field(default=100_000_000, gt=0)
    """Largest file that can be uploaded; larger ones are for the command line."""

    uploads_waiting: int = Field(default=8, gt=0)
    """Uploads that may wait for their check; the next one is asked to come back later."""

    page_limit: int = Field(default=1_000, gt=0)
    """Most territories in one answer of ``/api/territories``."""

    secure_cookies: bool = False
    """Whether cookies go over HTTPS only; set it when a proxy in front of this server speaks HTTPS."""

    writes_per_minute: int = Field(default=600, gt=0)
    """Changes that one key may make, or one address without a key."""

    log: Literal["text", "json"] = "text"
    """How the server writes its log: lines for people, or one JSON object a line."""

    trusted_proxies: str = "127.0.0.1"
    """Addresses of proxies whose word is taken for where a request comes from, separated by commas."""

    jobs: Path | None = None
    """Folder through which several server processes tell each other of jobs; ``--workers`` makes one."""

    inline_boundaries: int = Field(default=2_000, ge=0)
    """Maps of more boundaries than this are drawn from vector tiles."""
