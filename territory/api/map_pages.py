"""Maps as HTML, kept as long as the data stay the same."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import lru_cache

from starlette.responses import Response

from territory.api.assets import assets_root
from territory.api.live import Live, Public
from territory.api.pages import new_nonce, page
from territory.maps.elements import Basemap
from territory.maps.page import render
from territory.services import mapping, publishing
from territory.services.mapping import View
from territory.services.publishing import Bbox
from territory.settings import Settings

TILES_URL = "/tiles/{layer}/{z}/{x}/{y}.mvt"
DOWNLOADS = ("geojson", "kml", "csv", "gpkg", "zip")
"""What the map of the territories offers to take away."""

_PAGES_KEPT = 16


class MapPages:
    """The maps of what one process serves."""

    def __init__(self, live: Live, settings: Settings) -> None:
        self._live = live
        self._settings = settings
        # Stands for the nonce in pages that are kept; nobody can write it into one, as it is as hard to guess.
        self._nonce_mark = new_nonce()
        self._kept: Callable[..., str] = lru_cache(_PAGES_KEPT)(self._render)

    def respond(
        self,
        view: View,
        *,
        language: str,
        bbox: Bbox | None = None,
        embed: bool = False,
        day: datetime.date | None = None,
        template: str = "map.html",
    ) -> Response | None:
        """A map as a page; none while the findings that it shows are being computed."""
        public = self._live.public(day)
        if view == "coverage" and public.findings() is None:
            return None
        nonce = new_nonce()
        html = self._kept(public, view, language, bbox, embed, day, template).replace(self._nonce_mark, nonce)
        return page(html, nonce=nonce, language=language, embed=embed, basemap_url=self._settings.basemap_url)

    def _render(
        self,
        public: Public,
        view: View,
        language: str,
        bbox: Bbox | None,
        embed: bool,
        day: datetime.date | None,
        template: str,
    ) -> str:
        settings = self._settings
        tiles_url = TILES_URL if day is None else f"{TILES_URL}?date={day}"
        # A corridor without a line of its own lies where its members lie.
        layer = publishing.within(public.layer if view == "corridors" else public.drawn, bbox)
        url, attribution = settings.basemap_url, settings.basemap_attribution
        drawn = mapping.draw_map(
            view,
            layer,
            public.mosaic.surroundings,
            publishing.findings_within(public.findings() or [], bbox) if view == "coverage" else [],
            language=language,
            profile=public.profile,
            tiles_url=tiles_url if len(layer) > settings.inline_boundaries else None,
            basemap=Basemap(url=url, attribution=attribution) if url else None,
        )
        title = mapping.title_of(view, language)
        return render(
            drawn,
            language=language,
            title=title,
            nonce=self._nonce_mark,
            embed=embed,
            template=template,
            downloads=_downloads(day) if view == "territories" and not embed else None,
            assets=assets_root(),
        )


def _downloads(day: datetime.date | None) -> dict[str, str]:
    """Addresses of files of what everybody sees, whoever opens the page: such files are passed on."""
    of_day = f"&date={day}" if day else ""
    return {form: f"/export.{form}?public=true{of_day}" for form in DOWNLOADS}
