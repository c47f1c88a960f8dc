"""Counts of people from rasters: nobody lost, nobody moved out of their cells, and what cannot be read refused."""

from __future__ import annotations

import contextlib
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from territory.intake import IntakeError
from territory.intake.raster import is_raster, read_counts

WGS84_KEYS = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
UTM_KEYS = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32619)
CELL_DEG = 3 / 3600
WEST, NORTH = -69.3, 10.1


def geotiff(cells, *, size=CELL_DEG, keys=WGS84_KEYS, compression=None, **more):
    """The bytes of a raster whose first corner is at `WEST`, `NORTH`."""
    tags = {33550: (size, size, 0.0), 33922: (0.0, 0.0, 0.0, WEST, NORTH, 0.0), 34735: keys}
    tags |= {int(tag[1:]): value for tag, value in more.items()}
    file = io.BytesIO()
    given = {tag: value for tag, value in tags.items() if value is not None}
    Image.fromarray(cells).save(file, "TIFF", compression=compression, tiffinfo=given)
    return file.getvalue()


@pytest.fixture
def kept(tmp_path):
    def keep(data):
        path = tmp_path / "gente.tif"
        path.write_bytes(data)
        return path

    return keep


def people(shape, seed=1, share=0.5):
    rng = np.random.default_rng(seed)
    return (rng.gamma(1.0, 20.0, shape) * (rng.uniform(size=shape) < share)).astype(np.float32)


def counted(path, **how):
    found = read_counts(path, **how)
    return found, found.places["value"].to_numpy(), found.places.geometry.get_coordinates().to_numpy()


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.integers(0, 2**16),
    st.sampled_from([50.0, 100.0, 250.0, 700.0]),
    st.sampled_from([9, 100, 10_000]),
)
def test_nobody_is_lost_and_nobody_leaves_the_ground_of_the_raster(tmp_path_factory, shape, seed, cell_m, most):
    cells = people(shape, seed)
    cells[0, 0] = 3.0
    path = tmp_path_factory.mktemp("raster") / "gente.tif"
    path.write_bytes(geotiff(cells))
    found, values, places = counted(path, cell_m=cell_m, most=most)
    assert values.sum() == pytest.approx(cells.sum(dtype=float), rel=1e-6)
    assert (values > 0).all()
    assert len(values) <= most
    rows, columns = shape
    assert (places[:, 0] > WEST).all()
    assert (places[:, 0] < WEST + columns * CELL_DEG).all()
    assert (places[:, 1] < NORTH).all()
    assert (places[:, 1] > NORTH - rows * CELL_DEG).all()
    # The middle of everybody stays where it was.
    line, column = np.indices(shape) + 0.5
    middle = [(each * cells).sum(dtype=float) / cells.sum(dtype=float) for each in (column, line)]
    found_middle = values @ places / values.sum()
    expected = (WEST + middle[0] * CELL_DEG, NORTH - middle[1] * CELL_DEG)
    assert found_middle == pytest.approx(expected, abs=1e-7)
    assert found.cell_m <= 2_100


def test_a_raster_read_in_strips_is_that_read_at_once(kept, monkeypatch):
    path = kept(geotiff(people((300, 70))))
    _, values, places = counted(path, most=400)
    monkeypatch.setattr("territory.intake.raster._CELLS_AT_ONCE", 1_000)
    _, in_strips, same_places = counted(path, most=400)
    assert in_strips == pytest.approx(values)
    assert same_places == pytest.approx(places)


def test_cells_of_a_kilometre_stay_as_they_are(kept):
    cells = people((9, 7))
    found, values, _ = counted(kept(geotiff(cells, size=30 / 3600)))
    assert len(values) == (cells > 0).sum()
    assert found.cell_m == pytest.approx(928, abs=1)


def test_cells_are_put_together_further_where_there_are_too_many(kept):
    path = kept(geotiff(people((120, 120), share=1.0)))
    assert counted(path)[0].cell_m == pytest.approx(186, abs=1)
    found, values, _ = counted(path, most=500)
    assert len(values) <= 500
    assert found.cell_m == pytest.approx(742, abs=2)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.float32])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_every_number_and_every_packing_comes_to_the_same(kept, kind, compression):
    cells = people((30, 20)).round().clip(0, 255).astype(kind)
    _, values, _ = counted(kept(geotiff(cells, compression=compression)))
    assert values.sum() == cells.sum(dtype=float)


def test_what_is_no_count_counts_as_nobody(kept):
    cells = np.full((4, 4), 10.0, dtype=np.float32)
    cells[0] = (-99999.0, np.nan, np.inf, -1.0)
    assert counted(kept(geotiff(cells)))[1].sum() == 120
    cells[1] = 3.4e38
    assert counted(kept(geotiff(cells, t42113="3.4e+38")))[1].sum() == 80
    whole = np.full((4, 4), 255, dtype=np.uint8)
    whole[3, 3] = 7
    assert counted(kept(geotiff(whole, t42113="255")))[1].tolist() == [7]


def test_coordinates_of_a_middle_are_half_a_cell_away_from_those_of_a_corner(kept):
    cells = np.zeros((3, 3), dtype=np.float32)
    cells[1, 1] = 5
    [[x, y]] = counted(kept(geotiff(cells)))[2]
    assert (x, y) == pytest.approx((WEST + 1.5 * CELL_DEG, NORTH - 1.5 * CELL_DEG), abs=1e-9)
    of_middles = (*WGS84_KEYS[:8], 1025, 0, 1, 2, *WGS84_KEYS[12:])
    [[x, y]] = counted(kept(geotiff(cells, keys=of_middles)))[2]
    assert (x, y) == pytest.approx((WEST + CELL_DEG, NORTH - CELL_DEG), abs=1e-9)


def test_a_grid_in_metres_and_one_placed_by_a_matrix_are_read(kept):
    cells = np.zeros((3, 3), dtype=np.float32)
    cells[2, 0] = 5
    matrix = (100.0, 0.0, 0.0, 450_000.0, 0.0, -100.0, 0.0, 1_110_000.0, *([0.0] * 7), 1.0)
    path = kept(geotiff(cells, keys=UTM_KEYS, t33550=None, t33922=None, t34264=matrix))
    found, values, [[x, y]] = counted(path)
    assert found.places.crs == "EPSG:32619"
    assert values.tolist() == [5]
    assert (x, y) == (450_050, 1_109_750)


TURNED = (100.0, 5.0, 0.0, 450_000.0, 5.0, -100.0, 0.0, 1_110_000.0, *([0.0] * 7), 1.0)
PLAIN = np.ones((3, 3), dtype=np.float32)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (geotiff(np.ones((3, 3, 3), dtype=np.uint8)), "raster.band"),
        (geotiff(PLAIN, t33550=None), "raster.place"),
        (geotiff(PLAIN, t33550=(0.0, 0.0, 0.0)), "raster.place"),
        (geotiff(PLAIN, t33550=(float("nan"), 1.0, 0.0)), "raster.place"),
        (geotiff(PLAIN, t33550=(1e-300, 1e-300, 0.0)), "raster.place"),
        (geotiff(PLAIN, t33550=None, t33922=None, t34264=TURNED), "raster.turned"),
        (geotiff(PLAIN, keys=None), "raster.system"),
        (geotiff(PLAIN, keys=(*UTM_KEYS[:-1], 32767)), "raster.system"),
        (geotiff(PLAIN, keys=(*UTM_KEYS[:-1], 999)), "raster.system"),
        (geotiff(PLAIN * 0), "raster.nobody"),
        (geotiff(PLAIN)[:60], "raster.unreadable"),
        (b"II*\0" + struct.pack("<I", 8), "raster.unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(kept, data, code):
    with pytest.raises(IntakeError) as refused:
        read_counts(kept(data))
    assert refused.value.code == code
    assert "gente.tif" in refused.value.said("es")


def test_more_cells_than_memory_bears_are_refused_before_they_are_unpacked(kept, monkeypatch):
    monkeypatch.setattr("territory.intake.raster._MOST_CELLS", 8)
    with pytest.raises(IntakeError, match="too large"):
        read_counts(kept(geotiff(PLAIN)))


@given(st.integers(0, 2**32), st.integers(1, 8))
def test_a_damaged_file_is_read_or_refused_and_never_breaks(tmp_path_factory, seed, count):
    rng = np.random.default_rng(seed)
    data = bytearray(geotiff(people((6, 6)), compression="tiff_lzw"))
    for at in rng.integers(4, len(data), count):
        data[at] = rng.integers(256)
    path = tmp_path_factory.mktemp("raster") / "gente.tif"
    path.write_bytes(bytes(data))
    with contextlib.suppress(IntakeError):
        assert (read_counts(path).places["value"] > 0).all()


def test_a_raster_is_told_by_its_first_bytes(kept):
    assert is_raster(kept(geotiff(PLAIN)))
    assert not is_raster(kept(b"{}"))
