"""Layers with everything that is hard to write, and what must come back of them."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon

from territory.geo.repair import canonical
from territory.intake import Intake
from territory.model import LAYER_COLUMNS, WGS84, as_layer

EXTRA = ("codes", "publication", "revision", "valid_from", "method", "nota: otra")

UGLY = (
    "El Ají", "=cmd|' /C calc'!A0", "+58", "-1", "@SUM(1)", "'s", "''", "'", "", " ", " orilla ", '"', '"a","b"',
    "a;b\tc", "dos\nlíneas", "\r\n", "\tcon sangría", "<b>Loma</b> &amp; ]]>", "🏘️ 👩🏾‍🌾", "אבג مرحبا",
    "\u202eabc", "Ñ" * 300, "007", "1e5", "nan", "NULL", "None", "true", "{}", "[1]", "\\",
    "\x85", "\u2028", "＝1", "e\u0301",
)  # fmt: skip


def _is_writable(text: str) -> bool:
    return not any((c < " " and c not in "\t\r\n") or c in "\ufffe\uffff" for c in text)


texts = st.sampled_from(UGLY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20).filter(_is_writable)


def _quad(rng: np.random.Generator, west: int, south: int, side: int) -> np.ndarray:
    """Four corners near those of a square, in steps of 1e-7°, at most a tenth of its side away."""
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * side + [west, south]
    return (corners + rng.integers(-(side // 10), side // 10, (4, 2))) / 1e7


def shape(column: int, parts: int, holes: int, seed: int) -> MultiPolygon:
    """A canonical boundary of some parts, of which some have a hole."""
    rng = np.random.default_rng(seed)
    drawn = []
    for i in range(parts):
        west, south = -693_000_000 + column * 100_000, 99_000_000 + i * 100_000
        inside = [_quad(rng, west + 30_000, south + 30_000, 20_000)] if i < holes else []
        drawn.append(Polygon(_quad(rng, west, south, 80_000), inside))
    return canonical(GeoSeries([MultiPolygon(drawn)], crs=WGS84)).iloc[0]


@st.composite
def layers(draw: st.DrawFn) -> GeoDataFrame:
    """A few territories, drawn or not, with ugly names and everything that may be known of them, or not."""
    ids = draw(st.lists(texts.filter(bool), min_size=1, max_size=5, unique=True))
    shapes = [
        draw(st.none() | st.builds(shape, st.just(i), st.integers(1, 3), st.integers(0, 2), st.integers(0, 99)))
        for i in range(len(ids))
    ]

    def column(values: st.SearchStrategy[Any]) -> pd.Series:
        return pd.Series([draw(values) for _ in ids], index=ids, dtype=object)

    layer = as_layer(
        GeoSeries(shapes, index=ids, crs=WGS84),
        name=column(texts).to_list(),
        level=column(st.sampled_from(["council", "commune"])).to_list(),
        parent=column(st.none() | st.sampled_from([*ids, "en otra parte", "a;b"])).to_list(),
        kind=column(st.sampled_from([None, "urban", "rural", "indigenous", "mixed"])).to_list(),
        families=column(st.none() | st.integers(0, 1_000_000)).to_list(),
    )
    codes = st.dictionaries(texts, texts | st.lists(texts, max_size=2), max_size=2)
    extra = {
        "codes": column(st.none() | codes),
        "publication": column(st.none() | st.just("exact")),
        "revision": column(st.none() | st.integers(-(2**53), 2**53)),
        "valid_from": column(st.none() | st.dates()),
        "method": column(st.none() | texts),
        "nota: otra": column(st.none() | texts),
    }
    return layer.assign(**extra)


def said(value: Any) -> str | None:
    """An extra value as it must come back."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return None
    if isinstance(value, datetime.date):
        return value.isoformat()
    return orjson.dumps(value).decode() if isinstance(value, dict) else str(value)


def known(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """What a layer tells of each territory, by its id."""
    plain = table[list(LAYER_COLUMNS)].astype(object)
    return plain.where(plain.notna(), None).to_dict("index")


def require_same(layer: GeoDataFrame, read: Intake) -> None:
    """All that was written is there again, in the same order."""
    assert known(read.told) == known(layer)
    assert read.told.index.tolist() == layer.index.tolist()
    assert {name: read.beside[name].tolist() for name in EXTRA} == {
        name: list(map(said, layer[name])) for name in EXTRA
    }
    is_drawn = layer.geometry.notna().to_numpy()
    assert read.undrawn.tolist() == layer.index[~is_drawn].tolist()
    assert read.layer.index.tolist() == layer.index[is_drawn].tolist()
    assert known(read.layer) == known(layer[is_drawn])
    # Not bit for bit: a shapefile may begin elsewhere, or with another part.
    assert corners(read.layer) == corners(layer[is_drawn])
    assert shapely.equals(read.layer.geometry.array, layer.geometry.array[is_drawn]).all()


def corners(layer: GeoDataFrame) -> list[list[tuple[float, float]]]:
    """Every vertex of each boundary, sorted; equal only where all bits are."""
    return [sorted(map(tuple, shapely.get_coordinates(each).tolist())) for each in layer.geometry.array]
