"""Candidate communes: connected regions of units, of the sizes wanted, with as few left over as can be.

`Patchwork.of` takes the measures of a layer, `candidate_plans` proposes several plans, `moved` moves one unit by
hand. The search draws random spanning trees, divides each as well as a tree can be divided, draws anew what lies
around units left over, and then hands over units and recombines pairs of regions for the sake of compactness.
"""

from territory.geo.regions.barriers import barred
from territory.geo.regions.patchwork import NoSize, Patchwork
from territory.geo.regions.plans import Plan, Reason, Wanted, difference, moved
from territory.geo.regions.search import candidate_plans

__all__ = [
    "NoSize",
    "Patchwork",
    "Plan",
    "Reason",
    "Wanted",
    "barred",
    "candidate_plans",
    "difference",
    "moved",
]
