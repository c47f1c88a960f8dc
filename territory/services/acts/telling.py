"""How acts are told, and a report on leaving and joining: numbers, and sentences beside them, for both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from territory.mosaic import Standing
from territory.profiles import HowSure, Profile, Range
from territory.records import Act
from territory.services import reports
from territory.services.acts.comparing import Chain, Made, Members, Piece, Quorum, Report, Shift, Side
from territory.services.acts.lines import Decision
from territory.words import listing, number, say

SIDES = ("before", "after", "apart")
"""A group today; as it would be; those who leave it, as a group of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What it takes to tell a report."""

    standing: Mapping[str, Standing]
    """What territories are called, those that changes would make among them."""
    profile: Profile
    language: str

    def report(self, report: Report) -> dict[str, Any]:
        """A report as the API tells it."""
        shapes = Shapes()
        groups = [self._shift(each, report, shapes) for each in report.shifts]
        for orphan in report.left_out:
            shapes.leave_out(orphan)
        return {
            "groups": groups,
            "orphans": self._members(report.orphans),
            "elsewhere": self._members(report.elsewhere),
            "chains": [
                {
                    "id": each.id,
                    "name": self._called(each),
                    "before": each.before,
                    "after": each.after,
                    "breaks": each.breaks,
                }
                for each in report.chains
            ],
            "made": [self._made(each) for each in report.made],
            "ended": self._named(each for each in report.ended if each in self.standing),
            "quorum_how_sure": report.quorum_how_sure,
            "said": list(self.around(report)),
            "shapes": shapes.collection,
        }

    def sentences(self, shift: Shift, report: Report) -> dict[str, list[str]]:
        """Sentences about a group by side, those of `SIDES` that there are, and ``around``."""
        sides = {name: side for name in SIDES if (side := getattr(shift, name)) is not None}
        told = {name: list(self._of_side(side, report)) for name, side in sides.items()}
        return told | {"around": list(self._of_shift(shift))}

    def around(self, report: Report) -> Iterator[str]:
        """Sentences about all others."""
        for made in report.made:
            yield self._of_made(made)
        for key in ("orphans", "elsewhere"):
            members: Members = getattr(report, key)
            if members.count:
                yield say(self.language, f"acts.{key}", who=self._who(members))
        for chain in report.chains:
            key = "breaks" if chain.breaks else "chain_holds"
            yield say(
                self.language, f"acts.{key}", name=self._called(chain), before=chain.before, after=chain.after
            )

    def title(self, shift: Shift) -> str:
        """What a group is called, if whoever asks may know it."""
        return self._name(shift.group) if shift.is_known else say(self.language, "acts.own_group")

    def _name(self, territory: str) -> str:
        return self.standing[territory].name

    def referendum(self) -> str:
        """What makes a referendum count, who says so, and how sure that is."""
        rule = self.profile.referendum
        cited = self._source(rule.source, rule.how_sure)
        return say(self.language, "acts.referendum", needed_share=rule.turnout, **cited)

    def _of_shift(self, shift: Shift) -> Iterator[str]:
        key = "comes" if shift.before is None else "goes" if shift.after is None else None
        if key:
            yield say(self.language, f"acts.group.{key}")
        for name in ("leaving", "joining", "cut_off"):
            members: Members = getattr(shift, name)
            if members.count:
                yield say(self.language, f"acts.{name}", who=self._who(members))

    def _of_side(self, side: Side, report: Report) -> Iterator[str]:
        tell = partial(say, self.language)
        yield tell("acts.members", count=side.members.count)
        if len(side.pieces) > 1:
            yield tell(
                "acts.pieces", pieces=len(side.pieces), sizes=[str(piece.members.count) for piece in side.pieces]
            )
        elif side.pieces:
            yield tell("acts.whole")
        if side.undrawn.count:
            yield tell("acts.undrawn", who=self._who(side.undrawn))
        if side.reference is not None:
            key = "usual" if side.is_usual else "unusual"
            yield tell(f"acts.{key}", count=side.members.count, **self._cited(side.reference))
        for key, quorum in (("quorum", side.quorum), ("vacant", side.vacant)):
            if quorum is not None:
                yield self._of_quorum(key, quorum, report)
        if side.families is not None:
            key = "families_untold" if side.untold else "families"
            yield tell(f"acts.{key}", count=number(side.families, self.language), untold=side.untold)
        if side.area_m2 is not None:
            yield tell("acts.area", area_m2=side.area_m2)

    def _of_quorum(self, key: str, quorum: Quorum, report: Report) -> str:
        sure = say(self.language, f"acts.sure.{report.quorum_how_sure}")
        numbers = {"seats": quorum.seats, "filled": quorum.filled, "needed": quorum.needed}
        return say(self.language, f"acts.{key}.{'holds' if quorum.holds else 'fails'}", sure=sure, **numbers)

    def _of_made(self, made: Made) -> str:
        names = [self._name(each) for each in made.of]
        return say(self.language, "acts.made", name=self._name(made.id), of=names, area_m2=made.area_m2)

    def _called(self, chain: Chain) -> str:
        if chain.id is None:
            return say(self.language, "acts.larger_group")
        return self._name(chain.id)

    def _who(self, members: Members) -> str:
        """How many, and the names of those that may be named."""
        names = listing([self._name(each) for each in members.known], self.language)
        return f"{members.count} ({names})" if names else str(members.count)

    def _cited(self, reference: Range) -> dict[str, str]:
        """A reference range with who states it and how sure that is."""
        high = "" if reference.high is None else f"–{reference.high}"
        return {
            "range": f"{reference.low}{high or '+'}",
            **self._source(reference.source, reference.how_sure),
        }

    def _source(self, source: str, how_sure: HowSure) -> dict[str, str]:
        return {
            "source": self.profile.sources[source].titled(self.language),
            "sure": say(self.language, f"acts.sure.{how_sure}"),
        }

    def _members(self, members: Members) -> dict[str, Any]:
        return {"count": members.count, "known": self._named(members.known)}

    def _named(self, ids: Iterable[str]) -> list[dict[str, str]]:
        return [{"id": each, "name": self._name(each)} for each in ids]

    def _made(self, made: Made) -> dict[str, Any]:
        known = self.standing[made.id]
        return {
            "id": made.id,
            "name": known.name,
            "level": known.level,
            "of": self._named(made.of),
            "area_m2": made.area_m2,
            "families": known.families,
            "reference": _range(made.reference),
            "geometry": reports.geometry(made.ground),
        }

    def _shift(self, shift: Shift, report: Report, shapes: Shapes) -> dict[str, Any]:
        said = self.sentences(shift, report)
        told: dict[str, Any] = {"id": shift.group, "name": self.title(shift), "level": shift.level}
        for name in SIDES:
            side: Side | None = getattr(shift, name)
            told[name] = side and self._side(side) | {"said": said[name]}
            if side and name != "apart":
                for piece, of in zip(side.pieces, told[name]["pieces"], strict=True):
                    of["number"] = shapes.add(name, shift.group, piece)
        for name in ("leaving", "joining", "cut_off"):
            told[name] = self._members(getattr(shift, name))
        return told | {"said": said["around"]}

    def _side(self, side: Side) -> dict[str, Any]:
        reference = side.reference
        return {
            "members": self._members(side.members),
            "pieces": [self._members(piece.members) for piece in side.pieces],
            "undrawn": self._members(side.undrawn),
            "reference": _range(reference, is_usual=side.is_usual),
            "quorum": _quorum(side.quorum),
            "vacant": _quorum(side.vacant),
            "families": side.families,
            "untold": side.untold,
            "area_m2": side.area_m2,
        }


class Shapes:
    """Pieces on the map, numbered on each side, today and afterwards."""

    def __init__(self) -> None:
        self.collection: dict[str, Any] = {"type": "FeatureCollection", "features": []}
        self._count: Counter[str] = Counter()

    def add(self, when: str, group: str, piece: Piece) -> int:
        """Number a piece, and show it."""
        self._count[when] += 1
        self._show(f"{when}-{self._count[when]}", piece, when=when, group=group, number=self._count[when])
        return self._count[when]

    def leave_out(self, orphan: Piece) -> None:
        """Show who would be in no group."""
        self._show(f"left-{orphan.members.known[0]}", orphan, when="after", group=None, number=None)

    def _show(self, id_: str, piece: Piece, **said: Any) -> None:
        if piece.ground is None:
            return
        shown = {"type": "Feature", "id": id_, "properties": said | {"members": list(piece.members.known)}}
        self.collection["features"].append(shown | {"geometry": reports.geometry(piece.ground)})


def told(act: Act) -> dict[str, Any]:
    """An act as it is told to programs."""
    return {
        "id": act.id,
        "territory": act.territory,
        "kind": act.kind,
        "form": act.form,
        "date": act.date,
        "eligible": act.eligible,
        "attended": act.attended,
        "in_favour": act.in_favour,
        "against": act.against,
        "version": act.version,
        "subject": act.subject,
        "terms": dict(act.terms),
    }


def told_now(decision: Decision) -> dict[str, Any]:
    """The same, with whether it is about the line as it is now."""
    return told(decision.act) | {"is_current": decision.is_current, "is_published": decision.is_published}


def _range(reference: Range | None, **said: Any) -> dict[str, Any] | None:
    if reference is None:
        return None
    return {"low": reference.low, "high": reference.high, "how_sure": reference.how_sure, **said}


def _quorum(quorum: Quorum | None) -> dict[str, Any] | None:
    if quorum is None:
        return None
    return {
        "seats": quorum.seats,
        "filled": quorum.filled,
        "needed": quorum.needed,
        "spare": quorum.spare,
        "holds": quorum.holds,
    }
