"""The guide for operators says what the program has: every setting, every command, every code of `/readyz`."""

import ast
import itertools
import re
import shlex
from pathlib import Path

import pytest

import territory.cli
import territory.settings
from territory.cli.commands import command
from territory.settings import Settings
from territory.words import catalogue

GUIDE = Path(__file__).parents[1] / "docs" / "operations.md"
TEXT = GUIDE.read_text("utf-8")
BLOCKS = re.findall(r"^ *```\w*\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)


def row(name: str, said: str) -> str:
    """The line of a setting, from where it is declared."""
    default = Settings.model_fields[name].default
    told = "none" if default in (None, "") else str(default).lower() if isinstance(default, bool) else f"{default}"
    return f"| `TERRITORY_{name.upper()}` | {told} | {said.replace('``', '`')} |"


def settings_table() -> list[str]:
    """The table as it must be."""
    tree = ast.parse(Path(territory.settings.__file__).read_text("utf-8"))
    [body] = [node.body for node in tree.body if isinstance(node, ast.ClassDef)]
    said = itertools.pairwise(body)
    return [row(node.target.id, after.value.value) for node, after in said if isinstance(node, ast.AnnAssign)]


def test_the_table_has_every_setting_as_it_is_declared_and_no_other():
    table = TEXT.partition("\n## Settings\n")[2].partition("\n## ")[0]
    assert [line for line in table.splitlines() if line.startswith("| `")] == settings_table()


def test_every_name_in_the_environment_is_one_that_is_read():
    source = "".join(each.read_text("utf-8") for each in Path(territory.cli.__file__).parent.rglob("*.py"))
    known = {f"TERRITORY_{name.upper()}" for name in Settings.model_fields}
    known |= set(re.findall(r'envvar="(\w+)"', source))
    assert set(re.findall(r"TERRITORY_\w+", TEXT)) == known


def commands() -> list[str]:
    """Every command of the guide, from blocks and from the text."""
    lines = [line.strip() for block in BLOCKS for line in block.splitlines()]
    typed = [line for line in lines if re.match(r"(territory|register) ", line)]
    within = re.findall(r"`(territory [a-z][^`]*)`", TEXT.replace("\n", " "))
    return sorted({*typed, *(each for each in within if "…" not in each)})


@pytest.mark.parametrize("typed", commands())
def test_every_command_can_be_typed(typed):
    _, *words = shlex.split(typed)
    found = command("en")
    while words and hasattr(found, "commands"):
        found = found.commands[words.pop(0)]
    if words == ["…"]:
        return
    with found.make_context("territory", words, obj="en", resilient_parsing=False) as context:
        assert context.params


def test_there_are_commands_to_try():
    assert len(commands()) > 15


def test_every_code_that_the_guide_explains_has_a_sentence():
    codes = set(re.findall(r"`(store\.\w+)`", TEXT))
    assert codes >= {"store.unavailable", "store.gone", "store.version", "store.broken"}
    assert codes <= set(catalogue("en")["errors"])
