"""Corridors told as data: what each is made of, what is missing, and with whom to talk."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from territory.services import reports
from territory.services.organizing.corridors import Corridors, Planned

_MOST_WIDTHS = 200


def told(found: Corridors) -> dict[str, Any]:
    """Corridors as the API tells them; each with measures, the list of work, and its shapes as GeoJSON."""
    wishes = found.wishes
    named = _Names(found)
    return {
        "members": named(dict.fromkeys(wishes.members)),
        "width_m": wishes.width_m,
        "ordered": wishes.is_ordered,
        "corridors": [_told(found, planned, named) for planned in found.planned],
    }


class _Names:
    """Ids with their names; hexagons of land that nobody covers have none."""

    def __init__(self, found: Corridors) -> None:
        ground = found.problem.ground
        self._names = found.names
        self.uncovered = frozenset(ground.units.index[ground.is_uncovered])

    def __call__(self, ids: Iterable[Any]) -> list[dict[str, str]]:
        known = [str(each) for each in ids if each not in self.uncovered]
        return [{"id": each, "name": self._names.get(each, each)} for each in known]


def _told(found: Corridors, planned: Planned, named: _Names) -> dict[str, Any]:
    proof, corridor = planned.proof, planned.corridor
    families, unknown = proof.families
    least = found.planned[0].corridor.cost
    return {
        "kind": planned.variety,
        "cost": corridor.cost,
        "times_least": corridor.cost / least if least > 0 else None,
        "is_optimal": corridor.is_optimal,
        "unreached": named(corridor.unreached),
        "apart": named(proof.apart),
        "length_m": proof.length_m,
        "area_m2": proof.area_m2,
        "narrowest_m": None if math.isnan(proof.narrowest_m) else proof.narrowest_m,
        "continuity": proof.continuity,
        "councils": int((~proof.units["is_uncovered"]).sum()),
        "families": families,
        "families_unknown": unknown,
        "talk_to": named(planned.councils),
        "breaks": [
            {"id": f"break-{at}", "length_m": float(each.length_m), "beside": named(each.beside)}
            for at, each in enumerate(proof.breaks.itertuples(index=False))
        ],
        "cuts": [_cut(each, named) for each in proof.cuts.itertuples(index=False) if named([each.unit])],
        "belts": [
            {
                "start": named([each.start])[0],
                "end": named([each.end])[0],
                "belts": int(each.belts),
                "possible": int(each.possible),
            }
            for each in proof.belts.itertuples(index=False)
        ],
        "profile": _profile(planned),
        "crossed": [_crossed(found, each, named) for each in proof.crossed.itertuples(index=False)],
        "water": _water(planned),
        "shapes": {"type": "FeatureCollection", "features": list(_features(found, planned, named))},
    }


def _cut(each: Any, named: _Names) -> dict[str, Any]:
    return {
        "council": named([each.unit])[0],
        "bypass_cost": float(each.bypass_cost) if math.isfinite(each.bypass_cost) else None,
        "bypass": named(each.bypass),
        "bypass_is_uncovered": not named.uncovered.isdisjoint(each.bypass),
    }


def _crossed(found: Corridors, each: Any, named: _Names) -> dict[str, Any]:
    return {
        "layer": each.layer,
        **named([each.feature])[0],
        "source": found.sources.get(str(each.feature)),
        "area_m2": float(each.area_m2),
        "share": float(each.share),
        "length_m": float(each.length_m),
        "crossings": int(each.crossings),
    }


def _water(planned: Planned) -> list[dict[str, str]]:
    inside = _inside(planned.water, planned.proof.polygon)
    return [{"id": str(id_), "name": str(called)} for id_, called in inside["called"].items()]


def _inside(points: GeoDataFrame, ground: BaseGeometry) -> GeoDataFrame:
    return points[points.intersects(ground)]


def _profile(planned: Planned) -> list[dict[str, float]]:
    """Widths along the corridor, thinned out for a chart; of each stretch the narrowest place is told."""
    profile = planned.proof.profile
    step = max(1, math.ceil(len(profile) / _MOST_WIDTHS))
    stretch = profile["branch"].astype(str) + "-" + (profile.groupby("branch").cumcount() // step).astype(str)
    narrowest = profile.loc[np.sort(profile.groupby(stretch)["width_m"].idxmin().to_numpy())]
    return [
        {"branch": int(each.branch), "at_m": float(each.at_m), "width_m": float(each.width_m)}
        for each in narrowest.itertuples(index=False)
    ]


def _features(found: Corridors, planned: Planned, named: _Names) -> Iterator[dict[str, Any]]:
    """Ground, belt, line, breaks and councils of a corridor, each with its ``kind``, in the order to be drawn."""
    proof, units = planned.proof, found.problem.ground.units
    belt = units.loc[planned.envelope.index]
    cut = set(proof.cuts["unit"])
    own = proof.units[~proof.units["is_uncovered"]]
    is_member = own["member"].notna()
    rows: list[tuple[str, str, BaseGeometry, dict[str, Any]]] = []
    if len(belt):
        rows.append(("envelope", "envelope", shapely.union_all(np.asarray(belt.array)), {}))
    about = {"length_m": proof.length_m, "area_m2": proof.area_m2}
    rows.append(("corridor", "corridor", proof.polygon, about))
    for id_, kind in zip(own.index, np.where(is_member, "member", "talk_to"), strict=True):
        told_of = {**named([id_])[0], "member": _member(own.at[id_, "member"]), "is_cut": id_ in cut}
        rows.append((f"council-{id_}", str(kind), units[id_], told_of))
    for at, line in enumerate(proof.backbone.array):
        rows.append((f"backbone-{at}", "backbone", line, {"length_m": float(line.length)}))
    for at, each in enumerate(proof.breaks.itertuples(index=False)):
        beside = [one["name"] for one in named(each.beside)]
        rows.append((f"break-{at}", "break", each.geometry, {"length_m": float(each.length_m), "beside": beside}))
    rows += [
        (f"water-{id_}", "water", each.geometry, {"name": str(each.called)})
        for id_, each in _inside(planned.water, proof.polygon).iterrows()
    ]
    rows = [row for row in rows if not row[2].is_empty]
    shapes = found.look.in_degrees([shape for *_, shape, _ in rows])
    for (id_, kind, _, about_it), shape in zip(rows, shapes, strict=True):
        yield {
            "type": "Feature",
            "id": id_,
            "properties": {"kind": kind, **about_it},
            "geometry": reports.geometry(shape),
        }


def _member(member: Any) -> str | None:
    return None if pd.isna(member) else str(member)
