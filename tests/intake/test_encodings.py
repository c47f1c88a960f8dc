"""Accents in the tables of old shapefiles."""

from __future__ import annotations

import geopandas
import pytest
from written import codes, square

NAMES = ["Ñengo", "Simón Bolívar", "La Unión de Agüedo", "José Félix Ribas"]


@pytest.mark.parametrize("written_as", ["cp1252", "ISO-8859-1", "cp850", "utf-8"])
@pytest.mark.parametrize("said", [None, "UTF-8", "ISO-8859-1", "1252", "XYZ", "UTF\0"])
def test_names_are_read_whatever_the_cpg_says(reader, tmp_path, written_as, said):
    path = tmp_path / "a.shp"
    frame = geopandas.GeoDataFrame({"nombre": NAMES}, geometry=[square(i) for i in range(4)], crs=4326)
    frame.to_file(path, encoding=written_as)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if said:
        path.with_suffix(".cpg").write_text(said)
    got = reader.file(path)
    assert got.layer["name"].tolist() == NAMES
    family = {"UTF-8": "utf-8", "1252": "cp1252", "ISO-8859-1": "cp1252"}
    is_as_said = family.get(said or "") == family.get(written_as, written_as)
    assert ("encoding.guessed" in codes(got)) == (not is_as_said)
