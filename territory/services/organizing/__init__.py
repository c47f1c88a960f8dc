"""What organizers work with: who is covered by nobody, and what could be done about it. Nothing here decides."""

from territory.services.organizing.access import Reached, reached
from territory.services.organizing.communes import Candidate, Candidates, Wishes, measured, propose
from territory.services.organizing.corridors import Corridors, CorridorWishes, Planned, plan_corridor
from territory.services.organizing.gaps import Coverage, Gap, Workbench, workbench
from territory.services.organizing.kinds import GapKind
from territory.services.organizing.look import Asked

__all__ = [
    "Asked",
    "Candidate",
    "Candidates",
    "CorridorWishes",
    "Corridors",
    "Coverage",
    "Gap",
    "GapKind",
    "Planned",
    "Reached",
    "Wishes",
    "Workbench",
    "measured",
    "plan_corridor",
    "propose",
    "reached",
    "workbench",
]
