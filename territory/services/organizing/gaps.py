"""The gap workbench: what of an area no council covers, which councils no commune has, and what would close it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from territory.geo import contiguity, gaps
from territory.geo.coverage import neighbours
from territory.geo.crs import to_metres
from territory.geo.outlines import Outlines, are_one_ring
from territory.geo.progress import Progress, silent
from territory.model import WGS84
from territory.services.access import Access, Operation, require_role
from territory.services.organizing.access import ByRoad, Reach
from territory.services.organizing.ground import share_within
from territory.services.organizing.kinds import GapKind, Loose, loose_councils
from territory.services.organizing.look import Asked, Look
from territory.services.organizing.roads import called, layers
from territory.services.register import Register

# More of a gap than this in a park, and it is none; more of it in a circuit, and that is what covers it.
_MOST_EMPTY = 0.9
_MOST_CIRCUIT = 0.5


class Because(StrEnum):
    """What only roads tell of councils for whom all is well on the map."""

    CUT_OFF = "cut_off"
    """They do not reach the seat of their own commune as they should."""
    LEANS = "leans"
    """On the map they are with one municipality, by road with another. Information: nothing has to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is missing, and who could close it."""

    of: GapKind
    shape: BaseGeometry
    """WGS 84."""
    area_m2: float
    councils: tuple[str, ...] = ()
    """Which it is made of."""
    around: tuple[str, ...] = ()
    """Councils or communes beside it, who could take it in."""
    people: float | None = None
    """How many live there; none where nobody counted."""
    families: int | None = None
    """As its councils say; none where one of them does not."""
    needed: int = 0
    """How many councils are missing for a commune."""
    because: Because | None = None
    reaches: tuple[Reach, ...] = ()
    """How its councils are reached, where that is what is wrong."""
    seat: tuple[str, float] | None = None
    """The commune whose seat is reached first by road, and in how many seconds; none where roads do not tell."""

    @property
    def key(self) -> str:
        """What its sentences are filed under."""
        return self.of.name.lower() if self.because is None else self.because.value

    @property
    def id(self) -> str:
        """The same gap, the same id."""
        told = self.councils or (shapely.to_wkt(self.shape.point_on_surface(), rounding_precision=4),)
        return f"{self.key}-{hashlib.sha256(chr(0).join(told).encode()).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of an area is covered."""

    area_m2: float
    councils_m2: float
    """In some council."""
    communes_m2: float
    """In some council that belongs to a commune."""
    councils: int
    in_communes: int
    people: float | None = None
    people_in_councils: float | None = None
    people_in_communes: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """Everything that is missing in an area."""

    area: BaseGeometry
    """What was looked at, WGS 84."""
    coverage: Coverage
    gaps: list[Gap]
    """The weightiest first: by people where they are counted, then by families, then by area."""
    names: Mapping[str, str]
    population: Mapping[str, str | None] | None = None
    """``called``, ``source`` and ``date`` of the layer that people were counted by; none: population unknown."""
    roads: tuple[Mapping[str, str | None], ...] = ()
    """The same of the layers that tell of roads; none: nobody can say who reaches whom."""


def workbench(register: Register, access: Access, asked: Asked, *, progress: Progress = silent) -> Workbench:
    """Find what is missing in an area, of what whoever asks sees whole.

    Parameters
    ----------
    register, access
        Where, and who asks.
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
    """
    require_role(access, Operation.GROUP)
    steps = 5
    progress("layout", 0, steps)
    look = Look.of(register, access, asked)
    progress("councils", 1, steps)
    found = [*_forming(look), *_loose(look)]
    progress("land", 2, steps)
    found += _uncovered(look)
    progress("roads", 3, steps)
    by_road = ByRoad.of(look, access)
    if by_road is not None:
        found = [*_with_seats(look, by_road, found), *_by_road(look, by_road)]
    progress("people", 4, steps)
    return Workbench(
        area=look.in_degrees([look.whole])[0],
        coverage=_coverage(look),
        gaps=sorted(found, key=_weight),
        names=look.names,
        population=look.population,
        roads=called(layers(register)),
    )


def _weight(gap: Gap) -> tuple[object, ...]:
    """Sorts the weightiest first; what is no gap, and who does not wish to be asked, come last."""
    is_quiet = gap.of in (GapKind.EMPTY, GapKind.UNWILLING) or gap.because is Because.LEANS
    return is_quiet, -(gap.people or 0.0), -(gap.families or 0), -gap.area_m2, gap.id


def _forming(look: Look) -> Iterator[Gap]:
    """Communes under construction."""
    for group, members in look.forming.items():
        yield _of_councils(look, GapKind.FORMING, members, (group,))


def _loose(look: Look) -> Iterator[Gap]:
    """Councils without a commune."""
    units = look.loose_and_beside
    if units.empty:
        return
    limits = look.profile.tolerances
    crossings = neighbours(units, tolerance_m=limits.sliver_m, min_edge_m=limits.min_edge_m)
    crossings = pd.concat([crossings[["left", "right"]], look.links])
    councils = look.councils.loc[units.index].assign(left=look.left(units.index))
    for each in loose_councils(councils, crossings, _enclosed(look, units, councils), profile=look.profile):
        if look.is_asked(each.councils):
            yield _of_loose(look, each)


def _enclosed(look: Look, units: GeoSeries, councils: pd.DataFrame) -> dict[str, str]:
    """By council without a commune, the commune in whose hole it lies."""
    communes = sorted({group for groups in councils["groups"] for group in groups})
    members = look.members_of(communes)
    shapes = look.shapes.loc[members["council"]]
    number, names = pd.factorize(members["group"])
    # Most communes are one ring around, and have no hole.
    may_enclose = ~are_one_ring(Outlines.of(shapes), number.astype(np.int64), len(names))[number]
    covers = gaps.dissolve(shapes[may_enclose], members["group"][may_enclose])
    loose = units[(councils["groups"].str.len() == 0).to_numpy()]
    found = contiguity.enclaves(covers, loose, pd.Series(dtype=object))
    return dict(zip(found["unit"], found["group"], strict=True))


def _of_loose(look: Look, loose: Loose) -> Gap:
    return _of_councils(look, loose.of, loose.councils, loose.groups, needed=loose.needed)


def _of_councils(
    look: Look, of: GapKind, councils: tuple[str, ...], around: tuple[str, ...], *, needed: int = 0
) -> Gap:
    shapes = np.asarray(look.shapes.loc[list(councils)].array)
    families = look.councils.loc[list(councils), "families"]
    return Gap(
        of=of,
        shape=look.in_degrees([shapely.union_all(shapes)])[0],
        area_m2=float(shapely.area(shapes).sum()),
        councils=councils,
        around=around,
        people=None if look.people is None else float(look.people.within(shapes).sum()),
        families=None if families.isna().any() else int(families.sum()),
        needed=needed,
    )


def _uncovered(look: Look) -> Iterator[Gap]:
    """Land in no council."""
    if not look.tells_land:
        return
    limits = look.profile.tolerances
    units = GeoSeries(pd.concat([look.inside, look.beside]), crs=look.inside.crs)
    covered = look.covered if look.beside.empty else shapely.union_all([look.covered, *look.beside])
    found = gaps.gaps(units, width_m=limits.sliver_m, land=look.ground, covered=covered, with_slivers=False)
    shapes = np.asarray(found.geometry.array)
    if not len(shapes):
        return
    people = None if look.people is None else look.people.within(shapes)
    known = None if look.people is None else look.people.knows(shapes)
    empty, circuits = share_within(shapes, look.parks), share_within(shapes, look.circuits)
    around = _councils_around(look, shapes)
    degrees = look.in_degrees(shapes)
    for at in range(len(shapes)):
        counted = float(people[at]) if people is not None and known is not None and known[at] else None
        yield Gap(
            of=_kind_of_land(counted, empty[at], circuits[at]),
            shape=degrees[at],
            area_m2=float(shapely.area(shapes[at])),
            around=around[at],
            people=counted,
        )


def _kind_of_land(people: float | None, empty: float, circuit: float) -> GapKind:
    if people is not None and people > 0:
        return GapKind.CIRCUIT if circuit > _MOST_CIRCUIT else GapKind.NO_COUNCIL
    if people == 0 or empty > _MOST_EMPTY:
        return GapKind.EMPTY
    return GapKind.CIRCUIT if circuit > _MOST_CIRCUIT else GapKind.UNKNOWN


def _councils_around(look: Look, shapes: np.ndarray) -> list[tuple[str, ...]]:
    """Ids of the councils beside each piece of land."""
    units = look.inside
    reach_m = look.profile.tolerances.sliver_m
    shape, unit = shapely.STRtree(np.asarray(units.array)).query(shapes, predicate="dwithin", distance=reach_m)
    return [tuple(sorted(units.index[unit[shape == at]])) for at in range(len(shapes))]


def _with_seats(look: Look, by_road: ByRoad, found: list[Gap]) -> Iterator[Gap]:
    """The same gaps with the seat that is reached first from each."""
    of = {each.council: (each.seat, each.seat_s) for each in by_road.councils}
    land = [gap for gap in found if not gap.councils and gap.of is not GapKind.EMPTY]
    shapes = GeoSeries([gap.shape for gap in land], [gap.id for gap in land], crs=WGS84)
    nearest = dict(zip(shapes.index, by_road.nearest(to_metres(shapes, look.layer.crs)), strict=True))
    for gap in found:
        reached = [of[each] for each in gap.councils if each in of]
        seats = [(seat, time_s) for seat, time_s in reached if seat is not None and time_s is not None]
        first = min(seats, key=lambda each: each[1], default=None)
        yield replace(gap, seat=nearest.get(gap.id, first))


def _by_road(look: Look, by_road: ByRoad) -> Iterator[Gap]:
    """Councils that are joined on the map and not in life: one entry for those of whom the same is told."""
    told: dict[tuple[object, ...], list[Reach]] = {}
    for each in by_road.councils:
        if each.cut_off is not None:
            told.setdefault((Because.CUT_OFF, each.own, each.cut_off, each.seat), []).append(each)
        if each.leans:
            told.setdefault((Because.LEANS, each.lies_in, each.with_, each.lies_in_s is None), []).append(each)
    for (because, *_), reaches in told.items():
        councils = tuple(sorted(each.council for each in reaches))
        around = tuple(sorted({each.own for each in reaches if each.own})) if because is Because.CUT_OFF else ()
        gap = _of_councils(look, GapKind.TOO_FEW, councils, around)
        yield replace(gap, because=Because(str(because)), reaches=tuple(reaches))


def _coverage(look: Look) -> Coverage:
    """How much of what was asked about is covered, and how many people."""
    in_commune = look.councils.loc[look.inside.index, "groups"].str.len().to_numpy() > 0
    covers = [look.covered, look.covered if in_commune.all() else gaps.cover(look.clipped[in_commune])]
    people = [None] * 3 if look.people is None else look.people.within(np.array([look.whole, *covers])).tolist()
    own = [each for each in look.inside.index if look.is_asked((each,))]
    return Coverage(
        area_m2=float(look.whole.area),
        councils_m2=float(covers[0].area),
        communes_m2=float(covers[1].area),
        councils=len(own),
        in_communes=int((look.councils.loc[own, "groups"].str.len() > 0).sum()),
        people=people[0],
        people_in_councils=people[1],
        people_in_communes=people[2],
    )
