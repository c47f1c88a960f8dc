"""Fields of a JSON object, read one by one, each refused in a sentence that names it."""

from __future__ import annotations

import datetime
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from territory.services.errors import Unusable

E = TypeVar("E", bound=StrEnum)

_LONGEST = 500
_MOST = 1_000_000_000


class Fields:
    """What somebody sent, as far as it is asked for; anything else in it is refused.

    Examples
    --------
    >>> fields = Fields({"name": " El Ají ", "families": 7})
    >>> fields.text("name"), fields.count("families"), fields.date("since")
    ('El Ají', 7, None)
    """

    def __init__(self, sent: Mapping[str, Any], known: Iterable[str] | None = None) -> None:
        self._sent = sent
        if known is not None and (unknown := sorted(set(sent) - set(known))):
            raise Unusable("field.unknown", field=unknown[0][:40], known=sorted(known))

    def __contains__(self, name: str) -> bool:
        return name in self._sent

    def text(self, name: str, *, limit: int = _LONGEST) -> str | None:
        """A text on one or more lines, without what cannot be seen."""
        value = self._sent.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value.strip() or len(value) > limit or not _is_plain(value):
            raise Unusable("field.text", field=name, limit=limit)
        return unicodedata.normalize("NFC", value.strip())

    def need(self, name: str, *, limit: int = _LONGEST) -> str:
        """A text that must be there."""
        value = self.text(name, limit=limit)
        if value is None:
            raise Unusable("field.missing", field=name)
        return value

    def count(self, name: str, *, most: int = _MOST) -> int | None:
        """A whole number from 0 on."""
        value = self._sent.get(name)
        if value is None:
            return None
        if type(value) is not int or not 0 <= value <= most:
            raise Unusable("field.count", field=name, limit=most)
        return value

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """A number within limits."""
        value = self._sent.get(name)
        if value is None:
            return None
        if type(value) not in (int, float) or not least <= value <= most:
            raise Unusable("field.number", field=name, least=least, most=most)
        return float(value)

    def numbers(self, name: str, count: int) -> list[float]:
        """So many numbers in degrees, that must be there."""
        value = self._sent.get(name)
        if not isinstance(value, list) or len(value) != count or not all(map(_is_degrees, value)):
            raise Unusable("field.numbers", field=name, count=count)
        return [float(each) for each in value]

    def truth(self, name: str, *, otherwise: bool) -> bool:
        """Yes or no."""
        value = self._sent.get(name, otherwise)
        if not isinstance(value, bool):
            raise Unusable("field.truth", field=name)
        return value

    def date(self, name: str) -> datetime.date | None:
        """A day, as ``2026-11-21``."""
        value = self._sent.get(name)
        if value is None:
            return None
        try:
            return datetime.date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise Unusable("field.date", field=name) from None

    def one_of(self, name: str, words: type[E]) -> E | None:
        """One word of a list."""
        value = self._sent.get(name)
        if value is None:
            return None
        try:
            return words(value)
        except ValueError:
            raise Unusable("field.one_of", field=name, known=[each.value for each in words]) from None

    def ids(self, name: str, *, most: int = 10_000) -> list[str]:
        """Ids, each once."""
        value = self._sent.get(name, [])
        if not isinstance(value, list) or len(value) > most or not all(map(_is_id, value)):
            raise Unusable("field.ids", field=name, limit=most)
        return sorted(set(value))

    def names(self, name: str, *, most: int = 1_000) -> tuple[str, ...]:
        """Ids in the order given."""
        self.ids(name, most=most)
        return tuple(self._sent.get(name, []))

    def groups(self, name: str, *, most: int = 10_000) -> dict[str, tuple[str, ...]]:
        """Ids by the name of the group that they are in."""
        value = self._sent.get(name, {})
        if not isinstance(value, dict) or len(value) > most or not all(map(_is_id, value)):
            raise Unusable("field.groups", field=name, limit=most)
        return {group: tuple(Fields({name: ids}).ids(name, most=most)) for group, ids in value.items()}

    def object(self, name: str) -> dict[str, Any]:
        """A JSON object, to be read on its own; an empty one where there is none."""
        value = self._sent.get(name, {})
        if not isinstance(value, dict):
            raise Unusable("field.object", field=name)
        return value

    def objects(self, name: str, *, most: int = 100) -> list[dict[str, Any]]:
        """JSON objects, to be read on their own."""
        value = self._sent.get(name, [])
        if not isinstance(value, list) or len(value) > most or not all(isinstance(each, dict) for each in value):
            raise Unusable("field.objects", field=name, limit=most)
        return value


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and _is_plain(value)


def _is_degrees(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= 180


def _is_plain(text: str) -> bool:
    """Whether a text has no control characters but line ends and tabs, and no halves of characters."""
    return all(c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and ord(c) not in _NEVER) for c in text)


# What turns the direction of writing, and so makes a name look like another one; and what XML cannot hold.
_NEVER = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF))
