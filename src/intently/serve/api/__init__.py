"""The HTTP API under /v1, one file a concept."""

from typing import Any

from fastapi import APIRouter

from intently.serve.api import events, feeds, health, inferred, items, memory, people, reports
from intently.serve.api.schemas import ErrorBody

__all__ = ["api_router"]

FAULTS: dict[int | str, dict[str, Any]] = {
    401: {"model": ErrorBody, "description": "no known key"},
    403: {"model": ErrorBody, "description": "the key does not permit this"},
    404: {"model": ErrorBody, "description": "no such item, feed, preference, version or store"},
    409: {"model": ErrorBody, "description": "something newer is in force"},
    413: {"model": ErrorBody, "description": "the body is too long"},
    422: {"model": ErrorBody, "description": "something given is not usable; the message says what and the mend"},
    503: {"model": ErrorBody, "description": "the store is not ready"},
}


def api_router() -> APIRouter:
    """All routes of the API, /health and /metrics at the root too."""
    v1 = APIRouter(prefix="/v1", responses=FAULTS)
    for part in (feeds, memory, people, inferred, items, events, reports):
        v1.include_router(part.router)
    root = APIRouter(responses=FAULTS)
    root.include_router(v1)
    root.include_router(health.router)
    root.include_router(health.router, prefix="/v1", include_in_schema=False)
    return root
