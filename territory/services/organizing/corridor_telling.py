"""A corridor told as data: what it is made of, what is missing, and with whom to talk."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely

from territory.services import reports
from territory.services.organizing.corridors import Planned

_MOST_WIDTHS = 200


def told(planned: Planned) -> dict[str, Any]:
    """A corridor as the API tells it: measures, the list of work, and its shapes as GeoJSON."""
    proof, corridor, look = planned.proof, planned.corridor, planned.look
    families, unknown = proof.families

    def named(ids: Iterable[Any]) -> list[dict[str, str]]:
        return [{"id": str(each), "name": look.names.get(str(each), str(each))} for each in ids]

    belts = proof.belts.itertuples(index=False)
    return {
        "cost": corridor.cost,
        "is_optimal": corridor.is_optimal,
        "unreached": named(corridor.unreached),
        "apart": named(proof.apart),
        "length_m": proof.length_m,
        "area_m2": proof.area_m2,
        "narrowest_m": None if math.isnan(proof.narrowest_m) else proof.narrowest_m,
        "continuity": proof.continuity,
        "families": families,
        "families_unknown": unknown,
        "talk_to": named(planned.councils),
        "breaks": [
            {"length_m": float(each.length_m), "beside": named(each.beside)}
            for each in proof.breaks.itertuples(index=False)
        ],
        "cuts": [
            {
                "council": named([each.unit])[0],
                "bypass_cost": float(each.bypass_cost) if math.isfinite(each.bypass_cost) else None,
                "bypass": named(each.bypass),
            }
            for each in proof.cuts.itertuples(index=False)
        ],
        "belts": [
            {
                "start": named([each.start])[0],
                "end": named([each.end])[0],
                "belts": int(each.belts),
                "possible": int(each.possible),
            }
            for each in belts
        ],
        "profile": _profile(planned),
        "crossed": [
            {
                "layer": each.layer,
                **named([each.feature])[0],
                "area_m2": float(each.area_m2),
                "share": float(each.share),
            }
            for each in proof.crossed.itertuples(index=False)
        ],
        "shapes": _shapes(planned),
    }


def _profile(planned: Planned) -> list[dict[str, float]]:
    """Widths along the corridor, thinned out for a chart."""
    profile = planned.proof.profile
    step = max(1, len(profile) // _MOST_WIDTHS)
    return [
        {"branch": int(each.branch), "at_m": float(each.at_m), "width_m": float(each.width_m)}
        for each in profile.iloc[::step].itertuples(index=False)
    ]


def _shapes(planned: Planned) -> dict[str, Any]:
    look, proof = planned.look, planned.proof
    belt = planned.problem.ground.units.loc[planned.envelope.index]
    named = {
        "envelope": [shapely.union_all(np.asarray(belt.array))] if len(belt) else [],
        "corridor": [proof.polygon],
        "backbone": list(proof.backbone.array),
        "break": list(proof.breaks.geometry.array),
    }
    features = [
        {"type": "Feature", "properties": {"kind": kind}, "geometry": reports.geometry(shape)}
        for kind, shapes in named.items()
        for shape in look.in_degrees([each for each in shapes if not each.is_empty])
    ]
    return {"type": "FeatureCollection", "features": features}
