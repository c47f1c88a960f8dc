from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box

from territory.findings import Code, Finding, Severity
from territory.profiles import load_profile
from territory.services import bands

PROFILE = load_profile()


@given(families=st.integers(0, 100_000))
def test_a_band_holds_the_number_and_never_tells_a_small_one(families):
    smallest, width = PROFILE.privacy.smallest_families, PROFILE.privacy.family_band
    told = bands.band(families, PROFILE.privacy)
    if families < smallest:
        assert told == f"< {smallest}"
    else:
        low, high = map(int, told.split("–"))
        assert low <= families <= high
        assert smallest <= low
        assert high - low < width


def test_numbers_of_families_in_findings_are_as_coarse():
    finding = Finding(
        code=Code.FAMILIES,
        severity=Severity.NOTE,
        territories=("a",),
        geometry=box(0, 0, 1, 1),
        place=Point(0.5, 0.5),
        args={"families": 71},
    )
    assert bands.public_finding(finding, PROFILE).args["families"] == "50–99"
    assert bands.public_finding(finding, PROFILE).id == finding.id


@given(count=st.integers(0, 1_000))
def test_a_small_count_is_told_as_less_than_the_smallest(count):
    smallest = PROFILE.privacy.smallest_count
    assert bands.withheld(count, PROFILE.privacy) == (count if count >= smallest else f"< {smallest}")
