import json
import os
import subprocess
import sys

import pytest
import shapely
from shapely.geometry import shape

from territory.words import say


@pytest.fixture
def file(tmp_path):
    """Three councils in a row; the third claims a fifth of the second."""
    squares = [(0.0, "Uno"), (0.01, "Dos"), (0.018, "Tres")]
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"c-{name}", "name": name},
            "geometry": json.loads(shapely.to_geojson(shapely.box(-69.2 + east, 10.0, -69.19 + east, 10.01))),
        }
        for east, name in squares
    ]
    path = tmp_path / "linderos.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture
def states(tmp_path):
    path = tmp_path / "estados.geojson"
    halves = [(-70.0, -69.195, "Lara", 12), (-69.195, -68.0, "Portuguesa", 18)]
    features = [
        {
            "type": "Feature",
            "properties": {"id": code, "name": name, "placetype": "region"},
            "geometry": json.loads(shapely.to_geojson(shapely.box(west, 9.0, east, 11.0))),
        }
        for west, east, name, code in halves
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_the_summary_has_the_shape_that_was_promised(run, file, capsys):
    run("check", file, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert set(told) == {"territories", "seconds", "findings"}
    assert told["territories"] == 3
    assert told["seconds"] > 0
    overlap = told["findings"]["coverage.overlap"]
    assert overlap["count"] == 1
    assert overlap["area_m2"] == pytest.approx(0.2 * 1_096 * 1_106, rel=0.01)


def test_geojson_has_a_feature_for_each_finding(run, file, states, capsys):
    run("check", file, "--format", "geojson", "--jurisdictions", states, "--lang", "en")
    told = json.loads(capsys.readouterr().out)
    assert told["type"] == "FeatureCollection"
    by_code = {feature["properties"]["code"]: feature for feature in told["features"]}
    overlap = by_code["coverage.overlap"]
    assert {"code", "severity", "territories", "message", "area_m2"} <= set(overlap["properties"])
    assert overlap["properties"]["severity"] == "warning"
    assert len(overlap["properties"]["territories"]) == 2
    assert shape(overlap["geometry"]).area > 0
    crosses = by_code["jurisdiction.crosses"]["properties"]
    assert "Lara" in crosses["message"]
    assert "Portuguesa" in crosses["message"]


def test_the_table_says_what_where_and_how_much(run, file, capsys):
    run("check", file)
    told = capsys.readouterr().out
    assert "linderos.geojson: 3 territorios" in told
    assert "coverage.overlap" in told
    assert "Dos y Tres" in told
    assert "10.00500" in told
    assert "\x1b" not in told


def test_the_same_findings_in_the_other_language(run, file, capsys):
    run("check", file, "--lang", "en")
    assert "3 territories" in capsys.readouterr().out


def test_strict_ends_with_1_when_somebody_has_to_act(run, file, tmp_path):
    run("check", file, "--strict", code=1)
    features = json.loads(file.read_text())["features"]
    clean = tmp_path / "clean.geojson"
    clean.write_text(json.dumps({"type": "FeatureCollection", "features": features[:2]}))
    run("check", clean, "--strict", code=0)


@pytest.mark.parametrize(
    ("name", "content"), [("x.geojson", b"{"), ("x.shp", b"no shapefile"), ("x.csv", b"\x00\x01"), ("x", b"")]
)
def test_a_file_that_cannot_be_read_ends_with_2_and_a_sentence(run, tmp_path, capsys, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    run("check", path, code=2)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip()
    assert "Traceback" not in err


def test_a_file_that_is_not_there_ends_with_2_and_its_name(run, capsys):
    run("check", "nowhere.geojson", code=2)
    assert "nowhere.geojson" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--jurisdictions", "--land"])
def test_a_reference_layer_that_is_none_ends_with_2_and_its_name(run, file, tmp_path, capsys, option):
    run("check", file, option, "nowhere.gpkg", code=2)
    assert "nowhere.gpkg" in capsys.readouterr().err
    points = tmp_path / "points.geojson"
    points.write_text('{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[0,0]}}')
    run("check", file, option, points, code=2)
    assert "points.geojson" in capsys.readouterr().err
    torn = tmp_path / "torn.geojson"
    torn.write_text("{")
    run("check", file, option, torn, code=2)
    assert "torn.geojson" in capsys.readouterr().err


def test_a_profile_that_is_not_there_ends_with_2_and_its_name(run, file, capsys):
    run("check", file, "--profile", "atlantis", code=2)
    assert "«atlantis»" in capsys.readouterr().err


def test_output_goes_to_a_file_that_is_whole_or_not_there(run, file, tmp_path, capsys):
    output = tmp_path / "hallazgos.geojson"
    run("check", file, "--format", "geojson", "--output", output)
    assert json.loads(output.read_text())["features"]
    assert capsys.readouterr().out == ""
    run("check", file, "--output", tmp_path / "no" / "such" / "folder", code=2)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["hallazgos.geojson", "linderos.geojson"]


def test_columns_can_be_named(run, file, capsys):
    text = file.read_text().replace('"name"', '"denominacion_x"')
    file.write_text(text)
    run("check", file, "--name-column", "denominacion_x")
    assert "Dos y Tres" in capsys.readouterr().out


def test_checking_a_file_loads_no_server_and_no_map(file):
    code = (
        "import sys\n"
        "from territory.cli import main\n"
        f"try: main(['check', {str(file)!r}, '--format', 'json'])\n"
        "except SystemExit as ended: assert not ended.code\n"
        "heavy = {'fastapi', 'starlette', 'uvicorn', 'folium', 'jinja2', 'rich', 'pydantic_settings'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bar_moves_only_where_somebody_watches(run, file, capfd):
    run("check", file, "--format", "json")
    assert capfd.readouterr().err == ""
    # A terminal of our own, as `script` makes one.
    ours, theirs = os.openpty()
    code = f"from territory.cli import main; main(['check', {str(file)!r}, '--format', 'json'])"
    done = subprocess.run([sys.executable, "-c", code], stderr=theirs, stdout=subprocess.DEVNULL, check=False)
    os.close(theirs)
    watched = os.read(ours, 100_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert say("es", "cli.step.read") in watched


@pytest.mark.parametrize(("language", "word"), [("es", "linderos"), ("en", "boundaries")])
def test_help_is_in_the_language_that_was_asked_for(run, capsys, language, word):
    run("check", "--help", "--lang", language)
    told = capsys.readouterr().out
    assert word in told
    assert "cli." not in told.replace("territory.cli", "")


def test_every_option_has_words(capsys):
    from territory.cli.commands import command

    for language in ("es", "en"):
        group = command(language)
        for each in (group, *group.commands.values()):
            assert " " in each.help
            assert all(not parameter.help.startswith("cli.") for parameter in each.params if parameter.help)


def test_the_version_is_said(run, capsys):
    run("--version")
    assert capsys.readouterr().out.startswith("territory ")
