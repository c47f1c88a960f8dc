"""Whose request it is: a key as a bearer token, or in a cookie of the same origin; or nobody's.

Wrong keys are counted, and who shows too many has to wait: 128 random bits cannot be guessed, but a flood of
guesses costs the others their time.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from typing import Annotated
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import Depends, Request

from territory.records import Key
from territory.services import keys
from territory.services.access import PUBLIC, Access, Eyes
from territory.services.errors import Forbidden, TooMany, WrongKey
from territory.services.register import Register

COOKIE = "territory_key"
_SAFE = ("GET", "HEAD", "OPTIONS")
_BEARER = "bearer "


class Allowance:
    """How often somebody may do something: so many at once, refilled as time goes by.

    Parameters
    ----------
    burst
        How many at once.
    per_minute
        How many come back.
    """

    _MOST_REMEMBERED = 10_000

    def __init__(self, *, burst: float, per_minute: float) -> None:
        self._burst, self._per_second = burst, per_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str) -> bool:
        """Use one up; false when none was left."""
        with self._lock:
            left = self._now(who)
            self._left[who] = (max(left - 1, 0.0), time.monotonic())
            self._left.move_to_end(who)
            while len(self._left) > self._MOST_REMEMBERED:
                self._left.popitem(last=False)
            return left >= 1

    def has(self, who: str) -> bool:
        """Whether one is left."""
        with self._lock:
            return self._now(who) >= 1

    def _now(self, who: str) -> float:
        left, when = self._left.get(who, (self._burst, 0.0))
        return min(self._burst, left + (time.monotonic() - when) * self._per_second)


class Gate:
    """Recognises keys, and keeps those out who guess or ask without end.

    Parameters
    ----------
    writes_per_minute
        Changes that one key, or one address without a key, may make.
    """

    def __init__(self, *, writes_per_minute: int) -> None:
        self._guesses = Allowance(burst=10, per_minute=1)
        self._writes = Allowance(burst=writes_per_minute, per_minute=writes_per_minute)

    def enter(self, request: Request, register: Register) -> tuple[Access, Key | None]:
        """Who asks.

        Raises
        ------
        WrongKey
            A key that is none.
        Forbidden
            A change that comes from another site, with the cookie of this one.
        TooMany
            Too many wrong keys, or too many changes.
        """
        whole = self._shown(request)
        access, key = (PUBLIC, None) if whole is None else self.recognise(request, register, whole)
        if request.method not in _SAFE and not self._writes.take(key.id if key else address_of(request)):
            raise TooMany("request.too_often")
        return access, key

    def recognise(self, request: Request, register: Register, whole: str) -> tuple[Access, Key]:
        """Who shows a key; see `enter`."""
        # By address, and by key as well: one address may be a whole village, one key be tried from many.
        name = hashlib.sha256(whole.partition(".")[0].encode()).hexdigest()
        doors = (f"from {address_of(request)}", f"key {name}")
        if not all(map(self._guesses.has, doors)):
            raise TooMany("key.locked")
        try:
            return keys.recognise(register, whole)
        except WrongKey:
            for door in doors:
                self._guesses.take(door)
            raise

    def _shown(self, request: Request) -> str | None:
        authorization = request.headers.get("authorization", "")
        if authorization:
            # Whoever sends a token means it: then no cookie counts.
            if not authorization.lower().startswith(_BEARER):
                raise WrongKey("key.wrong")
            return authorization[len(_BEARER) :]
        cookie = request.cookies.get(COOKIE)
        if cookie and request.method not in _SAFE:
            require_same_origin(request)
        return cookie or None


def require_same_origin(request: Request) -> None:
    """Raise `Forbidden` when another site sent this with the cookie of ours."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        is_ours = site == "same-origin"
    elif origin is not None:
        is_ours = urlsplit(origin).netloc == request.headers.get("host", "")
    else:
        is_ours = False
    if not is_ours:
        raise Forbidden("request.cross_site")


def address_of(request: Request) -> str:
    """Where a request comes from; kept in memory only, never logged."""
    return request.client.host if request.client else "nowhere"


async def _eyes(request: Request) -> Eyes:
    gate: Gate = request.app.state.gate
    register: Register = request.app.state.live.register

    # From here on the answer depends on who asks, refusals included; see `territory.api.caching`.
    request.state.key = None

    def enter() -> Eyes:
        access, request.state.key = gate.enter(request, register)
        return register.eyes(access)

    # One after the other: whoever waits here does not keep those from working who are inside.
    return await to_thread.run_sync(enter, limiter=request.app.state.turns)


EyesDep = Annotated[Eyes, Depends(_eyes)]


async def _access(eyes: EyesDep) -> Access:
    return eyes.access


AccessDep = Annotated[Access, Depends(_access)]
