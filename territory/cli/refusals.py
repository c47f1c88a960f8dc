"""What to say when something cannot be done."""

from __future__ import annotations

from territory.services.errors import Refusal
from territory.words import say

_REASONS = {
    FileNotFoundError: "missing",
    PermissionError: "denied",
    IsADirectoryError: "folder",
    NotADirectoryError: "missing",
}


def told(error: Exception, language: str) -> str | None:
    """The sentence for an error that whoever typed can do something about; none for a bug."""
    from territory.export import ExportError
    from territory.intake import IntakeError

    if isinstance(error, Refusal | IntakeError | ExportError):
        return error.said(language)
    if isinstance(error, OSError) and error.filename is not None:
        reason = next((reason for kind, reason in _REASONS.items() if isinstance(error, kind)), "other")
        said = say(language, f"cli.os.{reason}", reason=error.strerror or "")
        return say(language, "cli.os_error", path=str(error.filename), reason=said)
    return None
