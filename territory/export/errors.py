"""What keeps a layer from being written, said to the person who asked for the file."""

from __future__ import annotations

from typing import Any

from territory.words import say


class ExportError(Exception):
    """A file that cannot be written as asked.

    Examples
    --------
    >>> ExportError("form.unknown", name="map.dwg", endings=".kml, .csv").said("en")
    'It is not clear what to write into “map.dwg”. The name may end in .kml, .csv.'
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details

    def __str__(self) -> str:
        return self.said("en")

    def said(self, language: str) -> str:
        """The sentence, in one of `territory.words.LANGUAGES`."""
        return say(language, f"errors.export.{self.code}", **self.details)
