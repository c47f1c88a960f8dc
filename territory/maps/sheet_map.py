"""The map of the printed sheet: inline SVG, true to scale, with nothing that a printer would have to fetch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from pyproj import CRS
from shapely import Polygon, box

from territory.geo.linderos import grid_coordinates
from territory.maps import svg
from territory.maps.sheet import Sheet, State
from territory.words import number, say

Floats = NDArray[np.float64]

WIDTH_MM = 180.0
_TALLEST_MM, _LOWEST_MM = 136.0, 90.0
"""Of the frame; the tallest still has room below the head of the first page."""
_EDGE_MM = 6.0
"""Around the frame, for the coordinates of the grid."""
_FOOT_MM = 10.0
"""Below that, for north and the scale bar: nothing on the map is hidden by them."""
_AIR = 1.12
"""How much wider than the territory the frame is at least."""
_SCALES = tuple(base * 10**power for power in range(2, 7) for base in (1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5))
_ROUND = tuple(base * 10**power for power in range(7) for base in (1, 2, 5))
_GRID_MM, _NUMBER_MM, _NAME_MM = 2.2, 2.3, 2.9
_LETTER = 0.6
"""Width of a letter as a share of its height; more than the mean of the fonts above."""
_NAME_LETTERS = 18
_MOST_DOTS = 400
_LONGEST_BAR_MM = 45.0
_TURNS = [
    np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    for turn in np.radians([0, 45, -45, 90, -90, 135, -135, 180])
]
"""Where else a number is tried that has to be there: straight outward first."""
_INK, _SOFT, _PAPER, _GROUND = "#1a1a1a", "#6b6b6b", "#ffffff", "#fbf3df"

_DEFINITIONS = (
    '<defs><pattern id="contested" width="1.6" height="1.6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path d="M0.4 0V1.6" stroke="#1a1a1a" stroke-width="0.3" fill="none"/>'
    "</pattern></defs>"
)

STROKES = {
    State.AGREED: {"stroke-width": "0.9"},
    State.PROPOSED: {"stroke-width": "0.9", "stroke-dasharray": "4 1.6"},
    State.CONTESTED: {"stroke-width": "1.1", "stroke-dasharray": "4 1.2 0.8 1.2"},
    State.UNASKED: {"stroke-width": "0.9", "stroke-dasharray": "0.9 1.3"},
    State.FREE: {"stroke-width": "0.4"},
    State.UNTOLD: {"stroke-width": "0.7"},
}
"""How a stretch is drawn: told apart without colour."""
_FOLLOWED = {
    "rivers": {"stroke": "#2b6ca3", "stroke-width": "0.45"},
    "roads": {"stroke": "#8a6d3b", "stroke-width": "0.45", "stroke-dasharray": "2.4 0.8"},
    "jurisdictions": {"stroke": _SOFT, "stroke-width": "0.3", "stroke-dasharray": "3 1 0.6 1 0.6 1"},
}


def sample(state: State) -> str:
    """A short piece of line for the legend, as SVG."""
    line = svg.tag("path", d="M1 2H21", fill="none", stroke=_INK, **STROKES[state])
    return f'<svg class="sample" viewBox="0 0 22 4" width="22mm" height="4mm" aria-hidden="true">{line}</svg>'


def draw(sheet: Sheet, language: str) -> str:
    """The map of a sheet as one SVG element, 180 mm wide and true to scale at that width."""
    canvas = _Canvas.around(sheet)
    parts = [
        *_ground(canvas, sheet),
        *_grid(canvas, language),
        *_stretches(canvas, sheet),
        *_vertices(canvas, sheet),
        *_names(canvas, sheet),
        *_furniture(canvas, language),
    ]
    label = escape(say(language, "sheet.map_label", name=sheet.called))
    width, height = svg.mm(WIDTH_MM), svg.mm(canvas.height_mm + 2 * _EDGE_MM + _FOOT_MM)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img" aria-label="{label}" '
        f'viewBox="0 0 {width} {height}" width="{width}mm" height="{height}mm">'
        f"{_DEFINITIONS}{''.join(parts)}</svg>"
    )


def scale_of(sheet: Sheet) -> float:
    """One to how many the map is drawn, when printed at its own size."""
    return _Canvas.around(sheet).scale


@dataclass
class _Canvas:
    """The frame: from metres of a grid to millimetres of paper, and what is taken by words already."""

    crs: CRS
    scale: float
    middle: tuple[float, float]
    height_mm: float
    taken: list[Polygon] = field(default_factory=list)

    @classmethod
    def around(cls, sheet: Sheet) -> _Canvas:
        """The largest round scale at which a territory fits, in the grid that most of its vertices lie in."""
        grid = grid_coordinates(sheet.walk.vertices, sheet.profile.survey.utm)
        crs = CRS.from_epsg(int(grid["crs"].mode().iloc[0]))
        west, south, east, north = GeoSeries([sheet.boundary], crs=4326).to_crs(crs).total_bounds
        wide_m, tall_m = _AIR * (east - west), _AIR * (north - south)
        room_mm = WIDTH_MM - 2 * _EDGE_MM
        fits = (s for s in _SCALES if wide_m <= s * room_mm / 1000 and tall_m <= s * _TALLEST_MM / 1000)
        scale = next(fits, _SCALES[-1])
        height = min(max(tall_m / scale * 1000 + 12, _LOWEST_MM), _TALLEST_MM)
        return cls(crs, scale, ((west + east) / 2, (south + north) / 2), height)

    @property
    def width_mm(self) -> float:
        """Of the frame."""
        return WIDTH_MM - 2 * _EDGE_MM

    @property
    def frame(self) -> Polygon:
        """On paper."""
        return box(_EDGE_MM, _EDGE_MM, _EDGE_MM + self.width_mm, _EDGE_MM + self.height_mm)

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the frame."""
        half_x, half_y = (side * self.scale / 2000 for side in (self.width_mm, self.height_mm))
        x, y = self.middle
        return x - half_x, y - half_y, x + half_x, y + half_y

    def place(self, metres: Floats) -> Floats:
        """(n, 2) metres of the grid as millimetres of paper."""
        west, _, _, north = self.bounds_m
        return np.column_stack([metres[:, 0] - west, north - metres[:, 1]]) * 1000 / self.scale + _EDGE_MM

    def on_paper(self, shapes: GeoSeries) -> NDArray[np.object_]:
        """Shapes in WGS 84 as shapes in millimetres, those parts that lie in the frame."""
        metres = np.asarray(shapes.to_crs(self.crs).array)
        placed = shapely.transform(metres, self.place)
        return np.asarray(shapely.intersection(shapely.make_valid(placed), self.frame))

    def take(self, words: Polygon) -> bool:
        """Keep a place for words, if no others are there and it lies in the frame."""
        if not self.frame.contains(words) or any(words.intersects(each) for each in self.taken):
            return False
        self.taken.append(words)
        return True


def _ground(canvas: _Canvas, sheet: Sheet) -> Iterator[str]:
    """Neighbours, the ground itself, what is contested, and lines that can be followed."""
    yield svg.area(canvas.frame, fill=_PAPER)
    for shape in canvas.on_paper(sheet.around.geometry):
        yield svg.area(
            shape, fill="#efefef", stroke=_SOFT, **{"stroke-width": "0.25", "stroke-dasharray": "1.5 1"}
        )
    [own] = canvas.on_paper(GeoSeries([sheet.boundary], crs=4326))
    yield svg.area(own, fill=_GROUND)
    for shape in canvas.on_paper(sheet.contested):
        yield svg.area(shape, fill="url(#contested)", stroke=_INK, **{"stroke-width": "0.2"})
    for kind, stroke in _FOLLOWED.items():
        for shape in canvas.on_paper(sheet.lines.geometry[(sheet.lines["kind"] == kind).to_numpy()]):
            yield svg.line(shape, **stroke)


def _stretches(canvas: _Canvas, sheet: Sheet) -> Iterator[str]:
    placed = canvas.on_paper(GeoSeries([each.line for each in sheet.stretches], crs=4326))
    for each, shape in zip(sheet.stretches, placed, strict=True):
        yield svg.line(shape, stroke=_INK, **{"stroke-linejoin": "round", **STROKES[each.state]})


def _vertices(canvas: _Canvas, sheet: Sheet) -> Iterator[str]:
    """Dots, and numbers as far as there is room: first where runs begin, then the others."""
    vertices = sheet.walk.vertices
    points = GeoSeries.from_xy(vertices["longitude"], vertices["latitude"], crs=4326).to_crs(canvas.crs)
    placed = canvas.place(shapely.get_coordinates(points.array))
    outward = _outward(placed, vertices[["part", "ring"]].to_numpy())
    begins = {run.start.vertex for run in sheet.walk.runs}
    order = sorted(vertices.index, key=lambda vertex: (vertex not in begins, vertex))
    numbered = []
    for vertex in order:
        text = [str(vertex)]
        for turned in _TURNS if vertex in begins else _TURNS[:1]:
            away = turned @ outward[vertex - 1] * (0.9 + _NUMBER_MM * 0.6)
            words = _words_box(placed[vertex - 1] + away, text, _NUMBER_MM)
            if canvas.take(words):
                numbered.append(vertex)
                yield from _words(words, text, _NUMBER_MM, fill=_INK, **{"font-weight": "bold"})
                break
    for vertex in vertices.index if len(vertices) <= _MOST_DOTS else numbered:
        x, y = placed[vertex - 1]
        radius = "0.65" if vertex in begins else "0.4"
        yield svg.tag("circle", cx=svg.mm(x), cy=svg.mm(y), r=radius, fill=_INK)


def _outward(placed: Floats, rings: NDArray[np.int64]) -> Floats:
    """(n, 2) directions of length 1 on paper that lead away from the ground at each vertex."""
    found = np.zeros_like(placed)
    for part, ring in np.unique(rings, axis=0):
        held = (rings == (part, ring)).all(axis=1)
        ahead = np.roll(placed[held], -1, axis=0) - np.roll(placed[held], 1, axis=0)
        # Walked clockwise, as seen on paper with y downwards, the outside of an exterior is to the left.
        left = np.column_stack([ahead[:, 1], -ahead[:, 0]]) * (-1 if ring else 1)
        found[held] = left / np.maximum(np.hypot(*left.T)[:, None], 1e-9)
    return found


def _names(canvas: _Canvas, sheet: Sheet) -> Iterator[str]:
    """The territory's own name and those of its neighbours, where they have room."""
    [own] = canvas.on_paper(GeoSeries([sheet.boundary], crs=4326))
    shapes = [own, *canvas.on_paper(sheet.around.geometry)]
    bold = {"font-weight": "bold"}
    for k, (name, shape) in enumerate(zip([sheet.called, *sheet.around["name"]], shapes, strict=True)):
        areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon" and part.area > 1]
        if not areas:
            continue
        rows = _wrapped(name)
        for at in _places_within(max(areas, key=shapely.area)):
            words = _words_box(np.array(at.coords[0]), rows, _NAME_MM)
            if not words.intersects(own.boundary) and canvas.take(words):
                yield from _words(
                    words, rows, _NAME_MM, fill=_INK if k == 0 else "#444444", **(bold if k == 0 else {})
                )
                break


def _places_within(area: Polygon) -> Iterator[shapely.Point]:
    """Places for a name: the roomiest one first, then others on a raster."""
    yield shapely.maximum_inscribed_circle(area, tolerance=1.0).interpolate(0)
    west, north, east, south = area.bounds
    x, y = np.meshgrid(np.linspace(west, east, 9)[1:-1], np.linspace(north, south, 9)[1:-1])
    inside = shapely.contains_xy(area, x.ravel(), y.ravel())
    yield from shapely.points(x.ravel()[inside], y.ravel()[inside])


def _grid(canvas: _Canvas, language: str) -> Iterator[str]:
    """Crosses where lines of the grid meet, ticks at the frame, and their coordinates outside of it."""
    west, south, east, north = canvas.bounds_m
    step = next(each for each in _ROUND if each * 1000 / canvas.scale >= 28)
    xs = np.arange(np.ceil(west / step), east / step) * step
    ys = np.arange(np.ceil(south / step), north / step) * step
    left, top, right, bottom = canvas.frame.bounds
    thin = {"stroke": _SOFT, "stroke-width": "0.2"}
    for x, y in canvas.place(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)):
        yield svg.path(
            f"M{svg.mm(x - 1)} {svg.mm(y)}H{svg.mm(x + 1)}M{svg.mm(x)} {svg.mm(y - 1)}V{svg.mm(y + 1)}", **thin
        )
    for value, x in zip(xs, canvas.place(np.column_stack([xs, np.full(len(xs), south)]))[:, 0], strict=True):
        yield svg.path(f"M{svg.mm(x)} {svg.mm(top)}v2M{svg.mm(x)} {svg.mm(bottom)}v-2", **thin)
        if left + 9 < x < right - 9:
            text = f"{number(value, language)} {say(language, 'sheet.letter.east')}"
            yield svg.text(x, bottom + 3.6, text, _GRID_MM, fill=_SOFT)
    for value, y in zip(ys, canvas.place(np.column_stack([np.full(len(ys), west), ys]))[:, 1], strict=True):
        yield svg.path(f"M{svg.mm(left)} {svg.mm(y)}h2M{svg.mm(right)} {svg.mm(y)}h-2", **thin)
        if top + 11 < y < bottom - 11:
            text = f"{number(value, language)} {say(language, 'sheet.letter.north')}"
            turned = {"transform": f"rotate(-90 {svg.mm(left - 2)} {svg.mm(y)})"}
            yield svg.text(left - 2, y, text, _GRID_MM, fill=_SOFT, **turned)


def _furniture(canvas: _Canvas, language: str) -> Iterator[str]:
    """The frame; below it the scale bar and north."""
    yield svg.path(svg.outline(canvas.frame), fill="none", stroke=_INK, **{"stroke-width": "0.35"})
    left, _, right, bottom = canvas.frame.bounds
    bar_m = max(each for each in _ROUND if each * 1000 / canvas.scale <= _LONGEST_BAR_MM)
    x, y, half_mm = left + 4, bottom + _EDGE_MM + 6, bar_m * 500 / canvas.scale
    for k in range(2):
        half = box(x + k * half_mm, y - 1.2, x + (k + 1) * half_mm, y)
        yield svg.area(half, fill=_PAPER if k else _INK, stroke=_INK, **{"stroke-width": "0.2"})
    for k in range(3):
        told = number(k * bar_m / 2, language) + (" m" if k == 2 else "")
        yield svg.text(x + k * half_mm, y - 2.2, told, _NUMBER_MM, fill=_INK)
    yield svg.path(f"M{svg.mm(right - 5)} {svg.mm(y - 7)}l2.4 8l-2.4-1.8l-2.4 1.8z", fill=_INK)
    letter = say(language, "sheet.letter.north")
    yield svg.text(right - 10, y, letter, 3.4, fill=_INK, **{"font-weight": "bold"})


def _words_box(middle: Floats, rows: list[str], size_mm: float) -> Polygon:
    half_x = max(map(len, rows)) * size_mm * _LETTER / 2 + 0.2
    half_y = len(rows) * size_mm * 0.6
    x, y = middle
    return box(x - half_x, y - half_y, x + half_x, y + half_y)


def _words(place: Polygon, rows: list[str], size_mm: float, **attributes: str) -> Iterator[str]:
    """Rows of words in a place of their own, legible on whatever is drawn below."""
    left, top, right, _ = place.bounds
    yield svg.area(place, fill=_PAPER, **{"fill-opacity": "0.7"})
    for k, row in enumerate(rows):
        yield svg.text((left + right) / 2, top + (k + 0.83) * size_mm * 1.2, row, size_mm, **attributes)


def _wrapped(name: str) -> list[str]:
    """A name in rows, cut between words; a single long word is left whole."""
    rows = [""]
    for word in name.split():
        if rows[-1] and len(rows[-1]) + len(word) >= _NAME_LETTERS:
            rows.append("")
        rows[-1] = f"{rows[-1]} {word}".strip()
    return rows
