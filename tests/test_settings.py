import ast
from pathlib import Path

import pytest

import territory.settings
from territory.settings import Settings


def test_every_setting_is_described_where_it_is_declared():
    tree = ast.parse(Path(territory.settings.__file__).read_text("utf-8"))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            assert isinstance(after, ast.Expr), node.target.id
            assert isinstance(after.value, ast.Constant), node.target.id


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_comes_from_the_environment(monkeypatch, name):
    default = getattr(Settings(), name)
    others = {"language": "en", "log": "json", "secure_cookies": True, "jobs": Path("/jobs")}
    changed = others.get(name) or (default + 7 if isinstance(default, int) else "else")
    monkeypatch.setenv(f"TERRITORY_{name.upper()}", str(changed))
    assert getattr(Settings(), name) == changed
