"""What to say when something cannot be done."""

from __future__ import annotations

from territory.services.errors import Refusal
from territory.words import say


def told(error: Exception, language: str) -> str | None:
    """The sentence for an error that whoever typed can do something about; none for a bug."""
    from territory.intake import IntakeError

    if isinstance(error, Refusal | IntakeError):
        return error.said(language)
    if isinstance(error, OSError) and error.filename is not None:
        return say(language, "cli.os_error", path=str(error.filename), reason=error.strerror or "")
    return None
