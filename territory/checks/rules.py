"""The rules: geometry, facts and profile in, findings out. A rule never mends anything.

Each is a generator over a `Survey`; its findings are in metres, in the CRS of the survey. Adding a rule is
adding it to `LAYER_RULES`, and to `DRAWING_RULES` when it can be asked of one boundary alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import Point
from shapely.geometry.base import BaseGeometry

from territory.checks.survey import Survey
from territory.findings import Code, Finding, Severity
from territory.geo import contiguity, coverage, gaps, jurisdictions
from territory.geo.outlines import Outlines, shared_areas_m2
from territory.profiles import Profile, Range
from territory.words import measure

Rule = Callable[[Survey], Iterator[Finding]]

_NOWHERE = Point()


def _found(
    code: Code, severity: Severity, territories: Iterable[str], geometry: BaseGeometry, **args: float | int | str
) -> Finding:
    return Finding(
        code=code,
        severity=severity,
        territories=tuple(sorted(territories)),
        geometry=geometry,
        place=_NOWHERE,
        args=args,
    )


def overlapping(survey: Survey) -> Iterator[Finding]:
    """Ground that two territories of one level claim."""
    limits = survey.profile.tolerances
    explained: GeoSeries | None = None
    for level in survey.ladder:
        found = survey.overlaps(level.id)
        if found.empty:
            continue
        if explained is not None:
            found = found[~_is_explained(found, explained, limits.min_area_m2)]
        explained = found.geometry if explained is None else pd.concat([explained, found.geometry])
        columns = zip(
            found["left"],
            found["right"],
            found["area_m2"],
            found["left_share"],
            found["right_share"],
            coverage.is_wide(found.geometry, width_m=limits.sliver_m),
            found.geometry,
            strict=True,
        )
        for left, right, area_m2, left_share, right_share, is_wide, ground in columns:
            pair, share = (left, right), max(left_share, right_share)
            if min(left_share, right_share) >= limits.duplicate_share:
                yield _found(Code.DUPLICATE, Severity.WARNING, pair, ground, area_m2=area_m2, share=share)
            elif share >= limits.contains_share:
                inner, outer = pair if left_share > right_share else (right, left)
                yield _found(
                    Code.CONTAINS,
                    Severity.WARNING,
                    pair,
                    ground,
                    area_m2=area_m2,
                    share=share,
                    inner=inner,
                    outer=outer,
                )
            elif is_wide:
                yield _found(Code.OVERLAP, Severity.WARNING, pair, ground, area_m2=area_m2, share=share)
            else:
                width_m = coverage.strip_width_m(ground)
                yield _found(Code.SLIVER_OVERLAP, Severity.NOTE, pair, ground, area_m2=area_m2, width_m=width_m)


def _is_explained(found: GeoDataFrame, below: GeoSeries, min_area_m2: float) -> np.ndarray:
    """Whether the overlaps of a level are those of the level below once more: members bring theirs along."""
    left = np.asarray(found.geometry.array)
    rest = left.copy()
    at, other = below.sindex.query(left)
    for k in np.unique(at):
        rest[k] = shapely.difference(left[k], shapely.union_all(np.asarray(below.array)[other[at == k]]))
    return np.asarray(shapely.area(rest) < min_area_m2)


def uncovered(survey: Survey) -> Iterator[Finding]:
    """Ground that no territory of the lowest level covers."""
    if not survey.ladder:
        return
    limits = survey.profile.tolerances
    level = survey.ladder[0].id
    units, land = survey.units(level), survey.ground.land
    covered = gaps.cover(units, outlines=survey.outlines(level))
    if survey.focus is not None:
        land = None  # what is open around one drawing is not its fault
    if land is None and not gaps.has_holes(covered):
        return
    found = gaps.gaps(
        units,
        width_m=limits.sliver_m,
        min_area_m2=limits.min_area_m2,
        land=None if land is None else shapely.union_all(np.asarray(land.geometry.array)),
        covered=covered,
    )
    if survey.focus is not None and len(found):
        found = found[_left_by(survey, units, found)]
    if found.empty:
        return
    shapes = np.asarray(found.geometry.array)
    tree = shapely.STRtree(np.asarray(units.array))
    gap, unit = tree.query(shapes, predicate="dwithin", distance=limits.sliver_m)
    beside = pd.Series(units.index[unit]).groupby(gap).agg(list)
    for at, (area_m2, is_wide, ground) in enumerate(zip(found["area_m2"], found["is_wide"], shapes, strict=True)):
        around = beside.get(at, [])
        if is_wide:
            yield _found(Code.GAP, Severity.WARNING, around, ground, area_m2=area_m2)
        else:
            width_m = coverage.strip_width_m(ground)
            yield _found(Code.SLIVER_GAP, Severity.NOTE, around, ground, area_m2=area_m2, width_m=width_m)


def _left_by(survey: Survey, units: GeoSeries, found: GeoDataFrame) -> np.ndarray:
    """Which gaps a drawing leaves: beside it, and enclosed by what is known around it."""
    drawn = units.loc[survey.focus]
    window = shapely.box(*drawing_window(drawn))
    shapes = np.asarray(found.geometry.array)
    near = shapely.dwithin(shapes, drawn, survey.profile.tolerances.sliver_m)
    return np.asarray(near & shapely.covered_by(shapes, window))


def drawing_window(drawn: BaseGeometry) -> tuple[float, float, float, float]:
    """The surroundings of a drawing in which gaps are looked for: half its size on every side."""
    west, south, east, north = drawn.bounds
    reach = max(east - west, north - south) / 2
    return west - reach, south - reach, east + reach, north + reach


def parted(survey: Survey) -> Iterator[Finding]:
    """Members of a commune that are not joined by an edge or a declared link."""
    for level, table in survey.pieces.items():
        broken = table[table["group"].isin(table.loc[table["piece"] > 0, "group"])]
        if broken.empty:
            continue
        units = survey.units(level)
        by_corner = survey.corner_pieces(level).set_index("unit")["piece"]
        for group, members in broken.groupby("group"):
            away = members.loc[members["piece"] > 0, "unit"]
            is_corner = bool((by_corner.loc[members["unit"]] == 0).all())
            code = Code.CORNER_ONLY if is_corner else Code.PIECES
            ground = shapely.union_all(np.asarray(units.loc[away].array))
            count = int(members["piece"].max()) + 1
            yield _found(code, Severity.WARNING, away, ground, group=str(group), pieces=count)


def enclosed(survey: Survey) -> Iterator[Finding]:
    """Territories that lie in a hole of a commune they do not belong to."""
    for level, table in survey.groups.items():
        units = survey.units(level)
        covers = survey.cover(level, survey.groups_with_holes(level))
        own = table[~table["unit"].duplicated()].set_index("unit")["group"]
        for group, unit in contiguity.enclaves(covers, units, own).itertuples(index=False):
            yield _found(Code.ENCLAVE, Severity.NOTE, [unit], units.loc[unit], group=group)


def families(survey: Survey) -> Iterator[Finding]:
    """Numbers of families outside the reference of the profile, which is never a limit."""
    for unit, kind, count in survey.counted():
        reference = reference_of(survey.profile.families, kind)
        if reference is not None and not reference.holds(count):
            shape = survey.metres.geometry.loc[unit]
            cited = _cited(survey.profile, reference)
            yield _found(Code.FAMILIES, Severity.NOTE, [unit], shape, families=count, **cited)


def councils(survey: Survey) -> Iterator[Finding]:
    """Numbers of councils outside what was seen of communes."""
    lowest = survey.profile.levels[0].id
    table = survey.groups.get(lowest)
    if table is None or not len(table):
        return
    kinds = survey.metres["kind"]
    members = table.assign(kind=kinds.reindex(table["unit"]).to_numpy()).groupby("group")
    commonest = members["kind"].agg(lambda kind: kind.mode().get(0))
    unusual: dict[str, tuple[int, Range]] = {}
    for group, count in members.size().items():
        own = kinds.get(group)
        reference = reference_of(survey.profile.councils, own if isinstance(own, str) else commonest[group])
        if reference is not None and not reference.holds(count):
            unusual[str(group)] = int(count), reference
    for group, ground in survey.cover(lowest, unusual).items():
        count, reference = unusual[str(group)]
        cited = _cited(survey.profile, reference)
        yield _found(Code.COUNCILS, Severity.NOTE, [str(group)], ground, councils=count, **cited)


def reference_of(ranges: Mapping[str, Range], kind: object) -> Range | None:
    """The range of a kind; for one that has none, the widest that the profile knows."""
    if isinstance(kind, str) and kind in ranges:
        return ranges[kind]
    if not ranges:
        return None
    lowest = min(ranges.values(), key=lambda r: r.low)
    highs = [r.high for r in ranges.values()]
    return lowest.model_copy(update={"high": None if None in highs else max(h for h in highs if h is not None)})


def _cited(profile: Profile, reference: Range) -> dict[str, str | int]:
    """A range and who says so, as arguments of a sentence in either language."""
    source = profile.sources[reference.source]
    article = f", art. {reference.article}" if reference.article else ""
    words = {"reference": f"≥ {reference.low}" if reference.high is None else f"{reference.low}–{reference.high}"}
    for language in profile.title:
        words[f"source_{language}"] = source.titled(language) + article
    return {**words, "how_sure": reference.how_sure}


def crossing(survey: Survey) -> Iterator[Finding]:
    """Territories in several municipalities or states: information, and no more."""
    places = survey.jurisdictions
    if places is None:
        return
    limits = survey.profile.tolerances
    for level in survey.ladder:
        units = survey.asked(level.id)
        outlines = survey.outlines(level.id) if survey.focus is None else Outlines.of(units)
        found = jurisdictions.shares(
            units,
            places.geometry,
            outlines=outlines,
            theirs=places.outlines,
            min_area_m2=limits.min_area_m2,
        )
        # Who is wholly in one place, for one source and level, crosses nothing.
        least = limits.jurisdiction_share
        found = found[((found["share"] >= least) & (found["share"] < 1 - least)).to_numpy()]
        kinds = [places.kinds[place] for place in found["jurisdiction"]]
        shapes = dict(zip(units.index, units, strict=True)) if len(found) > 1 else {}
        for source, kind in sorted(set(kinds)):
            within = found[[each == (source, kind) for each in kinds]]
            if len(within) < 2:
                continue
            crossed = jurisdictions.crossings(
                within, units, places.geometry, width_m=limits.sliver_m, min_share=limits.jurisdiction_share
            )
            for unit, parts in groupby(_largest_first(crossed), key=itemgetter(0)):
                shares = [(share, places.names[place]) for _, place, share in parts]
                yield _found(
                    Code.CROSSES,
                    Severity.NOTE,
                    [unit],
                    shapes[unit],
                    count=len(shares),
                    parts=", ".join(f"{measure('share', share, 'es')} {name}" for share, name in shares),
                    level=kind,
                    source=source,
                    largest_share=shares[0][0],
                )


def _largest_first(crossed: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """``unit``, ``jurisdiction``, ``share``, unit by unit."""
    crossed = crossed.sort_values(["unit", "share"], ascending=[True, False])
    return zip(crossed["unit"], crossed["jurisdiction"], crossed["share"].tolist(), strict=True)


def outside_parent(survey: Survey) -> Iterator[Finding]:
    """Territories that reach out of the commune they belong to."""
    limits = survey.profile.tolerances
    shapes = survey.metres.geometry
    for level, table in survey.groups.items():
        known = table[table["group"].isin(shapes.index)].reset_index(drop=True)
        if known.empty:
            continue
        units, parents = shapes.loc[known["unit"]], shapes.loc[known["group"]]
        held_m2 = _shared_with_parents(survey, level, known)
        reaching = np.flatnonzero(shapely.area(np.asarray(units.array)) - held_m2 >= limits.min_area_m2)
        beyond = GeoSeries(
            shapely.difference(np.asarray(units.array)[reaching], np.asarray(parents.array)[reaching]),
            crs=units.crs,
        )
        for at in np.flatnonzero(coverage.is_wide(beyond, width_m=limits.sliver_m)):
            unit, group = str(known["unit"].iat[reaching[at]]), str(known["group"].iat[reaching[at]])
            ground = beyond.iat[at]
            share = ground.area / units.iat[reaching[at]].area
            yield _found(
                Code.OUTSIDE_PARENT,
                Severity.WARNING,
                [unit],
                ground,
                area_m2=ground.area,
                share=share,
                group=group,
            )


def _shared_with_parents(survey: Survey, level: str, memberships: pd.DataFrame) -> np.ndarray:
    """m² that each member shares with the group of its row."""
    ids = pd.unique(memberships["group"])
    ours, theirs = survey.outlines(level), Outlines.of(survey.metres.geometry.loc[ids])
    member = survey.units(level).index.get_indexer(memberships["unit"])
    group = pd.Index(ids).get_indexer(memberships["group"])
    pairs = ours.pairs_with(theirs)
    wanted = pd.MultiIndex.from_arrays([member, group])
    row = wanted.get_indexer(pd.MultiIndex.from_arrays([ours.unit[pairs[:, 0]], theirs.unit[pairs[:, 1]]]))
    areas = shared_areas_m2(ours, theirs, pairs[row >= 0])
    return np.bincount(row[row >= 0], areas, minlength=len(memberships))


def several_parents(survey: Survey) -> Iterator[Finding]:
    """Territories that are listed in several communes."""
    for table in survey.groups.values():
        listed = table.drop_duplicates()
        for unit, own in listed[listed["unit"].duplicated(keep=False)].groupby("unit"):
            groups, shape = sorted(own["group"]), survey.metres.geometry.loc[unit]
            ids = [str(unit), *groups]
            yield _found(Code.SEVERAL_PARENTS, Severity.WARNING, ids, shape, count=len(groups), unit=str(unit))


LAYER_RULES: tuple[Rule, ...] = (
    overlapping,
    uncovered,
    parted,
    enclosed,
    families,
    councils,
    crossing,
    outside_parent,
    several_parents,
)

DRAWING_RULES: tuple[Rule, ...] = (overlapping, uncovered, families, crossing)
