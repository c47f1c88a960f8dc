"""Every sentence exists in every language, and every finding is documented."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from territory.findings import Code
from territory.words import LANGUAGES, WEB, catalogue, listing, measure, say

ROOT = WEB.parent
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def leaves(entry, path=""):
    if isinstance(entry, dict):
        for key, value in entry.items():
            yield from leaves(value, f"{path}/{key}")
    else:
        yield path, entry


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_words(language):
    assert set(catalogue(language)["findings"]) == set(Code)


def test_languages_have_the_same_sentences_with_the_same_placeholders():
    spanish, english = (dict(leaves(catalogue(language))) for language in LANGUAGES)
    assert spanish.keys() == english.keys()
    for key, sentence in spanish.items():
        assert set(PLACEHOLDER.findall(sentence)) == set(PLACEHOLDER.findall(english[key])), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_empty_or_a_leftover(language):
    for key, sentence in leaves(catalogue(language)):
        assert sentence.strip(), key
        assert "TODO" not in sentence, key


def test_spanish_is_spanish():
    """Sentences of some length that are the same in both languages were not translated."""
    spanish, english = (dict(leaves(catalogue(language))) for language in LANGUAGES)
    same = [
        key for key, text in spanish.items() if text == english[key] and len(PLACEHOLDER.sub("", text).split()) > 3
    ]
    assert same == []


def test_findings_are_documented():
    documented = re.findall(r"^\| `(\w+\.\w+)` \|", (ROOT / "docs/findings.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(Code)


def test_catalogues_are_plain_json():
    for language in LANGUAGES:
        text = (WEB / "i18n" / f"{language}.json").read_text("utf-8")
        assert json.loads(text) == catalogue(language)


def test_a_missing_value_is_a_fault_of_ours_and_loud():
    with pytest.raises(KeyError):
        say("es", "findings.coverage.overlap")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], ""),
        (["La Ceiba"], "La Ceiba"),
        (["La Ceiba", "Iribarren"], "La Ceiba e Iribarren"),
        (["La Ceiba", "Hierro"], "La Ceiba y Hierro"),
        (list("abcdefg"), "a, b, c, d y 3 más"),
    ],
)
def test_names_are_joined_as_people_do(names, told):
    assert listing(names, "es") == told


@given(st.floats(0, 1e12))
def test_areas_are_short_in_any_language(m2):
    for language in LANGUAGES:
        assert len(measure("area_m2", m2, language)) < 15
