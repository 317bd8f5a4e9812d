"""One request for a feed, from start to end.

    eligibility   musts, availability, repeats, what is hidden or excluded: only here items are removed
    sources       candidates inside what is eligible, by tiers of met wishes
    plan          which tools run, and why
    tools         filter, match, attenuate, aggregate, diversify
    allocate      the page
    reasons       one line an item, from its evidence

It reads one world from start to end, asks no language model, and leaves a trace from which it can be made again. Same
world, request and seed: the same slate.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from intently.feed.candidates import Retrieved, ask_sources, retrieval_of
from intently.feed.channels import candidate_pool
from intently.feed.eligibility import Eligible, select_eligible
from intently.feed.plan import Plan, tool_of
from intently.feed.planners import RULES
from intently.feed.relax import dead_end, offer_relaxations
from intently.feed.slate import cursor_of, removed_of, slate_items
from intently.feed.tools import Pool, Scene, run_tool
from intently.feed.trace import Trace, pool_of, request_of
from intently.feed.wishes import Wishes, read_wishes
from intently.feed.world import FeedRequest, Recommended, World
from intently.nouns import Slate

__all__ = ["FeedRequest", "Recommended", "World", "next_page", "rank_candidates", "recommend"]


def recommend(world: World, request: FeedRequest) -> Recommended:
    """The slate of one request, every candidate in order, and the trace."""
    clock = Clock()
    with clock("eligibility"):
        eligible = select_eligible(world, request)
    with clock("wishes"):
        wishes = read_wishes(world, request)
    with clock("sources"):
        retrieved = ask_sources(world, request, eligible, wishes)
    with clock("plan"):
        plan = (world.planner or RULES).plan(world, request)
    pool = rank_candidates(Scene(world, request, eligible, wishes, retrieved.rows), retrieved, plan, clock)
    sources = tuple(source.name for source in world.sources)
    with clock("reasons"):
        items = slate_items(world, request, retrieved.retrieval, pool, sources, 0, eligible.allowed.mask)
    with clock("relaxations"):
        relaxations = offer_relaxations(world, request, eligible)
    slate = Slate(
        feed_id=request.feed_id,
        as_of=request.as_of,
        items=items,
        removed=removed_of(world, request, eligible, pool),
        relaxations=relaxations,
        notices=(*_notices(request, eligible, wishes), *dead_end(request, eligible, relaxations)),
        cursor=cursor_of(request.feed_id, request.limit) if len(pool.order) > request.limit else None,
    )
    return Recommended(slate, Trace(world, request, plan, pool, sources, slate.removed.counts, clock.seconds))


def rank_candidates(scene: Scene, retrieved: Retrieved, plan: Plan, clock: "Clock | None" = None) -> Pool:
    """Run the tools of the plan on the candidates. Order and scores are in the pool that comes back."""
    clock = clock or Clock()
    pool = candidate_pool(scene, retrieved)
    for step in plan.steps:
        with clock(step.tool):
            pool = run_tool(tool_of(step.tool), step.arguments, pool, scene)
    return pool


def next_page(world: World, trace: Mapping[str, Any], start: int) -> Slate:
    """The page from rank `start` (counted from 0) of a stored trace: a slice of the order that was made then, without
    what is out of stock or breaks a must since."""
    request = request_of(world, trace)
    allowed = select_eligible(world, request).allowed.mask
    pool = pool_of(trace)
    retrieval = retrieval_of(world, request, read_wishes(world, request))
    after = start + request.limit
    return Slate(
        feed_id=request.feed_id,
        as_of=request.as_of,
        items=slate_items(world, request, retrieval, pool, tuple(trace["sources"]), start, allowed),
        notices=request.notices,
        cursor=cursor_of(request.feed_id, after) if len(pool.order) > after else None,
    )


class Clock:
    """Seconds of each stage, by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - began


def _notices(request: FeedRequest, eligible: Eligible, wishes: Wishes) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*request.notices, *eligible.notices, *wishes.notices)))
