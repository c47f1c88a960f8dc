"""The kinds of gaps that organizers know, and which of them a council without a commune is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from territory.geo import contiguity
from territory.profiles import Profile, Range


class GapKind(StrEnum):
    """Why somebody is not covered; the letters are those of organizers."""

    NO_COUNCIL = "A"
    """Inhabited land in no council."""
    CLUSTER = "B"
    """Councils in no commune that could form one."""
    TOO_FEW = "C"
    """A council alone, or too few to form a commune."""
    CIRCUIT = "D"
    """Land covered only by an official circuit."""
    FORMING = "E"
    """A commune under construction."""
    ENCLAVE = "F"
    """A council inside a commune that it does not belong to."""
    LEFT_OVER = "G"
    """A former member, left over after a withdrawal."""
    UNWILLING = "H"
    """A council that does not wish to join. Kept, so that nobody asks it again and again."""
    EMPTY = "N"
    """Uninhabited, park or water: no gap."""
    UNKNOWN = "?"
    """Land in no council of which nobody knows whether people live there: never "empty"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """Councils that no commune has."""

    of: GapKind
    councils: tuple[str, ...]
    groups: tuple[str, ...] = ()
    """Communes that it concerns: the one around it, those it left, those it borders on."""
    needed: int = 0
    """How many councils are missing to the fewest that a commune is made of."""


def loose_councils(
    councils: pd.DataFrame, crossings: pd.DataFrame, enclosed: Mapping[str, str], *, profile: Profile
) -> Iterator[Loose]:
    """Sort councils without a commune into kinds.

    Parameters
    ----------
    councils
        Indexed by id: ``groups`` and ``left``, tuples of the communes that a council belongs to and that it left;
        ``joins``, whether it wishes to belong to one, if it said; ``kind`` as in `territory.model`.
    crossings
        ``left``, ``right``: pairs of councils that one can cross between, declared links included.
    enclosed
        By council, the commune in whose hole it lies.
    profile
        Says of how many councils a commune is made.
    """
    is_loose = councils["groups"].str.len() == 0
    unwilling = is_loose & councils["joins"].eq(False)
    for each in councils.index[unwilling]:
        yield Loose(of=GapKind.UNWILLING, councils=(each,))
    willing = councils[is_loose & ~unwilling]
    inside = [each for each in willing.index if each in enclosed]
    for each in inside:
        yield Loose(of=GapKind.ENCLAVE, councils=(each,), groups=(enclosed[each],))
    rest = willing.drop(index=inside)
    beside = _groups_beside(rest.index, councils["groups"], crossings)
    piece = contiguity.pieces(pd.Series("loose", index=rest.index), crossings)
    for _, members in rest.groupby(piece.reindex(rest.index).to_numpy()):
        yield from _cluster(members, beside, profile)


def _cluster(members: pd.DataFrame, beside: Mapping[str, set[str]], profile: Profile) -> Iterator[Loose]:
    """Councils that hang together: enough for a commune, or not."""
    least = fewest(members["kind"], profile)
    ids = tuple(sorted(members.index))
    if len(ids) >= least:
        yield Loose(of=GapKind.CLUSTER, councils=ids, groups=_all(beside, ids))
        return
    former = [each for each in ids if members.at[each, "left"]]
    for each in former:
        left = tuple(sorted(members.at[each, "left"]))
        yield Loose(of=GapKind.LEFT_OVER, councils=(each,), groups=left, needed=least - len(ids))
    others = tuple(each for each in ids if each not in former)
    if others:
        yield Loose(of=GapKind.TOO_FEW, councils=others, groups=_all(beside, others), needed=least - len(ids))


def fewest(kinds: pd.Series, profile: Profile) -> int:
    """Of how many councils a commune of such councils is made at least; the lower figure where kinds are mixed.

    Parameters
    ----------
    kinds
        Of the councils; those that are unknown do not count.
    """
    return min(each.low for each in _ranges(kinds, profile))


def most(kinds: pd.Series, profile: Profile) -> int:
    """Of how many such councils a commune is made at most, see `fewest`; the higher figure of several."""
    return max(each.high or each.low for each in _ranges(kinds, profile))


def _ranges(kinds: pd.Series, profile: Profile) -> list[Range]:
    known = set(kinds.dropna()) & profile.councils.keys()
    if len(known) == 1 and kinds.notna().all():
        return [profile.councils[known.pop()]]
    return list(profile.councils.values())


def _groups_beside(ids: pd.Index, groups: pd.Series, crossings: pd.DataFrame) -> dict[str, set[str]]:
    """Communes of the councils next to some."""
    found: dict[str, set[str]] = {each: set() for each in ids}
    pairs = crossings[["left", "right"]].to_numpy()
    for one, other in (*pairs, *pairs[:, ::-1]):
        if one in found and other in groups.index:
            found[one].update(groups[other])
    return found


def _all(beside: Mapping[str, set[str]], ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*(beside[each] for each in ids))))
