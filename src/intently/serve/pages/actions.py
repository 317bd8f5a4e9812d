"""What a person does on the page: say, remove a chip, undo, start over, relax, react to a card.

htmx gets the parts that changed; a plain form gets a redirect back to the page.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from intently.engine import MemoryView, Said
from intently.errors import BadRequest
from intently.nouns import Event, Id, Relaxation, Slate
from intently.serve.metrics import Metrics
from intently.serve.pages.panels import proposals_part, versions_part
from intently.serve.pages.parts import (
    PAGE_ITEMS,
    changed_part,
    feed_part,
    frame_part,
    liking_part,
    liking_so_far,
    memory_part,
    past_part,
)
from intently.serve.pages.render import fragment, is_fragment
from intently.serve.pages.shown import Screens
from intently.serve.pages.view import query
from intently.serve.pages.visit import Visit, VisitIs, keep_client

__all__ = ["SeenVersion", "Text", "answer", "remembered", "router", "update_after"]

router = APIRouter(prefix="/page", include_in_schema=False)
Text = Annotated[str, Form()]  # the engine refuses what is empty or too long, with the mend
SeenVersion = Annotated[int | None, Form(ge=0)]
READING = "The language model is reading the rest; this is what the exact grammar understood."
UNCHANGED = "Nothing changed: all that you said still holds."
DONE = {"view": "Marked as seen.", "dislike": "Not for you. It will not come back."}


def answer(request: Request, visit: Visit, values: dict[str, Any], template: str = "parts/update.html") -> Response:
    """The parts for htmx; for a plain form, back to the page."""
    if not is_fragment(request):
        return keep_client(RedirectResponse(f"/?{visit.here}", 303), visit)
    return keep_client(fragment(template, {**frame_part(visit), **values}), visit)


@router.post("/say")
def say(request: Request, visit: VisitIs, text: Text, feed_id: Annotated[Id | None, Form()] = None) -> Response:
    """The grammar's reading at once; the model's comes through the stream."""
    before = visit.engine.memory(visit.user_id, client=visit.client)
    said = visit.engine.say_fast(
        visit.user_id, text, client=visit.client, feed_id=feed_id, zone=visit.zone, limit=PAGE_ITEMS
    )
    if not said.pending:
        metrics: Metrics = request.app.state.metrics
        metrics.commands.labels(visit.store, said.by).inc()
    return answer(request, visit, update_after(request.app.state.screens, visit, said, before))


def update_after(screens: Screens, visit: Visit, said: Said, before: MemoryView | None = None) -> dict[str, Any]:
    """The parts that a command may have changed."""
    notices = (READING,) if said.pending else (*said.notices, *_unchanged(said))  # what was not understood may yet be
    kept = [preference.id for preference in before.preferences] if said.pending and before else None
    memory = memory_part(visit, said, kept=kept)
    if not said.pending:
        visit.engine.prefill(visit.user_id, visit.client, said.feed)
    return {**_after(screens, visit, memory, said.feed, said.by, notices), **memory}


def _unchanged(said: Said) -> tuple[str, ...]:
    """Praise and what is not about the feed leave the memory as it is: said, so that nobody has to guess."""
    return (UNCHANGED,) if all(change.op == "keep" for change in said.changes) else ()


def _after(
    screens: Screens, visit: Visit, memory: dict[str, Any], slate: Slate, by: str = "", notices: tuple[str, ...] = ()
) -> dict[str, Any]:
    items = [(item.item_id, item.title) for item in slate.items]
    changed = screens.put((visit.store, visit.user_id, visit.client), items)
    return {
        **feed_part(visit.engine, slate, visit.user_id, notices),
        **versions_part(visit),
        **proposals_part(visit),
        "changed": changed_part(changed, slate, memory["chips"], by),
        "preview": None,
    }


def remembered(request: Request, visit: Visit, act: Callable[[], MemoryView]) -> Response:
    """Change the memory and show the feed under it."""
    view = act()
    memory = memory_part(visit, view)
    slate = visit.engine.feed(visit.user_id, limit=PAGE_ITEMS, surface="page", client=visit.client)
    visit.engine.prefill(visit.user_id, visit.client, slate)
    values = _after(request.app.state.screens, visit, memory, slate, notices=view.notices)
    return answer(request, visit, {**values, **memory})


@router.post("/drop")
def drop(
    request: Request, visit: VisitIs, preference_id: Annotated[Id, Form()], version: SeenVersion = None
) -> Response:
    engine = visit.engine
    return remembered(
        request, visit, lambda: engine.drop(visit.user_id, preference_id, client=visit.client, version=version)
    )


@router.post("/undo")
def undo(request: Request, visit: VisitIs, version: SeenVersion = None) -> Response:
    return remembered(request, visit, lambda: visit.engine.undo(visit.user_id, client=visit.client, version=version))


@router.post("/reset")
def reset(request: Request, visit: VisitIs, version: SeenVersion = None) -> Response:
    return remembered(request, visit, lambda: visit.engine.reset(visit.user_id, client=visit.client, version=version))


@router.post("/relax")
def relax(
    request: Request, visit: VisitIs, choice: Annotated[str, Form(max_length=5000)], version: SeenVersion = None
) -> Response:
    """Take one of the ways to get more that the feed offered."""
    try:
        relaxation = Relaxation.model_validate_json(choice)
    except ValidationError as error:
        raise BadRequest("this is none of the ways that the feed offered; reload the page.") from error
    return remembered(
        request, visit,
        lambda: visit.engine.relax(visit.user_id, relaxation, client=visit.client, version=version),
    )  # fmt: skip


@router.post("/like")
def more_like(
    request: Request,
    visit: VisitIs,
    item_id: Annotated[Id, Query()],
) -> Response:
    """More like this one: said as a command, so that it becomes a chip that can be taken back."""
    said = visit.engine.more_like(visit.user_id, item_id, client=visit.client, limit=PAGE_ITEMS)
    return answer(request, visit, update_after(request.app.state.screens, visit, said))


@router.post("/react")
def react(
    request: Request,
    visit: VisitIs,
    kind: Annotated[Literal["view", "favourite", "dislike"], Form()],
    item_id: Annotated[Id, Query()],
    feed_id: Annotated[Id, Query()],
    position: Annotated[int, Query(ge=1)],
) -> Response:
    """Seen, liked, or not for me: an event; the card says that it was heard."""
    title = visit.engine.item(item_id).title
    visit.engine.record([
        Event(user_id=visit.user_id, kind=kind, time=datetime.now(UTC), item_id=item_id, feed_id=feed_id,
              position=position, surface="page")
    ])  # fmt: skip
    values = {
        "card": {"title": title, "liked": kind == "favourite", "done": DONE.get(kind, ""),
                 "query": query(item_id=item_id, feed_id=feed_id, position=position)},
        "past": past_part(visit.engine, visit.user_id),
        **proposals_part(visit),
        **memory_part(visit, visit.engine.memory(visit.user_id, client=visit.client)),
        "told": f"{title}: {DONE.get(kind, 'liked.')}",
    }  # fmt: skip
    return answer(request, visit, values, "parts/reacted.html")


@router.post("/understand")
def understand(request: Request, visit: VisitIs) -> Response:
    """Ask for interests and tags; they come through the stream."""
    asked = visit.engine.start_understanding(visit.user_id)
    kept = liking_part(visit.engine, visit.user_id)
    liking = liking_so_far({"stage": "asked", "interests": kept.interests, "tags": kept.tags}) if asked else kept
    return answer(request, visit, {"liking": liking}, "parts/liking_only.html")
