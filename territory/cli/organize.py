"""``territory gaps``, ``access`` and ``propose``: what organizers ask, as lines or as a layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely
from shapely import MultiPolygon

from territory.cli.answers import write_answer
from territory.cli.drawn import read_shapes
from territory.cli.progress import progress_bar
from territory.geo.progress import silent
from territory.geo.repair import canonical_shape
from territory.services import organizing
from territory.services.access import OPERATOR
from territory.services.operations import using
from territory.services.organizing import (
    Asked,
    Coverage,
    Reached,
    Wishes,
    Workbench,
    access_telling,
    telling,
    workbench,
)
from territory.services.reference import read_profile
from territory.words import measure, say
from territory.words import number as number_of

_SHOWN = 20


def gaps(
    store: str,
    where: Asked,
    *,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> None:
    """Find what is missing in an area, and write it."""
    with using(store, read_profile(profile)) as register, progress_bar(language) as progress:
        bench = workbench(register, OPERATOR, where, progress=progress or silent)
    write_answer(telling.told(bench, language), _lines(bench, language), form=form, output=output)


def access(
    store: str,
    where: Asked,
    *,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> None:
    """Find who reaches whom by road, and write it: as lines, those first for whom something is wrong."""
    with using(store, read_profile(profile)) as register, progress_bar(language) as progress:
        found = organizing.reached(register, OPERATOR, where, progress=progress or silent)
    write_answer(access_telling.told(found, language), _reached(found, language), form=form, output=output)


def _reached(found: Reached, language: str) -> Iterator[str]:
    wrong = [each for each in found.councils if each.cut_off is not None or each.leans]
    counts = {"councils": len(found.councils), "cut_off": sum(each.cut_off is not None for each in wrong)}
    yield say(language, "cli.access.summary", **counts, leaning=sum(each.leans for each in wrong))
    rest = sorted(
        (each for each in found.councils if each not in wrong), key=lambda each: -(each.seat_s or float("inf"))
    )
    for each in [*wrong, *rest][:_SHOWN]:
        yield access_telling.said(each, found.names, language)
    if len(found.councils) > _SHOWN:
        yield say(language, "cli.gaps.more", more=len(found.councils) - _SHOWN)


def asked(area: Path | None, jurisdiction: str | None) -> Asked:
    """Where to look, by what was typed."""
    return Asked(area=None if area is None else read_area(area), jurisdiction=jurisdiction)


def read_area(path: Path) -> MultiPolygon:
    """The ground of all polygons of a file, WGS 84.

    Raises
    ------
    Unusable
        The file cannot be read, or holds no polygons with a coordinate system.
    """
    shapes = read_shapes(path, "Polygon", "MultiPolygon")
    return canonical_shape(shapely.union_all(shapes.make_valid().array))


def _lines(bench: Workbench, language: str) -> Iterator[str]:
    yield from _covered(bench.coverage, language)
    if bench.population is None:
        yield say(language, "cli.gaps.no_population")
    else:
        yield say(
            language, "cli.gaps.population", **{key: value or "—" for key, value in bench.population.items()}
        )
    yield ""
    for gap in bench.gaps[:_SHOWN]:
        place = gap.shape.point_on_surface()
        yield f"{gap.of.value}  {telling.why(gap, bench.names, language)}  ({place.y:.5f}, {place.x:.5f})"
        yield f"   → {telling.closes(gap, bench.names, language)}"
    if len(bench.gaps) > _SHOWN:
        yield say(language, "cli.gaps.more", more=len(bench.gaps) - _SHOWN)
    if not bench.gaps:
        yield say(language, "cli.gaps.none")


def _covered(coverage: Coverage, language: str) -> Iterator[str]:
    yield say(
        language,
        "cli.gaps.land",
        covered_m2=coverage.councils_m2,
        area_m2=coverage.area_m2,
        share=coverage.councils_m2 / coverage.area_m2 if coverage.area_m2 else 0.0,
    )
    yield say(language, "cli.gaps.councils", councils=coverage.councils, in_communes=coverage.in_communes)
    if coverage.people is not None and coverage.people_in_councils is not None:
        share = coverage.people_in_councils / coverage.people if coverage.people else 0.0
        yield say(
            language,
            "cli.gaps.people",
            people=number_of(coverage.people, language),
            covered=number_of(coverage.people_in_councils, language),
            part=measure("share", share, language),
        )


def propose(
    store: str,
    wishes: Wishes,
    *,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> None:
    """Group councils without a commune, and write the plans."""
    with using(store, read_profile(profile)) as register, progress_bar(language) as progress:
        found = organizing.propose(register, OPERATOR, wishes, progress=progress or silent)
    told = telling.candidates(found, language)
    write_answer(told, _plans(told, language), form=form, output=output)


def _plans(told: dict[str, Any], language: str) -> Iterator[str]:
    yield say(language, "cli.propose.summary", **{key: told[key] for key in ("councils", "least", "most", "seed")})
    for number, plan in enumerate(told["plans"], start=1):
        groups = plan["groups"]["features"]
        yield ""
        yield say(
            language,
            "cli.propose.plan",
            number=number,
            groups=len(groups),
            left_over=len(plan["left_over"]),
            bound=plan["bound"],
            compactness=number_of(plan["compactness"], language, 2),
        )
        for group in groups:
            names = [each["name"] for each in group["properties"]["councils"]]
            yield say(language, "cli.propose.group", count=len(names), councils=names)
        for each in plan["left_over"]:
            yield say(language, "cli.propose.left_over", name=each["name"], why=each["why"])
