"""Run notebooks and keep what they show: ``python notebooks/run.py``, or some of them by name.

Each runs in a kernel of its own in which a warning is an error. A cell with the tag ``varies`` may show something
else on another machine (times, or peers that are installed); all other words are compared by the tests.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

HERE = Path(__file__).parent
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))

# What a kernel says of itself is no concern of ours.
_STRICT = "import warnings; warnings.simplefilter('error'); warnings.filterwarnings('ignore', module='ipykernel')"


def executed(path: Path) -> NotebookNode:
    """A notebook with what its cells show now; a cell that fails ends it with ``CellExecutionError``."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        # Sockets with a name of their own: of ports, two kernels that start at once may be given the same.
        sockets = Config({"KernelManager": {"transport": "ipc", "ip": f"{folder}/kernel"}})
        NotebookClient(
            notebook,
            config=sockets,
            extra_arguments=[f"--IPKernelApp.exec_lines={_STRICT}"],
            timeout=300,
            record_timing=False,
            resources={"metadata": {"path": str(HERE)}},
        ).execute()
    return notebook


def main() -> None:
    """Command line."""
    for path in NOTEBOOKS:
        if not sys.argv[1:] or path.stem in sys.argv[1:]:
            nbformat.write(executed(path), path)
            print(f"{path.name} {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
