"""What stands on the printed sheet, in the words of one language."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import groupby
from typing import Any

import pandas as pd

from territory.findings import sentence
from territory.geo.linderos import OUTER_SIDES, Mark, Run, Side, grid_coordinates, quadrant_bearing
from territory.maps.sheet import Sheet, State
from territory.words import measure, number, say

_VERTICES_A_ROW = 3
_SHORT_M = 100.0
"""Below this a decimetre is told as well."""

Told = tuple[str, str]


class Words:
    """A sheet told in a language of `territory.words.LANGUAGES`, one thing after the other."""

    def __init__(self, sheet: Sheet, language: str) -> None:
        self._sheet = sheet
        self._language = language

    @property
    def level(self) -> str:
        """What the level is called."""
        return self._level(self._sheet.level)

    @property
    def profile(self) -> str:
        """The rules it was held against, and their date."""
        profile = self._sheet.profile
        return self._say("profile", title=profile.title[self._language], date=self._day(profile.date))

    @property
    def version(self) -> str:
        """Which version it is, and of what dates."""
        sheet = self._sheet
        told = self._say("version", version=str(sheet.version), printed=self._day(sheet.printed))
        return told if sheet.drawn is None else f"{told} {self._say('drawn', drawn=self._day(sheet.drawn))}"

    @property
    def foot(self) -> str:
        """What every page says of the whole."""
        sheet = self._sheet
        return self._say("foot", name=sheet.called, version=str(sheet.version), print=sheet.fingerprint[:12])

    @property
    def facts(self) -> Iterator[Told]:
        """Area, length, families and place, each after its name."""
        sheet = self._sheet
        ha, m2 = number(sheet.area_m2 / 10_000, self._language, 2), number(sheet.area_m2, self._language)
        yield self._say("area"), self._say("area_told", ha=ha, m2=m2)
        yield self._say("perimeter"), self._metres(sheet.walk.length_m)
        if sheet.families is not None:
            yield self._say("families"), str(sheet.families)
        for (level, source), shares in groupby(sheet.shares, key=lambda each: (each.level, each.source)):
            told = [f"{each.name} ({measure('share', each.share, self._language)})" for each in shares]
            yield self._say(f"level.{level}"), self._say("according", told=", ".join(told), source=source)

    @property
    def findings(self) -> list[Told]:
        """Severity and sentence of what is still open."""
        names = self._sheet.names
        return [(each.severity.value, sentence(each, names, self._language)) for each in self._sheet.findings]

    @property
    def parts(self) -> Iterator[tuple[str, list[tuple[str, list[Told]]]]]:
        """Title of each part and its sides; of each side its title and its runs: a sentence and a state."""
        walk = self._sheet.walk
        count = int(walk.vertices["part"].max()) + 1
        for part in range(count):
            title = self._say("part", part=part + 1, parts=count) if count > 1 else ""
            told = [side for side in Side if side in OUTER_SIDES or walk.of_side(side, part)]
            yield title, [(self._say(f"side.{side.value}"), self._side(part, side)) for side in told]

    @property
    def own_words(self) -> list[Told]:
        """The line as its own tell it, side by side."""
        words = self._sheet.words
        return [(self._say(f"side.{side.value}"), words[side]) for side in OUTER_SIDES if side in words]

    def _side(self, part: int, side: Side) -> list[Told]:
        runs = enumerate(self._sheet.walk.runs)
        told = [(self.run(run), self._state(k)) for k, run in runs if run.part == part and run.side is side]
        return told or [(self._say("no_side"), "")]

    def run(self, run: Run) -> str:
        """A run as a sentence: with whom, along what, from where to where, how far and whither."""
        said = [self._beyond(run), *self._along(run), self._from_to(run), self._metres(run.length_m)]
        if run.azimuth_deg is not None:
            said.append(self._say("bearing", bearing=self._bearing(run.azimuth_deg)))
        whole = ", ".join(said)
        return f"{whole[0].upper()}{whole[1:]}."

    def _beyond(self, run: Run) -> str:
        if not run.neighbours:
            return self._say("nobody")
        around = self._sheet.around.loc[list(run.neighbours)]
        names = [self._called(*row) for row in around[["name", "level"]].itertuples(index=False)]
        return self._say("with", names=names)

    def _along(self, run: Run) -> Iterator[str]:
        followed = self._sheet.lines.iloc[[each.line for each in run.follows]]
        for kind, called in followed.groupby("kind", sort=False)["name"]:
            names = [name for name in dict.fromkeys(called) if name]
            yield self._say(f"along.{kind}", names=names) if names else self._say(f"along_one.{kind}")

    def _from_to(self, run: Run) -> str:
        start = self._mark(run.start)
        if run.start == run.stop:
            return self._say("around", start=start)
        return self._say("from_to", start=start, stop=self._mark(run.stop))

    def _mark(self, mark: Mark) -> str:
        if not mark.beyond_m:
            return str(mark.vertex)
        return self._say("beyond", vertex=str(mark.vertex), beyond=self._metres(mark.beyond_m))

    def _bearing(self, azimuth_deg: float) -> str:
        begin, degrees, minutes, end = quadrant_bearing(azimuth_deg)
        return (
            f"{self._say(f'letter.{begin}')}\u00a0{degrees}°\u00a0{minutes:02}′\u00a0{self._say(f'letter.{end}')}"
        )

    def _state(self, run: int) -> str:
        """How far a run is agreed; of several states each with its length."""
        lengths = self._lengths(run)
        if len(lengths) == 1:
            return self._say(f"state.{next(iter(lengths))}")
        told = [f"{self._say(f'state.{state}')}: {self._metres(m)}" for state, m in lengths.items()]
        return "; ".join(told)

    def _lengths(self, run: int) -> Mapping[State, float]:
        whole = self._sheet.walk.runs[run]
        lengths: dict[State, float] = {}
        for each in self._sheet.stretches:
            if each.run == run:
                share = each.line.length / whole.line.length
                lengths[each.state] = lengths.get(each.state, 0.0) + share * whole.length_m
        return lengths

    @cached_property
    def states(self) -> list[tuple[State, str, str]]:
        """Every state that there is on this line, in words, and on how many metres."""
        sums = dict.fromkeys(State, 0.0)
        for run in range(len(self._sheet.walk.runs)):
            for state, length_m in self._lengths(run).items():
                sums[state] += length_m
        return [(state, self._say(f"state.{state}"), self._metres(m)) for state, m in sums.items() if m]

    @property
    def signing(self) -> list[Told]:
        """Every neighbour that has to sign, and between which vertices."""
        places: dict[str, list[str]] = {}
        for run in self._sheet.walk.runs:
            for each in run.neighbours:
                places.setdefault(each, []).append(self._from_to(run))
        return [(self._sheet.around.loc[each, "name"], "; ".join(told)) for each, told in places.items()]

    @property
    def datum(self) -> str:
        """In what the coordinates are, zone by zone."""
        survey = self._sheet.profile.survey
        zones, is_own = [], False
        for zone, crs in self._grid[["zone", "crs"]].drop_duplicates().itertuples(index=False):
            is_own |= survey.utm.get(zone) == crs
            datum = survey.datum if survey.utm.get(zone) == crs else "WGS 84"
            zones.append(self._say("zone", datum=datum, zone=str(zone), crs=str(crs)))
        return self._say("datum" if is_own else "datum_wgs84", zones=zones)

    @property
    def has_zones(self) -> bool:
        """Whether the vertices lie in more than one zone, so that each has to say in which."""
        return bool(self._grid["zone"].nunique() > 1)

    @property
    def rows(self) -> list[list[tuple[str, str, str, str]]]:
        """Vertices, some to a row: number, zone, east, north."""
        told = [
            (str(row.Index), str(row.zone), self._centimetres(row.east_m), self._centimetres(row.north_m))
            for row in self._grid.itertuples()
        ]
        return [told[k : k + _VERTICES_A_ROW] for k in range(0, len(told), _VERTICES_A_ROW)]

    @cached_property
    def _grid(self) -> pd.DataFrame:
        return grid_coordinates(self._sheet.walk.vertices, self._sheet.profile.survey.utm)

    def _called(self, name: str, level: str) -> str:
        """A name with its level, unless it says so itself."""
        said = self._level(level)
        return name if name.casefold().startswith(said.casefold()) else f"{name} ({said})"

    def _level(self, level: str) -> str:
        return self._sheet.profile.level(level).name[self._language]

    def _day(self, day: datetime.date) -> str:
        month = self._say(f"month.{day.month}")
        return self._say("date", day=str(day.day), month=month, year=str(day.year))

    def _metres(self, length_m: float) -> str:
        return f"{number(length_m, self._language, 1 if length_m < _SHORT_M else 0)}\u00a0m"

    def _centimetres(self, metres: float) -> str:
        return number(metres, self._language, 2)

    def _say(self, key: str, **args: Any) -> str:
        return say(self._language, f"sheet.{key}", **args)
