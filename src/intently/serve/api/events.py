"""What people do, one event or a batch. The same event twice is one event."""

from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request

from intently.errors import BadRequest
from intently.nouns import Event, utc
from intently.serve.api.schemas import AppendedBody, EventIn, EventsIn
from intently.serve.depends import CallerIs, EngineOf
from intently.serve.metrics import Metrics

__all__ = ["router"]

router = APIRouter(tags=["events"])
AHEAD = timedelta(days=1)  # a clock may be wrong by this


@router.post("/events", summary="Take in one event or a batch of at most 1,000")
def record(request: Request, engine: EngineOf, by: CallerIs, body: EventsIn) -> AppendedBody:
    now = datetime.now(UTC)
    given = (body,) if isinstance(body, EventIn) else body.events
    for user_id in {event.user_id for event in given}:
        by.need_person(user_id)
    appended = engine.record([_event(event, number, now) for number, event in enumerate(given)])
    metrics: Metrics = request.app.state.metrics
    metrics.events.labels(engine.store.name, "new").inc(appended.new)
    metrics.events.labels(engine.store.name, "repeated").inc(appended.repeated)
    return AppendedBody(new=appended.new, repeated=appended.repeated)


def _event(given: EventIn, number: int, now: datetime) -> Event:
    time = now if given.time is None else utc(given.time)
    if time > now + AHEAD:
        raise BadRequest(
            f"`events.{number}.time`: {time.isoformat()} lies in the future; send UTC times of what happened."
        )
    if given.kind == "doubt" and (given.item_id is None or not given.query):
        raise BadRequest(f"`events.{number}`: a doubt names the item in `item_id` and the wrong line in `query`.")
    if given.kind != "doubt" and (given.item_id is None) == (given.query is None):
        raise BadRequest(
            f"`events.{number}`: name either `item_id` or `query` (kind search), not both and not neither."
        )
    values = given.model_dump(exclude_none=True)
    return Event.model_validate({**values, "time": time})
