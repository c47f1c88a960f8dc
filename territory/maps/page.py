"""Folium's parts in our own page: language, title, landmarks and a policy under which nothing else runs."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from branca.element import CssLink, Figure, JavascriptLink
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from territory.words import LANGUAGES, WEB, measure, say

if TYPE_CHECKING:
    from territory.maps.elements import TerritoryMap

_STATIC = "/static/"
_ENTRY = WEB / "map" / "main.js"
_IMPORT = re.compile(r'(\bfrom\s*|\bimport\s*)"(\.[^"]+)"')
_OPENING_TAG = re.compile(r"<(script|style)\b")


def render(
    drawn: TerritoryMap,
    *,
    language: str,
    title: str,
    nonce: str,
    embed: bool = False,
    template: str = "map.html",
    downloads: Mapping[str, str] | None = None,
    assets: str = _STATIC,
) -> str:
    """A map in our page; style sheets and modules come from our own server.

    Parameters
    ----------
    drawn
        A map of `territory.maps.views`.
    language
        One of `territory.words.LANGUAGES`.
    title
        Of the page.
    nonce
        Every script and style of the page carries it; the policy may forbid all others, and inline style
        attributes as well.
    embed
        Without header and footer, for a frame.
    template
        ``map.html``, or ``home.html`` for the front page.
    downloads
        Addresses of files of the territories, by what they end in; none, and the page offers none.
    assets
        What the address of every file that the page loads begins with.
    """
    figure = _rendered(drawn)
    header = _OPENING_TAG.sub(rf'<\1 nonce="{nonce}"', figure.header.render()).replace(f'"{_STATIC}', f'"{assets}')
    return from_template(
        template,
        language=language,
        title=title,
        nonce=nonce,
        embed=embed,
        assets=assets,
        panel=drawn.panel,
        downloads=downloads or {},
        header=Markup(header),  # noqa: S704 (our own links)
        body=Markup(figure.html.render()),  # noqa: S704 (names are in data blocks, escaped)
        script=Markup(figure.script.render()),  # noqa: S704 (options are escaped as JSON)
    )


def standalone(drawn: TerritoryMap, *, language: str, title: str) -> str:
    """A map as one HTML file with everything in it: it opens from a disk, with no network.

    Parameters
    ----------
    drawn
        A map of `territory.maps.views` without ``tiles_url``.
    language, title
        As for `render`.
    """
    figure = _rendered(drawn)
    links = list(figure.header._children.values())
    styles = [WEB / "css" / "site.css", *(_file(link.url) for link in links if isinstance(link, CssLink))]
    scripts = [_file(link.url) for link in links if isinstance(link, JavascriptLink)]
    return from_template(
        "standalone.html",
        language=language,
        title=title,
        nonce="",
        embed=False,
        panel=drawn.panel,
        downloads={},
        styles=[Markup(path.read_text("utf-8")) for path in styles],  # noqa: S704 (our own files)
        scripts=[Markup(path.read_text("utf-8")) for path in scripts],  # noqa: S704
        modules=Markup(json.dumps({"imports": _modules()})),  # noqa: S704
        entry=_name(_ENTRY),
        body=Markup(figure.html.render()),  # noqa: S704
        script=Markup(figure.script.render()),  # noqa: S704
    )


def _rendered(drawn: TerritoryMap) -> Figure:
    """The map's figure, with the parts of all its elements in place."""
    figure = drawn.get_root()
    for child in list(figure._children.values()):
        child.render()
    return figure


def from_template(template: str, *, language: str, **context: Any) -> str:
    """A page of ``web/pages`` in one language; it gets ``say(key, **args)`` and ``measure(name, value)``."""
    return (
        _templates()
        .get_template(template)
        .render(
            language=language,
            languages=LANGUAGES,
            say=partial(say, language),
            measure=partial(measure, language=language),
            **context,
        )
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(WEB / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _file(url: str) -> Path:
    """The file behind one of our addresses.

    Raises
    ------
    ValueError
        The address is somebody else's: a page with it would need a network.
    """
    if not url.startswith(_STATIC):
        raise ValueError(f"{url} is not ours, and a standalone map can load nothing")
    return WEB / url.removeprefix(_STATIC)


def _name(path: Path) -> str:
    return path.relative_to(WEB).as_posix()


@cache
def _modules() -> dict[str, str]:
    """The map's modules as an import map of data addresses: a page from a disk may import nothing else."""
    found: dict[str, str] = {}
    waiting = [_ENTRY]
    while waiting:
        path = waiting.pop()
        if _name(path) in found:
            continue

        def named(match: re.Match[str], folder: Path = path.parent) -> str:
            imported = (folder / match[2]).resolve()
            waiting.append(imported)
            return f'{match[1]}"{_name(imported)}"'

        code = _IMPORT.sub(named, path.read_text("utf-8"))
        found[_name(path)] = f"data:text/javascript;base64,{base64.b64encode(code.encode()).decode()}"
    return found
