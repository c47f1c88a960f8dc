from __future__ import annotations

from pathlib import Path

import pytest

from territory.intake import Intake, IntakeError, read
from territory.profiles import Profile


class Reader:
    """Reads files as a person sends them."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def file(self, path: Path) -> Intake:
        return read(path, profile=self._profile)

    def refused(self, path: Path) -> IntakeError:
        with pytest.raises(IntakeError) as caught:
            self.file(path)
        return caught.value


@pytest.fixture
def reader(profile: Profile) -> Reader:
    return Reader(profile)
