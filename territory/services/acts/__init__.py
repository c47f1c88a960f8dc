"""What assemblies decide: about their lines, about belonging to groups, about becoming several or one.

Each function enters acts in the name of a key that may decide for the territories concerned, under one log entry.
"""

from territory.services.acts.consents import LANDS, consent, consents_of
from territory.services.acts.departure import Members, Quorum, Report, Side
from territory.services.acts.groups import Moved, join, leave, what_if
from territory.services.acts.lineage import Assent, Part, Succession, cut, dissolve, merge, split
from territory.services.acts.lines import Decision, acts_made, acts_of, publish, ratify, withdraw
from territory.services.acts.minutes import Minutes, NotDecided
from territory.services.acts.telling import Telling, told, told_now

__all__ = [
    "LANDS",
    "Assent",
    "Decision",
    "Members",
    "Minutes",
    "Moved",
    "NotDecided",
    "Part",
    "Quorum",
    "Report",
    "Side",
    "Succession",
    "Telling",
    "acts_made",
    "acts_of",
    "consent",
    "consents_of",
    "cut",
    "dissolve",
    "join",
    "leave",
    "merge",
    "publish",
    "ratify",
    "split",
    "told",
    "told_now",
    "what_if",
    "withdraw",
]
