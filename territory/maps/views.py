"""Folium views of a layer: who is where, and what a check has found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
import numpy as np
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from territory.findings import Code, Finding, Severity, sentence
from territory.maps.elements import (
    Basemap,
    BasemapTiles,
    Box,
    FindingsLayer,
    Ground,
    Panel,
    PanelLink,
    Territories,
    TerritoryMap,
    Toggle,
)
from territory.model import Surroundings
from territory.profiles import Profile, load_profile
from territory.words import listing, number, say

INLINE_BOUNDARIES = 2_000
"""More than these are drawn from tiles, or simplified where there is no server."""
FINDINGS_DRAWN = 2_000
"""More than these slow a phone down; every one is counted, the weightiest are drawn."""
_DRAWN_OF_EACH = 50
"""So many of each code are drawn before heavier ones of other codes."""
_PLACES_LISTED = 5_000

_FINE = 2**26
"""Units around the world, .6 m each: what a screen can show when zoomed in all the way."""
_COARSE = 2**23
_COARSE_M = 5.0
_GROUND = 2**24
_METRES_PER_DEGREE = 111_320.0
_COUNCILS_FROM_ZOOM = 11
"""Below it a council is a few pixels wide, and a screen of them takes megabytes."""
_LAST_ZOOM = 20
_EVERYWHERE: Box = (-180.0, -60.0, 180.0, 75.0)
_HEAVIEST_VERTICES = 50_000
_SEVERITIES = tuple(Severity)
_BREAK = "#7d2a0c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a map says of one corridor."""

    name: str
    members: Sequence[str]
    """Names of those that everybody may know of."""
    drawn: int
    """How many of them are drawn."""
    narrowest_m: float | None
    between: Sequence[tuple[str, str, float]]
    """Names of the members on both sides of each break, and how long it is, in metres."""
    breaks: Sequence[BaseGeometry]
    """The breaks as lines, WGS 84."""


def territories(
    layer: GeoDataFrame,
    surroundings: Surroundings,
    *,
    language: str,
    tiles_url: str | None = None,
    basemap: Basemap | None = None,
    profile: Profile | None = None,
) -> TerritoryMap:
    """Who is where: every level of a layer on a map.

    Parameters
    ----------
    layer
        As `territory.model` describes it, WGS 84. Families are shown only as text, that is in bands.
    surroundings
        Land and jurisdictions are drawn below.
    language
        One of `territory.words.LANGUAGES`.
    tiles_url
        Where vector tiles come from, with ``{layer}``, ``{z}``, ``{x}``, ``{y}``. Without it boundaries are
        written into the page, and simplified when they are more than `INLINE_BOUNDARIES`.
    basemap
        Image tiles below; none, and nothing leaves the machine.
    profile
        Names of the levels; the default profile if not given.
    """
    profile = profile or load_profile()
    levels = _levels(layer, profile, language)
    panel = _panel(
        "territories", layer, surroundings, levels, language, profile, is_simplified=_is_heavy(layer, tiles_url)
    )
    drawn = _map(layer, surroundings, panel, language)
    _draw(drawn, layer, surroundings, levels, tiles_url, basemap)
    drawn.add_child(PanelLink(_places(layer, levels)))
    return drawn


def coverage(
    layer: GeoDataFrame,
    surroundings: Surroundings,
    findings: Sequence[Finding],
    *,
    language: str,
    tiles_url: str | None = None,
    basemap: Basemap | None = None,
    profile: Profile | None = None,
) -> TerritoryMap:
    """What a check has found, over the boundaries: a layer to show and hide for each code, and a list.

    Parameters
    ----------
    layer, surroundings, language, tiles_url, basemap, profile
        As for `territories`.
    findings
        All are counted; the `FINDINGS_DRAWN` weightiest are drawn and listed, and the map says so.
    """
    profile = profile or load_profile()
    levels = _levels(layer, profile, language)
    shown = weightiest(findings, FINDINGS_DRAWN)
    panel = _panel(
        "coverage",
        layer,
        surroundings,
        levels,
        language,
        profile,
        is_simplified=_is_heavy(layer, tiles_url),
        findings=findings,
        shown=len(shown),
    )
    drawn = _map(layer, surroundings, panel, language)
    _draw(drawn, layer, surroundings, levels, tiles_url, basemap)
    frame, infos = _told(shown, _names(layer, surroundings), language)
    drawn.add_child(FindingsLayer(frame, infos, extent=_FINE))
    drawn.add_child(PanelLink(_places(layer, levels)))
    return drawn


def corridors(
    layer: GeoDataFrame,
    surroundings: Surroundings,
    found: Sequence[Standing],
    *,
    language: str,
    tiles_url: str | None = None,
    basemap: Basemap | None = None,
    profile: Profile | None = None,
) -> TerritoryMap:
    """Corridors with their members, how narrow they are, and where they break.

    Parameters
    ----------
    layer
        Corridors and their members, as far as they are drawn; few, so that they are always written into the page.
    surroundings, language, basemap, profile
        As for `territories`.
    found
        What there is to say of each corridor.
    tiles_url
        Where the lines of municipalities come from; see `territories`.
    """
    profile = profile or load_profile()
    levels = _levels(layer, profile, language)
    panel = _panel(
        "corridors", layer, surroundings, levels, language, profile, is_simplified=False, standing=found
    )
    drawn = _map(layer, surroundings, panel, language)
    _draw(drawn, layer, surroundings, levels, None, basemap)
    for each in found:
        for line in each.breaks:
            places = [(lat, lon) for lon, lat in shapely.get_coordinates(line).tolist()]
            # Folium's own line needs nothing but Leaflet.
            drawn.add_child(folium.PolyLine(places, color=_BREAK, weight=6, dash_array="3 5", opacity=1.0))
    drawn.add_child(PanelLink(_places(layer, levels)))
    return drawn


def weightiest(findings: Sequence[Finding], most: int) -> list[Finding]:
    """The findings that weigh most: by severity, then by area; some of each code stay in any case.

    Examples
    --------
    >>> from shapely import Point
    >>> def found(code, severity, area_m2):
    ...     return Finding(code=code, severity=severity, territories=(), geometry=Point(), place=Point(),
    ...                    args={"area_m2": area_m2})
    >>> small, large = (found(Code.OVERLAP, Severity.WARNING, area) for area in (5.0, 90.0))
    >>> note = found(Code.GAP, Severity.NOTE, 500.0)
    >>> [each.args["area_m2"] for each in weightiest([small, note, large], 2)]
    [90.0, 500.0]
    """
    heaviest = sorted(findings, key=_weight)
    if len(heaviest) <= most:
        return heaviest
    reserve = min(_DRAWN_OF_EACH, most // max(len({finding.code for finding in heaviest}), 1))
    seen: Counter[Code] = Counter()
    first: list[int] = []
    rest: list[int] = []
    for place, finding in enumerate(heaviest):
        seen[finding.code] += 1
        (first if seen[finding.code] <= reserve else rest).append(place)
    return [heaviest[place] for place in sorted(first + rest[: most - len(first)])]


def _weight(finding: Finding) -> tuple[int, float]:
    sizes = [finding.args.get(name, 0.0) for name in ("area_m2", "changed_m2")]
    return _SEVERITIES.index(finding.severity), -max(float(size) for size in sizes)


def _is_heavy(layer: GeoDataFrame, tiles_url: str | None) -> bool:
    return tiles_url is None and len(layer) > INLINE_BOUNDARIES


def _levels(layer: GeoDataFrame, profile: Profile, language: str) -> list[dict[str, Any]]:
    """The levels that a layer has, lowest first, and how each is drawn."""
    known = {level.id: level for level in profile.levels}
    counts = layer["level"].value_counts()
    order = [level for level in known if level in counts] + sorted(set(counts.index) - set(known))
    ladder = [level for level in order if not (level in known and known[level].beside_ladder)]
    levels: list[dict[str, Any]] = []
    for level in order:
        rank = ladder.index(level) if level in ladder else len(ladder)
        # Many small shapes say nothing from afar; those they belong to stand in for them.
        is_dense = len(ladder) > 1 and int(counts[ladder[0]]) > INLINE_BOUNDARIES
        levels.append(
            {
                "id": level,
                "name": known[level].name[language] if level in known else level,
                "plural": known[level].plural[language] if level in known else level,
                "said": list(known[level].name.values()) if level in known else [],
                "count": int(counts[level]),
                "rank": rank,
                "filled": rank == 0,
                "beside": level not in ladder,
                "minZoom": _COUNCILS_FROM_ZOOM if is_dense and rank == 0 else 1,
                "maxZoom": _LAST_ZOOM,
                "filledUntil": _COUNCILS_FROM_ZOOM - 1 if is_dense and rank == 1 else None,
            }
        )
    return levels


def _map(layer: GeoDataFrame, surroundings: Surroundings, panel: Panel, language: str) -> TerritoryMap:
    return TerritoryMap(
        bounds=_bounds(layer, surroundings),
        language=language,
        title=say(language, f"map.{panel.view}.label"),
        words=_words(language),
        panel=panel,
    )


def _words(language: str) -> dict[str, str]:
    """What the browser code says; ``{shown}`` and ``{total}`` stay for it to fill."""
    names = ("whole", "zoom_in", "zoom_out", "close", "failed", "group", "no_group", "kind", "families", "none")
    kinds = ("urban", "rural", "indigenous", "mixed")
    return {
        **{name: say(language, f"map.{name}") for name in names},
        **{f"kind.{kind}": say(language, f"map.kind.{kind}") for kind in kinds},
        **{f"severity.{severity}": say(language, f"severity.{severity}") for severity in Severity},
        **{f"code.{code}": say(language, f"map.code.{code}") for code in Code},
        "listed": say(language, "map.listed", shown="{shown}", total="{total}"),
    }


def _bounds(layer: GeoDataFrame, surroundings: Surroundings) -> Box:
    for frame in (layer, surroundings.land, surroundings.jurisdictions):
        if frame is not None and not frame.geometry.is_empty.all():
            west, south, east, north = (float(value) for value in frame.total_bounds)
            return west, south, east, north
    return _EVERYWHERE


def _draw(
    drawn: TerritoryMap,
    layer: GeoDataFrame,
    surroundings: Surroundings,
    levels: Sequence[Mapping[str, Any]],
    tiles_url: str | None,
    basemap: Basemap | None,
) -> None:
    """Land or a basemap, the territories over it, and over them the lines they may cross."""
    drawn.add_child(folium.map.CustomPane("ground", z_index=150))
    if basemap is not None:
        drawn.add_child(BasemapTiles(basemap, pane="ground"))
    elif surroundings.land is not None:
        land = _light(surroundings.land[["geometry"]])
        drawn.add_child(Ground("land", frame=land, pane="ground", extent=_GROUND, tiles_url=None))
    if (places := surroundings.jurisdictions) is not None:
        drawn.add_child(folium.map.CustomPane("lines", z_index=250))
        lines = None if tiles_url else _light(places[["level", "geometry"]])
        drawn.add_child(Ground("jurisdictions", frame=lines, pane="lines", extent=_GROUND, tiles_url=tiles_url))
    is_heavy = _is_heavy(layer, tiles_url)
    for level in levels:
        frame = None
        if tiles_url is None:
            frame = _public(layer[layer["level"] == level["id"]])
            frame = _lighter(frame) if is_heavy else frame
        shown = {key: value for key, value in level.items() if key not in ("plural", "said", "count")}
        shown["opacity"] = 0.6 if basemap else 1
        drawn.add_child(
            Territories(shown, frame=frame, extent=_COARSE if is_heavy else _FINE, tiles_url=tiles_url)
        )


def _public(layer: GeoDataFrame) -> GeoDataFrame:
    """What a page may say of a territory: families only where they are text, that is in bands."""
    kept = layer[["name", "parent", "kind", "geometry"]]
    told = layer["families"].map(lambda families: families if isinstance(families, str) else None)
    return kept.assign(families=told.astype(object)) if told.notna().any() else kept


def _lighter(frame: GeoDataFrame, tolerance_m: float = _COARSE_M) -> GeoDataFrame:
    """Simplified for a screen; what neighbours share stays shared."""
    if frame.empty:
        return frame
    simple = shapely.coverage_simplify(np.asarray(frame.geometry.array), tolerance_m / _METRES_PER_DEGREE)
    return frame.set_geometry(simple, crs=frame.crs)


def _light(frame: GeoDataFrame) -> GeoDataFrame:
    """Lines of reference, simplified when there is much of them: they are only for finding one's way."""
    is_large = shapely.get_num_coordinates(np.asarray(frame.geometry.array)).sum() > _HEAVIEST_VERTICES
    return _lighter(frame, 4 * _COARSE_M) if is_large else frame


def _names(layer: GeoDataFrame, surroundings: Surroundings) -> dict[str, str]:
    places = surroundings.jurisdictions
    known = {} if places is None else dict(zip(places.index, places["name"], strict=True))
    return known | dict(zip(layer.index, layer["name"], strict=True))


def _told(
    findings: Sequence[Finding], names: Mapping[str, str], language: str
) -> tuple[GeoDataFrame, list[dict[str, Any]]]:
    """Shapes of findings and what is said of each; a finding without a shape is drawn at its place."""
    shapes = np.array([finding.geometry for finding in findings], dtype=object)
    places = np.array([finding.place for finding in findings], dtype=object)
    if len(findings):
        bare = shapely.is_empty(shapes)
        shapes[bare] = places[bare]
    boxes = shapely.bounds(shapes).round(6)
    infos = [
        {
            "code": finding.code,
            "severity": finding.severity,
            "sentence": sentence(finding, names, language),
            "place": None if finding.place.is_empty else [round(finding.place.x, 6), round(finding.place.y, 6)],
            "box": None if np.isnan(box).any() else box.tolist(),
        }
        for finding, box in zip(findings, boxes, strict=True)
    ]
    return GeoDataFrame(geometry=shapes, crs="EPSG:4326"), infos


def _places(layer: GeoDataFrame, levels: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Territories by name, the widest first: for labels, and to be found; of a large layer only the groups."""
    known = {level["id"]: level for level in levels}
    if len(layer) > INLINE_BOUNDARIES and len(levels) > 1:
        layer = layer[layer["level"].map(lambda level: not known[level]["filled"])]
    boxes = layer.bounds.to_numpy().round(5)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    widest = np.lexsort([-sizes, [-known[level]["rank"] for level in layer["level"]]])[:_PLACES_LISTED]
    points = shapely.get_coordinates(shapely.point_on_surface(np.asarray(layer.geometry.array)[widest])).round(5)
    return [
        {
            "id": territory,
            "name": name,
            **({"short": short} if (short := _short(name, known[level]["said"])) else {}),
            "level": known[level]["rank"],
            "called": known[level]["name"],
            "at": at.tolist(),
            "box": box.tolist(),
        }
        for territory, name, level, at, box in zip(
            layer.index[widest],
            layer["name"].iloc[widest],
            layer["level"].iloc[widest],
            points,
            boxes[widest],
            strict=True,
        )
    ]


def _short(name: str, words: Sequence[str]) -> str | None:
    """A name without the word for its level before it, if it has one: on a map the line says that.

    >>> _short("Comuna Maíz Tierno", ["comuna", "commune"])
    'Maíz Tierno'
    """
    for word in words:
        if name.lower().startswith(f"{word.lower()} "):
            return name[len(word) + 1 :]
    return None


def _panel(
    view: str,
    layer: GeoDataFrame,
    surroundings: Surroundings,
    levels: Sequence[Mapping[str, Any]],
    language: str,
    profile: Profile,
    *,
    is_simplified: bool,
    findings: Sequence[Finding] = (),
    shown: int = 0,
    standing: Sequence[Standing] = (),
) -> Panel:
    notices = []
    if is_simplified:
        notices.append(say(language, "map.simplified", width_m=_COARSE_M))
    if shown < len(findings):
        notices.append(say(language, "map.most", shown=shown, total=len(findings)))
    if view == "coverage":
        summary, toggles = _counted(findings, language)
    else:
        summary = say(language, "map.counted", what=[_many(level, language) for level in levels])
        toggles = [
            Toggle(
                kind="level", value=level["id"], label=level["plural"], count=level["count"], sample=_sample(level)
            )
            for level in levels
        ]
    if not len(layer):
        summary = say(language, "map.empty.corridors" if view == "corridors" else "map.empty")
    return Panel(
        view=view,
        lead=say(language, f"map.{view}.lead"),
        summary=summary,
        notices=notices,
        toggles=toggles,
        legend=_legend(view, surroundings, levels, language),
        is_fictitious=surroundings.is_fictitious,
        fine_print=_fine_print(view, surroundings, profile, language),
        sections=[(each.name, list(_stands(each, language))) for each in standing],
    )


def _stands(corridor: Standing, language: str) -> Iterator[str]:
    """What there is to say of a corridor that stands."""
    if corridor.members:
        count = number(len(corridor.members), language)
        yield say(language, "map.corridor.members", count=count, names=list(corridor.members))
    if not corridor.drawn:
        yield say(language, "map.corridor.hidden")
        return
    if corridor.narrowest_m is not None:
        yield say(language, "map.corridor.narrowest", width_m=corridor.narrowest_m)
    if not corridor.between:
        yield say(language, "map.corridor.whole")
    for one, other, length_m in corridor.between:
        yield say(language, "map.corridor.break", one=one, other=other, length_m=length_m)


def _many(level: Mapping[str, Any], language: str) -> str:
    return f"{number(level['count'], language)} {level['name'] if level['count'] == 1 else level['plural']}"


def _sample(level: Mapping[str, Any]) -> dict[str, str]:
    return {"level": level["id"], "group": level["id"]}


def _counted(findings: Sequence[Finding], language: str) -> tuple[str, list[Toggle]]:
    """How many of each severity in words, and a toggle for each code that was found, gravest first."""
    severities = Counter(finding.severity for finding in findings)
    codes = Counter(finding.code for finding in findings)
    gravest: dict[Code, Severity] = {}
    for finding in findings:
        known = gravest.get(finding.code, Severity.NOTE)
        gravest[finding.code] = min(known, finding.severity, key=_SEVERITIES.index)
    toggles = [
        Toggle(
            kind="code",
            value=code,
            label=say(language, f"map.code.{code}"),
            count=codes[code],
            sample={"code": code, "severity": gravest[code]},
        )
        for code in sorted(codes, key=lambda code: (_SEVERITIES.index(gravest[code]), list(Code).index(code)))
    ]
    told = [_grave(severity, severities[severity], language) for severity in _SEVERITIES if severities[severity]]
    summary = say(language, "map.found", what=listing(told, language)) if told else say(language, "map.clean")
    return summary, toggles


def _grave(severity: Severity, count: int, language: str) -> str:
    said = say(language, f"map.count.{severity}.{'one' if count == 1 else 'many'}")
    return f"{number(count, language)} {said}"


def _legend(
    view: str, surroundings: Surroundings, levels: Sequence[Mapping[str, Any]], language: str
) -> list[tuple[str, Mapping[str, str]]]:
    rows: list[tuple[str, Mapping[str, str]]] = []
    if view == "coverage":
        rows += [(level["plural"], _sample(level)) for level in levels]
    if view == "corridors":
        rows.append((say(language, "map.legend.break"), {"plain": "break"}))
    elif any(level["filled"] for level in levels) and len(levels) > 1:
        filled = next(level for level in levels if level["filled"])
        rows.append((say(language, "map.legend.no_group"), {"level": filled["id"]}))
    if surroundings.jurisdictions is not None:
        present = set(surroundings.jurisdictions["level"])
        if present - {"state"}:
            rows.append((say(language, "map.legend.jurisdiction"), {"plain": "jurisdiction"}))
        if "state" in present:
            rows.append((say(language, "map.legend.state"), {"plain": "state"}))
    return rows


def _fine_print(view: str, surroundings: Surroundings, profile: Profile, language: str) -> list[str]:
    lines = []
    if view == "coverage":
        lines.append(say(language, "map.rules", profile=profile.title[language], date=profile.date.isoformat()))
    places = surroundings.jurisdictions
    if places is not None and "source" in places:
        sources = sorted({str(source) for source in places["source"].dropna()})
        if sources:
            lines.append(say(language, "map.sources", sources=sources))
    return lines
