"""Gaps told in sentences: why each is one, and what would close it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from territory.geo.access import CutOff
from territory.services import reports
from territory.services.organizing import access_telling
from territory.services.organizing.communes import Candidate, Candidates
from territory.services.organizing.gaps import Because, Gap, Workbench
from territory.services.organizing.kinds import GapKind
from territory.words import say


def why(gap: Gap, names: Mapping[str, str], language: str) -> str:
    """Why it is a gap, in one sentence."""
    if gap.because is Because.CUT_OFF:
        return access_telling.cut_off(gap.reaches, names, language)
    if gap.because is Because.LEANS:
        return access_telling.leans(gap.reaches, names, language)
    return say(language, f"gaps.{gap.key}.why", **_args(gap, names))


def closes(gap: Gap, names: Mapping[str, str], language: str) -> str:
    """What would close it, in one sentence."""
    if gap.because is not None:
        is_slow = any(each.cut_off is CutOff.SLOW for each in gap.reaches)
        is_long = gap.because is Because.CUT_OFF and is_slow
        return say(language, f"access.closes.{'slow' if is_long else gap.key}")
    key = f"gaps.{gap.key}.closes"
    return say(language, key if gap.around or gap.of not in _BESIDE else f"{key}_alone", **_args(gap, names))


# What is said to them depends on whether anybody is beside them.
_BESIDE = (GapKind.NO_COUNCIL, GapKind.CIRCUIT, GapKind.UNKNOWN, GapKind.TOO_FEW)


def _args(gap: Gap, names: Mapping[str, str]) -> dict[str, Any]:
    def called(ids: tuple[str, ...]) -> list[str]:
        return [names.get(each, each) for each in ids]

    return {
        "councils": called(gap.councils),
        "around": called(gap.around),
        "count": len(gap.councils),
        "needed": gap.needed,
        "area_m2": gap.area_m2,
        "people": 0 if gap.people is None else round(gap.people),
    }


def told(bench: Workbench, language: str) -> dict[str, Any]:
    """A workbench as the API tells it: a GeoJSON collection of gaps, the weightiest first."""
    coverage = bench.coverage
    return {
        "type": "FeatureCollection",
        "coverage": {
            "area_m2": coverage.area_m2,
            "councils_m2": coverage.councils_m2,
            "communes_m2": coverage.communes_m2,
            "councils": coverage.councils,
            "in_communes": coverage.in_communes,
            "people": coverage.people,
            "people_in_councils": coverage.people_in_councils,
            "people_in_communes": coverage.people_in_communes,
        },
        "population": bench.population,
        "roads": bench.roads,
        "counts": {kind.value: sum(gap.of is kind for gap in bench.gaps) for kind in GapKind},
        "area": reports.geometry(bench.area),
        "features": [feature(gap, bench.names, language) for gap in bench.gaps],
    }


def feature(gap: Gap, names: Mapping[str, str], language: str) -> dict[str, Any]:
    """A gap as a GeoJSON feature."""
    return {
        "type": "Feature",
        "id": gap.id,
        "properties": {
            "kind": gap.of.value,
            "because": gap.because,
            "called": say(
                language, f"gaps.{gap.key}.called" if gap.because is None else f"access.called.{gap.key}"
            ),
            "why": why(gap, names, language),
            "closes": closes(gap, names, language),
            "councils": [{"id": each, "name": names.get(each, each)} for each in gap.councils],
            "around": [{"id": each, "name": names.get(each, each)} for each in gap.around],
            "people": gap.people,
            "families": gap.families,
            "area_m2": gap.area_m2,
            "needed": gap.needed,
            "by_road": _seat(gap, names, language),
        },
        "geometry": reports.geometry(gap.shape),
    }


def _seat(gap: Gap, names: Mapping[str, str], language: str) -> dict[str, Any] | None:
    """The seat that is reached first by road."""
    if gap.seat is None:
        return None
    id_, time_s = gap.seat
    name = names.get(id_, id_)
    said = say(language, "access.nearest", seat=name, seat_s=time_s)
    return {"seat": {"id": id_, "name": name}, "seat_s": time_s, "said": said}


def candidates(found: Candidates, language: str) -> dict[str, Any]:
    """Candidate communes as the API tells them: the plans, each with its groups as GeoJSON."""
    return {
        "councils": found.councils,
        "least": found.least,
        "most": found.most,
        "seed": found.seed,
        "plans": [_plan(plan, found, language) for plan in found.plans],
    }


def _plan(plan: Candidate, found: Candidates, language: str) -> dict[str, Any]:
    names = found.names
    return {
        "served": found.councils - len(plan.left_over),
        "bound": plan.bound,
        "is_valid": plan.is_valid,
        "compactness": plan.compactness,
        "groups": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": group.number,
                    "properties": {
                        "councils": [{"id": each, "name": names.get(each, each)} for each in group.councils],
                        "families": group.families,
                        "area_m2": group.area_m2,
                        "compactness": group.compactness,
                        "travel_h": group.travel_h,
                        "crossings": group.crossings,
                        "is_connected": group.is_connected,
                        "is_within": group.is_within,
                        "is_locked": group.is_locked,
                    },
                    "geometry": reports.geometry(group.shape),
                }
                for group in plan.groups
            ],
        },
        "left_over": [
            {
                "id": each,
                "name": names.get(each, each),
                "reason": reason.value,
                "why": say(language, f"organize.left_over.{reason.value}"),
            }
            for each, reason in sorted(plan.left_over.items())
        ],
    }
