"""How two neighbours come to agree on the line between them: piece by piece, both asked, nothing moved before."""

from territory.services.agreement.border import UNASKED, Border, Neighbour, border, neighbours, pair_seen, state_of
from territory.services.agreement.pieces import Kind, Piece
from territory.services.agreement.proposing import Reply, answer, history, propose, withdraw
from territory.services.agreement.settling import DISAGREE, Choice, line_names, preview, way_of, ways

__all__ = [
    "DISAGREE",
    "UNASKED",
    "Border",
    "Choice",
    "Kind",
    "Neighbour",
    "Piece",
    "Reply",
    "answer",
    "border",
    "history",
    "line_names",
    "neighbours",
    "pair_seen",
    "preview",
    "propose",
    "state_of",
    "way_of",
    "ways",
    "withdraw",
]
