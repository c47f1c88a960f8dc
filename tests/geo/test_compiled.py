"""What is compiled ahead is what pages ask for later."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WHAT_PAGES_ASK = """
import sys

from numba.core import event

from territory.demo import region
from territory.geo import compiled
from territory.profiles import load_profile
from territory.services import drawing
from territory.services.access import OPERATOR
from territory.services.importing import keep_region
from territory.services.organizing import Asked, CorridorWishes, Wishes, plan_corridor, propose, workbench
from territory.services.storing import open_register

compiled.prepare()
register = open_register(sys.argv[1], load_profile(), create=True)
demo = region(councils=120, seed=3)
keep_region(register, demo.layer, demo.surroundings)
communes = list(demo.layer.index[demo.layer["level"] == "commune"])
mosaic = register.current().mosaic
recorder = event.RecordingListener()
with event.install_listener("numba:compile", recorder):
    workbench(register, OPERATOR, Asked())
    propose(register, OPERATOR, Wishes(asked=Asked(), least=2, most=4))
    plan_corridor(register, OPERATOR, CorridorWishes(members=tuple(communes[:3]), is_reinforced=True))
    drawn = drawing.Drawing(shape=demo.layer.geometry.iloc[0], level="council")
    drawing.check_drawing(drawn, mosaic, profile=register.profile)
register.store.close()
late = {each.data["dispatcher"].py_func.__name__ for _, each in recorder.buffer}
assert not late, late
"""


def test_no_page_waits_for_what_is_compiled(tmp_path: Path):
    process = [sys.executable, "-c", WHAT_PAGES_ASK, str(tmp_path / "demo.db")]
    done = subprocess.run(process, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
