"""From the columns of a file to what a layer needs."""

from __future__ import annotations

import pandas as pd
import pytest
from written import codes, collection, square


def layer(reader, rows, **options):
    said = collection(*(square(i) for i in range(len(rows))))
    for feature, row in zip(said["features"], rows, strict=True):
        feature["properties"] = row
    return reader.json(said, **options)


def test_ids_that_repeat_give_way_to_row_numbers(reader):
    got = layer(reader, [{"codigo": "a"}, {"codigo": "a"}])
    assert (got.layer.index.tolist(), codes(got)) == (["1", "2"], ["ids.repeat"])


def test_ids_that_are_missing_give_way_to_row_numbers(reader):
    got = layer(reader, [{"codigo": "a"}, {"codigo": " "}])
    assert (got.layer.index.tolist(), codes(got)) == (["1", "2"], ["ids.missing"])


def test_the_next_column_of_ids_is_tried(reader):
    got = layer(reader, [{"id": "a", "codigo": "x"}, {"id": "a", "codigo": "y"}])
    assert (got.layer.index.tolist(), codes(got)) == (["x", "y"], [])


@pytest.mark.parametrize(("given", "kept"), [(7, "7"), (7.0, "7"), ("007", "007"), (1108694059, "1108694059")])
def test_ids_are_text_as_people_write_it(reader, given, kept):
    assert layer(reader, [{"id": given}]).layer.index.tolist() == [kept]


def test_levels_are_words_of_the_profile_in_any_language_and_case(reader):
    said = ["Consejo Comunal", "COMUNA", "communal city", "federaciones", "corridor", "barrio", None]
    got = layer(reader, [{"id": i, "nivel": word} for i, word in enumerate(said)])
    assert got.layer["level"].tolist() == [
        "council", "commune", "communal_city", "federation", "corridor", "council", "council",
    ]  # fmt: skip


def test_the_level_that_was_asked_for_holds_where_the_file_says_none(reader):
    assert set(layer(reader, [{"id": 1}, {"id": 2}], level="commune").layer["level"]) == {"commune"}
    assert reader.refused(layer, reader, [{"id": 1}], level="barrio").code == "level.unknown"


def test_kinds_are_told_apart_from_levels_by_their_words(reader):
    got = layer(reader, [{"id": 1, "tipo": "Urbano"}, {"id": 2, "tipo": "INDÍGENA"}, {"id": 3, "tipo": "?"}])
    assert got.layer["kind"].tolist() == ["urban", "indigenous", None]
    assert set(got.layer["level"]) == {"council"}


def test_a_parent_told_by_name_becomes_the_id_of_that_territory(reader):
    rows = [
        {"id": "K1", "nombre": "Ataroa", "nivel": "comuna", "comuna": None},
        {"id": "c1", "nombre": "El Maizal", "nivel": "consejo comunal", "comuna": "Ataroa"},
        {"id": "c2", "nombre": "La Piedad", "nivel": "consejo comunal", "comuna": "K1"},
        {"id": "c3", "nombre": "Otra", "nivel": "consejo comunal", "comuna": "No está"},
    ]
    assert layer(reader, rows).layer["parent"].tolist() == [None, "K1", "K1", "No está"]


def test_families_that_are_no_whole_numbers_are_unknown_and_told(reader):
    said = [120, "85", 12.5, "unas 40", -3, None, 99_999_999]
    got = layer(reader, [{"id": i, "familias": each} for i, each in enumerate(said)])
    assert got.layer["families"].tolist() == [120, 85, pd.NA, pd.NA, pd.NA, pd.NA, pd.NA]
    [notice] = got.notices
    assert (notice.code, notice.args["values"]) == ("families.not_whole", 4)


def test_columns_can_be_named_by_whoever_sends_the_file(reader):
    rows = [{"id": 1, "clave": "x", "rotulo": "El Maizal", "casas": 7, "grupo": "A"}]
    got = layer(reader, rows, id="clave", name="rotulo", families="casas", parent="grupo")
    assert got.layer.drop(columns="geometry").loc["x"].tolist() == ["El Maizal", "council", "A", None, 7]


def test_a_column_that_is_not_there_is_refused_with_those_that_are(reader):
    error = reader.refused(layer, reader, [{"clave": 1}], id="codigo")
    assert (error.code, error.details["columns"]) == ("columns.unknown", ["clave"])


def test_a_personal_column_is_refused_even_when_asked_for(reader):
    assert reader.refused(layer, reader, [{"vocero": "x"}], name="vocero").code == "columns.personal_asked"


def test_a_role_that_no_layer_knows_is_a_mistake_of_the_caller(reader):
    with pytest.raises(TypeError, match="color"):
        layer(reader, [{"id": 1}], color="c")


def test_no_value_of_a_personal_column_survives_anywhere(reader):
    got = layer(reader, [{"id": 1, "Nombre_Vocero": "María Pérez", "cedula": "V-123", "nombre": "El Maizal"}])
    assert "María" not in got.layer.to_json() + repr(got.notices) + repr(got.findings)
    assert got.notices[0].args["columns"] == ["Nombre_Vocero", "cedula"]
