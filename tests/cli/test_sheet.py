"""``territory sheet`` writes the sheet of any territory of a store, as PDF or as one HTML file."""

import pytest
from paper import Printed, flat
from printing import twelve


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return twelve(tmp_path_factory.mktemp("sheet"))


def test_a_sheet_is_written_as_pdf(run, store, tmp_path, capsys):
    file = tmp_path / "hoja.pdf"
    run("sheet", "own", "--output", file, "--store", store, "--base-url", "https://hojas.example/", "--lang", "es")
    printed = Printed.of(file.read_bytes())
    assert printed.code.startswith("https://hojas.example/t/own/sheet?version=1#")
    assert "La Ceiba Grande" in printed.texts[0]
    assert f"{file}: hoja de La Ceiba Grande, versión 1." in flat(capsys.readouterr().err)


def test_a_sheet_is_written_as_one_page_that_needs_nothing_else(run, store, tmp_path):
    file = tmp_path / "sheet.html"
    run("sheet", "own", "--output", file, "--store", store, "--version", 1, "--lang", "en")
    page = file.read_text("utf-8")
    assert "Sheet of the territory" in page
    assert "<link" not in page
    assert "/static/" not in page


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nobody",), "nobody"),
        (("own", "--version", 7), "versión 7"),
        (("own", "--output", "hoja.docx"), "hoja.docx"),
    ],
)
def test_what_cannot_be_written_is_said(run, store, tmp_path, monkeypatch, capsys, arguments, told):
    monkeypatch.chdir(tmp_path)
    run("sheet", *arguments, "--store", store, "--lang", "es", code=2)
    assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
