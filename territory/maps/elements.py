"""Folium elements that draw with our own browser code and load nothing but Leaflet."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import folium
import orjson
from branca.element import MacroElement
from folium.template import Template
from geopandas import GeoDataFrame

from territory.maps.tiles import world_tile

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basemap:
    """Somebody's image tiles to put under a map; a browser then asks that server for them."""

    url: str
    """As ``https://…/{z}/{x}/{y}.png``."""
    attribution: str = ""
    """Who made it, as its licence asks to be shown; plain text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle:
    """Something a reader can show and hide."""

    kind: str
    """``code`` of findings, or ``level`` of territories."""
    value: str
    label: str
    count: int
    sample: Mapping[str, str]
    """What its sample in the legend shows, as data attributes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """What stands beside a map, in words."""

    view: str
    lead: str
    summary: str
    notices: Sequence[str]
    toggles: Sequence[Toggle]
    legend: Sequence[tuple[str, Mapping[str, str]]]
    """Words and the data attributes of their sample."""
    is_fictitious: bool
    fine_print: Sequence[str] = field(default=())
    """Sources, rules and dates."""
    sections: Sequence[tuple[str, Sequence[str]]] = field(default=())
    """What is said of each of a few things: its name, and sentences."""


class TerritoryMap(folium.Map):  # type: ignore[misc]
    """A folium map of ours: Leaflet and our style sheet from our own server, and no tile server.

    It takes any folium layer that needs only Leaflet. `territory.maps.page` puts it in a page; in a notebook,
    and saved, it is one file that needs no network.

    Parameters
    ----------
    bounds
        What is shown at first.
    language
        Of its words.
    title
        Names it for those who cannot see it.
    words
        What the browser code says.
    panel
        What stands beside it.
    """

    # Lists of our own: folium changes the lists of a class for every map there is.
    default_js = [("leaflet", "/static/vendor/leaflet/leaflet.js")]  # noqa: RUF012
    default_css = [  # noqa: RUF012
        ("leaflet_css", "/static/vendor/leaflet/leaflet.css"),
        ("map_css", "/static/css/map.css"),
    ]

    # Folium's own template forbids zooming with two fingers and writes style sheets into the page.
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = maps.createMap({{ this.get_name()|tojson }}, {{ this.shown|tojson }});
        {% endmacro %}
        """
    )

    def __init__(
        self,
        *,
        bounds: Box,
        language: str,
        title: str,
        words: Mapping[str, str],
        panel: Panel,
    ) -> None:
        west, south, east, north = bounds
        super().__init__(location=[(south + north) / 2, (west + east) / 2], tiles=None)
        self.language = language
        self.title = title
        self.panel = panel
        self.shown = {
            "bounds": [[south, west], [north, east]],
            "label": title,
            "words": dict(words),
        }

    def _repr_html_(self, **_: Any) -> str:
        return (
            f'<iframe title="{escape(self.title)}" style="width:100%;height:36rem;border:0" '
            f'srcdoc="{escape(self._whole())}"></iframe>'
        )

    def save(self, outfile: str | Path, **_: Any) -> None:
        """Write the map as one HTML file that opens with no network."""
        Path(outfile).write_text(self._whole(), "utf-8")

    def _whole(self) -> str:
        from territory.maps.page import standalone

        return standalone(self, language=self.language, title=self.title)


class _Drawn(MacroElement):  # type: ignore[misc]
    """An element that hands data in the page to one function of ``web/map/main.js``.

    The data are in blocks that are no script: nothing in them can run, whatever people have called their
    territories.
    """

    function: str

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        {% for id, content in this.blocks.items() %}
        <script type="text/plain" id={{ id|tojson }}>{{ content }}</script>
        {% endfor %}
        {% endmacro %}
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = maps.{{ this.function }}(
            {{ this._parent.get_name() }}, {{ this.options|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self._name = type(self).__name__
        self.options = options
        self.blocks: dict[str, str] = {}

    def _hold(self, name: str, content: str) -> None:
        """Put a block into the page and tell the function its id."""
        self.options[name] = f"{self.get_name()}_{name}"
        self.blocks[self.options[name]] = content


def _packed(name: str, frame: GeoDataFrame, extent: int) -> str:
    return base64.b64encode(world_tile(name, frame, extent=extent)).decode()


def _json(value: Any) -> str:
    # An end tag inside a name would end the block.
    return orjson.dumps(value).decode().replace("<", "\\u003c")


class BasemapTiles(_Drawn):
    """Image tiles of somebody's server."""

    function = "addBasemap"

    def __init__(self, basemap: Basemap, *, pane: str) -> None:
        super().__init__(url=basemap.url, attribution=basemap.attribution, pane=pane)


class Ground(_Drawn):
    """``land``, or the lines of ``jurisdictions`` by their column ``level``; in the page or from tiles."""

    function = "addGround"

    def __init__(
        self, layer: str, *, frame: GeoDataFrame | None, pane: str, extent: int, tiles_url: str | None
    ) -> None:
        super().__init__(layer=layer, pane=pane, tiles=tiles_url, data=None)
        if frame is not None:
            self._hold("data", _packed(layer, frame, extent))


class Territories(_Drawn):
    """Territories of one level, written into the page or from tiles."""

    function = "addTerritories"

    def __init__(
        self, level: Mapping[str, Any], *, frame: GeoDataFrame | None, extent: int, tiles_url: str | None
    ) -> None:
        super().__init__(level=dict(level), tiles=tiles_url, data=None)
        if frame is not None:
            self._hold("data", _packed(level["id"], frame, extent))


class FindingsLayer(_Drawn):
    """Findings: shapes whose index is their place in the list."""

    function = "addFindings"

    def __init__(self, frame: GeoDataFrame, infos: Sequence[Mapping[str, Any]], *, extent: int) -> None:
        super().__init__()
        self._hold("data", _packed("findings", frame, extent))
        self._hold("list", _json(infos))


class PanelLink(_Drawn):
    """Names for labels and for the list beside the map."""

    function = "connectPanel"

    def __init__(self, places: Sequence[Mapping[str, Any]]) -> None:
        super().__init__()
        self._hold("list", _json(places))
