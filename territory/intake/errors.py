"""What intake says of a whole file: that it cannot be read, or what was noticed while reading it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from territory.words import say


class IntakeError(Exception):
    """A file or text that cannot be read.

    The sentence says what, where (line, feature) and what to do.

    Examples
    --------
    >>> IntakeError("file.empty", name="lara.shp").said("en")
    '“lara.shp” is empty: export it again.'
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return self.said("en")

    def said(self, language: str) -> str:
        """The sentence, in one of `territory.words.LANGUAGES`."""
        return say(language, f"intake.{self.code}", **self.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something about the whole file that its owner should know: a column dropped, a gap closed."""

    code: str
    """Its sentence is in the section ``intake`` of the catalogues."""
    args: Mapping[str, Any] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence, in one of `territory.words.LANGUAGES`."""
        return say(language, f"intake.{self.code}", **self.args)
