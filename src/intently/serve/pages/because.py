"""The line under a card: what it rests on, and "wrong? tell us", which becomes an event.

htmx gets a sheet, or the parts that changed; a plain form gets a redirect back to the page.
"""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from intently.catalog.schema import CatalogSpec
from intently.engine import Ground, Why
from intently.nouns import Id
from intently.serve.pages.parts import frame_part
from intently.serve.pages.render import fragment, is_fragment
from intently.serve.pages.view import dom_id_of, query
from intently.serve.pages.visit import VisitIs, keep_client

__all__ = ["line_id_of", "router"]

router = APIRouter(prefix="/page", include_in_schema=False)
LABELS: Mapping[str, str] = {
    "preference": "You asked for",
    "interest": "What you like, as it was inferred",
    "tag": "What you may want, as it was inferred",
    "event": "From what you did",
    "item": "The example that you named",
    "text": "From its description",
    "cue": "The time of the year",
    "popularity": "Many chose it of late",
}
BY: Mapping[str, str] = {"template": "Written by rules from this evidence; no language model was asked."}
BY_MODEL = "Written by the language model, then checked clause by clause: what nothing here supports was cut."
FeedId = Annotated[Id, Query()]
ItemId = Annotated[Id, Query()]


@router.get("/because")
def because(visit: VisitIs, item_id: ItemId, feed_id: FeedId, position: int = 1) -> Response:
    """The sheet of one line."""
    why = visit.engine.why(visit.user_id, feed_id, item_id, client=visit.client)
    values = {
        **frame_part(visit), "why": why, "grounds": _grounds(why, visit.engine.spec),
        "by": BY.get(why.by, BY_MODEL), "query": query(item_id=item_id, feed_id=feed_id, position=position),
    }  # fmt: skip
    return fragment("parts/because.html", values)


@router.post("/doubt")
def doubt(request: Request, visit: VisitIs, item_id: ItemId, feed_id: FeedId) -> Response:
    """The line is wrong, says the person: it is not said to them again."""
    why = visit.engine.doubt(visit.user_id, feed_id, item_id, client=visit.client)
    if not is_fragment(request):
        return keep_client(RedirectResponse(f"/?{visit.here}", 303), visit)
    values = {"title": why.title, "judged": why.by != "template", "line_id": line_id_of(feed_id, item_id)}
    return keep_client(fragment("parts/doubted.html", values), visit)


def line_id_of(feed_id: str, item_id: str) -> str:
    """The id of the element that holds a card's line."""
    return f"line-{dom_id_of(feed_id, item_id)}"


def _grounds(why: Why, spec: CatalogSpec) -> list[tuple[str, str]]:
    """Each piece of evidence with a label for people."""
    return [(_label(ground, spec), ground.text) for ground in why.grounds]


def _label(ground: Ground, spec: CatalogSpec) -> str:
    return LABELS.get(ground.kind, f"A fact about the {spec.noun}")
