"""Where a layer and its surroundings are kept: one file, until the register brings versions and acts.

The file is a GeoPackage, which is an SQLite database that any desktop GIS opens too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
from geopandas import GeoDataFrame

from territory.model import LAYER_COLUMNS, WGS84, Surroundings, as_layer
from territory.store.base import Store
from territory.store.engine import sqlite_file
from territory.store.schema import upgrade
from territory.store.sql import SqlStore

_TERRITORIES = "territories"
_GROUNDS = ("jurisdictions", "land", "shared_places")
_ABOUT = "about"


class UnreadableStore(Exception):
    """The file is no store, or a broken one."""


def save(path: str | Path, layer: GeoDataFrame, surroundings: Surroundings) -> None:
    """Write a layer and its surroundings to a new file, or in the place of an old one.

    The file is complete or it is not there: it is written beside its place and moved into it.
    """
    target = Path(path)
    # GDAL wants the ending of its format; the store's own name is the operator's choice.
    draft = target.with_name(f".{target.name}.draft.gpkg")
    draft.unlink(missing_ok=True)
    _write(layer, draft, _TERRITORIES)
    for name in _GROUNDS:
        frame = getattr(surroundings, name)
        if frame is not None:
            _write(frame, draft, name)
    links = surroundings.links
    about = {
        "is_fictitious": surroundings.is_fictitious,
        "links": None if links is None else links.astype(str).to_dict("list"),
    }
    pyogrio.write_dataframe(pd.DataFrame({"about": [json.dumps(about)]}), draft, layer=_ABOUT, append=True)
    draft.replace(target)


def load(path: str | Path) -> tuple[GeoDataFrame, Surroundings]:
    """Read a layer and its surroundings.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    UnreadableStore
        It is not one of ours.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(source)
    try:
        names = set(_dataset_layers(source))
        frame = _read(source, _TERRITORIES)
        grounds: dict[str, Any] = {name: _read(source, name) for name in _GROUNDS if name in names}
        about = json.loads(pyogrio.read_dataframe(_dataset(source), layer=_ABOUT)["about"].iat[0])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, ValueError) as error:
        raise UnreadableStore(str(source)) from error
    layer = as_layer(frame.geometry, **{column: frame[column] for column in LAYER_COLUMNS})
    links = about["links"]
    return layer, Surroundings(
        **grounds,
        links=None if links is None else pd.DataFrame(links, columns=["left", "right", "kind"]),
        is_fictitious=about["is_fictitious"],
    )


def _write(frame: GeoDataFrame, path: Path, name: str) -> None:
    table = frame.reset_index(names="id")
    pyogrio.write_dataframe(table, path, layer=name, append=path.exists(), use_arrow=True)


def _read(path: Path, name: str) -> GeoDataFrame:
    frame = pyogrio.read_dataframe(_dataset(path), layer=name, use_arrow=True).set_index("id")
    missing = frame.columns.difference(["geometry"])
    # A column without a value comes back as NaN, where ours says None.
    frame[missing] = frame[missing].astype(object).replace({np.nan: None})
    return frame.set_crs(WGS84, allow_override=True)


def _dataset(path: Path) -> str:
    # Read-only and unlocked: several processes may serve one file.
    return f"GPKG:{path}" if path.suffix != ".gpkg" else str(path)


def _dataset_layers(path: Path) -> list[str]:
    return [str(name) for name in pyogrio.list_layers(_dataset(path))[:, 0]]


def open_store(url: str, *, create: bool = False) -> Store:
    """Open a store, its tables brought to the version of this program.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://…``.
    create
        Whether to make it when it is not there.

    Raises
    ------
    FileNotFoundError
        There is no such file, and it is not to be made.
    UnreadableStore
        The file or the database holds something else.
    StoreUnavailable
        The database does not answer.
    """
    file = sqlite_file(url)
    if file is not None and not file.is_file() and not create:
        raise FileNotFoundError(str(file))
    store = SqlStore(url)
    if not store.is_current():
        store.close()
        upgrade(url)
        store = SqlStore(url)
    return store
