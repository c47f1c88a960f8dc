"""What assemblies decide: about their lines, about belonging to groups, about becoming several or one.

Each function enters acts in the name of a key that may decide for the territories concerned, under one log entry.
"""

from territory.services.acts.comparing import Members, Quorum, Report, Shift, Side
from territory.services.acts.consents import LANDS, consent, consents_of
from territory.services.acts.groups import Moved, join, leave, what_if
from territory.services.acts.lineage import Assent, Part, Succession, dissolve, merge, split
from territory.services.acts.lines import Decision, acts_made, acts_of, publish, ratify, withdraw
from territory.services.acts.minutes import Minutes, NotDecided
from territory.services.acts.supposing import Change, Found, Join, Leave, Merge, Split
from territory.services.acts.telling import Telling, told, told_now

__all__ = [
    "LANDS",
    "Assent",
    "Change",
    "Decision",
    "Found",
    "Join",
    "Leave",
    "Members",
    "Merge",
    "Minutes",
    "Moved",
    "NotDecided",
    "Part",
    "Quorum",
    "Report",
    "Shift",
    "Side",
    "Split",
    "Succession",
    "Telling",
    "acts_made",
    "acts_of",
    "consent",
    "consents_of",
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
