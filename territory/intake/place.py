"""Where shapes lie: from whatever a file is in to WGS 84, east before north, nothing assumed silently."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from pyproj import CRS

from territory.intake.errors import IntakeError, Notice
from territory.intake.reference import is_wgs84, label, parse_crs, proposals, to_wgs84
from territory.profiles import Profile

# Farther than this, "degrees" are metres of some other system.
_NO_DEGREES = 1080.0
# A file whose shapes mostly fit once the axes are exchanged was written the other way round.
_MOSTLY = 0.9

Array = np.ndarray[Any, Any]


def locate(
    shapes: Array,
    system: CRS | None,
    *,
    swap_axes: bool,
    profile: Profile,
    name: str,
) -> tuple[Array, Array, list[Notice]]:
    """Bring shapes to WGS 84.

    Parameters
    ----------
    shapes
        (n,) geometries as they stand in the file.
    system
        The CRS of the file, see `system_of`.
    swap_axes
        The file has latitude before longitude.
    profile
        Where the country lies: tells swapped axes, and which CRS is likely when none is said.
    name
        What its owner calls the file.

    Returns
    -------
    shapes
        (n,) in WGS 84; empty where one lies off the globe.
    is_astray
        (n,) which do.
    notices
        What was done.

    Raises
    ------
    IntakeError
        No CRS, one that the coordinates contradict, or axes the wrong way round.
    """
    notices: list[Notice] = []
    bounds = shapely.bounds(shapes)
    is_there = ~np.isnan(bounds[:, 0])
    if not is_there.any():
        return shapes, np.zeros(len(shapes), dtype=bool), notices
    if system is None:
        raise _crs_needed("crs.missing", bounds[is_there], profile, name)
    if swap_axes:
        bounds = bounds[:, [1, 0, 3, 2]]
        notices.append(Notice(code="axes.swapped"))
    if system.is_geographic and np.median(np.abs(bounds[is_there]).max(axis=1)) > _NO_DEGREES:
        raise _crs_needed("crs.contradicted", bounds[is_there], profile, name)
    if swap_axes or not is_wgs84(system):
        shapes = shapely.transform(
            shapes, lambda coords: to_wgs84(coords[:, ::-1] if swap_axes else coords, system)
        )
    shapes = _wrapped(shapes, notices)
    bounds = shapely.bounds(shapes)
    if not swap_axes:
        _refuse_swapped(bounds[is_there], profile, name)
    with np.errstate(invalid="ignore"):
        is_on_globe = (np.abs(bounds) <= (180, 90, 180, 90)).all(axis=1)
    is_astray = is_there & ~is_on_globe
    if is_astray.any():
        shapes = shapes.copy()
        shapes[is_astray] = None
    return shapes, is_astray, notices


def is_swapped(x: Array, y: Array, profile: Profile) -> Array:
    """Which points lie in the country only once their coordinates are exchanged."""
    west, south, east, north = profile.extent
    is_inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    would_be = (y >= west) & (y <= east) & (x >= south) & (x <= north)
    return np.asarray(would_be & ~is_inside)


def system_of(said: CRS | None, given: str | None, notices: list[Notice]) -> CRS | None:
    """The CRS that a file is in: what the person who sent it says wins over what the file says.

    Raises
    ------
    IntakeError
        There is no such CRS.
    """
    if given is None:
        return said
    crs = parse_crs(given)
    if said is not None and said.is_projected and said.geodetic_crs == crs:
        return said  # they know the datum, and the file its zone
    # GeoJSON, KML and GPX are in WGS 84 by definition: nobody wrote it there.
    if said is not None and not is_wgs84(said) and not said.equals(crs, ignore_axis_order=True):
        notices.append(Notice(code="crs.overruled", args={"said": label(said), "crs": label(crs)}))
    return crs


def _crs_needed(code: str, bounds: Array, profile: Profile, name: str) -> IntakeError:
    west, south = (float(value) for value in bounds[:, :2].min(axis=0))
    east, north = (float(value) for value in bounds[:, 2:].max(axis=0))
    likely = proposals((west, south, east, north), profile)
    suffix = "" if likely else "_unlike"
    return IntakeError(code + suffix, name=name, x=f"{west:.7g}", y=f"{south:.7g}", crs=likely[:3])


def _wrapped(shapes: Array, notices: list[Notice]) -> Array:
    """Longitudes beyond ±180 brought back by whole turns, each shape in one piece."""
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        middle = (bounds[:, 0] + bounds[:, 2]) / 2
        is_beyond = (np.abs(middle) > 180) & (np.abs(middle) <= _NO_DEGREES)
    if not is_beyond.any():
        return shapes
    notices.append(Notice(code="longitudes.wrapped", args={"shapes": int(is_beyond.sum())}))
    turns = np.floor((middle[is_beyond] + 180) / 360)
    coords, owner = shapely.get_coordinates(shapes[is_beyond], return_index=True)
    coords[:, 0] -= 360 * turns[owner]
    shapes = shapes.copy()
    shapes[is_beyond] = shapely.set_coordinates(shapes[is_beyond], coords)
    return shapes


def _refuse_swapped(bounds: Array, profile: Profile, name: str) -> None:
    """Raise when nearly everything would lie in the country once latitude and longitude are exchanged."""
    with np.errstate(invalid="ignore", over="ignore"):
        x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    if is_swapped(x, y, profile).mean() >= _MOSTLY:
        raise IntakeError("axes.look_swapped", name=name, x=f"{x[0]:.7g}", y=f"{y[0]:.7g}")
