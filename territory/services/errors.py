"""Why a service declines: a code with arguments, so that every door can say it in its own language.

::

    Refusal
      ├─ Malformed      what was sent cannot be read
      ├─ NeedsKey       nobody without a key may do this
      ├─ WrongKey       the key is none, or no longer one
      ├─ Forbidden      the key does not allow this
      ├─ NotFound       there is no such thing, or none that the asker may know of
      ├─ Stale          somebody else changed it meanwhile
      ├─ Unconditional  a change that does not say which version it was made from
      ├─ TooLarge       more than this door takes
      ├─ WrongMedia     sent as a type that this door does not read
      ├─ Unusable       read, but nothing that can be worked on
      ├─ TooMany        asked more often than can be served
      └─ NotReady       the store cannot be read now
"""

from __future__ import annotations

from typing import Any

from territory.words import say


class Refusal(Exception):
    """Something that somebody asked for and does not get.

    Examples
    --------
    >>> NotFound("territory.unknown", id="c-7").said("en")
    'There is no territory with the id “c-7”.'
    """

    def __init__(self, code: str, **args: Any) -> None:
        super().__init__(code, args)
        self.code = code
        self.details = args

    def said(self, language: str) -> str:
        """What was wrong, where, and what to do."""
        return say(language, f"errors.{self.code}", **self.details)


class Malformed(Refusal):
    """What was sent cannot be read."""


class NeedsKey(Refusal):
    """Nobody without a key may do this."""


class WrongKey(Refusal):
    """The key is none, or no longer one."""


class Forbidden(Refusal):
    """The key does not allow this."""


class NotFound(Refusal):
    """There is no such thing, or none that the asker may know of: the two cannot be told apart."""


class Stale(Refusal):
    """Somebody else changed it meanwhile; what was sent is not lost by the one who sent it."""


class Unconditional(Refusal):
    """A change that does not say which version it was made from."""


class TooLarge(Refusal):
    """More than this door takes."""


class WrongMedia(Refusal):
    """Sent as a type that this door does not read."""


class Unusable(Refusal):
    """Read, but nothing that can be worked on."""


class TooMany(Refusal):
    """Asked more often than can be served."""


class NotReady(Refusal):
    """The store cannot be read now."""
