"""What reaches an open page by itself: the model's state, a command's final reading, interests and tags.

One stream a page. Each message is a fragment of parts with ids, so that a message that comes twice after a reconnection
changes nothing. The generator polls its queue: a blocked thread a page would use up the pool of threads.
"""

import asyncio
import queue
from collections.abc import AsyncIterable, Iterator, Mapping
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from intently.engine import Said, Told
from intently.serve.pages.actions import update_after
from intently.serve.pages.because import line_id_of
from intently.serve.pages.parts import frame_part, liking_part, liking_so_far, model_part
from intently.serve.pages.render import render
from intently.serve.pages.view import notice_of, query
from intently.serve.pages.visit import Visit, VisitIs

__all__ = ["router"]

router = APIRouter(prefix="/page", include_in_schema=False)
POLL_SECONDS = 0.15
MODEL_SECONDS = 1.0  # between looks at the model's state


@router.get("/stream", response_class=EventSourceResponse)
async def stream(request: Request, visit: VisitIs) -> AsyncIterable[ServerSentEvent]:
    """Fragments, until the page goes or the server stops."""
    app, engine = request.app, visit.engine
    app.state.metrics.listeners.inc()
    shown, state, since = "", "", MODEL_SECONDS
    try:
        with engine.broker.listen(visit.user_id) as told:
            while not app.state.closing():
                if since >= MODEL_SECONDS:
                    since = 0.0
                    state, model = await to_thread.run_sync(_model, visit, state)
                    if model != shown:
                        shown = model
                        yield ServerSentEvent(raw_data=model)
                for message in _waiting(told):
                    text = await to_thread.run_sync(_fragment, app.state.screens, visit, message)
                    if text:
                        yield ServerSentEvent(raw_data=text)
                await asyncio.sleep(POLL_SECONDS)
                since += POLL_SECONDS
    finally:
        app.state.metrics.listeners.dec()


def _waiting(told: "queue.Queue[Told]") -> Iterator[Told]:
    while True:
        try:
            yield told.get_nowait()
        except queue.Empty:
            return


def _model(visit: Visit, state: str) -> tuple[str, str]:
    """The model's state and its part; when the state is another one, with what waits for the model."""
    model = model_part(visit.engine)
    text = render("parts/model_only.html", {"model": model})
    if state not in ("", model["state"]):
        liking = liking_part(visit.engine, visit.user_id)
        text += render("parts/liking_only.html", {**frame_part(visit), "liking": liking})
    return str(model["state"]), text


def _fragment(screens: Any, visit: Visit, told: Told) -> str:
    """The parts that this message changes; empty when it is not for this page."""
    if told.topic == "said":
        return _said(screens, visit, told.body)
    if told.topic == "failed":
        notice = notice_of(f"The command could not be read to its end: {told.body.get('text', '')}")
        return render("parts/notice_only.html", {"notices": [notice], "told": notice.text})
    if told.topic == "line":
        return _line(visit, told.body)
    if told.topic == "understanding":
        return render("parts/liking_only.html", {**frame_part(visit), "liking": liking_so_far(told.body)})
    return ""


def _line(visit: Visit, body: Mapping[str, Any]) -> str:
    """A fresh line under a card; a slate that is not on the page any more has no place for it."""
    if body.get("client") != visit.client:
        return ""
    feed_id, item_id = str(body["feed_id"]), str(body["item_id"])
    card = {"reason": body["text"], "query": query(item_id=item_id, feed_id=feed_id, position=1)}
    values = {**frame_part(visit), "card": card, "line_id": line_id_of(feed_id, item_id)}
    return render("parts/line_only.html", values)


def _said(screens: Any, visit: Visit, body: Mapping[str, Any]) -> str:
    said = body.get("said")
    if not isinstance(said, Said) or body.get("client") != visit.client:
        return ""  # another browser's session
    return render("parts/update.html", {**frame_part(visit), **update_after(screens, visit, said)})
