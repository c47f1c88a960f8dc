"""``territory import``: from a file into the register."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import typer

from territory import intake
from territory.cli.output import write
from territory.cli.progress import progress_bar
from territory.intake import Notice
from territory.services.access import OPERATOR
from territory.services.errors import Unusable
from territory.services.import_plan import Choices, Did, Outcome
from territory.services.importing import ImportReport, import_layer
from territory.services.operations import using
from territory.services.reference import read_profile
from territory.words import listing, measure, number, say

_SHOWN = 40


def columns_of_codes(given: Iterable[str]) -> dict[str, str]:
    """By system, the column with its codes, from ``SYSTEM=COLUMN``.

    Raises
    ------
    Unusable
        It is said in another form.

    Examples
    --------
    >>> columns_of_codes(["SITUR=cod_situr"])
    {'SITUR': 'cod_situr'}
    """
    pairs = [each.partition("=") for each in given]
    for system, _, column in pairs:
        if not (system.strip() and column.strip()):
            raise Unusable("import.code_option", given=system)
    return {system.strip(): column.strip() for system, _, column in pairs}


def import_file(
    file: Path,
    *,
    store: str,
    profile: str,
    reading: Mapping[str, Any],
    choices: Choices,
    language: str,
    form: str,
    output: Path | None,
) -> bool:
    """Import a file and tell what was done; whether it could be, whole or as far as asked for."""
    began = time.perf_counter()
    rules = read_profile(profile)
    with progress_bar(language) as progress:
        # Before a store is made for a file that cannot be read.
        read = intake.read(file, profile=rules, beside=list(choices.codes.values()), **reading)
        with using(store, rules, create=True) as register:
            report = import_layer(register, OPERATOR, read, choices, progress)
    seconds = time.perf_counter() - began
    if form == "json":
        for notice in read.notices:
            typer.echo(notice.said(language), err=True)
        write([_summary(report, seconds, language)], output)
    else:
        lines = _lines(file, report, read.notices, language, choices=choices, seconds=seconds)
        write((f"{line}\n".encode() for line in lines), output)
    return choices.skips_refused or not report.has_refused


def _summary(report: ImportReport, seconds: float, language: str) -> bytes:
    summary = {
        **{did.value: len(report.those(did)) for did in Did},
        "memberships": report.memberships,
        "acts": report.acts,
        "disputes": report.disputes,
        "written": report.is_written,
        "seconds": round(seconds, 3),
        "rows": [_row(each, language) for each in report.outcomes],
    }
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _row(outcome: Outcome, language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"row": outcome.row, "id": outcome.id, "name": outcome.name, "did": outcome.did.value}
    if outcome.by is not None:
        told["by"] = outcome.by.value
    if outcome.did is Did.CHANGED:
        told |= {"fields": outcome.fields, "changed_m2": round(outcome.changed_m2, 1)}
    if outcome.refused is not None:
        told |= {"code": outcome.refused.code, "message": outcome.refused.said(language, outcome.name)}
    return told


def _lines(
    file: Path,
    report: ImportReport,
    notices: Iterable[Notice],
    language: str,
    *,
    choices: Choices,
    seconds: float,
) -> Iterator[str]:
    counts = {did.value: len(report.those(did)) for did in Did}
    yield say(language, "cli.import.summary", file=file.name, seconds=number(seconds, language, 1), **counts)
    for notice in notices:
        yield f"  {notice.said(language)}"
    more = {"memberships": report.memberships, "acts": report.acts, "disputes": report.disputes}
    yield from (say(language, f"cli.import.{name}", count=count) for name, count in more.items() if count)
    for did, told in ((Did.CHANGED, _changed), (Did.REFUSED, _refused)):
        outcomes = report.those(did)
        if outcomes:
            yield ""
            yield say(language, f"cli.import.{did.value}")
        yield from (f"  {told(each, language)}" for each in islice(outcomes, _SHOWN))
        if len(outcomes) > _SHOWN:
            yield say(language, "cli.import.more", more=len(outcomes) - _SHOWN)
    yield ""
    yield say(language, f"cli.import.{_end(report, choices)}")


def _end(report: ImportReport, choices: Choices) -> str:
    if report.is_written:
        return "written"
    if report.has_refused and not choices.skips_refused:
        return "nothing_refused"
    is_all_known = len(report.those(Did.UNCHANGED)) == len(report.outcomes)
    return "rehearsed" if choices.is_rehearsal and not is_all_known else "nothing_new"


def _changed(outcome: Outcome, language: str) -> str:
    fields = listing([say(language, f"cli.import.field.{each}") for each in outcome.fields], language)
    area = f" ({measure('changed_m2', outcome.changed_m2, language)})" if outcome.changed_m2 else ""
    return f"{outcome.id}  {outcome.name}: {fields}{area}"


def _refused(outcome: Outcome, language: str) -> str:
    assert outcome.refused is not None
    said = outcome.refused.said(language, outcome.name)
    return f"{say(language, 'cli.import.row', row=str(outcome.row))}  {outcome.name}: {said}"
