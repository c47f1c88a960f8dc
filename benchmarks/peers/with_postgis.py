"""PostGIS, where ``TERRITORY_BENCH_PG`` names a server that one may create temporary tables on."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import psycopg
import shapely

from benchmarks.peers.task import MIN_AREA_M2, MIN_EDGE_M, Given

SERVER = "TERRITORY_BENCH_PG"

_OVERLAPS = """
    SELECT a.id, b.id, ST_Area(ST_Intersection(a.shape, b.shape)) AS area_m2
    FROM units a JOIN units b ON a.at < b.at AND a.shape && b.shape
    WHERE ST_Relate(a.shape, b.shape, '2********') AND ST_Area(ST_Intersection(a.shape, b.shape)) >= %s
"""
_NEIGHBOURS = """
    SELECT a.id, b.id FROM units a JOIN units b ON a.at < b.at AND ST_Intersects(a.shape, b.shape)
    WHERE ST_Length(ST_Intersection(ST_Boundary(a.shape), ST_Boundary(b.shape))) >= %s
"""
_GAPS = """
    WITH ground AS (SELECT (ST_Dump(ST_Union(shape))).geom AS part FROM units),
         rings AS (SELECT ST_MakePolygon((ring).geom) AS hole, (ring).path[1] AS number
                   FROM ground, LATERAL ST_DumpRings(part) AS ring)
    SELECT ST_Area(hole), ST_X(ST_PointOnSurface(hole)), ST_Y(ST_PointOnSurface(hole))
    FROM rings WHERE number > 0 AND ST_Area(hole) >= %s
"""
_SHARES = """
    SELECT u.id, p.id, ST_Area(CASE WHEN ST_CoveredBy(u.shape, p.shape) THEN u.shape
                                    ELSE ST_Intersection(u.shape, p.shape) END) AS area_m2
    FROM units u JOIN places p ON ST_Intersects(u.shape, p.shape)
"""


def _connected(given: Given) -> psycopg.Connection:
    """A connection with both layers in temporary tables, indexed and analysed."""
    connection = psycopg.connect(os.environ[SERVER])
    for name, frame in (("units", given.units), ("places", given.jurisdictions)):
        connection.execute(f"CREATE TEMP TABLE {name} (at int, id text, shape geometry)")
        with connection.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for at, (unit, wkb) in enumerate(
                zip(frame.index, shapely.to_wkb(frame.geometry.to_numpy(), hex=True), strict=True)
            ):
                copy.write_row((at, unit, wkb))
        connection.execute(f"CREATE INDEX ON {name} USING gist (shape)")
        connection.execute(f"ANALYZE {name}")
    return connection


def prepare(given: Given) -> psycopg.Connection:
    """Loading is not part of what is measured."""
    return _connected(given)


def _table(connection: psycopg.Connection, query: str, columns: list[str], *values: float) -> pd.DataFrame:
    return pd.DataFrame(connection.execute(query, values).fetchall(), columns=columns)


def overlaps(connection: psycopg.Connection) -> pd.DataFrame:
    """Relate first, intersect the survivors."""
    return _table(connection, _OVERLAPS, ["left", "right", "area_m2"], MIN_AREA_M2)


def neighbours(connection: psycopg.Connection) -> pd.DataFrame:
    """Length of the boundary in common."""
    return _table(connection, _NEIGHBOURS, ["left", "right"], MIN_EDGE_M)


def gaps(connection: psycopg.Connection) -> pd.DataFrame:
    """Holes of the union."""
    return _table(connection, _GAPS, ["area_m2", "x", "y"], MIN_AREA_M2)


def jurisdictions(connection: psycopg.Connection) -> pd.DataFrame:
    """Shares, without intersecting what lies inside."""
    found = _table(connection, _SHARES, ["unit", "jurisdiction", "area_m2"])
    return found[np.asarray(found["area_m2"]) >= MIN_AREA_M2]
