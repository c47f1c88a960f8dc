"""Keys: to issue, list, revoke and recognise them. A key says nothing about who holds it."""

from __future__ import annotations

import datetime
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shapely import MultiPolygon

from territory.records import Key, Role
from territory.services.access import (
    Access,
    Operation,
    access_of,
    hash_of,
    is_valid,
    matches,
    new_secret,
    require_role,
)
from territory.services.errors import NotFound, Unusable, WrongKey
from territory.services.register import Once, Register, today

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_WHOLE = re.compile(r"([a-z0-9-]{1,40})\.([a-z2-7]{26})")
_LONGEST_DAYS = 366 * 3
# Looked at when there is no such key, so that the answer takes as long.
_NOBODY = Key(id="", role=Role.HELPER, ends=datetime.date.min, secret_hash=hash_of(""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A key, and the only copy of its secret."""

    key: Key
    whole: str
    """Name and secret, as its bearer shows them; kept nowhere."""


def issue(
    register: Register,
    access: Access,
    *,
    role: Role,
    ends: datetime.date,
    name: str | None = None,
    territories: Sequence[str] = (),
    area: MultiPolygon | None = None,
    once: Once | None = None,
) -> Issued:
    """Make a key.

    Parameters
    ----------
    register, access
        Where, and who asks.
    role
        What its bearer may do.
    ends
        Last day on which it can be used: the end of the mandate.
    name
        Short name for the log, in small letters, digits and hyphens; by default one that says nothing.
    territories, area
        Where it holds; neither, and it holds everywhere, which only an organizer's or a steward's may.
    once
        See `Register.writing`.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards issue keys.
    Unusable
        The name is taken or would tell too much, the end is past or too far, or the scope does not fit the role.
    """
    require_role(access, Operation.KEYS)
    own = name or f"{role.value[:4]}-{secrets.token_hex(3)}"
    if not _NAME.fullmatch(own):
        raise Unusable("key.name", name=own[:40])
    if not today() <= ends <= today() + datetime.timedelta(days=_LONGEST_DAYS):
        raise Unusable("key.ends", years=_LONGEST_DAYS // 366)
    is_everywhere = not territories and area is None
    if is_everywhere and role in (Role.HELPER, Role.SPOKESPERSON):
        raise Unusable("key.scope", role=role.value)
    unknown = sorted(set(territories) - register.current().standing.keys())
    if unknown:
        raise Unusable("territory.unknown", id=unknown[0])
    secret = new_secret()
    key = Key(
        id=own,
        role=role,
        territories=tuple(sorted(set(territories))),
        area=area,
        ends=ends,
        secret_hash=hash_of(secret),
    )
    with register.writing(access, "issue_key", once=once) as writing:
        if writing.get(Key, own) is not None:
            raise Unusable("key.taken", name=own)
        kept = writing.put(key)
        writing.note(made=own, key=own, role=role.value)
    return Issued(key=kept, whole=f"{own}.{secret}")


def listed(register: Register, access: Access) -> list[Key]:
    """All keys, also those that ended or were revoked.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards see them.
    """
    require_role(access, Operation.KEYS)
    with register.reading() as reading:
        return reading.find(Key)


def revoke(register: Register, access: Access, name: str) -> Key:
    """End a key at once, as a recall does.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards revoke keys; anybody may give back their own.
    NotFound
        There is no such key.
    """
    if name != access.name:
        require_role(access, Operation.KEYS)
    with register.writing(access, "revoke_key") as writing:
        key = writing.get(Key, name)
        if key is None:
            raise NotFound("key.unknown", name=name[:40])
        writing.note(key=name)
        return key if key.revoked else writing.put(replace(key, revoked=True))


def recognise(register: Register, whole: str) -> tuple[Access, Key]:
    """Who shows a key.

    Raises
    ------
    WrongKey
        There is no such key, it ended or was revoked: which of these is not told.
    """
    match = _WHOLE.fullmatch(whole.strip())
    name, secret = match.groups() if match else ("", "")
    with register.reading() as reading:
        key = reading.get(Key, name) or _NOBODY
    is_right = matches(secret, key)
    if not (match and is_right and is_valid(key, today())):
        raise WrongKey("key.wrong")
    return access_of(key), key
