"""Feeds: the next one, my candidates ranked, similar items, why one is not there, and how one came about."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime

from intently.nouns import Id, Slate
from intently.serve.api.schemas import RankIn, WhyNotBody
from intently.serve.depends import CallerIs, EngineOf, PathId, Person
from intently.serve.metrics import Metrics

__all__ = ["router"]

router = APIRouter(tags=["feeds"])
MAX_LIMIT = 100
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="items on a page")]
FilterText = Annotated[str, Query(max_length=200)]


@router.get("/users/{user_id}/feed", summary="The next feed of a person")
def feed(
    request: Request,
    engine: EngineOf,
    user_id: Person,
    limit: Limit = 10,
    cursor: Annotated[str | None, Query(max_length=300, description="of the slate before; the page is stable")] = None,
    exclude: Annotated[list[Id], Query(max_length=1000, description="item ids that must not come")] = [],  # noqa: B006
    filter: Annotated[
        list[FilterText], Query(max_length=20, description="facet:value, -facet:value, facet<=number or facet>=number")
    ] = [],  # noqa: B006
    surface: Annotated[str, Query(max_length=64)] = "feed",
    client: Annotated[Id, Query()] = "api",
    as_of: Annotated[AwareDatetime | None, Query(description="nothing later is seen")] = None,
    seed: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> Slate:
    slate = engine.feed(
        user_id, limit=limit, cursor=cursor, exclude=exclude, filters=filter, surface=surface, client=client,
        as_of=as_of, seed=seed,
    )  # fmt: skip
    metrics: Metrics = request.app.state.metrics
    if len(slate.items) < limit and cursor is None:
        metrics.short_slates.labels(engine.store.name).inc()
    return slate


@router.post("/users/{user_id}/rank", summary="Rank my candidates under this person's memory")
def rank(engine: EngineOf, user_id: Person, body: RankIn) -> Slate:
    return engine.rank(user_id, body.item_ids, client=body.client)


@router.get("/users/{user_id}/why-not/{item_id}", summary="Why an item is not in the feed")
def why_not(engine: EngineOf, user_id: Person, item_id: PathId, client: Annotated[Id, Query()] = "api") -> WhyNotBody:
    found = engine.why_not(user_id, item_id, client=client)
    return WhyNotBody(
        item_id=found.item_id, title=found.title, outcome=found.outcome, text=found.text, by=found.by,
        position=found.position, unmet=found.unmet, channel=found.channel, by_words=found.by_words,
    )  # fmt: skip


@router.get("/items/{item_id}/similar", tags=["items"], summary="Items like an item")
def similar(engine: EngineOf, by: CallerIs, item_id: PathId, limit: Limit = 10) -> Slate:
    return engine.similar(item_id, limit=limit)


@router.get("/feeds/{feed_id}/trace", summary="All that made one slate")
def trace(engine: EngineOf, by: CallerIs, feed_id: PathId) -> dict[str, Any]:
    by.need("admin")
    return dict(engine.trace(feed_id))
