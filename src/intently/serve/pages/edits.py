"""What a person does to the memory by hand: change a chip, go back in history, answer a proposal, preview."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from intently.engine import LASTING
from intently.errors import BadRequest
from intently.nouns import Id
from intently.serve.pages.actions import SeenVersion, Text, answer, remembered
from intently.serve.pages.panels import preview_part, proposals_part
from intently.serve.pages.parts import PAGE_ITEMS
from intently.serve.pages.render import is_fragment
from intently.serve.pages.visit import VisitIs, keep_client
from intently.serve.pages.whole import whole_page

__all__ = ["router"]

router = APIRouter(prefix="/page", include_in_schema=False)
Amount = Annotated[float | None, Form(allow_inf_nan=False)]


@router.post("/revise")
def revise(
    request: Request,
    visit: VisitIs,
    preference_id: Annotated[Id, Form()],
    version: SeenVersion = None,
    scope: Annotated[str | None, Form(max_length=16)] = None,
    strength: Annotated[Literal["must", "prefer"] | None, Form()] = None,
    value: Amount = None,
    low: Amount = None,
    high: Amount = None,
) -> Response:
    """Change how long a chip holds, how strongly, or where its bound lies."""
    if scope is not None and scope not in LASTING:
        raise BadRequest(f"`scope` is one of {', '.join(LASTING)}.")
    if (low is None) != (high is None):
        raise BadRequest("a range has two ends; fill in both.")
    amount: Any = {"low": low, "high": high} if low is not None else value
    return remembered(
        request,
        visit,
        lambda: visit.engine.revise(
            visit.user_id, preference_id, scope=scope, strength=strength, value=amount, client=visit.client,
            version=version, zone=visit.zone,
        ),
    )  # fmt: skip


@router.post("/restore")
def restore(
    request: Request, visit: VisitIs, number: Annotated[int, Form(ge=1)], version: SeenVersion = None
) -> Response:
    """Bring an earlier version of the memory back."""
    return remembered(
        request, visit, lambda: visit.engine.restore(visit.user_id, number, client=visit.client, version=version)
    )


@router.post("/accept")
def accept(
    request: Request, visit: VisitIs, proposal_id: Annotated[Id, Form()], version: SeenVersion = None
) -> Response:
    """Put a proposal in force, always."""
    return remembered(
        request, visit, lambda: visit.engine.accept(visit.user_id, proposal_id, client=visit.client, version=version)
    )


@router.post("/dismiss")
def dismiss(request: Request, visit: VisitIs, proposal_id: Annotated[Id, Form()]) -> Response:
    """Do not propose this again."""
    visit.engine.dismiss(visit.user_id, proposal_id, client=visit.client)
    values = {**proposals_part(visit), "told": "Dismissed. It will not be proposed again."}
    return answer(request, visit, values, "parts/proposals_only.html")


@router.post("/preview")
def preview(request: Request, visit: VisitIs, text: Text, feed_id: Annotated[Id | None, Form()] = None) -> Response:
    """What the sentence would change; nothing is stored. The model is asked only where it is ready."""
    engine = visit.engine
    said = engine.say(
        visit.user_id, text, client=visit.client, feed_id=feed_id, preview=True, limit=PAGE_ITEMS, surface="page",
        zone=visit.zone, model=engine.model_status().state == "ready",
    )  # fmt: skip
    part = preview_part(visit, text, said)
    if not is_fragment(request):
        return keep_client(whole_page(request, visit, preview=part["preview"]), visit)
    return answer(request, visit, part, "parts/preview_only.html")
