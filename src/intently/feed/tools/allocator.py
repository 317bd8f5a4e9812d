"""Allocator: how many places of a page the cognitive supply gets (RecGPT-V2; formulas in `retrieve.allocation`).

Inside the run of equal met wishes that the page's edge cuts, and nowhere else:

    s_i = taste of the candidate - the taste from which this page is reached      o_i = its conversion
    h_i = s_i + alpha (o_i - o) + r                                              shown when h_i > lambda

The best h that pass get a place, as many as the run has on the page; the utility supply gets the others; each keeps
its order. Multipliers come with the plan, so that a replay needs no more; `exposure_of` tells what the page gave, from
which the next ones climb. Only the first page is allocated: those after it are what is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from intently.feed.tools.pool import CHANNEL, Arguments, Array, Pool, Scene, Stage
from intently.feed.tools.runs import open_run
from intently.feed.world import FeedRequest, World
from intently.retrieve.allocation import Multipliers, selected, values

__all__ = ["Allocator", "Exposure", "exposure_of"]

DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a page gave: `places` to the cognitive supply, whose premiums add up to `premium`; `share` of the page was
    the run's, and so to give."""

    places: float
    premium: float
    share: float


class Allocator:
    name = "allocate"
    stage: Stage = "order"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        told = world.config.allocate
        page = request.limit - min(told.explore, request.limit)  # what is drawn by lot is not allocated
        if told.most <= 0 or page <= 0 or request.only is not None:
            return None
        at = request.multipliers
        reason = f"{told.least:g} to {told.most:g} places of a page for what was understood, on average"
        return reason, {"page": page, "price": told.price, "alpha": at.alpha, "least": at.least, "most": at.most}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        known, floor = scene.world.conversions, scene.world.config.allocate.floor
        return {} if known is None else {"allocate:premium": known.premiums(scene.rows, floor)}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        page, price = int(arguments["page"]), float(arguments["price"])
        run = open_run(pool, page)
        places = pool.order[slice(*run)] if run else pool.order[:0]
        cognitive = pool.column(CHANNEL)[places] > 0
        told = np.zeros(len(pool.ids))
        if run is None or not cognitive.any():
            return pool.with_part("allocate", told)
        room = page - run[0]
        taste = pool.parts["taste"][places]
        gains = taste - np.sort(taste)[-room]
        at = Multipliers(*(float(arguments[name]) for name in ("alpha", "least", "most")))
        worth = np.round(values(gains, pool.column("allocate:premium")[places], at), DECIMALS)
        told[places] = np.where(cognitive, np.round(worth - price, DECIMALS), 0.0)
        on_page = _on_page(cognitive, selected(worth, price) & cognitive, worth, room)
        order = np.concatenate([pool.order[: run[0]], places[on_page], places[~on_page], pool.order[run[1] :]])
        return replace(pool.with_part("allocate", told), order=order)


def exposure_of(pool: Pool, arguments: Arguments) -> Exposure | None:
    """What the allocation gave on this page, from the pool after it; None where there was nothing to choose between."""
    page = int(arguments["page"])
    run = open_run(pool, page)
    cognitive = pool.column(CHANNEL) > 0
    if run is None or not cognitive[pool.order[slice(*run)]].any():
        return None
    shown = pool.order[run[0] : page]
    shown = shown[cognitive[shown]]
    premium = float(pool.column("allocate:premium")[shown].sum())
    return Exposure(float(len(shown)), premium, (page - run[0]) / page)


def _on_page(cognitive: Array, passing: Array, worth: Array, room: int) -> Array:
    """Which of the run's candidates get its `room` places: the passing ones, best first, then utility in its order,
    then whoever is left where that is too few."""
    order = np.arange(len(worth))
    chosen = np.lexsort((order, -worth))
    chosen = chosen[passing[chosen]][:room]
    others = np.concatenate([order[~cognitive], order[cognitive & ~np.isin(order, chosen)]])
    on_page = np.zeros(len(worth), np.bool_)
    on_page[chosen] = True
    on_page[others[: room - len(chosen)]] = True
    return on_page
