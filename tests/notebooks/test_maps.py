"""The maps in the notebooks need nothing but the notebook."""

from __future__ import annotations

import nbformat
import pytest

from notebooks.run import NOTEBOOKS


@pytest.mark.browser
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_map_of_a_notebook_needs_no_network(path, chromium, tmp_path):
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", ())]
    [shown] = [
        each for each in (output.get("data", {}).get("text/html", "") for output in outputs) if "<iframe" in each
    ]
    page_file = tmp_path / "notebook.html"
    page_file.write_text(f"<!doctype html><title>notebook</title>{shown}", "utf-8")
    page = chromium.new_page()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.goto(page_file.as_uri())
    page.frame_locator("iframe").locator(".leaflet-zoom-animated").first.wait_for(state="attached")
    assert [url for url in asked if url.startswith("http")] == []
    assert complaints == []
    page.close()
