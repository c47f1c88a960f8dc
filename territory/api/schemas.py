"""The shapes of requests and answers, as OpenAPI tells them. Bodies are read and written without them."""

from __future__ import annotations

from typing import Any

from territory.export import Form
from territory.export.features import FORMS as FEATURE_FORMS
from territory.findings import Code, Severity
from territory.services.drawing import KINDS
from territory.services.reference import KINDS as REFERENCE_KINDS

Schema = dict[str, Any]

PROBLEM: Schema = {
    "type": "object",
    "description": "RFC 9457 problem details; the sentence is in the asker's language.",
    "required": ["type", "title", "status", "detail", "code", "args"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "args": {"type": "object"},
    },
}

_GEOMETRY: Schema = {
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": {"type": "string", "enum": ["Polygon", "MultiPolygon"]},
        "coordinates": {"type": "array", "items": {}},
    },
}

_ANY_GEOMETRY: Schema = {"type": ["object", "null"], "properties": {"type": {"type": "string"}}}

_FINDING: Schema = {
    "type": "object",
    "required": ["id", "code", "severity", "territories", "message", "args", "geometry", "place"],
    "properties": {
        "id": {"type": "string"},
        "code": {"type": "string", "enum": [str(code) for code in Code]},
        "severity": {"type": "string", "enum": [str(severity) for severity in Severity]},
        "territories": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name"],
                "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
            },
        },
        "message": {"type": "string"},
        "args": {"type": "object"},
        "geometry": _ANY_GEOMETRY,
        "place": {"type": ["array", "null"], "items": {"type": "number"}},
    },
}

_NOTICES: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
    },
}

_FEATURE: Schema = {
    "type": "object",
    "required": ["type", "id", "properties", "geometry"],
    "properties": {
        "type": {"type": "string", "const": "Feature"},
        "id": {"type": "string"},
        "properties": {"type": "object"},
        "geometry": _ANY_GEOMETRY,
    },
}

_COLLECTION: Schema = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "const": "FeatureCollection"},
        "features": {"type": "array", "items": _FEATURE},
    },
}

_DRAWING: Schema = {
    "oneOf": [
        _GEOMETRY,
        {
            "type": "object",
            "required": ["type", "geometry"],
            "properties": {
                "type": {"type": "string", "const": "Feature"},
                "geometry": _GEOMETRY,
                "properties": {
                    "type": ["object", "null"],
                    "properties": {
                        "level": {"type": ["string", "null"]},
                        "kind": {"enum": [*KINDS, None]},
                        "families": {"type": ["integer", "null"], "minimum": 0},
                        "replaces": {"type": ["string", "null"]},
                    },
                },
            },
        },
    ],
    "example": {
        "type": "Feature",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[-69.2, 10.0], [-69.19, 10.0], [-69.19, 10.01], [-69.2, 10.01], [-69.2, 10.0]]],
        },
        "properties": {"level": "council", "families": 180, "kind": "urban"},
    },
}

_CHECKED_DRAWING: Schema = {
    "type": "object",
    "required": ["boundary", "area_m2", "perimeter_m", "findings", "notices"],
    "properties": {
        "boundary": _ANY_GEOMETRY,
        "area_m2": {"type": "number", "minimum": 0},
        "perimeter_m": {"type": "number", "minimum": 0},
        "findings": {"type": "array", "items": _FINDING},
        "notices": _NOTICES,
    },
}

_CHECKED_FILE: Schema = {
    "type": "object",
    "required": ["layer", "findings", "notices", "datum", "counts"],
    "properties": {
        "layer": _COLLECTION,
        "findings": {"type": "array", "items": _FINDING},
        "notices": _NOTICES,
        "datum": {"type": ["string", "null"], "description": "what the coordinates were in"},
        "counts": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["count", "area_m2"],
                "properties": {"count": {"type": "integer"}, "area_m2": {"type": "number"}},
            },
        },
    },
}

_TEXT_OR_NOT: Schema = {"type": ["string", "null"]}
_REFERENCES: Schema = {
    "type": "object",
    "required": ["references"],
    "properties": {
        "references": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "kind", "name", "source", "date", "licence", "disputed"],
                "properties": {
                    "id": {"type": "string"},
                    "kind": {"type": "string", "enum": list(REFERENCE_KINDS)},
                    "name": {"type": "string"},
                    "source": {"type": "string"},
                    "date": _TEXT_OR_NOT,
                    "licence": _TEXT_OR_NOT,
                    "disputed": _TEXT_OR_NOT,
                },
            },
        },
    },
}

_FILE: Schema = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "crs": {"type": "string", "description": "what the coordinates are in, as EPSG:2202"},
        "level": {"type": "string", "description": "level of every boundary"},
    },
}


def problems(*status: int) -> dict[int | str, dict[str, Any]]:
    """Answers of a route that are problem details."""
    content = {"application/problem+json": {"schema": PROBLEM}}
    return {each: {"description": "Problem details", "content": content} for each in status}


def _answer(media_type: str, schema: Schema, *status: int) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "OK", "content": {media_type: {"schema": schema}}}, **problems(*status)}


def json_request(*fields: str) -> dict[str, Any]:
    """A body that is a JSON object with some of these fields."""
    schema: Schema = {
        "type": "object",
        "properties": {field: {} for field in fields},
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


DRAWING_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _DRAWING}, "application/geo+json": {"schema": _DRAWING}},
    }
}
FILE_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FILE}}}}
CHECKED_DRAWING = _answer("application/json", _CHECKED_DRAWING, 400, 413, 415, 422, 503)
CHECKED_FILE = _answer("application/json", _CHECKED_FILE, 400, 413, 415, 422, 429, 503)
_ANY: Schema = {"type": ["object", "array"]}
_REFUSED = (400, 401, 403, 404, 412, 413, 415, 422, 428, 429, 503, 507)
CHANGED: dict[int | str, dict[str, Any]] = _answer("application/json", _ANY, *_REFUSED) | {
    204: {"description": "Done"}
}
CREATED: dict[int | str, dict[str, Any]] = {
    201: {"description": "Made", "content": {"application/json": {"schema": _ANY}}},
    **problems(*_REFUSED),
}
TAKEN_ON: dict[int | str, dict[str, Any]] = {
    202: {"description": "Begun", "content": {"application/json": {"schema": _ANY}}},
    **problems(*_REFUSED),
}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    **problems(401, 404, 422, 429, 503),
}
ANSWERED = _answer("application/json", _ANY, 400, 401, 403, 412, 413, 415, 422, 429, 503)
AROUND = _answer("application/geo+json", _COLLECTION, 401, 422, 429, 503)
_WORK_AREA: Schema = {
    "type": "object",
    "required": ["bounds", "made", "territory", "around", "findings"],
    "properties": {
        "bounds": {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
        "made": {"type": "string"},
        "territory": {"type": ["object", "null"], "required": ["id", "name"]},
        "around": _COLLECTION,
        "findings": {"type": "array", "items": _FINDING},
    },
}
WORK_AREA = _answer("application/json", _WORK_AREA, 401, 404, 422, 429, 503)
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The asker has it"}}
TERRITORIES = _answer("application/geo+json", _COLLECTION, 422, 503) | _NOT_MODIFIED
REFERENCES = _answer("application/json", _REFERENCES, 503) | _NOT_MODIFIED
TERRITORY = _answer("application/geo+json", _FEATURE, 404, 422, 503) | _NOT_MODIFIED
TILE = (
    _answer("application/vnd.mapbox-vector-tile", {"type": "string", "format": "binary"}, 404, 422, 503)
    | _NOT_MODIFIED
)
_BINARY: Schema = {"type": "string", "format": "binary"}
RESULT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "What was found, or a file of it",
        "content": {"application/json": {"schema": _ANY}}
        | {
            form.media_type.partition(";")[0]: {"schema": _COLLECTION if form is Form.GEOJSON else _BINARY}
            for form in FEATURE_FORMS
        },
    },
    **problems(*_REFUSED),
}
EXPORT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file",
        "content": {
            form.media_type.partition(";")[0]: {"schema": _COLLECTION if form is Form.GEOJSON else _BINARY}
            for form in Form
        },
    },
    **problems(401, 404, 422, 429, 503),
} | _NOT_MODIFIED
MAP: dict[int | str, dict[str, Any]] = {
    200: {"description": "A page", "content": {"text/html": {}}},
    202: {"description": "The findings are being computed: ask again soon", "content": {"text/html": {}}},
    **problems(404, 422, 503),
}
