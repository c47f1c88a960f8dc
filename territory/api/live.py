"""What one server process holds: the register, and what everybody may see of it, computed once for each change."""

from __future__ import annotations

import datetime
import gc
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import cached_property

from geopandas import GeoDataFrame

from territory import logs
from territory.findings import Finding
from territory.maps.tiles import Tileset
from territory.mosaic import Current, Mosaic
from territory.profiles import Profile
from territory.services import drawing, publishing
from territory.services.access import PUBLIC, Eyes
from territory.services.around import FollowedLines
from territory.services.publishing import PublicRegister
from territory.services.register import Register

# Longer than a small store takes, shorter than somebody waits before a blank page.
PATIENCE_S = 2.0

_PAST_DAYS_KEPT = 4

_log = logging.getLogger("territory.jobs")


class Public:
    """What everybody sees: territories, tiles and findings, all of one moment."""

    def __init__(self, view: PublicRegister, profile: Profile) -> None:
        self.view = view
        self.profile = profile
        self.version = view.version
        self._findings: Future[list[Finding]] | None = None
        self._lock = threading.Lock()

    @property
    def layer(self) -> GeoDataFrame:
        """The territories in public form."""
        return self.view.layer

    @cached_property
    def drawn(self) -> GeoDataFrame:
        """Those of them that have a line or an outline."""
        return self.layer[~self.layer.geometry.is_empty.to_numpy()]

    @property
    def mosaic(self) -> Mosaic:
        """The boundaries that are published as they are: what anybody may check a drawing against."""
        return self.view.mosaic

    @property
    def is_fictitious(self) -> bool:
        """Whether pages must say that none of it exists."""
        return self.mosaic.surroundings.is_fictitious

    @cached_property
    def bounds(self) -> list[float]:
        """West, south, east, north of all territories; of the profile's country while there are none."""
        return [float(each) for each in (self.profile.extent if self.drawn.empty else self.drawn.total_bounds)]

    @cached_property
    def layers(self) -> frozenset[str]:
        """Names of the tile layers."""
        return frozenset(self._frames)

    @cached_property
    def _frames(self) -> Mapping[str, GeoDataFrame]:
        return publishing.tile_frames(self.drawn, self.mosaic.surroundings)

    @cached_property
    def tileset(self) -> Tileset:
        """Vector tiles of every level and of the municipalities."""
        return Tileset(self._frames)

    def findings(self, patience_s: float = PATIENCE_S) -> list[Finding] | None:
        """All findings of the layer in public form; none while they are being computed."""
        with self._lock:
            if self._findings is None:
                self._findings = Future()
                threading.Thread(target=self._check, args=(self._findings,), daemon=True).start()
        try:
            return self._findings.result(timeout=patience_s)
        except TimeoutError:
            return None

    def _check(self, answer: Future[list[Finding]]) -> None:
        try:
            with logs.job(_log, "findings"):
                found = publishing.layer_findings(self.mosaic, profile=self.profile)
            answer.set_result(found)
        except Exception as error:
            answer.set_exception(error)


class Live:
    """A register and its public face.

    Parameters
    ----------
    register
        Followed: every answer is of the newest change, whichever process made it.
    """

    def __init__(self, register: Register) -> None:
        self.register = register
        self.profile = register.profile
        self.followed = FollowedLines(register)
        """Rivers and roads that a boundary may follow."""
        self._lock = threading.Lock()
        self._public: tuple[int, Public] | None = None
        self._past: OrderedDict[tuple[int, datetime.date], Public] = OrderedDict()
        self.current()
        self._warming = threading.Thread(target=self._warm, daemon=True)
        self._warming.start()

    def close(self) -> None:
        """Let go of the register, once nothing here reads it any more."""
        self._warming.join()
        self.register.store.close()

    def current(self) -> Current:
        """Everybody's boundaries."""
        return self.register.current()

    def public(self, day: datetime.date | None = None) -> Public:
        """What everybody sees, now or of a day."""
        self.current()
        changed = self.register.public_sequence
        if day is not None and day < datetime.date.today():
            return self._on(day, changed)
        with self._lock:
            if self._public is None or self._public[0] != changed:
                view = publishing.public_register(self.register)
                kept = self._public[1] if self._public else None
                # Somebody may have written what changes nothing outside: then tiles and findings stay.
                is_same = kept is not None and kept.version == view.version
                self._public = changed, kept if kept and is_same else Public(view, self.profile)
            return self._public[1]

    def around(self, eyes: Eyes) -> tuple[Mosaic, Callable[[str], bool] | None]:
        """What somebody's drawing is checked against: a mosaic, and which of its territories they may know of.

        Who has no key is told of what is published exactly; who has one, also of the lines that it sees.
        """
        public = self.public().mosaic
        if eyes.access is PUBLIC:
            return public, None
        current = self.current()

        def visible(territory: str) -> bool:
            standing = current.standing.get(territory)
            is_published = standing is not None and territory in public and standing.version == standing.published
            return is_published or eyes.sees_line(territory)

        return current.mosaic, visible

    def _on(self, day: datetime.date, changed: int) -> Public:
        with self._lock:
            known = self._past.get((changed, day))
            if known is None:
                known = self._past[changed, day] = Public(
                    publishing.public_register(self.register, day), self.profile
                )
            self._past.move_to_end((changed, day))
            while len(self._past) > _PAST_DAYS_KEPT:
                self._past.popitem(last=False)
            return known

    def _warm(self) -> None:
        """Lay out now what the first drawing would have to wait for."""
        with logs.job(_log, "warm"):
            for mosaic in (self.current().mosaic, self.public().mosaic):
                for level, ids in mosaic.levels.items():
                    first = drawing.Drawing(shape=mosaic.layer.geometry[ids[0]], level=level)
                    drawing.check_drawing(first, mosaic, profile=self.profile)
            # All of it stays: who writes need not wait a tenth of a second while the collector walks over it.
            gc.freeze()
