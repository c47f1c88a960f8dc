"""Corridors: territories that hang together and join members, and what there is to say about them.

`Ground.of` finds where one can cross, and cuts uncovered land into hexagons; `price` says what each unit costs;
`core` and `axis` choose units; `backbone` and `polygon` draw them; `proof` measures what was drawn. `chain` tells
of a corridor that stands.
"""

from territory.geo.corridors.chain import Chain, chain
from territory.geo.corridors.ground import Ground, TooFine
from territory.geo.corridors.pricing import Barrier, Favour, NoSuchMember, Prices, Problem, price
from territory.geo.corridors.proof import Proof, proof
from territory.geo.corridors.routes import Corridor, alternatives, axis, core, cuts, envelope, reinforced
from territory.geo.corridors.shape import backbone, polygon

__all__ = [
    "Barrier",
    "Chain",
    "Corridor",
    "Favour",
    "Ground",
    "NoSuchMember",
    "Prices",
    "Problem",
    "Proof",
    "TooFine",
    "alternatives",
    "axis",
    "backbone",
    "chain",
    "core",
    "cuts",
    "envelope",
    "polygon",
    "price",
    "proof",
    "reinforced",
]
