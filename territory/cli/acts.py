"""``territory act`` and ``acts``: what assemblies decide, entered where the store is."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from territory.cli.what_if import print_report, write_json
from territory.model import Publication
from territory.mosaic import Standing
from territory.records import Act, ActForm, ActKind
from territory.services import acts
from territory.services.access import OPERATOR
from territory.services.acts import Decision, Minutes, Moved, Telling
from territory.services.errors import Unusable
from territory.services.operations import using
from territory.services.reference import read_profile
from territory.services.register import Register
from territory.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed of an act."""

    kind: ActKind
    ids: Sequence[str]
    minutes: Minutes | None
    version: int | None
    publication: Publication | None
    group: str | None

    @property
    def id(self) -> str:
        """The only territory."""
        if len(self.ids) != 1:
            raise Unusable("act.one_territory")
        return self.ids[0]

    def need(self, option: str) -> Any:
        """What must have been typed."""
        value = getattr(self, {"date": "minutes", "as": "publication"}.get(option, option))
        if value is None:
            raise Unusable("act.option", option=f"--{option}")
        return value


def minutes_of(date: datetime.date | None, form: ActForm, **numbers: int | None) -> Minutes | None:
    """How it was decided; none where nothing was typed of it."""
    if date is not None:
        return Minutes(date=date, form=form, **numbers)
    if any(each is not None for each in numbers.values()):
        raise Unusable("act.option", option="--date")
    return None


def enter(store: str, typed: Typed, *, profile: str, language: str) -> None:
    """Enter an act, and tell both sides what it means that somebody joined or left."""
    with using(store, read_profile(profile)) as register:
        before = dict(register.current().standing)
        made = _ENTER[typed.kind](register, typed)
        found = made.acts if isinstance(made, Moved) else (made,)
        for act in found:
            said = {"name": before[act.territory].name, "what": _what(act, before, language)}
            typer.echo(say(language, "cli.act.done", id=act.id, date=act.date.isoformat(), **said))
        if isinstance(made, Moved):
            typer.echo("")
            print_report(made.report, Telling(standing=before, profile=register.profile, language=language))


def list_all(store: str, territory: str, *, profile: str, language: str, form: str) -> None:
    """Print what was decided about a territory, oldest first."""
    with using(store, read_profile(profile)) as register:
        found = acts.acts_of(register, OPERATOR, territory)
        standing = register.current().standing
    if form == "json":
        write_json({"acts": [acts.told_now(each) for each in found]})
        return
    for each in found:
        typer.echo(f"{each.act.date}  {', '.join(_line(each, standing, language))}")
    if not found:
        typer.echo(say(language, "cli.acts.none"), err=True)


def _ratify(register: Register, typed: Typed) -> Act:
    return acts.ratify(register, OPERATOR, typed.id, typed.need("version"), typed.need("date"))


def _publish(register: Register, typed: Typed) -> Act:
    publication, minutes = typed.need("as"), typed.need("date")
    return acts.publish(register, OPERATOR, typed.id, typed.need("version"), publication, minutes)


def _withdraw(register: Register, typed: Typed) -> Act:
    return acts.withdraw(register, OPERATOR, typed.id, typed.minutes)


def _join(register: Register, typed: Typed) -> Moved:
    return acts.join(register, OPERATOR, typed.id, typed.need("group"), typed.need("date"))


def _leave(register: Register, typed: Typed) -> Moved:
    return acts.leave(register, OPERATOR, typed.ids, typed.need("group"), typed.need("date"))


def _dissolve(register: Register, typed: Typed) -> Act:
    return acts.dissolve(register, OPERATOR, typed.id, typed.need("date")).acts[0]


_ENTER: Mapping[ActKind, Callable[[Register, Typed], Act | Moved]] = {
    ActKind.RATIFY: _ratify,
    ActKind.PUBLISH: _publish,
    ActKind.WITHDRAW: _withdraw,
    ActKind.JOIN: _join,
    ActKind.LEAVE: _leave,
    ActKind.DISSOLVE: _dissolve,
}


def _line(decision: Decision, standing: Mapping[str, Standing], language: str) -> Iterator[str]:
    yield _what(decision.act, standing, language)
    if decision.act.version is not None:
        yield say(language, "cli.acts.version", version=decision.act.version)
    if decision.is_current is not None:
        yield say(language, f"cli.acts.{'current' if decision.is_current else 'older'}")
    if decision.is_published:
        yield say(language, "cli.acts.published")


def _what(act: Act, standing: Mapping[str, Standing], language: str) -> str:
    group = str(act.terms.get("group"))
    name = standing[group].name if group in standing else group
    return say(language, f"acts.kind.{act.kind.value}", group=name)
