from __future__ import annotations

import pytest

from territory.cli import main


@pytest.fixture
def run():
    """Run ``territory`` in this process; it must end with the status that is expected."""

    def run(*arguments, code=0):
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        assert (ended.value.code or 0) == code

    return run
