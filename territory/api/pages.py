"""Pages from templates, each with its own nonce and policy."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from territory.api.assets import assets_root
from territory.api.language import language_of
from territory.settings import Settings
from territory.words import LANGUAGES, WEB, measure, say


class Pages:
    """The templates of ``web/pages``."""

    def __init__(self, settings: Settings) -> None:
        self._basemap_url = settings.basemap_url
        self._templates = Environment(
            loader=FileSystemLoader(WEB / "pages"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def respond(self, request: Request, template: str, *, status: int = 200, **context: Any) -> Response:
        """A page in the asker's language.

        Templates get ``assets`` (what the address of every file begins with), ``language``, ``languages``,
        ``nonce``, ``path``, ``say(key, **args)`` and ``measure(name, value)``.
        """
        language, nonce = language_of(request), new_nonce()
        html = self._templates.get_template(template).render(
            assets=assets_root(),
            language=language,
            languages=LANGUAGES,
            nonce=nonce,
            path=request.url.path,
            say=partial(say, language),
            measure=partial(measure, language=language),
            **context,
        )
        return page(html, nonce=nonce, language=language, status=status, basemap_url=self._basemap_url)


def new_nonce() -> str:
    """A secret for the scripts of one answer."""
    return secrets.token_urlsafe(16)


def page(
    html: str,
    *,
    nonce: str,
    language: str,
    status: int = 200,
    embed: bool = False,
    basemap_url: str | None = None,
) -> Response:
    """An HTML answer under a policy that lets nothing run but what carries the nonce."""
    headers = {
        "Content-Security-Policy": policy(nonce, embed=embed, basemap_url=basemap_url),
        "Content-Language": language,
        # No validator: a cached body would carry the nonce of an older policy.
        "Cache-Control": "no-cache",
        "Vary": "Accept-Language",
    }
    return HTMLResponse(html, status, headers=headers)


def policy(nonce: str, *, embed: bool, basemap_url: str | None = None) -> str:
    """Content security policy of a page.

    Parameters
    ----------
    nonce
        What a script or style must carry to run.
    embed
        Whether the page may stand in anybody's frame.
    basemap_url
        Image tiles that an operator chose; only their server is let in.

    Examples
    --------
    >>> [part for part in policy("x", embed=False).split("; ") if part.startswith("script")]
    ["script-src 'nonce-x' 'strict-dynamic'"]
    """
    images = ["'self'", "data:", "blob:"]
    if basemap_url is not None and (server := urlsplit(basemap_url)).netloc:
        images.append(f"{server.scheme}://{server.netloc.replace('{s}', '*')}")
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'strict-dynamic'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src {' '.join(images)}",
            "connect-src 'self'",
            "font-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors *" if embed else "frame-ancestors 'self'",
        )
    )
