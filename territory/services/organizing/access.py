"""Who reaches whom by road: the nearest seat of each council, who is cut off, and with whom life is by road.

A seat that no commune told of is taken to be among its councils, and every answer says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely import Point

from territory.geo.access import CutOff, affinity, joined_by_road, nearest_seats, times_between
from territory.geo.crs import to_metres
from territory.geo.progress import Progress, silent
from territory.geo.roads import NOWHERE, Roads
from territory.model import WGS84, Publication
from territory.records import Place
from territory.services.access import Access, Eyes, Operation, Sight, require_role
from territory.services.errors import Unusable
from territory.services.organizing.ground import busiest, most_of
from territory.services.organizing.look import Asked, Look
from territory.services.organizing.roads import called, layers, network, reach
from territory.services.organizing.terrain import features
from territory.services.register import Register

_SEAT = "seat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where a commune or a municipality has its centre."""

    at: Point
    """WGS 84."""
    is_told: bool
    """Whether somebody told where it is; otherwise it is taken from where its councils or its people are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How a council is reached by road; what is none is not known, or there is no way."""

    council: str
    at: Point
    """Its own seat, or a point on its ground; WGS 84."""
    seat: str | None
    """Commune whose seat is reached first."""
    seat_s: float | None
    own: str | None
    """Commune that it belongs to, where the seat of that one is known."""
    own_s: float | None
    cut_off: CutOff | None
    """Why it does not reach the seat of its own commune as it should."""
    lies_in: str | None
    """Municipality in which most of it lies on the map."""
    lies_in_s: float | None
    with_: str | None
    """Municipality whose centre is reached first."""
    with_s: float | None
    leans: bool
    """On the map with one municipality, by road with another: its centre is reached much sooner, or alone."""

    @property
    def differs(self) -> bool:
        """Whether the municipality that is reached first is not the one it lies in, by however little."""
        return self.lies_in is not None and self.with_ is not None and self.lies_in != self.with_


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How the councils of an area are reached."""

    councils: tuple[Reach, ...]
    seats: Mapping[str, Seat]
    """Of the communes and municipalities that are named."""
    names: Mapping[str, str]
    roads: tuple[Mapping[str, str | None], ...]
    """``called``, ``source`` and ``date`` of the layers that tell of roads."""


def reached(register: Register, access: Access, asked: Asked, *, progress: Progress = silent) -> Reached:
    """Tell of each council of an area whose seat it reaches first by road, and whether it is cut off from its own.

    Parameters
    ----------
    register, access
        Where, and who asks; only councils and seats that they see whole count.
    asked
        Where to look.
    progress
        Told how far it is; what it raises ends the work.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        There is no such jurisdiction.
    Unusable
        No layer tells of roads.
    """
    require_role(access, Operation.GROUP)
    progress("layout", 0, 2)
    look = Look.of(register, access, asked)
    used = layers(register)
    if not used:
        raise Unusable("access.no_roads")
    progress("roads", 1, 2)
    by_road = ByRoad.of(look, access, progress=progress)
    councils = () if by_road is None else by_road.councils
    named = {each for reach in councils for each in (reach.seat, reach.own, reach.lies_in, reach.with_) if each}
    return Reached(
        councils=councils,
        seats={} if by_road is None else {each: by_road.seat(each) for each in sorted(named)},
        names=look.names,
        roads=called(used),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoads:
    """The councils of an area and about it, on the roads."""

    look: Look
    roads: Roads
    """With the declared links."""
    points: GeoSeries
    """Where each council is, in metres: its own seat where it told of one, else a point on its ground."""
    places: pd.DataFrame
    """``node`` and ``away_m`` of each, by the same index."""
    told: GeoSeries
    """Seats that communes told of and whoever asks sees, in metres by id of the commune."""

    @classmethod
    def of(cls, look: Look, access: Access) -> OnRoads | None:
        """Lay councils on the roads; none where no layer tells of roads, or there is no council."""
        roads = network(look)
        if roads is None:
            return None
        near = shapely.box(*reach(look))
        units = look.shapes.iloc[np.sort(look.shapes.sindex.query(near, predicate="intersects"))]
        eyes = look.register.eyes(access)
        told = _told_seats(look, eyes)
        points = units.representative_point()
        own = told[told.index.isin(units.index)]
        points.loc[own.index] = own
        places = roads.snap(points, within_m=look.profile.roads.reach_m, ground=units)
        roads, places = roads.linked(places, points, _links(look, points))
        made_of_councils = _levels_above_councils(look)
        is_commune = [eyes.current.standing[each].level in made_of_councils for each in told.index]
        return cls(look=look, roads=roads, points=points, places=places, told=told[is_commune])

    def joined(self, together: pd.Series, *, most_s: float, progress: Progress = silent) -> pd.DataFrame:
        """``left`` and ``right`` of councils that a road joins in time, see `geo.access.joined_by_road`."""
        places = self.places.reindex(together.index)
        node = places["node"].fillna(NOWHERE).astype(np.int64)
        found = joined_by_road(self.roads, places.assign(node=node), together, most_s=most_s, progress=progress)
        return found[["left", "right"]]

    def times(self, pairs: pd.DataFrame, *, most_s: float, progress: Progress = silent) -> pd.Series:
        """Seconds by road between councils, by the index of ``pairs``; infinite where no road leads in time."""
        node = self.places["node"].reindex(pd.unique(pairs[["left", "right"]].to_numpy().ravel())).dropna()
        placed = pairs[pairs["left"].isin(node.index) & pairs["right"].isin(node.index)]
        places = pd.DataFrame({"node": node.astype(np.int64)})
        found = times_between(self.roads, places, placed, most_s=most_s, progress=progress)
        return found.reindex(pairs.index, fill_value=np.inf)


class ByRoad:
    """The seats on the roads of an area, and who reaches which of them first.

    Parameters
    ----------
    on
        The councils on the roads.
    communes, municipalities
        Seats on the roads: ``node``, ``is_told``, and ``at`` in metres.
    """

    def __init__(
        self,
        on: OnRoads,
        *,
        communes: pd.DataFrame,
        municipalities: pd.DataFrame,
        progress: Progress = silent,
    ) -> None:
        self._look, self._roads, self._points = on.look, on.roads, on.points
        self._communes, self._municipalities = communes, municipalities
        self._nearest = nearest_seats(on.roads, communes)
        asked = [each for each in on.look.inside.index if on.look.is_asked((each,))]
        self.councils = self._reaches(on.places.loc[asked], progress)
        """How each council of the area is reached."""

    @classmethod
    def of(cls, look: Look, access: Access, *, progress: Progress = silent) -> ByRoad | None:
        """Lay councils and seats on the roads; none where no layer tells of roads, or there is no council."""
        on = OnRoads.of(look, access)
        if on is None:
            return None
        near = shapely.box(*reach(look))
        return cls(
            on,
            communes=_communes(on, near),
            municipalities=_municipalities(look, on.roads, near),
            progress=progress,
        )

    def seat(self, id_: str) -> Seat:
        """Where a commune or a municipality has its centre."""
        of = self._communes if id_ in self._communes.index else self._municipalities
        [at] = self._look.in_degrees([of.at[id_, "at"]])
        return Seat(at=at, is_told=bool(of.at[id_, "is_told"]))

    def nearest(self, ground: GeoSeries) -> list[tuple[str, float] | None]:
        """Of each piece of land, the commune whose seat is reached first, and when; none where none is."""
        found = self._roads.snap(ground, within_m=self._look.profile.roads.reach_m, ground=ground)
        reached = self._nearest.reindex(found["node"])
        return [
            (str(seat), float(time_s)) if np.isfinite(time_s) else None
            for seat, time_s in zip(reached["seat"], reached["time_s"], strict=True)
        ]

    def _reaches(self, places: pd.DataFrame, progress: Progress) -> tuple[Reach, ...]:
        own = self._look.councils.loc[places.index, "groups"].map(
            lambda groups: next((each for each in groups if each in self._communes.index), None)
        )
        seats = self._affinity(places, self._communes, own, progress)
        centres = self._affinity(places, self._municipalities, self._lies_in(places.index), progress)
        at = self._look.in_degrees(self._points.loc[places.index].to_numpy())
        return tuple(
            Reach(
                council=str(council),
                at=point,
                seat=seat.nearest,
                seat_s=_known(seat.nearest_s),
                own=seat.own,
                own_s=_known(seat.own_s),
                cut_off=seat.reason,
                lies_in=centre.own,
                lies_in_s=_known(centre.own_s),
                with_=centre.nearest,
                with_s=_known(centre.nearest_s),
                leans=centre.nearest not in (None, centre.own) and centre.reason is not None,
            )
            for council, point, seat, centre in zip(
                places.index, at, seats.itertuples(), centres.itertuples(), strict=True
            )
        )

    def _affinity(
        self, places: pd.DataFrame, seats: pd.DataFrame, own: pd.Series, progress: Progress
    ) -> pd.DataFrame:
        limits = self._look.profile.roads
        found = affinity(
            self._roads,
            places,
            seats,
            own,
            ratio=limits.slower,
            spare_s=60 * limits.spare_minutes,
            progress=progress,
        )
        # Missing and none are told alike.
        return found.astype({"own": object, "nearest": object}).where(found.notna(), None)

    def _lies_in(self, councils: pd.Index) -> pd.Series:
        places = self._look.municipalities
        if places is None or not len(councils):
            return pd.Series(None, index=councils, dtype=object)
        known = places[places.index.isin(self._municipalities.index)]
        return most_of(self._look.shapes.loc[councils], known).reindex(councils).astype(object)


def _known(time_s: float) -> float | None:
    return float(time_s) if time_s is not None and np.isfinite(time_s) else None


def _told_seats(look: Look, eyes: Eyes) -> GeoSeries:
    """Seats that territories told of, as far as whoever asks sees them, in metres by id of the territory."""
    with look.register.reading() as reading:
        found = reading.find(Place, kind=_SEAT, until=None)
    seen = {each.territory: each.at for each in found if _sees(eyes, each)}
    return to_metres(GeoSeries(list(seen.values()), list(seen), crs=WGS84), look.layer.crs)


def _levels_above_councils(look: Look) -> set[str]:
    levels = look.profile.levels
    return {each.id for each in levels if each.members == levels[0].id and not each.beside_ladder}


def _sees(eyes: Eyes, place: Place) -> bool:
    sight = eyes.sight(place.territory)
    if sight in (Sight.ALL, Sight.NOTHING):
        return sight is Sight.ALL
    standing = eyes.current.standing[place.territory]
    return place.visible and standing.publication is Publication.EXACT and bool(standing.published)


def _links(look: Look, points: GeoSeries) -> pd.DataFrame:
    """Declared links between councils of the area, with the time that they take."""
    both = look.links["left"].isin(points.index) & look.links["right"].isin(points.index)
    links = look.links[both.to_numpy()].reset_index(drop=True)
    ends = [np.asarray(points.loc[links[side]].array) for side in ("left", "right")]
    metres_a_second = look.profile.roads.link_kmh / 3.6
    return links.assign(time_s=np.maximum(shapely.distance(*ends) / metres_a_second, 1.0))


def _communes(on: OnRoads, near: shapely.Polygon) -> pd.DataFrame:
    """Seats of communes on the roads: those told of, and of others the council in the middle of their councils."""
    belongs = on.look.councils["groups"].explode().dropna()
    rest = belongs[belongs.index.isin(on.points.index) & ~belongs.isin(on.told.index)]
    # Of a seat beyond the roads that were read nobody can say how far it is.
    told = on.told[on.told.intersects(near)]
    on_road = on.roads.snap(told, within_m=on.look.profile.roads.reach_m)
    known = pd.DataFrame({"node": on_road["node"], "is_told": True, "at": told.to_numpy()}, index=told.index)
    middle = {commune: _in_the_middle(on.points.loc[members.index]) for commune, members in rest.groupby(rest)}
    taken = list(middle.values())
    assumed = pd.DataFrame(
        {
            "node": on.places.loc[taken, "node"].to_numpy(),
            "is_told": False,
            "at": on.points.loc[taken].to_numpy(),
        },
        index=list(middle),
    )
    return pd.concat([known, assumed]) if len(assumed) else known


def _in_the_middle(points: GeoSeries) -> str:
    """The one of some places that is nearest to the middle of all."""
    coords = shapely.get_coordinates(np.asarray(points.array))
    return str(points.index[np.argmin(np.hypot(*(coords - coords.mean(axis=0)).T))])


def _municipalities(look: Look, roads: Roads, near: shapely.Polygon) -> pd.DataFrame:
    """Centres of municipalities on the roads.

    A municipality has its seat where a layer of seats says; else where most people live; else in its middle.
    """
    shapes = look.municipalities
    if shapes is None:
        return pd.DataFrame({"node": [], "is_told": [], "at": []}, index=pd.Index([], dtype=object))
    shapes = shapes.iloc[np.sort(shapes.sindex.query(near, predicate="intersects"))]
    seats = features(look.register, [f"{_SEAT}s"], np.array(near.bounds), look.layer.crs).get(f"{_SEAT}s")
    at = shapes.representative_point() if look.people is None else busiest(look.people, shapes)
    is_told = pd.Series(False, index=shapes.index)
    if seats is not None:
        place, seat = shapes.sindex.query(seats.geometry, predicate="within")[::-1]
        first = pd.Series(seat, index=shapes.index[place]).groupby(level=0).first()
        at.loc[first.index] = np.asarray(seats.geometry.array)[first.to_numpy()]
        is_told.loc[first.index] = True
    on_road = roads.snap(at, within_m=look.profile.roads.reach_m, ground=shapes)
    return pd.DataFrame({"node": on_road["node"], "is_told": is_told, "at": at.to_numpy()}, index=shapes.index)
