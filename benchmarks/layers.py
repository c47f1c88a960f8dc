"""The generated layer that every peer reads: councils, jurisdictions and the truth, made once and kept in files.

``python -m benchmarks.layers FOLDER --size 50000 --noise 10`` makes them; a folder that has them is left alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Files:
    """Where a generated region lies."""

    folder: Path
    size: int
    noise_m: float
    seed: int = 1
    ending: str = "gpkg"

    @property
    def own(self) -> Path:
        """The folder of this region."""
        return self.folder / f"{self.size}-{self.noise_m:g}m-{self.seed}"

    @property
    def councils(self) -> Path:
        """Councils alone, each with the id of its commune: what an analyst is sent."""
        return self.own / f"councils.{self.ending}"

    @property
    def jurisdictions(self) -> Path:
        """Municipalities and states."""
        return self.own / f"jurisdictions.{self.ending}"

    @property
    def land(self) -> Path:
        """Ground that should be covered."""
        return self.own / f"land.{self.ending}"

    @property
    def truth(self) -> Path:
        """Every fault that was put in."""
        return self.own / "truth.parquet"

    @property
    def neighbours(self) -> Path:
        """Councils that share a line."""
        return self.own / "neighbours.parquet"

    def make(self) -> None:
        """Generate what is not there yet, in a process of its own so that this one stays small."""
        if self.neighbours.exists() and self.councils.exists() and self.land.exists():
            return
        given = ["--size", self.size, "--noise", self.noise_m, "--seed", self.seed, "--format", self.ending]
        command = [sys.executable, "-m", "benchmarks.layers", self.folder, *given]
        subprocess.run([str(part) for part in command], check=True, cwd=ROOT)


def generate(files: Files) -> None:
    """Make a region and write its files."""
    import pandas as pd
    import pyogrio

    from territory.demo import region

    files.own.mkdir(parents=True, exist_ok=True)
    made = region(files.size, seed=files.seed, hand_drawn_m=files.noise_m)
    councils = made.layer[made.layer["level"] == "council"]
    around = made.surroundings
    for frame, path in (
        (councils, files.councils),
        (around.jurisdictions, files.jurisdictions),
        (around.land, files.land),
    ):
        assert frame is not None
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(frame.reset_index(), path, use_arrow=True)
    truth = made.truth.assign(code=made.truth["code"].astype(str), territories=made.truth["territories"].map(list))
    truth.to_parquet(files.truth)
    pd.DataFrame(made.neighbours).to_parquet(files.neighbours)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", default="gpkg")
    given = parser.parse_args()
    generate(Files(given.folder, given.size, given.noise, given.seed, given.format))


if __name__ == "__main__":
    main()
