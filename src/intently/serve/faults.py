"""Faults as answers: JSON `{"error": {"type", "message"}}` for programs, words for people; no stack trace."""

import logging
import uuid
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from intently.errors import IntentlyError
from intently.serve.keys import NoKey
from intently.serve.pages.render import fault_page

__all__ = ["add_fault_handlers", "describe"]

log = logging.getLogger(__name__)
MENDS = {
    400: "the body cannot be read: it is no JSON (or no form), or nested too deeply; see /openapi.json.",
    404: "there is nothing at this address; the routes are listed at /openapi.json.",
    405: "this address does not take that method; see /openapi.json.",
}


def add_fault_handlers(app: FastAPI) -> None:
    app.add_exception_handler(IntentlyError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


def describe(problems: Sequence[Any]) -> str:
    """Where and what, for each problem that pydantic found; at most five."""
    lines = []
    for problem in problems[:5]:
        place = ".".join(str(part) for part in problem["loc"] if part not in ("single", "batch"))
        message = str(problem["msg"]).removeprefix("Value error, ")
        lines.append(f"`{place}`: {message}")
    more = f"; and {len(problems) - 5} more" if len(problems) > 5 else ""
    return "; ".join(lines) + more


def _answer(request: Request, status: int, kind: str, message: str) -> Response:
    if request.url.path.startswith("/v1") or request.url.path in ("/health", "/metrics"):
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"error": {"type": kind, "message": message}}, status, headers)
    return fault_page(request, status, message)


def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, IntentlyError)
    text = "; ".join([str(error), *getattr(error, "__notes__", [])])
    return _answer(request, error.status, "NoKey" if isinstance(error, NoKey) else type(error).__name__, text)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _answer(request, 422, "BadRequest", describe(error.errors()))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = "NotFound" if error.status_code == 404 else "BadRequest"
    status = 422 if error.status_code == 400 else error.status_code  # whatever is not usable is a 422 here
    return _answer(request, status, kind, MENDS.get(error.status_code, str(error.detail)))


def _unknown(request: Request, error: Exception) -> Response:
    number = uuid.uuid4().hex[:12]
    log.error("request_failed", extra={"fault": number, "route": request.url.path}, exc_info=error)
    return _answer(request, 500, "InternalError", f"this is a fault of the server; its log tells more under {number}.")
