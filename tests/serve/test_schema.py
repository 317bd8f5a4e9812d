"""The app keeps its own OpenAPI schema: random requests never break it, and every answer has the shape it promises."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from intently.config import Config
from intently.engine import Engine
from intently.serve import create_app

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
HOST = {"Host": "127.0.0.1:8000"}
EXAMPLES = 8  # a route
ROUTES = [
    (path, method)
    for path, methods in create_app({}, Config()).openapi()["paths"].items()
    for method in sorted(methods)
]


@pytest.fixture(scope="module")
def schema(engine: Engine, config: Config) -> Any:
    return schemathesis.openapi.from_asgi("/openapi.json", create_app({"tiny": engine}, config), headers=HOST)


@pytest.mark.parametrize(("path", "method"), ROUTES)
def test_no_request_breaks_a_route_and_every_answer_keeps_the_schema(schema: Any, path: str, method: str) -> None:
    @given(schema[path][method].as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=HOST)

    ask()
