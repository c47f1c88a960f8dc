"""Acts about a territory's own line: to ratify it, to publish it, to withdraw it; and what was decided so far."""

from __future__ import annotations

from dataclasses import dataclass, replace

from territory.model import Publication
from territory.records import Act, ActForm, ActKind, Boundary, Consent, Territory
from territory.services.access import Access, Operation, require
from territory.services.acts.minutes import Minutes, act_of, deciding, line_decided, require_decided
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.register import Once, Register, today
from territory.store.base import Reading, Writing

_NOT_ABOUT_THE_LINE = frozenset({ActKind.JOIN, ActKind.LEAVE})
_RATIFYING = frozenset({ActKind.RATIFY, ActKind.PUBLISH})
_ABOUT_PUBLICATION = frozenset({ActKind.PUBLISH, ActKind.WITHDRAW})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An act, and whether what it decided about is still what there is. It stays true of what it decided about."""

    act: Act
    is_current: bool | None
    """Whether its line is the newest version; none when it is about no line."""
    is_published: bool | None
    """Whether its line is what the public sees; none when it is about no line."""


def ratify(
    register: Register,
    access: Access,
    territory: str,
    version: int,
    minutes: Minutes,
    *,
    once: Once | None = None,
) -> Act:
    """Enter that an assembly ratified a boundary: exactly this version of it, bit for bit.

    Parameters
    ----------
    register, access, territory
        Where, who enters it, and whose assembly.
    version
        Of the boundary that it saw.
    minutes
        How it decided.
    once
        See `Register.writing`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or there is no boundary.
    Stale
        There is a newer version.
    Unusable
        The numbers are impossible, or do not make a decision.
    """
    with deciding(register, access, "ratify", [territory], minutes, once=once) as (writing, _):
        require_decided(minutes, register.profile)
        line = line_decided(writing, territory, version)
        act = writing.put(act_of(ActKind.RATIFY, territory, minutes, subject=line.fingerprint, version=version))
        writing.note(made=act.id, territory=territory, version=version)
    return act


def publish(
    register: Register,
    access: Access,
    territory: str,
    version: int,
    publication: Publication,
    minutes: Minutes,
    *,
    once: Once | None = None,
) -> Act:
    """Enter that an assembly lets the public see a version of its boundary, and how exactly.

    Whoever publishes the newest version ratifies it by the same act. An older one must have been ratified by an
    act of its own. A later version changes nothing of what is published until it has its own act.

    Parameters
    ----------
    register, access, territory, version, minutes, once
        As for `ratify`.
    publication
        How much of it everybody may see; to hide it, see `withdraw`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `ratify`.
    Stale
        There is a newer version, and no act ratified this one.
    Unusable
        As for `ratify`; or there is nothing to show so, a later act decided about the publication, or a consent
        was refused or taken back.
    """
    with deciding(register, access, "publish", [territory], minutes, once=once) as (writing, _):
        if publication is Publication.PRIVATE:
            raise Unusable("act.publish_private")
        require_decided(minutes, register.profile)
        acts = writing.find(Act, territory=territory)
        line = _publishable(writing, territory, version, acts)
        if line.shape is None and publication is not Publication.LISTED:
            raise Unusable("act.publish_words")
        later = [each.date for each in acts if each.kind in _ABOUT_PUBLICATION and each.date > minutes.date]
        if later:
            raise Unusable("act.later", date=max(later).isoformat())
        if writing.find(Consent, territory=territory, given=False):
            raise Unusable("act.consent")
        act = writing.put(
            act_of(
                ActKind.PUBLISH,
                territory,
                minutes,
                subject=line.fingerprint,
                version=version,
                publication=publication.value,
            )
        )
        _show(writing, territory, publication, version)
        writing.note(made=act.id, territory=territory, version=version, publication=publication.value)
    return act


def withdraw(
    register: Register,
    access: Access,
    territory: str,
    minutes: Minutes | None = None,
    *,
    once: Once | None = None,
) -> Act:
    """Hide a territory from the public at once, whatever the day of the minutes.

    To stop showing needs no quorum and no meeting: whoever is in danger does not wait for one.

    Parameters
    ----------
    register, access, territory, once
        As for `ratify`.
    minutes
        Of the assembly that decided it, where there was one.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `ratify`.
    Unusable
        The numbers are impossible, or the day lies in the future.
    """
    told = minutes or Minutes(date=today(), form=ActForm.ASSEMBLY)
    with deciding(register, access, "withdraw", [territory], told, once=once) as (writing, _):
        act = _withdrawn(writing, territory, told, has_minutes=minutes is not None)
        writing.note(made=act.id, territory=territory)
    return act


def hide(writing: Writing, territory: str) -> None:
    """Withdraw a territory, if anything of it is public, because the ground for its publication fell away."""
    known = writing.get(Territory, territory)
    if known is not None and known.publication is not Publication.PRIVATE:
        _withdrawn(writing, territory, Minutes(date=today()), has_minutes=False)


def acts_of(register: Register, access: Access, territory: str) -> list[Decision]:
    """What was decided about a territory, oldest first, and what of it is about the line as it is now.

    Of one that ended, whoever sees everything is told.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    eyes = register.eyes(access)
    with register.reading() as reading:
        known, newest = reading.get(Territory, territory), reading.get(Boundary, territory)
        if known is None or not (access.is_everywhere and access.may(Operation.SEE)):
            require(eyes, Operation.SEE, territory)
        acts = sorted(reading.find(Act, territory=territory), key=lambda each: (each.date, each.seq, each.id))
        shown = _published_line(reading, known)
    return [
        Decision(
            act=act,
            is_current=newest is not None and act.subject == newest.fingerprint if _is_about_line(act) else None,
            is_published=shown is not None and act.subject == shown.fingerprint if _is_about_line(act) else None,
        )
        for act in acts
    ]


def acts_made(register: Register, made: str) -> list[Act]:
    """The acts that a change noted as made, see `territory.services.register.Done`, in their order."""
    ids = made.split(",")
    with register.reading() as reading:
        found = {each.id: each for each in reading.find(Act, id=ids)}
    return [found[each] for each in ids]


def _is_about_line(act: Act) -> bool:
    return act.kind not in _NOT_ABOUT_THE_LINE and act.version is not None


def _published_line(reading: Reading, known: Territory | None) -> Boundary | None:
    if known is None or known.publication is Publication.PRIVATE or known.published is None:
        return None
    return reading.get(Boundary, known.id, known.published)


def _publishable(writing: Writing, territory: str, version: int, acts: list[Act]) -> Boundary:
    """The version to be published: the newest, or one that an act ratified."""
    line = writing.get(Boundary, territory, version)
    if line is None:
        return line_decided(writing, territory, version)
    newest = writing.get(Boundary, territory)
    is_ratified = any(act.kind in _RATIFYING and act.subject == line.fingerprint for act in acts)
    if newest is not None and newest.revision != version and not is_ratified:
        raise Stale("act.stale", yours=version, newest=newest.revision)
    return line


def _withdrawn(writing: Writing, territory: str, minutes: Minutes, *, has_minutes: bool) -> Act:
    known = writing.get(Territory, territory)
    if known is None:
        raise NotFound("territory.unknown", id=territory)
    line = writing.get(Boundary, territory, known.published) if known.published else None
    act = writing.put(
        act_of(
            ActKind.WITHDRAW,
            territory,
            minutes,
            subject="" if line is None else line.fingerprint,
            version=known.published,
            has_minutes=has_minutes,
        )
    )
    if known.publication is not Publication.PRIVATE:
        _show(writing, territory, Publication.PRIVATE, None)
    return act


def _show(writing: Writing, territory: str, publication: Publication, version: int | None) -> None:
    known = writing.get(Territory, territory)
    if known is None:
        raise NotFound("territory.unknown", id=territory)
    writing.put(replace(known, publication=publication, published=version))
