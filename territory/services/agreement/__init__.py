"""How two neighbours come to agree on the line between them: piece by piece, both asked, nothing moved before."""

from territory.services.agreement.border import UNASKED, Border, Neighbour, border, neighbours, pair_seen, state_of
from territory.services.agreement.moving import asked_with, propose_moved
from territory.services.agreement.news import News, news
from territory.services.agreement.pieces import Kind, Piece
from territory.services.agreement.proposing import Reply, answer, history, propose, withdraw
from territory.services.agreement.settling import DISAGREE, Choice, preview, way_of, ways
from territory.services.agreement.telling import Telling

__all__ = [
    "DISAGREE",
    "UNASKED",
    "Border",
    "Choice",
    "Kind",
    "Neighbour",
    "News",
    "Piece",
    "Reply",
    "Telling",
    "answer",
    "asked_with",
    "border",
    "history",
    "neighbours",
    "news",
    "pair_seen",
    "preview",
    "propose",
    "propose_moved",
    "state_of",
    "way_of",
    "ways",
    "withdraw",
]
