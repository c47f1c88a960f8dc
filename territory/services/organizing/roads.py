"""The roads about the councils that are looked at: one network, made once and kept for the next question."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from territory.geo.crs import to_degrees, to_metres
from territory.geo.roads import Roads
from territory.model import WGS84
from territory.profiles import Profile
from territory.records import Reference, ReferenceLayer
from territory.services.organizing.look import Look
from territory.services.register import Register, today
from territory.store.base import Reading

# People drive around what lies between: so much about an area is read, and boxes fall on a grid, so that the next
# question about nearly the same place finds its network made.
_MARGIN_M, _MARGIN_SHARE = 20_000.0, 0.3
_GRID_M = 20_000.0
_STEP_M = 250.0
_MOST_KEPT = 3

_Key = tuple[tuple[str, ...], str, tuple[float, ...]]


def layers(register: Register) -> list[ReferenceLayer]:
    """The layers of roads that count today."""
    day = today()
    with register.reading() as reading:
        found = reading.find(ReferenceLayer, kind="roads")
    return [each for each in found if each.until is None or day < each.until]


def called(found: Sequence[ReferenceLayer]) -> tuple[dict[str, str | None], ...]:
    """``called``, ``source`` and ``date`` of layers, as they are told."""
    dates = [None if each.date is None else each.date.isoformat() for each in found]
    return tuple(
        {"called": each.called, "source": each.source, "date": date}
        for each, date in zip(found, dates, strict=True)
    )


def network(look: Look) -> Roads | None:
    """The roads about the councils that reach into an area; none where no layer tells of any.

    Parameters
    ----------
    look
        Whose area and projection count.

    Returns
    -------
    Roads
        In the projection of the look, of everything within `reach`; perhaps without a single stretch.
    """
    used = layers(look.register)
    if not used or look.inside.empty:
        return None
    key = tuple(each.id for each in used), look.layer.crs.to_wkt(), reach(look)
    return _kept_of(look.register).get(look, key)


def reach(look: Look) -> tuple[float, ...]:
    """West, south, east, north in metres of what is read: the councils of the area, and a margin about them."""
    west, south, east, north = look.inside.total_bounds
    margin_m = max(_MARGIN_M, _MARGIN_SHARE * float(np.hypot(east - west, north - south)))
    low = np.floor((np.array([west, south]) - margin_m) / _GRID_M) * _GRID_M
    high = np.ceil((np.array([east, north]) + margin_m) / _GRID_M) * _GRID_M
    return tuple(np.r_[low, high].tolist())


class _Kept:
    """The networks that were made last, of one register."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: OrderedDict[_Key, Roads] = OrderedDict()

    def get(self, look: Look, key: _Key) -> Roads:
        # Held while it is made: who asks the same meanwhile waits for it rather than to make it twice.
        with self._lock:
            if key not in self._made:
                self._made[key] = _made(look, key)
            self._made.move_to_end(key)
            while len(self._made) > _MOST_KEPT:
                self._made.popitem(last=False)
            return self._made[key]


_KEPT: WeakKeyDictionary[Register, _Kept] = WeakKeyDictionary()
_KEPT_LOCK = threading.Lock()


def _kept_of(register: Register) -> _Kept:
    with _KEPT_LOCK:
        return _KEPT.setdefault(register, _Kept())


def _made(look: Look, key: _Key) -> Roads:
    ids, _, box = key
    with look.register.reading() as reading:
        lines, speeds = _lines(reading, ids, _in_degrees(box, look), look.profile)
    limits = look.profile.roads
    roads = Roads.of(to_metres(lines, look.layer.crs), speeds_kmh=speeds, join_m=limits.join_m, step_m=_STEP_M)
    return roads.without_scraps(limits.scrap_m)


def _in_degrees(box: Sequence[float], look: Look) -> np.ndarray:
    """(4,) what a box in metres spans in WGS 84."""
    return np.asarray(to_degrees(GeoSeries([shapely.box(*box)], crs=look.layer.crs).segmentize(1e4)).total_bounds)


def _lines(reading: Reading, ids: Sequence[str], box: np.ndarray, profile: Profile) -> tuple[GeoSeries, pd.Series]:
    """Roads that come into a box, WGS 84, and how fast one gets on, in km/h; without those where nobody can."""
    rows = reading.rows(Reference, ("level", "value", "shape"), ids=ids, by="layer")
    table = pd.DataFrame(rows, columns=["level", "value", "shape"])
    shapes = shapely.from_wkb(table["shape"].to_numpy(dtype=object))
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    by_class = table["level"].map(dict(profile.roads.speeds_kmh)).astype(float)
    speeds = pd.to_numeric(table["value"]).fillna(by_class).fillna(profile.roads.other_kmh)
    # What is closed stays closed, whatever speed stands beside it.
    keep = (
        (speeds > 0)
        & (by_class != 0)
        & (west <= box[2])
        & (east >= box[0])
        & (south <= box[3])
        & (north >= box[1])
    )
    keep = keep.to_numpy()
    return GeoSeries(shapes[keep], index=table.index[keep], crs=WGS84), speeds[keep]
