"""What this project holds itself to, printed beside the figures it is about.

A benchmark ends each of its tasks with a row for its bar: what was asked, what was found, and whether that
``holds``. A bar is for one size of problem; at another size the row says so and decides nothing.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

BARS = {
    "whole": "50,000 councils, file to findings in one process: at least 5 times as fast as shapely at its best",
    "overlaps": "a layer drawn by hand: overlaps at least 20 times as fast as relate and intersection",
    "neighbours": "neighbours at ±10 m: precision and recall at least 0.98",
    "gaps": "gaps at ±5 to ±20 m: none that is not there, at least 99 % found",
    "tree": "up to 13 terminals among up to 3,000 units: the optimum, in less than 5 s",
    "milp": "small graphs: the cost that integer programming finds",
    "gap": "without proof: at most 2 % dearer than the optimum",
    "pack": "the proof pack of a corridor among 10,000 units: less than 1.5 s",
    "towns": "200 councils: nobody left over that need not be, less than 1 s, as compact as the best peer",
    "all": "50,000 councils: left over within 0.3 points of the bound, less than 60 s",
    "access": "the times that networkx finds",
}


def verdict(task: str, found: str, *, holds: bool, is_its_size: bool = True) -> Row:
    """A row that compares what was found with the bar of a task; at another size it ``holds`` neither way."""
    return {"task": task, "bar": BARS[task], "found": found, "holds": bool(holds) if is_its_size else None}


def line(row: Row) -> str:
    """A verdict as text."""
    said = {True: "holds", False: "DOES NOT HOLD", None: "another size"}[row["holds"]]
    return f"{'bar':<14}{row['bar']}\n{'':<14}found: {row['found']}  →  {said}"
