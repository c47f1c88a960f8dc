"""What those whose land it is say to a territory that lies on it: a people, a park. Revocable on any day."""

from __future__ import annotations

import datetime
from dataclasses import replace

from territory.records import Consent, Reference, ReferenceLayer
from territory.services.access import Access, Operation, require
from territory.services.acts.lines import hide
from territory.services.acts.minutes import Minutes, deciding
from territory.services.errors import NotFound, Unusable
from territory.services.register import Once, Register, new_id
from territory.store.base import Reading

LANDS = ("indigenous", "protected")
"""Kinds of reference layers whose lands are asked for consent."""


def consent(
    register: Register,
    access: Access,
    territory: str,
    land: str,
    *,
    given: bool,
    date: datetime.date,
    once: Once | None = None,
) -> Consent:
    """Enter that consent was given, or refused or taken back, which hides the territory from the public at once.

    Parameters
    ----------
    register, access, territory
        Where, who enters it, and to which territory.
    land
        Id of a feature of a reference layer of one of the kinds `LANDS`.
    given
        Whether it was given; what was given before may be taken back, and the other way round.
    date
        Day on which they said so.
    once
        See `Register.writing`.

    Returns
    -------
    Consent
        There is one for each land, whose revisions tell how it went.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or there is no such land.
    Unusable
        The day lies in the future, or they said something else later.
    """
    with deciding(register, access, "consent", [territory], Minutes(date=date), once=once) as (writing, _):
        if not _is_land(writing, land):
            raise NotFound("land.unknown", id=land)
        known = next(iter(writing.find(Consent, territory=territory, land=land)), None)
        if known is not None and known.date > date:
            raise Unusable("consent.later", date=known.date.isoformat())
        said = known or Consent(id=new_id("y"), territory=territory, land=land, given=given, date=date)
        kept = writing.put(replace(said, given=given, date=date))
        if not given:
            hide(writing, territory)
        writing.note(made=kept.id, territory=territory, land=land, given=given)
    return kept


def consents_of(register: Register, access: Access, territory: str) -> list[Consent]:
    """What was said to a territory last, land by land; by id of the land.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        return sorted(reading.find(Consent, territory=territory), key=lambda each: each.land)


def _is_land(reading: Reading, land: str) -> bool:
    feature = reading.get(Reference, land)
    layer = None if feature is None else reading.get(ReferenceLayer, feature.layer)
    return layer is not None and layer.kind in LANDS
