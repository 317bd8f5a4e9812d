"""The page "how this was inferred": from what a person did to what they will want, and "not me" beside each of it.

htmx gets the trace anew after a correction; a plain form gets a redirect back to the page. What the model was told and
answered is shown to the person and to an admin.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from intently.engine import Asked, Did, Inferred, Strand
from intently.nouns import Id
from intently.serve.pages.parts import PARTICIPLES, ago, frame_part
from intently.serve.pages.render import fragment, is_fragment, render
from intently.serve.pages.view import query
from intently.serve.pages.visit import Visit, VisitIs, keep_client

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
EVENTS_SHOWN = 5  # of a strand; the rest is folded
KINDS = {"persona": "A side of you", "interest": "An interest"}
WORDS = {**PARTICIPLES, "favourite": "kept", "cart": "put in the basket", "review": "read about", "search": "searched"}


@dataclass(frozen=True, slots=True)
class Ground:
    """An event in words."""

    title: str
    how: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A strand with its grounds in words; `folded` are the older ones."""

    strand: Strand
    label: str
    grounds: tuple[Ground, ...]
    folded: tuple[Ground, ...]


@router.get("/inferred")
def page(visit: VisitIs) -> Response:
    """The whole page."""
    values = {**frame_part(visit), **trace_part(visit)}
    return keep_client(HTMLResponse(render("inferred.html", values), headers={"Cache-Control": "no-store"}), visit)


@router.get("/inferred/call")
def call(visit: VisitIs, call: Annotated[str, Query(max_length=128)]) -> Response:
    """What the model was told of the history, and what it answered."""
    visit.caller.need_own(visit.user_id)
    text = visit.engine.call_text(visit.user_id, call)
    values = {**frame_part(visit), "call": text}
    return HTMLResponse(render("call.html", values), headers={"Cache-Control": "no-store"})


@router.post("/page/disown")
def disown(
    request: Request,
    visit: VisitIs,
    kind: Annotated[Literal["interest", "persona", "tag"], Form()],
    inferred_id: Annotated[Id, Form()],
) -> Response:
    """Not me: it goes at once."""
    said = visit.engine.disown(visit.user_id, kind, inferred_id)
    return _corrected(request, visit, f"Taken out: {said[0].text}. It will not come back unless you say so.")


@router.post("/page/reclaim")
def reclaim(request: Request, visit: VisitIs, disowned_id: Annotated[Id, Form()]) -> Response:
    """It is me after all."""
    visit.engine.reclaim(visit.user_id, disowned_id)
    return _corrected(request, visit, "Put back.")


def _corrected(request: Request, visit: Visit, told: str) -> Response:
    if not is_fragment(request):
        return keep_client(RedirectResponse(f"/inferred?{visit.here}", 303), visit)
    values = {**frame_part(visit), **trace_part(visit), "told": told}
    return keep_client(fragment("parts/inferred_only.html", values), visit)


def trace_part(visit: Visit) -> dict[str, Any]:
    """The trace in words."""
    inferred = visit.engine.inferred(visit.user_id, client=visit.client)
    own = visit.caller.scope != "shop"
    return {
        "inferred": inferred,
        "intro": _intro(inferred),
        "strands": [_shown(strand) for strand in inferred.strands],
        "calls": [(call, query(store=visit.store, user=visit.user_id, call=call.call_hash) if own else "")
                  for call in inferred.asked],
        "cost": _cost(inferred.asked),
        "told": "",
    }  # fmt: skip


def _intro(inferred: Inferred) -> str:
    if inferred.time is None:
        return "Nothing was inferred about you yet. Ask for it beside your feed, when you have liked a few things."
    events = len({did.event_id for strand in inferred.strands for did in strand.did})
    wants = len(inferred.wants) + sum(len(strand.wants) for strand in inferred.strands)
    rests = f", resting on {events} things you did" if events else ""
    return f"As of {ago(inferred.time)}, by the pipeline “{inferred.pipeline}”: {wants} tags{rests}."


def _shown(strand: Strand) -> Shown:
    grounds = tuple(_ground(did) for did in strand.did)
    until = [f"holds until {strand.valid_until:%d %b %Y}"] if strand.valid_until else []
    label = " · ".join([KINDS[strand.kind], *strand.labels, *until])
    return Shown(strand, label, grounds[:EVENTS_SHOWN], grounds[EVENTS_SHOWN:])


def _ground(did: Did) -> Ground:
    value = f" {did.value:g}" if did.value is not None else ""
    return Ground(did.title or "an item that is gone", f"{WORDS.get(did.kind, did.kind)}{value} · {did.time:%d %b %Y}")


def _cost(asked: tuple[Asked, ...]) -> str:
    new, out = sum(call.tokens_new for call in asked), sum(call.tokens_out for call in asked)
    seconds = sum(call.seconds for call in asked)
    return f"{new:,} tokens read anew, {out:,} answered, {seconds:,.1f} seconds"
