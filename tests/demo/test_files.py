from collections import Counter

import pytest

from territory.checks import check_layer
from territory.demo import region
from territory.findings import Code
from territory.intake import read
from territory.profiles import load_profile

PROFILE = load_profile()


@pytest.fixture(scope="module")
def made():
    return region(300)


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "parquet"])
def test_a_raw_file_is_read_and_all_its_faults_are_found(made, ending, tmp_path):
    path = tmp_path / f"region.{ending}"
    made.write(path)
    intake = read(path, profile=PROFILE)
    found = [
        *intake.findings,
        *check_layer(intake.layer, profile=PROFILE, surroundings=made.surroundings),
    ]
    assert Counter((f.code, f.territories) for f in found) == Counter(
        zip(made.truth["code"], made.truth["territories"], strict=True)
    )
    assert any("telefono_vocero" in str(notice.args) for notice in intake.notices)
    assert "telefono_vocero" not in intake.layer.columns


def test_a_spike_is_taken_off_without_changing_the_council(made, tmp_path):
    made.write(tmp_path / "region.gpkg")
    intake = read(tmp_path / "region.gpkg", profile=PROFILE)
    assert intake.layer.geometry["c00001"].equals(made.layer.geometry["c00001"])


def test_a_clean_region_is_written_clean(tmp_path):
    region(40, faults=False).write(tmp_path / "clean.geojson")
    intake = read(tmp_path / "clean.geojson", profile=PROFILE)
    assert not intake.findings
    assert (intake.layer["level"] == "council").sum() == 40


def test_broken_boundaries_are_in_the_truth_as_faults_of_the_file(made):
    raw = made.truth[made.truth["needs"] == "file"]
    assert Counter(raw["code"]) == {Code.REPAIRED: 2, Code.INVALID: 1, Code.OUTSIDE: 1}


def test_an_unknown_ending_is_refused(made, tmp_path):
    with pytest.raises(ValueError, match=r"\.xls"):
        made.write(tmp_path / "region.xls")
