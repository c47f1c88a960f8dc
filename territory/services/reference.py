"""What territories are held against: reference layers from files, as their source has them, and a profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.geo.crs import to_grid
from territory.geo.repair import canonical, canonical_shapes
from territory.intake.people import is_personal
from territory.intake.raster import is_raster, read_counts
from territory.model import WGS84, Surroundings
from territory.profiles import Profile, load_profile
from territory.services.errors import NotFound, Unusable

# What publishers call these columns; compared without case, the first that is there is taken.
_NAMES = ("name", "nombre", "nom", "shapename", "wof:name", "label", "municipio", "estado")
_IDS = ("id", "codigo", "code", "wof:id", "shapeid")
_LEVELS = ("level", "nivel", "placetype", "wof:placetype")
_VALUES = ("value", "valor", "population", "poblacion", "pop")
_CLASSES = ("highway", "class", "clase", "fclass", "tipo", "type", *_LEVELS)
_SPEEDS = ("speed_kmh", "velocidad", "speed", "maxspeed")

_POINT, _LINE, _AREA = 0, 1, 2
_SHAPE_WORDS = {_POINT: ("Point",), _LINE: ("Line", "Curve"), _AREA: ("Polygon", "Surface")}
KINDS: Mapping[str, frozenset[int]] = {
    "jurisdictions": frozenset({_AREA}),
    "land": frozenset({_AREA}),
    "rivers": frozenset({_LINE, _AREA}),
    "roads": frozenset({_LINE}),
    "protected": frozenset({_AREA}),
    "indigenous": frozenset({_AREA}),
    "hazards": frozenset({_LINE, _AREA}),
    "population": frozenset({_POINT, _AREA}),
    "seats": frozenset({_POINT}),
}
"""What a reference layer can be of, and the dimensions its features may have."""

_FASTEST_KMH = 200.0
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
    read = read_layer(path, "jurisdictions").places
    return read.drop(columns="value").assign(source=path.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFile:
    """A reference layer as a file has it."""

    places: GeoDataFrame
    """Index id; ``name``, ``level``, ``value``, geometry in WGS 84 on the grid. No other column is read."""
    left_out: int
    """Features that are empty, no place on earth, of a shape that is not its own, or roads of no class."""
    cell_m: float | None = None
    """Of a raster, about how long the side of the ground is that one point stands for."""


def read_layer(
    path: Path, kind: str, *, level: str | None = None, columns: Mapping[str, str | None] | None = None
) -> LayerFile:
    """Read a reference layer of a kind.

    Parameters
    ----------
    path
        Any file of features that GDAL reads, of several layers the first that has such shapes; for population also
        a raster, see `territory.intake.raster`.
    kind
        One of `KINDS`.
    level
        Level of every feature; by default what its column says, and municipalities of jurisdictions. The level of
        roads is their class: residential, track …
    columns
        By ``id``, ``name``, ``level`` and ``value``, the column that holds it; by default one that goes by a name
        which publishers use, and values of population, and of roads (their speed in km/h) only.

    Raises
    ------
    Unusable
        The file cannot be read or has no such features, no coordinate system or no such column; a column is about
        people; a layer of population has no numbers.
    IntakeError
        It is a raster that cannot be read.
    """
    read, cell_m = _read(path, kind)
    shapes = _on_grid(GeoSeries(read.geometry.array, crs=read.crs).to_crs(WGS84))
    kept = np.isin(shapely.get_dimensions(shapes.array), list(KINDS[kind])) & _is_on_earth(shapes)
    asked, is_roads = columns or {}, kind == "roads"
    levels = None if level else _column(read, _CLASSES if is_roads else _LEVELS, asked.get("level"))
    if is_roads and levels is not None and levels.notna().any():
        # A file of everything that is a line tells the roads by their class.
        kept &= levels.notna().to_numpy()
    if not kept.any():
        is_polygons = KINDS[kind] == {_AREA}
        raise Unusable("reference.columns" if is_polygons else "reference.shapes", file=path.name)
    left_out = int((~kept).sum())
    read, shapes = read[kept].reset_index(drop=True), shapes[kept]
    levels = None if levels is None else levels[kept].reset_index(drop=True)
    ids = _column(read, _IDS, asked.get("id"))
    ids = pd.Series(range(1, len(read) + 1)) if ids is None or not ids.is_unique else ids
    names = _column(read, _NAMES, asked.get("name"))
    is_named = kind == "jurisdictions"
    places = GeoDataFrame(
        {
            "name": (ids.astype(str) if is_named else "") if names is None else names.fillna("").astype(str),
            "level": level or ("municipality" if is_named else None)
            if levels is None
            else levels.replace(_PLACETYPES),
            "value": _speeds(read, asked.get("value"))
            if is_roads
            else _numbers(read, asked.get("value"), is_needed=kind == "population", file=path.name),
        },
        geometry=np.asarray(shapes.array),
        index=read.index,
        crs=WGS84,
    )
    return LayerFile(
        places=places.set_index(pd.Index(ids.astype(str), name="id")), left_out=left_out, cell_m=cell_m
    )


def _read(path: Path, kind: str) -> tuple[GeoDataFrame, float | None]:
    """The features of a file, or the points that its raster comes to and how coarse they are."""
    if kind == "population" and is_raster(path):
        counts = read_counts(path)
        return counts.places, counts.cell_m
    return _features(path, kind), None


def _polygons(path: Path) -> GeoDataFrame:
    """The polygons of a file, valid, in WGS 84."""
    return read_layer(path, "land").places


def _features(path: Path, kind: str) -> GeoDataFrame:
    """The features of a file as they are."""
    # Opened first: GDAL does not say whether a file is missing or of no known format.
    path.open("rb").close()
    try:
        read = pyogrio.read_dataframe(path, layer=_layer_of(path, kind))
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise Unusable("reference.unreadable", file=path.name, reason=str(error)) from None
    if not isinstance(read, GeoDataFrame):
        raise Unusable("reference.columns", file=path.name)
    if read.crs is None:
        raise Unusable("reference.crs", file=path.name)
    return read


def _layer_of(path: Path, kind: str) -> str | None:
    """The first layer of a file whose shapes are such as a kind is made of; any, where none says so."""
    for name, shape in pyogrio.list_layers(path):
        if shape is not None and any(word in shape for each in KINDS[kind] for word in _SHAPE_WORDS[each]):
            return str(name)
    return None


def _on_grid(shapes: GeoSeries) -> GeoSeries:
    """Shapes in two dimensions on the grid; polygons valid, lines without repeated points."""
    flat = GeoSeries(shapely.force_2d(shapes.array), index=shapes.index, crs=WGS84)
    is_area = shapely.get_dimensions(flat.array) == _AREA
    rounded = to_grid(flat)
    rounded[~is_area] = shapely.remove_repeated_points(rounded[~is_area].array)
    areas = canonical(flat[is_area])
    # A reference layer is not ours to mend; a crossed line of a state must only not stop the check.
    invalid = ~shapely.is_valid(areas.array)
    if invalid.any():
        mended = shapely.make_valid(np.asarray(areas.array)[invalid], method="structure", keep_collapsed=False)
        areas.iloc[np.flatnonzero(invalid)] = canonical_shapes(np.asarray(mended, dtype=object))
    rounded[is_area] = areas
    return rounded


def _is_on_earth(shapes: GeoSeries) -> np.ndarray:
    west, south, east, north = shapely.bounds(np.asarray(shapes.array)).T
    # Of what is empty the bounds are not numbers, and no comparison holds.
    is_within = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    return np.asarray(is_within & shapely.is_valid(shapes.array))


def _column(frame: GeoDataFrame, names: tuple[str, ...], asked: str | None) -> pd.Series | None:
    """The column that is asked for, or the first one that goes by one of these names."""
    if asked is None:
        called = {str(column).lower(): column for column in frame.columns}
        return next((frame[called[name]] for name in names if name in called), None)
    if asked not in frame.columns:
        raise Unusable("reference.column", column=asked, columns=[str(each) for each in frame.columns])
    if is_personal(asked):
        raise Unusable("reference.personal", column=asked)
    return frame[asked]


def _speeds(roads: GeoDataFrame, asked: str | None) -> pd.Series | None:
    """Speeds in km/h, missing where a road says none; of ``50 mph`` or ``walk`` nothing is guessed."""
    column = _column(roads, _SPEEDS, asked)
    if column is None:
        return None
    speeds = pd.to_numeric(column, errors="coerce")
    return speeds.where((speeds > 0) & (speeds <= _FASTEST_KMH))


def _numbers(frame: GeoDataFrame, asked: str | None, *, is_needed: bool, file: str) -> pd.Series | None:
    if asked is None and not is_needed:
        return None
    column = _column(frame, _VALUES, asked)
    numbers = None if column is None else pd.to_numeric(column, errors="coerce")
    if numbers is None or not np.isfinite(numbers).any():
        raise Unusable("reference.values", file=file)
    return numbers.where(np.isfinite(numbers))
