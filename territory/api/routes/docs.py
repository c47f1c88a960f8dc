"""The operations of the API and its error codes, on a page of our own: no assets but ours."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from territory.api.errors import known_codes
from territory.api.parameters import Language, PagesDep

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs(request: Request, pages: PagesDep, language: Language) -> Response:
    """Every operation, from the same description that programs read."""
    return pages.respond(
        request,
        "docs.html",
        operations=_operations(request.app.openapi()),
        codes=known_codes(language),
    )


def _operations(described: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("description", operation.get("summary", "")),
            "parameters": [
                {"name": each["name"], "description": each.get("description", "")}
                for each in operation.get("parameters", [])
            ],
            "accepts": sorted(operation.get("requestBody", {}).get("content", {})),
            "answers": {
                status: sorted(answer.get("content", {})) for status, answer in operation["responses"].items()
            },
        }
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
