"""Access by road told in sentences, and as the API tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from territory.geo.access import CutOff
from territory.services import reports
from territory.services.organizing.access import Reach, Reached
from territory.words import say


def told(found: Reached, language: str) -> dict[str, Any]:
    """Access as the API tells it: a GeoJSON collection with a point for each council, and the seats beside it."""
    return {
        "type": "FeatureCollection",
        "roads": list(found.roads),
        "counts": {
            "councils": len(found.councils),
            "unreached": sum(each.seat is None for each in found.councils),
            "cut_off": sum(each.cut_off is not None for each in found.councils),
            "leaning": sum(each.leans for each in found.councils),
        },
        "seats": {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "id": id_,
                    "properties": {"name": found.names.get(id_, id_), "is_told": seat.is_told},
                    "geometry": reports.geometry(seat.at),
                }
                for id_, seat in found.seats.items()
            ],
        },
        "features": [_feature(each, found, language) for each in found.councils],
    }


def _feature(reach: Reach, found: Reached, language: str) -> dict[str, Any]:
    def named(id_: str | None) -> dict[str, str] | None:
        return None if id_ is None else {"id": id_, "name": found.names.get(id_, id_)}

    return {
        "type": "Feature",
        "id": reach.council,
        "properties": {
            "council": named(reach.council),
            "seat": named(reach.seat),
            "seat_s": reach.seat_s,
            "own": named(reach.own),
            "own_s": reach.own_s,
            "is_cut_off": reach.cut_off is not None,
            "reason": None if reach.cut_off is None else reach.cut_off.value,
            "lies_in": named(reach.lies_in),
            "lies_in_s": reach.lies_in_s,
            "with": named(reach.with_),
            "with_s": reach.with_s,
            "differs": reach.differs,
            "leans": reach.leans,
            "why": said(reach, found.names, language),
        },
        "geometry": reports.geometry(reach.at),
    }


def said(reach: Reach, names: Mapping[str, str], language: str) -> str:
    """How a council is reached: why it is cut off from its own seat, with whom it is by road, the nearest seat."""
    told = []
    if reach.cut_off is not None:
        told.append(cut_off([reach], names, language))
    if reach.leans:
        told.append(leans([reach], names, language))
    # Why somebody is cut off may tell of the nearest seat as well, or that there is none.
    if reach.cut_off is None or (reach.seat is not None and reach.cut_off is not CutOff.SLOW):
        told.append(nearest(reach, names, language))
    sentences = " ".join(told)
    is_named = reach.cut_off is not None or reach.leans
    return sentences if is_named else f"{_called(reach.council, names)}: {sentences}"


def nearest(reach: Reach, names: Mapping[str, str], language: str) -> str:
    """Whose seat is reached first, and when."""
    if reach.seat is None:
        return say(language, "access.no_seat")
    return say(language, "access.nearest", seat=_called(reach.seat, names), seat_s=reach.seat_s)


def cut_off(reaches: Sequence[Reach], names: Mapping[str, str], language: str) -> str:
    """Why councils of one commune do not reach its seat as they should; the worst of them is told."""
    worst = max(reaches, key=lambda each: each.own_s or 0.0)
    return say(
        language,
        f"access.cut_off.{worst.cut_off}",
        councils=[_called(each.council, names) for each in reaches],
        own=_called(worst.own, names),
        own_s=worst.own_s or 0.0,
        seat=_called(worst.seat, names),
        seat_s=worst.seat_s or 0.0,
    )


def leans(reaches: Sequence[Reach], names: Mapping[str, str], language: str) -> str:
    """With whom councils are by road that lie in one municipality on the map; the worst of them is told."""
    worst = max(reaches, key=lambda each: each.lies_in_s or 0.0)
    key = "access.leans" if worst.lies_in_s is not None else "access.leans_alone"
    return say(
        language,
        key,
        councils=[_called(each.council, names) for each in reaches],
        lies_in=_called(worst.lies_in, names),
        lies_in_s=worst.lies_in_s or 0.0,
        to=_called(worst.with_, names),
        with_s=worst.with_s or 0.0,
    )


def _called(id_: str | None, names: Mapping[str, str]) -> str:
    return "" if id_ is None else names.get(id_, id_)
