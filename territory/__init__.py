"""A geospatial platform for communities that define their own territory.

`check` is the whole of it for an analyst: a GeoDataFrame in, a GeoDataFrame of findings out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from territory.model import Surroundings

__all__ = ["check"]


def check(
    layer: GeoDataFrame,
    *,
    profile: str = "venezuela",
    surroundings: Surroundings | None = None,
    language: str = "es",
) -> GeoDataFrame:
    """Find everything wrong with a layer of boundaries.

    Parameters
    ----------
    layer
        (n,) polygons in any CRS, indexed by id; columns such as ``name``, ``level``, ``parent``, ``kind`` and
        ``families`` are used where they exist, also by their Spanish names.
    profile
        Name of a rule profile, or a path to one.
    surroundings
        Reference layers in WGS 84; what is not given is not checked.
    language
        ``es`` or ``en``, of the sentences.

    Returns
    -------
    GeoDataFrame
        One row per finding, WGS 84: ``code``, ``severity``, ``territories``, ``message`` and its measures;
        ``.explore()`` shows them.

    Raises
    ------
    territory.intake.IntakeError
        The layer has no polygons or no CRS.

    Examples
    --------
    >>> import geopandas
    >>> from shapely import box
    >>> layer = geopandas.GeoDataFrame(
    ...     {"name": ["La Ceiba", "El Samán"]},
    ...     geometry=[box(-69.30, 9.90, -69.29, 9.91), box(-69.295, 9.90, -69.285, 9.91)],
    ...     crs="EPSG:4326",
    ... )
    >>> check(layer).message.tolist()
    ['La Ceiba y El Samán se superponen en 60,7\xa0ha.']
    """
    # Importing the package opens nothing and loads nothing.
    from territory.checks import check_mosaic
    from territory.findings import findings_frame
    from territory.intake import from_frame
    from territory.mosaic import Mosaic
    from territory.profiles import load_profile

    rules = load_profile(profile)
    taken = from_frame(layer, profile=rules)
    mosaic = Mosaic(taken.layer, surroundings)
    found = taken.findings + check_mosaic(mosaic, profile=rules)
    return findings_frame(found, mosaic.names, language)
