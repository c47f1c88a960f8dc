"""How acts are told, and a report on leaving and joining: numbers, and sentences beside them, for both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from territory.mosaic import Standing
from territory.profiles import HowSure, Profile, Range
from territory.records import Act
from territory.services.acts.departure import Chain, Members, Quorum, Report, Side
from territory.services.acts.lines import Decision
from territory.words import listing, say

SIDES = ("before", "after", "apart")
"""The group today; those who stay, with those who join; those who leave, as a group of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What it takes to tell a report."""

    standing: Mapping[str, Standing]
    """What territories are called, with a line or without."""
    profile: Profile
    language: str

    def report(self, report: Report) -> dict[str, Any]:
        """A report as the API tells it."""
        said = self.sentences(report)
        sides = {name: getattr(report, name) for name in SIDES}
        return {
            "group": report.group,
            "level": report.level,
            "leaving": self._members(report.leaving),
            "joining": self._members(report.joining),
            **{name: side and self._side(side) | {"said": said[name]} for name, side in sides.items()},
            "orphans": self._members(report.orphans),
            "cut_off": self._members(report.cut_off),
            "elsewhere": self._members(report.elsewhere),
            "chains": [
                {"id": each.id, "before": each.before, "after": each.after, "breaks": each.breaks}
                for each in report.chains
            ],
            "quorum_how_sure": report.quorum_how_sure,
            "said": said["around"],
        }

    def sentences(self, report: Report) -> dict[str, list[str]]:
        """Sentences by side, those of `SIDES` that there are, and ``around`` for what concerns others."""
        sides = {name: side for name in SIDES if (side := getattr(report, name)) is not None}
        told = {name: list(self._of_side(side, report)) for name, side in sides.items()}
        return told | {"around": list(self._around(report))}

    def referendum(self) -> str:
        """What makes a referendum count, who says so, and how sure that is."""
        rule = self.profile.referendum
        cited = self._source(rule.source, rule.how_sure)
        return say(self.language, "acts.referendum", needed_share=rule.turnout, **cited)

    def _of_side(self, side: Side, report: Report) -> Iterator[str]:
        tell = partial(say, self.language)
        yield tell("acts.members", count=side.members.count)
        if len(side.pieces) > 1:
            yield tell("acts.pieces", pieces=len(side.pieces), sizes=[str(piece.count) for piece in side.pieces])
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

    def _of_quorum(self, key: str, quorum: Quorum, report: Report) -> str:
        sure = say(self.language, f"acts.sure.{report.quorum_how_sure}")
        numbers = {"seats": quorum.seats, "filled": quorum.filled, "needed": quorum.needed}
        return say(self.language, f"acts.{key}.{'holds' if quorum.holds else 'fails'}", sure=sure, **numbers)

    def _around(self, report: Report) -> Iterator[str]:
        for key in ("orphans", "cut_off", "elsewhere"):
            members: Members = getattr(report, key)
            if members.count:
                yield say(self.language, f"acts.{key}", who=self._who(members))
        for chain in report.chains:
            if chain.breaks:
                yield say(
                    self.language, "acts.breaks", name=self._called(chain), before=chain.before, after=chain.after
                )

    def _called(self, chain: Chain) -> str:
        if chain.id is None:
            return say(self.language, "acts.larger_group")
        return self.standing[chain.id].name

    def _who(self, members: Members) -> str:
        """How many, and the names of those that may be named."""
        names = listing([self.standing[each].name for each in members.known], self.language)
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
        known = [{"id": each, "name": self.standing[each].name} for each in members.known]
        return {"count": members.count, "known": known}

    def _side(self, side: Side) -> dict[str, Any]:
        reference = side.reference
        return {
            "members": self._members(side.members),
            "pieces": [self._members(piece) for piece in side.pieces],
            "undrawn": self._members(side.undrawn),
            "reference": None
            if reference is None
            else {
                "low": reference.low,
                "high": reference.high,
                "how_sure": reference.how_sure,
                "is_usual": side.is_usual,
            },
            "quorum": _quorum(side.quorum),
            "vacant": _quorum(side.vacant),
        }


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
