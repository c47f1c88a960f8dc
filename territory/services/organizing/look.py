"""What organizers look at: the councils of an area that a key sees whole, in metres, and what lies among them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.geo import gaps
from territory.geo.coverage import shared_ground
from territory.geo.crs import to_degrees, to_metres
from territory.model import WGS84, Publication
from territory.mosaic import Current
from territory.profiles import Profile
from territory.records import Membership, Recognition, Reference, ReferenceLayer, Territory
from territory.services.access import Access, Eyes, Sight
from territory.services.errors import NotFound
from territory.services.organizing.ground import People
from territory.services.register import Register, today
from territory.store.base import Reading

_FORMING = (Recognition.PROMOTERS, Recognition.FOUNDING)
_CIRCUIT = "circuit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where to look. With neither, everywhere that the key holds."""

    area: MultiPolygon | None = None
    """WGS 84."""
    jurisdiction: str | None = None
    """Id of a municipality, a state …"""


class Look:
    """The councils of an area, laid out in metres.

    Parameters
    ----------
    register
        What is seldom asked for is read from it when it is.
    layer
        Territories seen whole, as `territory.model` describes them, in a projected CRS.
    ground
        Land that councils are expected to cover, in the same CRS; none where nobody said what is land.
    councils
        Indexed by id: ``groups`` (a tuple of communes), ``joins``, ``kind``, ``families``.
    forming
        Councils of each commune under construction.
    municipalities
        By one source, in the same CRS.
    beside
        Councils that reach into the ground without being seen whole, as far as everybody sees their line.
    tells_land
        Whether all councils of the ground are seen: who sees only some cannot tell what no council covers.
    references
        By kind, the features of the reference layers that count today, in the same CRS.
    """

    def __init__(
        self,
        register: Register,
        layer: GeoDataFrame,
        ground: BaseGeometry | None,
        councils: pd.DataFrame,
        *,
        forming: Mapping[str, tuple[str, ...]],
        references: Mapping[str, GeoDataFrame],
        population: Mapping[str, str | None] | None,
        links: pd.DataFrame,
        municipalities: GeoSeries | None,
        names: Mapping[str, str],
        beside: GeoSeries,
        tells_land: bool,
    ) -> None:
        self.register, self.profile = register, register.profile
        self.layer, self.ground, self.councils = layer, ground, councils
        self.references, self.population, self.links = references, population, links
        self.municipalities, self.names, self.beside = municipalities, names, beside
        self.tells_land = tells_land
        self.shapes: GeoSeries = layer.geometry.loc[councils.index]
        self.forming = {group: members for group, members in forming.items() if self.is_asked(members)}

    @classmethod
    def of(cls, register: Register, access: Access, asked: Asked) -> Look:
        """Lay out what a key sees whole.

        Raises
        ------
        NotFound
            There is no such jurisdiction.
        """
        eyes = register.eyes(access)
        current = eyes.current
        # Not held still: nobody who saves has to wait until a whole country is laid out.
        layer = seen(eyes)
        crs, ground = current.mosaic.crs, _ground(current, access, asked)
        links = current.mosaic.surroundings.links
        # Communes without a line of their own are not on the map; a copy, as others may write meanwhile.
        names = current.mosaic.names | {each: known.name for each, known in dict(current.standing).items()}
        municipalities = _municipalities(current.mosaic.ground.jurisdictions)
        communes = _communes_of(current, layer["parent"], register.profile)
        with register.reading() as reading:
            councils = _councils(reading, layer, communes, register.profile)
            forming = _forming(reading, councils["groups"])
            references, population = _references(reading)
        return cls(
            register,
            layer,
            ground,
            councils,
            forming=forming,
            references={kind: frame.to_crs(crs) for kind, frame in references.items()},
            population=population,
            links=_NO_LINKS if links is None else links[["left", "right"]],
            municipalities=municipalities,
            names=names,
            beside=_beside(eyes, layer, ground, register.profile),
            tells_land=access.is_everywhere or access.area is not None,
        )

    @cached_property
    def inside(self) -> GeoSeries:
        """Councils that reach into the area."""
        if self.ground is None:
            return self.shapes
        return self.shapes.iloc[np.sort(self.shapes.sindex.query(self.ground, predicate="intersects"))]

    @cached_property
    def clipped(self) -> GeoSeries:
        """The same councils, each as far as it lies in the area."""
        shapes = np.asarray(self.inside.array).copy()
        if self.ground is not None:
            # Only those on its edge are cut: to cut the ground of all at once takes many times as long.
            shapely.prepare(self.ground)
            crosses = ~shapely.covers(self.ground, shapes)
            shapes[crosses] = shared_ground(shapes[crosses], np.full(crosses.sum(), self.ground))
        return GeoSeries(shapes, index=self.inside.index, crs=self.inside.crs)

    @cached_property
    def covered(self) -> BaseGeometry:
        """The ground of the area that lies in some council."""
        return gaps.cover(self.clipped)

    @cached_property
    def whole(self) -> BaseGeometry:
        """What was asked about; where no land can be told, what councils cover and enclose of it."""
        if self.ground is not None and self.tells_land:
            return self.ground
        parts = shapely.get_parts(self.covered)
        return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))

    @cached_property
    def _asked(self) -> frozenset[str]:
        """Ids of the councils whose middle lies in the area."""
        shapes = self.inside
        if self.ground is None:
            return frozenset(shapes.index)
        shapely.prepare(self.ground)
        middles = shapely.point_on_surface(np.asarray(shapes.array))
        return frozenset(shapes.index[shapely.covers(self.ground, middles)])

    def is_asked(self, councils: Collection[str]) -> bool:
        """Whether any of them lies in the area."""
        return not self._asked.isdisjoint(councils)

    @cached_property
    def loose_and_beside(self) -> GeoSeries:
        """Councils without a commune that hang together with one in the area, however far, and those beside them.

        Found by what comes near in the plane: who really can cross is asked of these alone.
        """
        loose = self.shapes[(self.councils["groups"].str.len() == 0).to_numpy()]
        near_m = self.profile.tolerances.sliver_m
        left, right = loose.sindex.query(loose.geometry, predicate="dwithin", distance=near_m)
        graph = coo_array((np.ones(len(left)), (left, right)), shape=(len(loose), len(loose)))
        component = connected_components(graph, directed=False)[1] if len(loose) else np.empty(0, dtype=int)
        wanted = np.isin(component, component[loose.index.isin(self._asked)])
        found = self.shapes.sindex.query(loose[wanted].geometry, predicate="dwithin", distance=near_m)[1]
        return self.shapes.iloc[np.unique(found)]

    def left(self, councils: Collection[str]) -> pd.Series:
        """By council a tuple of the communes that it left."""
        day = today()
        left: dict[str, list[str]] = {}
        with self.register.reading() as reading:
            for member, group, until in reading.rows(
                Membership, ("member", "group", "until"), ids=councils, by="member"
            ):
                if until is not None and until <= day:
                    left.setdefault(member, []).append(group)
        return pd.Series([tuple(sorted(left.get(each, ()))) for each in councils], councils, dtype=object)

    def members_of(self, groups: Sequence[str]) -> pd.DataFrame:
        """``council`` and ``group``: everybody seen who belongs to some communes."""
        table = self.councils["groups"].explode().dropna()
        table = table[table.isin(list(groups))]
        return pd.DataFrame({"council": table.index, "group": table.to_numpy()})

    @cached_property
    def people(self) -> People | None:
        """Where people live, as far as a layer says."""
        counted = self.references.get("population")
        return None if counted is None else People(counted)

    @property
    def parks(self) -> GeoSeries | None:
        """Protected areas."""
        protected = self.references.get("protected")
        return None if protected is None else protected.geometry

    @cached_property
    def circuits(self) -> GeoSeries:
        """Official circuits."""
        return self.layer.geometry[(self.layer["level"] == _CIRCUIT).to_numpy()]

    def in_degrees(self, shapes: Sequence[BaseGeometry] | np.ndarray) -> np.ndarray:
        """Shapes in metres, in WGS 84 on the grid."""
        return np.asarray(to_degrees(GeoSeries(list(shapes), crs=self.layer.crs)).array)


_NO_LINKS = pd.DataFrame({"left": pd.Series(dtype=object), "right": pd.Series(dtype=object)})


def _municipalities(places: GeoDataFrame | None) -> GeoSeries | None:
    """Municipalities in metres, by one source: of several that contradict each other each is right for itself."""
    if places is None:
        return None
    found = places[(places["level"] == "municipality").to_numpy()]
    return found.geometry[(found["source"] == found["source"].iloc[0]).to_numpy()] if len(found) else None


def seen(eyes: Eyes) -> GeoDataFrame:
    """Territories that somebody sees whole, in metres."""
    layer = eyes.current.mosaic.metres
    if eyes.access.is_everywhere:
        return layer
    return layer[[eyes.sight(each) is Sight.ALL for each in layer.index]]


def _beside(eyes: Eyes, layer: GeoDataFrame, ground: BaseGeometry | None, profile: Profile) -> GeoSeries:
    """Councils on the edge of the scope that cover ground in it, where their line is published as it is."""
    everything, standing = eyes.current.mosaic.metres, eyes.current.standing
    if ground is None or eyes.access.is_everywhere:
        return GeoSeries([], crs=layer.crs)
    shapes = everything.geometry[(everything["level"] == profile.levels[0].id).to_numpy()]
    shapes = shapes.iloc[np.sort(shapes.sindex.query(ground, predicate="intersects"))]
    shapes = shapes[~shapes.index.isin(layer.index)]

    def is_public(council: str) -> bool:
        known = standing[council]
        return known.publication is Publication.EXACT and known.version == known.published

    return shapes[[each in standing and is_public(each) for each in shapes.index]]


def _ground(current: Current, access: Access, asked: Asked) -> BaseGeometry | None:
    """Where to look, in metres: what is asked, as far as the key holds and as far as it is land."""
    around = current.mosaic.surroundings
    wanted: list[BaseGeometry] = [each for each in (asked.area, access.area) if each is not None]
    if asked.jurisdiction is not None:
        if around.jurisdictions is None or asked.jurisdiction not in around.jurisdictions.index:
            raise NotFound("organize.jurisdiction", id=asked.jurisdiction)
        wanted.append(around.jurisdictions.geometry[asked.jurisdiction])
    projected = list(to_metres(GeoSeries(wanted, crs=WGS84), current.mosaic.crs).array)
    land = current.mosaic.ground.land
    if land is not None and not land.empty:
        projected.append(shapely.union_all(np.asarray(land.geometry.array)))
    if not projected:
        return None
    return shapely.intersection_all(projected)


def _communes_of(current: Current, parents: pd.Series, profile: Profile) -> pd.Series:
    """By territory a tuple of the communes that it belongs to."""
    council = profile.levels[0].id
    standing = current.standing

    def communes(parent: str) -> tuple[str, ...]:
        groups = parent.split(";") if parent else ()
        return tuple(
            sorted(g for g in groups if g in standing and _is_made_of(profile, standing[g].level, council))
        )

    # Thousands share each of few parents.
    told = {each: communes(each) for each in parents.dropna().unique()}
    return pd.Series([told.get(each, ()) for each in parents], index=parents.index, dtype=object)


def _councils(reading: Reading, layer: GeoDataFrame, communes: pd.Series, profile: Profile) -> pd.DataFrame:
    """What is known of each council."""
    ids = layer.index[(layer["level"] == profile.levels[0].id).to_numpy()]
    said = {each.id: each.joins for each in reading.find(Territory, joins=[True, False])}
    joins = pd.Series([said.get(each) for each in ids], index=ids, dtype=object)
    councils = pd.DataFrame({"groups": communes.loc[ids], "joins": joins}, index=ids)
    councils[["kind", "families"]] = layer.loc[ids, ["kind", "families"]]
    return councils


def _forming(reading: Reading, groups: pd.Series) -> dict[str, tuple[str, ...]]:
    """Councils of each commune under construction."""
    forming = {id_ for (id_,) in reading.rows(Territory, ("id",), ids=_FORMING, by="recognition")}
    members: dict[str, list[str]] = {}
    for council, belongs in groups[groups.map(forming.isdisjoint).eq(False)].items():
        for group in forming.intersection(belongs):
            members.setdefault(group, []).append(str(council))
    return {group: tuple(sorted(some)) for group, some in sorted(members.items())}


def _is_made_of(profile: Profile, level: str, member: str) -> bool:
    """Whether a level is on the ladder, one rung above another."""
    found = next((each for each in profile.levels if each.id == level), None)
    return found is not None and found.members == member and not found.beside_ladder


def _references(reading: Reading) -> tuple[dict[str, GeoDataFrame], dict[str, str | None] | None]:
    """Features of parks and of the newest count of people, and what is said of that count."""
    day = today()
    layers = [
        each
        for each in reading.find(ReferenceLayer, kind=["protected", "population"])
        if each.until is None or day < each.until
    ]
    counts = [each for each in layers if each.kind == "population"]
    # Of several counts only one: the same people would be counted twice.
    newest = max(counts, key=lambda each: (str(each.date or ""), each.seq), default=None)
    used = [each for each in layers if each.kind == "protected" or each is newest]
    found: dict[str, list[tuple[float, BaseGeometry]]] = {}
    kind_of = {each.id: each.kind for each in used}
    columns = ("layer", "value", "shape")
    for layer, value, wkb in reading.rows(Reference, columns, ids=sorted(kind_of), by="layer") if used else ():
        found.setdefault(kind_of[layer], []).append((value or 0.0, shapely.from_wkb(wkb)))
    frames = {
        kind: GeoDataFrame({"value": [v for v, _ in rows]}, geometry=[s for _, s in rows], crs=WGS84)
        for kind, rows in found.items()
    }
    if newest is None:
        return frames, None
    date = None if newest.date is None else newest.date.isoformat()
    return frames, {"called": newest.called, "source": newest.source, "date": date}
