"""What organizers ask."""

from __future__ import annotations

from typing import Annotated

import typer

from territory.cli.options import Area, Jurisdiction, Lang, Output, Profile, Store, Tabled
from territory.services.storing import DEFAULT_STORE

app = typer.Typer()


@app.command(help="cli.gaps.help")
def gaps(
    ctx: typer.Context,
    area: Area = None,
    jurisdiction: Jurisdiction = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Tabled, typer.Option("--format", help="cli.check.format")] = Tabled.TABLE,
    output: Output = None,
) -> None:
    """Tell who is covered by nobody."""
    from territory.cli import organize

    organize.gaps(
        store,
        organize.asked(area, jurisdiction),
        profile=profile,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )


@app.command(help="cli.access.help")
def access(
    ctx: typer.Context,
    area: Area = None,
    jurisdiction: Jurisdiction = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Tabled, typer.Option("--format", help="cli.check.format")] = Tabled.TABLE,
    output: Output = None,
) -> None:
    """Tell who reaches whom by road."""
    from territory.cli import organize

    organize.access(
        store,
        organize.asked(area, jurisdiction),
        profile=profile,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )


@app.command(help="cli.propose.help")
def propose(
    ctx: typer.Context,
    area: Area = None,
    jurisdiction: Jurisdiction = None,
    least: Annotated[int | None, typer.Option(min=1, help="cli.propose.least")] = None,
    most: Annotated[int | None, typer.Option(min=1, help="cli.propose.most")] = None,
    plans: Annotated[int, typer.Option(min=1, max=5, help="cli.propose.plans")] = 3,
    crossing_weight: Annotated[float, typer.Option(min=0, max=10, help="cli.propose.crossing_weight")] = 0.0,
    travel_weight: Annotated[float, typer.Option(min=0, max=10, help="cli.propose.travel_weight")] = 0.0,
    barrier: Annotated[list[str], typer.Option(metavar="KIND", help="cli.propose.barrier")] = [],  # noqa: B006
    seed: Annotated[int, typer.Option(min=0, help="cli.propose.seed")] = 1,
    road_minutes: Annotated[float | None, typer.Option(min=1, max=60, help="cli.propose.road_minutes")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Tabled, typer.Option("--format", help="cli.check.format")] = Tabled.TABLE,
    output: Output = None,
) -> None:
    """Group councils without a commune."""
    from territory.cli import organize
    from territory.services.organizing import Wishes

    wishes = Wishes(
        asked=organize.asked(area, jurisdiction),
        least=least,
        most=most,
        plans=plans,
        crossing_weight=crossing_weight,
        travel_weight=travel_weight,
        barriers=tuple(barrier),
        seed=seed,
        road_minutes=road_minutes,
    )
    organize.propose(store, wishes, profile=profile, language=ctx.obj, form=format_.value, output=output)


@app.command(help="cli.corridor.help")
def corridor(
    ctx: typer.Context,
    members: Annotated[list[str], typer.Argument(metavar="MEMBER...", help="cli.corridor.members")],
    width: Annotated[float, typer.Option(min=1, help="cli.corridor.width")] = 200.0,
    ordered: Annotated[bool, typer.Option("--ordered", help="cli.corridor.ordered")] = False,
    reinforced: Annotated[bool, typer.Option("--reinforced", help="cli.corridor.reinforced")] = False,
    alternatives: Annotated[int, typer.Option(min=0, max=3, help="cli.corridor.alternatives")] = 0,
    families: Annotated[bool, typer.Option("--families", help="cli.corridor.families")] = False,
    cost: Annotated[list[str], typer.Option(metavar="NAME=NUMBER", help="cli.corridor.cost")] = [],  # noqa: B006
    factor: Annotated[list[str], typer.Option(metavar="KIND=NUMBER", help="cli.corridor.factor")] = [],  # noqa: B006
    barrier: Annotated[list[str], typer.Option(metavar="KIND=NUMBER", help="cli.corridor.barrier")] = [],  # noqa: B006
    save: Annotated[str | None, typer.Option(metavar="NAME", help="cli.corridor.save")] = None,
    make: Annotated[bool, typer.Option("--make", help="cli.corridor.make")] = False,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Tabled, typer.Option("--format", help="cli.check.format")] = Tabled.TABLE,
    output: Output = None,
) -> None:
    """Join communes by a corridor."""
    from territory.cli import corridor
    from territory.services.organizing import CorridorWishes

    wishes = CorridorWishes(
        members=tuple(members),
        width_m=width,
        is_ordered=ordered,
        is_reinforced=reinforced,
        alternatives=alternatives,
        counts_families=families,
    )
    corridor.corridor(
        store,
        corridor.priced(wishes, costs=cost, factors=factor, barriers=barrier),
        save=save,
        is_made=make,
        profile=profile,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )


@app.command(help="cli.network.help")
def network(
    ctx: typer.Context,
    area: Area = None,
    jurisdiction: Jurisdiction = None,
    by_road: Annotated[bool, typer.Option("--by-road", help="cli.network.by_road")] = False,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Tabled, typer.Option("--format", help="cli.check.format")] = Tabled.TABLE,
    output: Output = None,
) -> None:
    """Tell who could exchange what with whom."""
    from territory.cli import network, organize

    network.network(
        store,
        organize.asked(area, jurisdiction),
        is_by_road=by_road,
        profile=profile,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )
