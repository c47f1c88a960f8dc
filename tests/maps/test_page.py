"""The map in our page: nothing runs that is not ours, and nothing is fetched by a file from a disk."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser

import pytest
from folium.plugins import MarkerCluster

from territory.maps import page, views
from territory.model import Surroundings
from territory.words import LANGUAGES, WEB, say


class Tags(HTMLParser):
    """All start tags of a page, and the text of its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in names]


@pytest.fixture(params=["territories", "coverage"])
def drawn(request, layer, surroundings, findings):
    if request.param == "coverage":
        return views.coverage(layer, surroundings, findings, language="es")
    return views.territories(layer, surroundings, language="es")


def test_every_script_and_style_carries_the_nonce(drawn):
    tags = Tags(page.render(drawn, language="es", title="Mapa", nonce="once"))
    running = [tag for tag in tags.all("script", "style") if tag.get("type") != "text/plain"]
    assert len(running) >= 2
    assert {tag.get("nonce") for tag in running} == {"once"}
    assert not [tag for _, tag in tags.found if "style" in tag or any(name.startswith("on") for name in tag)]


def test_the_page_can_be_zoomed_and_has_landmarks_a_title_and_a_language(drawn):
    html = page.render(drawn, language="es", title="Mapa", nonce="once")
    tags = Tags(html)
    assert tags.all("html") == [{"lang": "es"}]
    [viewport] = [tag for tag in tags.all("meta") if tag.get("name") == "viewport"]
    assert "user-scalable" not in viewport["content"]
    assert "maximum-scale" not in viewport["content"]
    assert "<title>Mapa · Territorio</title>" in html
    for landmark in ("header", "nav", "main", "footer", "h1"):
        assert tags.all(landmark)
    assert tags.all("a")[0]["href"] == "#main"


def test_an_embedded_map_has_no_header_and_footer_but_says_what_it_is(drawn):
    html = page.render(drawn, language="es", title="Mapa", nonce="once", embed=True)
    tags = Tags(html)
    assert not tags.all("header", "footer", "nav")
    assert tags.all("main")
    assert say("es", "site.fictitious") in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_front_page_says_what_this_is_and_where_to_go(layer, surroundings, language):
    drawn = views.territories(layer, surroundings, language=language)
    html = page.render(drawn, language=language, title="", nonce="once", template="home.html")
    assert say(language, "site.home.what") in html
    assert say(language, "site.no_register") in html
    links = {tag["href"].partition("?")[0] for tag in Tags(html).all("a")}
    assert {"/draw", "/check", "/map/coverage"} <= links


def test_files_are_offered_by_their_addresses_and_never_from_a_disk(layer, surroundings):
    drawn = views.territories(layer, surroundings, language="es")
    offered = {"kml": "/export.kml?a=1&b=2"}
    html = page.render(drawn, language="es", title="", nonce="once", downloads=offered)
    [link] = [tag for tag in Tags(html).all("a") if "download" in tag]
    assert (link["href"], link["rel"]) == ("/export.kml?a=1&b=2", "nofollow")
    assert say("es", "map.download.kml") in html
    for without in (
        page.render(drawn, language="es", title="", nonce="once"),
        page.standalone(drawn, language="es", title=""),
    ):
        assert not [tag for tag in Tags(without).all("a") if "download" in tag]


def test_only_invented_territories_are_called_invented(layer, surroundings):
    for fictitious in (True, False):
        known = Surroundings(is_fictitious=fictitious)
        drawn = views.territories(layer, known, language="es")
        for html in (
            page.render(drawn, language="es", title="Mapa", nonce="once"),
            page.standalone(drawn, language="es", title="Mapa"),
        ):
            assert (say("es", "site.fictitious") in html) is fictitious


def test_a_title_is_text(drawn):
    hostile = "</title><script>globalThis.harmed=1</script>"
    assert hostile not in page.render(drawn, language="es", title=hostile, nonce="once")
    assert hostile not in page.standalone(drawn, language="es", title=hostile)


def test_a_name_cannot_end_its_block(drawn):
    html = page.render(drawn, language="es", title="Mapa", nonce="once")
    assert "globalThis.harmed" in html
    assert "<script>globalThis.harmed" not in html
    assert not Tags(html).all("img")


def test_rendering_twice_gives_the_same_page(drawn):
    first, second = (page.render(drawn, language="es", title="Mapa", nonce="once") for _ in range(2))
    assert first == second


def test_a_standalone_map_names_no_address_to_fetch(drawn):
    html = page.standalone(drawn, language="es", title="Mapa")
    tags = Tags(html)
    loads = [tag.get("src") or tag.get("href") for tag in tags.all("script", "link", "img", "iframe")]
    assert {address for address in loads if address} == {"data:,"}
    assert not re.search(
        r"@import|url\((?!images/|#|data:)", "".join(re.findall(r"<style>(.*?)</style>", html, re.S))
    )
    [policy] = [tag["content"] for tag in tags.all("meta") if tag.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy


def test_a_standalone_map_has_all_its_modules_under_one_name_each():
    found = page._modules()
    assert {path for path in found if path.startswith("map/")} == {
        f"map/{path.name}" for path in (WEB / "map").glob("*.js")
    }
    assert all(address.startswith("data:text/javascript;base64,") for address in found.values())


def test_what_needs_a_network_is_refused_in_a_standalone_map(layer, surroundings):
    drawn = views.territories(layer, surroundings, language="es")
    drawn.add_child(MarkerCluster())
    with pytest.raises(ValueError, match="not ours"):
        page.standalone(drawn, language="es", title="Mapa")


def test_a_saved_map_is_the_standalone_one(drawn, tmp_path):
    drawn.save(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text("utf-8") == page.standalone(drawn, language="es", title=drawn.title)
    assert "srcdoc=" in drawn._repr_html_()


def test_vendored_files_are_those_of_the_manifest():
    manifest = json.loads((WEB / "vendor" / "VENDOR.json").read_text("utf-8"))
    noted = {name: digest for package in manifest.values() for name, digest in package["files"].items()}
    for name, digest in noted.items():
        assert hashlib.sha256((WEB / "vendor" / name).read_bytes()).hexdigest() == digest, name
    for package in manifest.values():
        assert package["licence_file"] in package["files"]
    # Scripts that make a bundle, and what is declared of its types, are ours.
    files = (
        path for path in (WEB / "vendor").glob("*/**/*") if path.is_file() and path.suffix not in (".sh", ".ts")
    )
    assert {path.relative_to(WEB / "vendor").as_posix() for path in files} == set(noted)


@pytest.mark.parametrize("path", sorted((WEB / "css").glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_ask_for_nothing(path):
    assert not re.search(r"@import|url\(|https?:", path.read_text("utf-8"))
