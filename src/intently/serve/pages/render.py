"""Templates with autoescape, static files under a name that changes with their content, and pages of words."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

__all__ = ["STATIC", "assets", "fault_page", "fragment", "is_fragment", "render", "words_page"]

FOLDER = Path(__file__).parent.parent
STATIC = FOLDER / "static"
HEADINGS = {
    401: "Sign in",
    403: "Not with this key",
    404: "Nothing here",
    409: "Something newer is in force",
    422: "That could not be read",
    503: "Not ready yet",
}


@cache
def assets() -> str:
    """Digest of the static files: a browser may keep them for ever, because a change has another address."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(FOLDER / "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.globals["assets"] = assets()
    return made


def render(template: str, values: Mapping[str, Any]) -> str:
    """The template's text. Every value is escaped unless it is Markup that our own code drew."""
    return _environment().get_template(template).render(values)


def fragment(template: str, values: Mapping[str, Any]) -> HTMLResponse:
    return HTMLResponse(render(template, values), headers={"Cache-Control": "no-store"})


def is_fragment(request: Request) -> bool:
    """Whether htmx asks: it gets fragments, a plain browser gets whole pages and redirects."""
    return request.headers.get("hx-request") == "true"


def words_page(heading: str, text: str, status: int = 200, **more: Any) -> HTMLResponse:
    """A page of words: waiting, faults, signing in."""
    values = {"heading": heading, "text": text, "refresh": None, "sign_in": False, "link": None, "next": "/", **more}
    return HTMLResponse(render("words.html", values), status, {"Cache-Control": "no-store"})


def fault_page(request: Request, status: int, text: str) -> Response:
    """A fault for people: in the notices of the page where htmx asked, else as a page of its own."""
    heading = HEADINGS.get(status, "That did not work")
    if is_fragment(request):
        return HTMLResponse(render("parts/fault.html", {"heading": heading, "text": text}), status)
    if status == 401:
        return words_page(heading, "This server asks for a key.", status, sign_in=True, next=request.url.path)
    return words_page(heading, text, status, link="/", link_text="Back to the feed")
