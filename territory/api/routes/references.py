"""Reference layers: what territories are told to lie among, and who says so. Everybody may know."""

from __future__ import annotations

import orjson
from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.caching import revalidated
from territory.api.parameters import LiveDep
from territory.services import references

router = APIRouter(prefix="/api/references", tags=["references"])


@router.get("", responses=schemas.REFERENCES)
def list_references(request: Request, live: LiveDep) -> Response:
    """Every reference layer with its source, date and licence, and what of it is disputed."""
    body = orjson.dumps({"references": [references.told(each) for each in references.listed(live.register)]})
    return revalidated(request, body.decode(), lambda: body, media_type="application/json")
