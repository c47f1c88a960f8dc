"""``territory corridor``: what joins communes, as lines, a layer or a table; and to keep it as a plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from territory.cli.answers import write_answer
from territory.cli.progress import progress_bar
from territory.geo.corridors import Prices
from territory.geo.progress import silent
from territory.records import PlanKind
from territory.services import organizing
from territory.services.access import OPERATOR
from territory.services.errors import Unusable
from territory.services.operations import using
from territory.services.organizing import CorridorWishes, affirming, corridor_telling, plans
from territory.services.reference import read_profile
from territory.services.register import Register
from territory.words import number as number_of
from territory.words import say

_COSTS = ("commune", "council", "uncovered", "step")
_NEVER = "never"


def corridor(
    store: str,
    wishes: CorridorWishes,
    *,
    save: str | None,
    is_made: bool,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> None:
    """Join communes, write what that takes, and keep the cheapest corridor as a plan where it is given a name."""
    with using(store, read_profile(profile)) as register, progress_bar(language) as progress:
        found = organizing.plan_corridor(register, OPERATOR, wishes, progress=progress or silent)
        told = corridor_telling.told(found)
        if save is not None:
            told["plan"] = _kept(register, wishes, told["corridors"][0], save, is_made=is_made)
    write_answer(told, _lines(told, language), form=form, output=output)


def priced(
    wishes: CorridorWishes, *, costs: Sequence[str], factors: Sequence[str], barriers: Sequence[str]
) -> CorridorWishes:
    """Wishes with what ground and steps cost, each typed as ``name=number``; a barrier may be ``name=never``.

    Raises
    ------
    Unusable
        One is typed otherwise, or ground is given a price that is none.
    """
    paid = dict(map(_setting, costs))
    if not set(paid) <= set(_COSTS):
        raise Unusable("corridor.setting", said=", ".join(costs), known=list(_COSTS))
    return replace(
        wishes,
        prices=Prices(**paid),
        factors=dict(map(_setting, factors)),
        barriers=dict(map(_setting, barriers)),
    )


def _setting(typed: str) -> tuple[str, float]:
    name, _, value = typed.partition("=")
    try:
        number = math.inf if value == _NEVER else float(value)
    except ValueError:
        number = math.nan
    if not number >= 0:
        raise Unusable("corridor.setting", said=typed, known=["name=2", f"name={_NEVER}"])
    return name.strip(), number


def _kept(
    register: Register, wishes: CorridorWishes, corridor: dict[str, Any], called: str, *, is_made: bool
) -> dict[str, str | None]:
    """Keep a corridor as a plan, and make it a territory that its members can join."""
    plan = plans.save(
        register,
        OPERATOR,
        kind=PlanKind.CORRIDOR,
        called=called,
        settings={"members": list(wishes.members), "width_m": wishes.width_m, "ordered": wishes.is_ordered},
        groups={
            affirming.MEMBERS: wishes.members,
            affirming.ON_THE_WAY: [each["id"] for each in corridor["talk_to"]],
        },
    )
    made = affirming.found(register, OPERATOR, plan.id, based_on=plan.revision) if is_made else None
    return {"id": plan.id, "name": called, "territory": made}


def _lines(told: dict[str, Any], language: str) -> Iterator[str]:
    for number, each in enumerate(told["corridors"], start=1):
        if len(told["corridors"]) > 1:
            times = each["times_least"]
            share = "—" if times is None else number_of(times, language, 2)
            yield say(language, f"cli.corridor.kind.{each['kind']}", number=number, times=share)
        yield from _corridor(each, language)
    if "plan" in told:
        key = "cli.corridor.made" if told["plan"]["territory"] else "cli.corridor.kept"
        yield say(language, key, **told["plan"])


def _corridor(told: dict[str, Any], language: str) -> Iterator[str]:
    yield say(
        language,
        "cli.corridor.summary",
        length_m=told["length_m"],
        area_m2=told["area_m2"],
        width_m=told["narrowest_m"] or 0.0,
        share=told["continuity"],
        families=number_of(told["families"], language),
    )
    if told["unreached"]:
        yield say(language, "cli.corridor.unreached", members=[each["name"] for each in told["unreached"]])
    for each in told["talk_to"]:
        yield say(language, "cli.corridor.talk_to", name=each["name"])
    for each in told["breaks"]:
        beside = [one["name"] for one in each["beside"]]
        yield say(language, "cli.corridor.break", length_m=each["length_m"], beside=beside or "—")
    for each in told["cuts"]:
        key = "cli.corridor.cut" if each["bypass_cost"] is not None else "cli.corridor.cut_alone"
        bypass = [one["name"] for one in each["bypass"]]
        yield say(language, key, name=each["council"]["name"], bypass=bypass or "—")
