"""Requests made up from our own description of the API: none may find a bug, or an answer not described."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from territory.api.app import create_app
from territory.settings import Settings

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


# Cases are made when tests are collected, before there is a store; the store comes with the fixture.
app = create_app(Settings())
schema = schemathesis.openapi.from_dict(app.openapi())
schema.app = app


@pytest.fixture(scope="module", autouse=True)
def served(client):
    app.state.settings = client.app.state.settings
    for name in ("live", "maps", "drawing_limiter", "heavy_limiter", "export_limiter"):
        setattr(app.state, name, getattr(client.app.state, name))


@schema.parametrize()
@settings(
    max_examples=30,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_request_finds_a_bug(case):
    case.validate_response(case.call(), checks=CHECKS)
