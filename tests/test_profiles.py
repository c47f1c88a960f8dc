"""What the profile says, and how sure it is of it."""

import pytest
from pydantic import ValidationError

from territory.profiles import load_profile


def test_every_reference_names_a_source_of_the_profile(profile):
    for reference in (*profile.families.values(), *profile.councils.values()):
        assert reference.source in profile.sources


def test_what_is_called_law_names_its_article_and_date(profile):
    for reference in (*profile.families.values(), *profile.councils.values()):
        if reference.how_sure == "law":
            assert reference.article
            assert profile.sources[reference.source].date


def test_what_is_open_is_never_called_law(profile):
    assert profile.quorum.how_sure == "open"


def test_the_ladder_stands_on_the_council(profile):
    ladder = [level for level in profile.levels if not level.beside_ladder]
    assert [level.members for level in ladder[1:]] == [level.id for level in ladder[:-1]]


def test_an_unknown_level_is_no_level(profile):
    with pytest.raises(KeyError):
        profile.level("parish")


def test_another_country_is_another_file(tmp_path):
    text = load_profile.__wrapped__.__globals__["_HERE"].joinpath("venezuela.toml").read_text("utf-8")
    other = tmp_path / "elsewhere.toml"
    other.write_text(text.replace('name = "venezuela"', 'name = "elsewhere"'), "utf-8")
    assert load_profile(str(other)).name == "elsewhere"


def test_a_misspelt_entry_is_refused(tmp_path):
    other = tmp_path / "wrong.toml"
    text = load_profile.__wrapped__.__globals__["_HERE"].joinpath("venezuela.toml").read_text("utf-8")
    other.write_text(text.replace("sliver_m =", "slivers ="), "utf-8")
    with pytest.raises(ValidationError, match="sliver"):
        load_profile(str(other))
