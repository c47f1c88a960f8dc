"""What an assembly's minutes say of how it decided: a date and numbers, never a name."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from territory.mosaic import Current
from territory.profiles import Profile
from territory.records import Act, ActForm, ActKind, Boundary
from territory.services.access import Access, Operation, require, require_role
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.register import Once, Register, new_id, today
from territory.store.base import Reading, Writing
from territory.words import LANGUAGES, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """How an assembly or a referendum decided."""

    date: datetime.date
    """Day of the decision, never in the future; it counts from that day on, whenever it is entered."""
    form: ActForm = ActForm.ASSEMBLY
    eligible: int | None = None
    attended: int | None = None
    """In a referendum: who voted."""
    in_favour: int | None = None
    against: int | None = None


class NotDecided(Unusable):
    """The numbers of a referendum do not make a decision, by the source that is named."""

    def said(self, language: str) -> str:
        """The sentence, with the source's title and how sure it is in that language."""
        told = {
            "source": self.details[f"source_{language}"],
            "sure": say(language, f"acts.sure.{self.details['how_sure']}"),
        }
        return say(language, f"errors.{self.code}", **self.details, **told)


@contextmanager
def deciding(
    register: Register,
    access: Access,
    action: str,
    territories: Iterable[str],
    *minutes: Minutes,
    once: Once | None,
) -> Iterator[tuple[Writing, Current]]:
    """Enter what assemblies decided about some territories, under one log entry.

    Everything that depends on how things stand is asked inside, where nobody else changes them; and a request that
    arrives again is answered before anything is asked at all, though what it was about may be gone by then.

    Parameters
    ----------
    register, access
        Where, and who enters it.
    action
        What the log calls it.
    territories
        Whose assemblies decided.
    minutes
        What they say of it.
    once
        See `Register.writing`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        The numbers are impossible, or the day lies in the future.
    """
    own = list(territories)
    if not access.may(Operation.DECIDE):
        # Whoever decides nothing anywhere is refused in the same words, and keeps nobody waiting for it.
        _require_all(register, access, own)
        require_role(access, Operation.DECIDE)
    with register.writing(access, action, once=once) as writing:
        current = _require_all(register, access, own)
        for each in minutes:
            require_possible(each)
        yield writing, current


def _require_all(register: Register, access: Access, territories: list[str]) -> Current:
    eyes = register.eyes(access)
    current = eyes.current
    for territory in territories:
        require(eyes, Operation.DECIDE, territory)
    return current


def require_possible(minutes: Minutes) -> None:
    """Raise unless a meeting can have had these numbers, and on that day.

    Raises
    ------
    Unusable
        It lies in the future, or more came than could, or more voted than came.
    """
    if minutes.date > today():
        raise Unusable("date.future", date=minutes.date.isoformat())
    votes = [each for each in (minutes.in_favour, minutes.against) if each is not None]
    numbers = [minutes.eligible, minutes.attended, sum(votes) if votes else None]
    known = [each for each in numbers if each is not None]
    if any(each < 0 for each in (*known, *votes)) or any(fewer > more for more, fewer in pairwise(known)):
        raise Unusable("act.counts")


def require_decided(minutes: Minutes, profile: Profile) -> None:
    """Raise unless the numbers make a decision.

    A referendum needs the profile's turnout and more votes in favour than against. How an assembly decides is for
    its community to say: it needs no numbers, but those that it gives must not say the contrary.

    Raises
    ------
    NotDecided
        Too few voted, or it was not approved, with what the profile says of the rule.
    Unusable
        Numbers of a referendum are missing, or an assembly voted against.
    """
    voted = (minutes.eligible, minutes.attended, minutes.in_favour, minutes.against)
    if minutes.form is ActForm.ASSEMBLY:
        if minutes.in_favour is not None and minutes.against is not None and minutes.in_favour < minutes.against:
            raise Unusable("act.rejected", in_favour=minutes.in_favour, against=minutes.against)
        return
    if any(each is None for each in voted) or not minutes.eligible:
        raise Unusable("act.referendum_counts")
    eligible, attended, in_favour, against = (each or 0 for each in voted)
    needed = profile.referendum.turnout
    if attended < needed * eligible:
        raise NotDecided("act.turnout", attended_share=attended / eligible, needed_share=needed, **_cited(profile))
    if in_favour <= against:
        raise NotDecided("act.majority", in_favour=in_favour, against=against, **_cited(profile))


def _cited(profile: Profile) -> dict[str, str]:
    """Who says how a referendum decides, in every language."""
    rule = profile.referendum
    source = profile.sources[rule.source]
    article = f", art. {rule.article}" if rule.article else ""
    titles = {f"source_{language}": source.titled(language) + article for language in LANGUAGES}
    return {**titles, "how_sure": rule.how_sure}


def act_of(
    kind: ActKind, territory: str, minutes: Minutes, *, subject: str, version: int | None = None, **terms: Any
) -> Act:
    """An act to be written: what was decided, as the minutes say."""
    return Act(
        id=new_id("a"),
        territory=territory,
        kind=kind,
        form=minutes.form,
        date=minutes.date,
        eligible=minutes.eligible,
        attended=minutes.attended,
        in_favour=minutes.in_favour,
        against=minutes.against,
        subject=subject,
        version=version,
        terms=terms,
    )


def line_decided(reading: Reading, territory: str, version: int) -> Boundary:
    """The boundary that an assembly decided about, which must be the newest one.

    Raises
    ------
    NotFound
        There is none yet.
    Stale
        There is a newer one, or no such version.
    """
    newest = reading.get(Boundary, territory)
    if newest is None:
        raise NotFound("boundary.none", id=territory)
    if newest.revision != version:
        raise Stale("act.stale", yours=version, newest=newest.revision)
    return newest
