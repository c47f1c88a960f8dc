"""Files of boundaries checked and shown, a fictitious region, and the server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from territory.cli.options import (
    Crs,
    File,
    Format,
    Lang,
    Layer,
    Level,
    Output,
    Profile,
    Store,
    SwapAxes,
    Tolerance,
    View,
    column,
)
from territory.services.storing import DEFAULT_STORE

app = typer.Typer()


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
    id_: Annotated[str | None, column("id")] = None,
    name: Annotated[str | None, column("name")] = None,
    level_column: Annotated[str | None, column("level")] = None,
    parent: Annotated[str | None, column("parent")] = None,
    kind: Annotated[str | None, column("kind")] = None,
    families: Annotated[str | None, column("families")] = None,
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
