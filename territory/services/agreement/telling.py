"""How a border is told: in one language, with names, for pages, programs and the command line alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from territory.geo.settle import Settlement
from territory.records import Dispute, Stretch
from territory.services import reports
from territory.services.agreement.border import state_of
from territory.services.agreement.pieces import Piece
from territory.services.agreement.settling import line_names, way_of
from territory.services.register import Register
from territory.words import say


class Telling:
    """A border in one language, with what people call the territories, rivers and roads; plain values for JSON.

    Parameters
    ----------
    register
        Where names are.
    language
        Of sentences.
    about
        What will be told, for the rivers and roads that it names.
    """

    def __init__(self, register: Register, language: str, about: Iterable[Stretch | Settlement] = ()) -> None:
        self._standing = register.current().standing
        self._language = language
        self._lines = line_names(register, map(_reference, about))

    def name(self, territory: str) -> str:
        """What people call a territory."""
        known = self._standing.get(territory)
        return territory if known is None else known.name

    def piece(self, piece: Piece) -> dict[str, Any]:
        """A piece of a border, and what was said of it."""
        state = state_of(piece.stretch)
        return {
            "id": piece.id,
            "kind": piece.kind,
            "state": state,
            "length_m": piece.length_m,
            "area_m2": piece.area_m2,
            "message": self._say(f"kind.{piece.kind}", length_m=piece.length_m, area_m2=piece.area_m2),
            "left_line": reports.geometry(piece.left_line),
            "right_line": reports.geometry(piece.right_line),
            "strip": reports.geometry(piece.strip),
            "stretch": None if piece.stretch is None else self.stretch(piece.stretch),
        }

    def stretch(self, stretch: Stretch) -> dict[str, Any]:
        """What was said of a piece."""
        chosen, reference = way_of(stretch) or (stretch.way, None)
        state = state_of(stretch)
        return {
            "id": stretch.id,
            "revision": stretch.revision,
            "left": stretch.left,
            "right": stretch.right,
            "state": state,
            "proposed_by": stretch.proposed_by,
            "way": chosen,
            "along": reference,
            "reasons": stretch.reasons,
            "answer_by": stretch.answer_by,
            "left_version": stretch.left_version,
            "right_version": stretch.right_version,
            "dispute": stretch.dispute,
            "message": self._say(
                f"state.{state}",
                side=self.name(stretch.proposed_by),
                date=stretch.answer_by.isoformat(),
            ),
            "offer": self._offer(chosen, reference, stretch.left, stretch.right),
            "line": reports.geometry(stretch.line),
            "strip": None if stretch.strip is None else reports.geometry(stretch.strip),
        }

    def settlement(self, told: Settlement, pair: Sequence[str]) -> dict[str, Any]:
        """What a way would make of both boundaries."""
        return {
            "way": told.way,
            "along": told.along,
            "message": self._offer(told.way, _reference(told), *pair),
            "left": reports.geometry(told.left),
            "right": reports.geometry(told.right),
            "left_gain_m2": told.left_gain_m2,
            "right_gain_m2": told.right_gain_m2,
            "left_pieces": told.left_pieces,
            "right_pieces": told.right_pieces,
            "divided": reports.geometry(told.divided),
        }

    def dispute(self, dispute: Dispute) -> dict[str, Any]:
        """Ground that two claim."""
        return {
            "id": dispute.id,
            "revision": dispute.revision,
            "left": dispute.left,
            "right": dispute.right,
            "state": dispute.state,
            "area_m2": dispute.area_m2,
            "opened": dispute.opened,
            "left_version": dispute.left_version,
            "right_version": dispute.right_version,
            "message": self._say(f"dispute.{dispute.state}", area_m2=dispute.area_m2),
            "strip": reports.geometry(dispute.strip),
        }

    def _offer(self, way: str | None, reference: str | None, left: str, right: str) -> str:
        """What is proposed of a piece, in a sentence."""
        if reference is not None and reference in self._lines:
            return self._say("way.along_reference", line=self._lines[reference])
        return self._say(f"way.{way or 'matched'}", left=self.name(left), right=self.name(right))

    def _say(self, name: str, **args: Any) -> str:
        return say(self._language, f"agreement.{name}", **args)


def _reference(told: Stretch | Settlement) -> str | None:
    """The river or road that a line would follow."""
    if isinstance(told, Settlement):
        return None if told.along is None else str(told.along)
    chosen = way_of(told)
    return None if chosen is None else chosen[1]
