"""What can be typed. Every command imports what it needs when it runs, so that checking a file starts at once."""

from __future__ import annotations

import datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from territory.services.storing import DEFAULT_STORE
from territory.words import catalogue, say

MAP = Path("map.html")


class Format(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"


class Tabled(StrEnum):
    """How what was found is written, also for a spreadsheet."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    CSV = "csv"


class Telling(StrEnum):
    """How something that is no layer is told."""

    TABLE = "table"
    JSON = "json"


class Published(StrEnum):
    """What an act lets everybody see of a territory."""

    LISTED = "listed"
    GENERAL = "general"
    EXACT = "exact"


class Paper(StrEnum):
    """Sizes of paper."""

    LETTER = "letter"
    A4 = "a4"


class Role(StrEnum):
    """What a key lets its bearer do."""

    HELPER = "helper"
    SPOKESPERSON = "spokesperson"
    ORGANIZER = "organizer"
    STEWARD = "steward"


class ReferenceKind(StrEnum):
    """What a reference layer is of."""

    JURISDICTIONS = "jurisdictions"
    LAND = "land"
    RIVERS = "rivers"
    ROADS = "roads"
    PROTECTED = "protected"
    INDIGENOUS = "indigenous"
    HAZARDS = "hazards"
    POPULATION = "population"
    SEATS = "seats"


class Act(StrEnum):
    """What an assembly can decide, as far as it takes no drawing."""

    RATIFY = "ratify"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    JOIN = "join"
    LEAVE = "leave"
    DISSOLVE = "dissolve"


class Decided(StrEnum):
    """How an assembly decided."""

    ASSEMBLY = "assembly"
    REFERENDUM = "referendum"


class Way(StrEnum):
    """How contested ground could be settled."""

    TO_LEFT = "to_left"
    TO_RIGHT = "to_right"
    MIDDLE = "middle"
    ALONG = "along"
    SHARED = "shared"
    DISAGREE = "disagree"


class Reply(StrEnum):
    """What the other side says of a proposal."""

    ACCEPT = "accept"
    OBJECT = "object"
    DISAGREE = "disagree"


class View(StrEnum):
    """What a map shows."""

    TERRITORIES = "territories"
    COVERAGE = "coverage"


class Language(StrEnum):
    """The languages there are."""

    ES = "es"
    EN = "en"


class _Told(TyperGroup):
    """Says in a sentence why something could not be done, and ends with status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from territory.cli.refusals import told

            sentence = told(error, ctx.obj)
            if sentence is None:
                raise
            typer.echo(sentence, err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=_Told, help="cli.help", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)

key = typer.Typer(help="cli.key.help", no_args_is_help=True)
app.add_typer(key, name="key")
reference = typer.Typer(help="cli.reference.help", no_args_is_help=True)
app.add_typer(reference, name="reference")
border = typer.Typer(help="cli.border.help", no_args_is_help=True)
app.add_typer(border, name="border")

File = Annotated[Path, typer.Argument(help="cli.file", exists=False)]
Store = Annotated[str, typer.Option("--store", envvar="TERRITORY_STORE", help="cli.store", metavar="URL")]
Crs = Annotated[str | None, typer.Option(help="cli.crs", metavar="EPSG:…")]
Level = Annotated[str | None, typer.Option(help="cli.level")]
Layer = Annotated[str | None, typer.Option(help="cli.layer", metavar="NAME")]
SwapAxes = Annotated[bool, typer.Option("--swap-axes", help="cli.swap_axes")]
Tolerance = Annotated[float | None, typer.Option(min=0.1, max=500, help="cli.tolerance", metavar="M")]
Profile = Annotated[str, typer.Option(envvar="TERRITORY_PROFILE", help="cli.profile")]
Output = Annotated[Path | None, typer.Option("--output", help="cli.output", metavar="FILE", dir_okay=False)]
Area = Annotated[Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="cli.gaps.area")]
Jurisdiction = Annotated[str | None, typer.Option(metavar="ID", help="cli.gaps.jurisdiction")]
Lang = Annotated[Language | None, typer.Option("--lang", envvar="TERRITORY_LANG", help="cli.lang")]


def _column(what: str) -> Any:
    return typer.Option(f"--{what}-column", help=f"cli.column.{what}", metavar="COLUMN")


def _day(what: str) -> Any:
    return typer.Option(help=f"cli.{what}", formats=["%Y-%m-%d"], metavar="DATE")


def _count(what: str) -> Any:
    return typer.Option(help=f"cli.act.{what}", min=0, metavar="N")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"territory {version('territory')}")
        raise typer.Exit


@app.callback()
def root(
    version_: Annotated[
        bool, typer.Option("--version", help="cli.version", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Options of all commands."""


@app.command(help="cli.check.help")
def check(
    ctx: typer.Context,
    file: File,
    jurisdictions: Annotated[Path | None, typer.Option(help="cli.check.jurisdictions", metavar="FILE")] = None,
    land: Annotated[Path | None, typer.Option(help="cli.check.land", metavar="FILE")] = None,
    crs: Crs = None,
    level: Level = None,
    layer: Layer = None,
    swap_axes: SwapAxes = False,
    tolerance: Tolerance = None,
    id_: Annotated[str | None, _column("id")] = None,
    name: Annotated[str | None, _column("name")] = None,
    level_column: Annotated[str | None, _column("level")] = None,
    parent: Annotated[str | None, _column("parent")] = None,
    kind: Annotated[str | None, _column("kind")] = None,
    families: Annotated[str | None, _column("families")] = None,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Format, typer.Option("--format", help="cli.check.format")] = Format.TABLE,
    output: Output = None,
    strict: Annotated[bool, typer.Option("--strict", help="cli.check.strict")] = False,
) -> None:
    """Find everything wrong with a file of boundaries."""
    from territory.cli.check import check_file

    columns = {
        "id": id_,
        "name": name,
        "level_column": level_column,
        "parent": parent,
        "kind": kind,
        "families": families,
    }
    is_serious = check_file(
        file,
        jurisdictions=jurisdictions,
        land=land,
        reading={"crs": crs, "level": level, "layer": layer, "swap_axes": swap_axes, **columns},
        tolerance_m=tolerance,
        profile=profile,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )
    if strict and is_serious:
        raise typer.Exit(1)


@app.command("map", help="cli.map.help")
def map_(
    ctx: typer.Context,
    file: File,
    output: Annotated[Path, typer.Option(help="cli.map.output", metavar="FILE", dir_okay=False)] = Path(
        "map.html"
    ),
    view: Annotated[View, typer.Option(help="cli.map.view")] = View.COVERAGE,
    crs: Crs = None,
    level: Level = None,
    layer: Layer = None,
    swap_axes: SwapAxes = False,
    tolerance: Tolerance = None,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Write one HTML file with the map of a file."""
    from territory.cli.map import write_map

    write_map(
        file,
        output,
        view=view.value,
        reading={"crs": crs, "level": level, "layer": layer, "swap_axes": swap_axes},
        tolerance_m=tolerance,
        profile=profile,
        language=ctx.obj,
    )


@app.command(help="cli.sheet.help")
def sheet(
    ctx: typer.Context,
    territory: Annotated[str, typer.Argument(help="cli.sheet.territory", metavar="ID")],
    output: Annotated[Path, typer.Option(help="cli.sheet.output", metavar="FILE", dir_okay=False)] = Path(
        "sheet.pdf"
    ),
    version_: Annotated[int | None, typer.Option("--version", min=1, help="cli.sheet.version")] = None,
    paper: Annotated[Paper, typer.Option(help="cli.sheet.paper")] = Paper.LETTER,
    base_url: Annotated[
        str, typer.Option(envvar="TERRITORY_BASE_URL", help="cli.sheet.base_url", metavar="URL")
    ] = "http://127.0.0.1:8000",
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Write the printed sheet of a territory."""
    from territory.cli.sheet import write_sheet

    write_sheet(
        store,
        territory,
        output,
        version=version_,
        paper=paper.value,
        base_url=base_url,
        profile=profile,
        language=ctx.obj,
    )


@app.command(help="cli.demo.help")
def demo(
    ctx: typer.Context,
    councils: Annotated[int, typer.Option(min=20, max=1_000_000, help="cli.demo.councils")] = 600,
    seed: Annotated[int, typer.Option(min=0, help="cli.demo.seed")] = 1,
    store: Store = DEFAULT_STORE,
    file: Annotated[Path | None, typer.Option(help="cli.demo.file", metavar="FILE", dir_okay=False)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="cli.demo.replace")] = False,
    lang: Lang = None,
) -> None:
    """Make a fictitious region."""
    from territory.cli.demo import make_demo

    make_demo(councils, seed=seed, store=store, file=file, may_replace=replace, language=ctx.obj)


@app.command(help="cli.serve.help")
def serve(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    host: Annotated[str, typer.Option(help="cli.serve.host")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="cli.serve.port")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="cli.serve.workers")] = 1,
    lang: Lang = None,
) -> None:
    """Serve maps, pages and API."""
    from territory.cli.serve import serve_store

    serve_store(store, host=host, port=port, workers=workers, language=ctx.obj, pages_language=lang and lang.value)


@app.command("import", help="cli.import.help")
def import_(
    ctx: typer.Context,
    file: File,
    store: Store = DEFAULT_STORE,
    crs: Crs = None,
    level: Level = None,
    layer: Layer = None,
    swap_axes: SwapAxes = False,
    id_: Annotated[str | None, _column("id")] = None,
    name: Annotated[str | None, _column("name")] = None,
    level_column: Annotated[str | None, _column("level")] = None,
    parent: Annotated[str | None, _column("parent")] = None,
    kind: Annotated[str | None, _column("kind")] = None,
    families: Annotated[str | None, _column("families")] = None,
    code: Annotated[list[str] | None, typer.Option(help="cli.import.code", metavar="SYSTEM=COLUMN")] = None,
    publish: Annotated[Published | None, typer.Option(help="cli.import.publish")] = None,
    act_date: Annotated[datetime.datetime | None, _day("import.act_date")] = None,
    since: Annotated[datetime.datetime | None, _day("import.since")] = None,
    shown: Annotated[bool | None, typer.Option("--shown/--hidden", help="cli.import.shown")] = None,
    take_repairs: Annotated[bool, typer.Option("--take-repairs", help="cli.import.take_repairs")] = False,
    replace_drawn: Annotated[bool, typer.Option("--replace-drawn", help="cli.import.replace_drawn")] = False,
    skip_refused: Annotated[bool, typer.Option("--skip-refused", help="cli.import.skip_refused")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.import.dry_run")] = False,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.import.format")] = Telling.TABLE,
    output: Output = None,
) -> None:
    """Take a file into the register."""
    from territory.cli.importing import columns_of_codes, import_file
    from territory.model import Publication
    from territory.services.import_plan import Choices

    columns = {
        "id": id_,
        "name": name,
        "level_column": level_column,
        "parent": parent,
        "kind": kind,
        "families": families,
    }
    choices = Choices(
        codes=columns_of_codes(code or []),
        publication=Publication.PRIVATE if publish is None else Publication(publish.value),
        act_date=act_date and act_date.date(),
        since=since and since.date(),
        shown=shown,
        takes_repairs=take_repairs,
        replaces_drawn=replace_drawn,
        skips_refused=skip_refused,
        is_rehearsal=dry_run,
    )
    is_done = import_file(
        file,
        store=store,
        profile=profile,
        reading={"crs": crs, "level": level, "layer": layer, "swap_axes": swap_axes, **columns},
        choices=choices,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )
    if not is_done:
        raise typer.Exit(1)


@app.command(help="cli.export.help")
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.export.file", dir_okay=False)],
    store: Store = DEFAULT_STORE,
    level: Annotated[str | None, typer.Option(help="cli.export.level")] = None,
    date: Annotated[datetime.datetime | None, _day("export.date")] = None,
    public: Annotated[bool, typer.Option("--public", help="cli.export.only_public")] = False,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Write the register into a file."""
    from territory.cli.export import export_file

    export_file(
        file,
        store=store,
        profile=profile,
        level=level,
        day=date and date.date(),
        is_public=public,
        language=ctx.obj,
    )


@key.command("issue", help="cli.key.issue.help")
def issue_key(
    ctx: typer.Context,
    role: Annotated[Role, typer.Option(help="cli.key.role")],
    ends: Annotated[datetime.datetime, _day("key.ends")],
    name: Annotated[str | None, typer.Option(help="cli.key.name")] = None,
    territory: Annotated[list[str] | None, typer.Option(help="cli.key.territory", metavar="ID")] = None,
    area: Annotated[Path | None, typer.Option(help="cli.key.area", metavar="FILE")] = None,
    base_url: Annotated[
        str, typer.Option(envvar="TERRITORY_BASE_URL", help="cli.key.base_url", metavar="URL")
    ] = "http://127.0.0.1:8000",
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Make a key."""
    from territory.cli import keys
    from territory.records import Role as Kept

    keys.issue(
        store,
        profile=profile,
        role=Kept(role.value),
        ends=ends.date(),
        name=name,
        territories=territory or [],
        area=area,
        base_url=base_url,
        language=ctx.obj,
        form=format_.value,
    )


@key.command("list", help="cli.key.list.help")
def list_keys(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show all keys."""
    from territory.cli import keys

    keys.list_all(store, profile=profile, language=ctx.obj, form=format_.value)


@key.command("revoke", help="cli.key.revoke.help")
def revoke_key(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="cli.key.revoke_name")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Revoke a key."""
    from territory.cli import keys

    keys.revoke(store, name, profile=profile, language=ctx.obj)


@reference.command("add", help="cli.reference.add.help")
def add_reference(
    ctx: typer.Context,
    file: File,
    kind: Annotated[ReferenceKind, typer.Option(help="cli.reference.kind")],
    name: Annotated[str, typer.Option(help="cli.reference.name")],
    source: Annotated[str, typer.Option(help="cli.reference.source")],
    date: Annotated[datetime.datetime | None, _day("reference.date")] = None,
    licence: Annotated[str | None, typer.Option(help="cli.reference.licence")] = None,
    disputed: Annotated[str | None, typer.Option(help="cli.reference.disputed")] = None,
    level: Annotated[str | None, typer.Option(help="cli.reference.level")] = None,
    id_: Annotated[str | None, _column("id")] = None,
    name_column: Annotated[str | None, _column("name")] = None,
    level_column: Annotated[str | None, _column("level")] = None,
    value_column: Annotated[str | None, _column("value")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Add a reference layer."""
    from territory.cli import references
    from territory.records import ReferenceLayer

    references.add(
        store,
        file,
        ReferenceLayer(
            id="",
            kind=kind.value,
            called=name,
            source=source,
            date=date and date.date(),
            licence=licence,
            disputed=disputed,
        ),
        level=level,
        columns={"id": id_, "name": name_column, "level": level_column, "value": value_column},
        profile=profile,
        language=ctx.obj,
    )


@reference.command("list", help="cli.reference.list.help")
def list_references(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show all reference layers."""
    from territory.cli import references

    references.list_all(store, profile=profile, language=ctx.obj, form=format_.value)


@reference.command("remove", help="cli.reference.remove.help")
def remove_reference(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="cli.reference.id")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """End a reference layer."""
    from territory.cli import references

    references.remove(store, id_, profile=profile, language=ctx.obj)


@app.command(help="cli.init.help")
def init(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Begin an empty register."""
    from territory.cli.operations import begin

    begin(store, profile=profile, language=ctx.obj)


@app.command("act", help="cli.act.help")
def enter_act(
    ctx: typer.Context,
    kind: Annotated[Act, typer.Argument(help="cli.act.kind")],
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="cli.act.ids")],
    date: Annotated[datetime.datetime | None, _day("act.date")] = None,
    version_: Annotated[int | None, typer.Option("--version", min=1, help="cli.act.version")] = None,
    publication: Annotated[Published | None, typer.Option("--as", help="cli.act.as")] = None,
    group: Annotated[str | None, typer.Option(metavar="ID", help="cli.act.group")] = None,
    form: Annotated[Decided, typer.Option(help="cli.act.form")] = Decided.ASSEMBLY,
    eligible: Annotated[int | None, _count("eligible")] = None,
    attended: Annotated[int | None, _count("attended")] = None,
    in_favour: Annotated[int | None, _count("in_favour")] = None,
    against: Annotated[int | None, _count("against")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Enter what an assembly decided."""
    from territory.cli import acts
    from territory.model import Publication
    from territory.records import ActForm, ActKind

    numbers = {"eligible": eligible, "attended": attended, "in_favour": in_favour, "against": against}
    typed = acts.Typed(
        kind=ActKind(kind.value),
        ids=ids,
        minutes=acts.minutes_of(date and date.date(), ActForm(form.value), **numbers),
        version=version_,
        publication=None if publication is None else Publication(publication.value),
        group=group,
    )
    acts.enter(store, typed, profile=profile, language=ctx.obj)


@app.command("acts", help="cli.acts.help")
def list_acts(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="cli.acts.id")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show what was decided about a territory."""
    from territory.cli import acts

    acts.list_all(store, id_, profile=profile, language=ctx.obj, form=format_.value)


@app.command(help="cli.gaps.help")
def gaps(
    ctx: typer.Context,
    area: Area = None,
    jurisdiction: Jurisdiction = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Format, typer.Option("--format", help="cli.check.format")] = Format.TABLE,
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
    format_: Annotated[Format, typer.Option("--format", help="cli.check.format")] = Format.TABLE,
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
    seed: Annotated[int, typer.Option(min=0, help="cli.propose.seed")] = 1,
    road_minutes: Annotated[float | None, typer.Option(min=1, max=60, help="cli.propose.road_minutes")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Format, typer.Option("--format", help="cli.check.format")] = Format.TABLE,
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


@app.command("what-if", help="cli.what_if.help")
def what_if(
    ctx: typer.Context,
    changes: Annotated[list[str], typer.Argument(metavar="CHANGE...", help="cli.what_if.changes")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Format, typer.Option("--format", help="cli.key.format")] = Format.TABLE,
) -> None:
    """Tell what changes would mean."""
    from territory.cli import what_if

    what_if.what_if(store, changes, profile=profile, language=ctx.obj, form=format_.value)


@border.command("show", help="cli.border.show.help")
def show_border(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="ID", help="cli.border.one")],
    other: Annotated[str, typer.Argument(metavar="ID", help="cli.border.other")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show how two neighbours stand with their line."""
    from territory.cli import agreement

    agreement.show(store, one, other, profile=profile, language=ctx.obj, form=format_.value)


@border.command("propose", help="cli.border.propose.help")
def propose_border(
    ctx: typer.Context,
    from_: Annotated[str, typer.Argument(metavar="FROM", help="cli.border.from")],
    to: Annotated[str, typer.Argument(metavar="TO", help="cli.border.to")],
    piece: Annotated[str, typer.Argument(metavar="PIECE", help="cli.border.piece")],
    way: Annotated[Way | None, typer.Option(help="cli.border.way")] = None,
    line: Annotated[str | None, typer.Option(metavar="ID", help="cli.border.line")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Enter what one side proposes."""
    from territory.cli import agreement

    chosen = None if way is None else way.value
    agreement.propose(store, from_, to, piece, way=chosen, line=line, profile=profile, language=ctx.obj)


@border.command("answer", help="cli.border.answer.help")
def answer_border(
    ctx: typer.Context,
    stretch: Annotated[str, typer.Argument(metavar="PROPOSAL", help="cli.border.stretch")],
    reply: Annotated[Reply, typer.Argument(help="cli.border.reply")],
    revision: Annotated[int, typer.Option(min=1, help="cli.border.revision")],
    reasons: Annotated[str | None, typer.Option(help="cli.border.reasons")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Enter what the other side says."""
    from territory.cli import agreement

    agreement.answer(
        store, stretch, reply.value, revision=revision, reasons=reasons, profile=profile, language=ctx.obj
    )


@app.command(help="cli.backup.help")
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.backup.file", dir_okay=False)],
    store: Store = DEFAULT_STORE,
    lang: Lang = None,
) -> None:
    """Copy a store while it is in use."""
    from territory.cli.operations import back_up

    if not back_up(store, file, language=ctx.obj):
        raise typer.Exit(1)


@app.command(help="cli.restore.help")
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.restore.file")],
    store: Store = DEFAULT_STORE,
    lang: Lang = None,
) -> None:
    """Bring a backup back."""
    from territory.cli.operations import bring_back

    bring_back(file, store, language=ctx.obj)


@app.command(help="cli.verify.help")
def verify(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.verify.format")] = Telling.TABLE,
) -> None:
    """Find what is broken in a store."""
    from territory.cli.operations import verify as find

    if not find(store, language=ctx.obj, form=format_.value):
        raise typer.Exit(1)


def command(language: str) -> Any:
    """The whole command line in one language."""
    group: Any = get_command(app)
    group.context_settings = {"obj": language, "help_option_names": ["-h", "--help"]}
    _translate(group, language)
    return group


def _translate(command: Any, language: str) -> None:
    command.help = say(language, command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = say(language, parameter.help)
    option = command.get_help_option(typer.Context(command, help_option_names=["-h", "--help"]))
    option.help = say(language, "cli.option.help")
    for each in getattr(command, "commands", {}).values():
        _translate(each, language)


def translate_help(language: str) -> None:
    """Put the frame around help texts into a language: Typer has it as constants, in English."""
    from typer import rich_utils

    for name in ("arguments", "options", "commands"):
        setattr(rich_utils, f"{name.upper()}_PANEL_TITLE", say(language, f"cli.panel.{name}"))
    for name in ("default", "envvar", "required_long"):
        setattr(rich_utils, f"{name.upper()}_STRING", catalogue(language)["cli"][f"panel.{name}"])
