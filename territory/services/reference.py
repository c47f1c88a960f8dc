"""What territories are held against: reference layers from files, as their source has them, and a profile."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.geo.repair import canonical
from territory.model import WGS84, Surroundings
from territory.profiles import Profile, load_profile
from territory.services.errors import NotFound, Unusable

# What publishers call these columns; compared without case, the first that is there is taken.
_NAMES = ("name", "nombre", "nom", "shapename", "wof:name", "label", "municipio", "estado")
_IDS = ("id", "codigo", "code", "wof:id", "shapeid")
_LEVELS = ("level", "nivel", "placetype", "wof:placetype")

_PLACETYPES = {"county": "municipality", "region": "state", "localadmin": "parish"}


def read_profile(name: str, tolerance_m: float | None = None) -> Profile:
    """The rule profile of a name, or of a ``.toml`` file, perhaps with a tolerance of one's own.

    Raises
    ------
    NotFound
        There is none.
    """
    try:
        profile = load_profile(name)
        return profile if tolerance_m is None else profile.with_tolerance(tolerance_m)
    except FileNotFoundError:
        raise NotFound("profile.missing", name=name) from None


def read_surroundings(*, jurisdictions: Path | None = None, land: Path | None = None) -> Surroundings:
    """Read what is known of the surroundings.

    Parameters
    ----------
    jurisdictions
        Polygons of municipalities, states, parishes, with a name each.
    land
        Polygons that territories are expected to cover.

    Raises
    ------
    Unusable
        A file cannot be read as such a layer.
    """
    return Surroundings(
        jurisdictions=None if jurisdictions is None else read_jurisdictions(jurisdictions),
        land=None if land is None else _polygons(land),
    )


def read_jurisdictions(path: Path) -> GeoDataFrame:
    """Read a layer of jurisdictions in the form of `territory.model.Surroundings`.

    Raises
    ------
    Unusable
        No polygons, or no coordinate system.
    """
    read = _polygons(path)
    ids = _column(read, _IDS)
    ids = pd.Series(range(1, len(read) + 1)) if ids is None or not ids.is_unique else ids
    index = pd.Index(ids.astype(str), name="id")
    names, levels = _column(read, _NAMES), _column(read, _LEVELS)
    return GeoDataFrame(
        {
            "name": index if names is None else names.fillna("").astype(str).to_numpy(),
            "level": "municipality" if levels is None else levels.replace(_PLACETYPES).to_numpy(),
            "source": path.name,
        },
        geometry=np.asarray(read.geometry.array),
        index=index,
        crs=WGS84,
    )


def _polygons(path: Path) -> GeoDataFrame:
    """The polygons of a file, valid, in WGS 84."""
    # Opened first: GDAL does not say whether a file is missing or of no known format.
    path.open("rb").close()
    try:
        read = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise Unusable("reference.unreadable", file=path.name, reason=str(error)) from None
    if not isinstance(read, GeoDataFrame):
        raise Unusable("reference.columns", file=path.name)
    if read.crs is None:
        raise Unusable("reference.crs", file=path.name)
    shapes = GeoSeries(read.geometry.array, index=read.index, crs=read.crs).to_crs(WGS84)
    # A reference layer is not ours to mend; a crossed line of a state must only not stop the check.
    flat = canonical(shapes)
    invalid = ~shapely.is_valid(flat.array)
    if invalid.any():
        mended = shapely.make_valid(np.asarray(flat.array)[invalid], method="structure", keep_collapsed=False)
        flat.iloc[np.flatnonzero(invalid)] = canonical(GeoSeries(mended, crs=WGS84)).to_numpy()
    kept = ~flat.is_empty.to_numpy()
    if not kept.any():
        raise Unusable("reference.columns", file=path.name)
    return read.set_geometry(flat)[kept].reset_index(drop=True)


def _column(frame: GeoDataFrame, names: tuple[str, ...]) -> pd.Series | None:
    """The first column that goes by one of these names."""
    called = {str(column).lower(): column for column in frame.columns}
    return next((frame[called[name]] for name in names if name in called), None)
