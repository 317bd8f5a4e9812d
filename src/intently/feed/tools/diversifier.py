"""Diversifier: among items that meet the same wishes, prefer the one unlike those already chosen.

Maximal marginal relevance (Carbonell & Goldstein 1998): the next item maximises (1 - d) taste - d max cosine to what is
chosen, over the best WINDOW candidates; and on one page at most a few items share one telling value (a director, a
brand) that the person did not ask for. Only inside runs of equal wishes: a met wish still outranks taste.
Cosines are measured in steps of 1/127: the trace can hold them, and the last bits of a product decide nothing.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from intently.feed.conditions import named_pairs
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.tools.products import small_product
from intently.feed.world import FeedRequest, World
from intently.retrieve.request import Rows

__all__ = ["Diversifier"]

WINDOW = 50  # candidates that may be moved
PAGES = 3  # pages that are chosen from them; what comes after keeps its order
STEPS = 127
STRONG = 0.5  # weight of novelty when the person asked for variety
CAP, STRONG_CAP = 3, 1  # items on one page that may share one telling value
TELLING = 0.05  # a value held by at most this share of all items is telling


class Diversifier:
    name = "diversify"
    stage: Stage = "order"

    def wanted(self, world: World, request: FeedRequest) -> tuple[str, Arguments] | None:
        weight = STRONG if request.diversify else world.config.feed.diversity
        if weight <= 0:
            return None
        reason = "more variety, as asked" if request.diversify else "no two alike in a row"
        cap = STRONG_CAP if request.diversify else CAP
        return reason, {"weight": weight, "cap": cap, "page": max(1, request.limit)}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        rows = scene.rows[pool.order[:WINDOW]]
        return {"diversify:alike": _alike(scene, rows), "diversify:shared": _shared(scene, rows)}

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        window = pool.order[:WINDOW]
        if len(window) < 2:
            return pool
        wishes = np.round(sum((part[window] for name, part in pool.parts.items() if name.startswith("wish:")),
                              np.zeros(len(window))), 1)  # fmt: skip
        chosen = _choose(
            taste=pool.parts["taste"][window] * (1.0 - arguments["weight"]),
            alike=pool.measured["diversify:alike"].astype(np.float64) * (arguments["weight"] / STEPS),
            shared=pool.measured["diversify:shared"],
            run=np.cumsum(np.concatenate([[0], wishes[1:] != wishes[:-1]])),
            cap=int(arguments["cap"]),
            page=int(arguments["page"]),
        )
        return replace(pool, order=np.concatenate([window[chosen], pool.order[WINDOW:]]))


def _choose(
    taste: npt.NDArray[np.float64], alike: Array, shared: Array, run: Array, cap: int, page: int
) -> npt.NDArray[np.int64]:
    """Positions in the window, in the new order. `run` numbers the runs of equal wishes, ascending."""
    size = len(taste)
    reach = min(size, PAGES * page)
    chosen = np.empty(size, np.int64)
    penalty = np.zeros(size)
    held = np.zeros(shared.shape[1], np.int64)
    blocked = np.zeros(size, np.bool_)
    value = np.where(run == 0, taste, -np.inf)  # of the current run's items that are left
    capped = False
    end_of_run = np.searchsorted(run, run, side="right")
    for place in range(reach):
        if place and place == end_of_run[chosen[place - 1]]:
            value = np.where(run == run[place], taste - penalty, -np.inf)
        if place % page == 0:
            held[:], blocked[:], capped = 0, False, False
        best = int(np.where(blocked, -np.inf, value).argmax()) if capped else int(value.argmax())
        if capped and (blocked[best] or value[best] == -np.inf):
            best = int(value.argmax())  # all that is left of the run is over the cap: selection loses nothing
        chosen[place] = best
        value[best] = -np.inf
        grown = np.maximum(penalty, alike[best])
        value -= grown - penalty
        penalty = grown
        held += shared[best]
        if held.max(initial=0) >= cap:
            blocked, capped = np.asarray(shared[:, held >= cap].any(axis=1)), True
    return np.concatenate([chosen[:reach], np.setdiff1d(np.arange(size), chosen[:reach])])


def _alike(scene: Scene, rows: Rows) -> npt.NDArray[np.int8]:
    """(m, m) cosines in steps of 1/127, cut at 0. An item that is not encoded yet is as alike as the average."""
    vectors = scene.world.snapshot.vectors[rows].astype(np.float32)
    near = (
        np.maximum(small_product(vectors, vectors), 0.0)
        if vectors.shape[1]
        else np.zeros((len(rows), len(rows)), np.float32)
    )
    known = vectors.any(axis=1)
    if not known.all():
        mean = float(near[np.ix_(known, known)].mean()) if known.any() else 0.0
        near[~known, :] = near[:, ~known] = mean
    steps: npt.NDArray[np.int8] = np.minimum(np.round(near * STEPS), STEPS).astype(np.int8)
    return steps


def _shared(scene: Scene, rows: Rows) -> npt.NDArray[np.bool_]:
    """(m, v) which item holds which telling value, for values that more than one of them holds and nobody asked for."""
    world = scene.world
    asked = {pair for p in scene.request.preferences if p.polarity == "want" for pair in named_pairs(p)}
    codes: list[Array] = [np.empty(0, np.int64)]  # of all facets in one list: one sort instead of one for each
    owners: list[Array] = [np.empty(0, np.int64)]
    offset, places = 0, np.arange(len(rows))
    telling = TELLING * len(world.snapshot.item_ids)
    for name, facet in world.snapshot.terms.items():
        if name not in world.spec.facets or world.spec.facets[name].weight <= 0:
            continue
        first, last = facet.item_starts[rows], facet.item_starts[rows + 1]
        counts = last - first
        ends = np.cumsum(counts)
        values = facet.item_values[np.repeat(last - ends, counts) + np.arange(ends[-1] if len(ends) else 0)]
        keep = facet.starts[values + 1] - facet.starts[values] <= telling
        skipped = [facet.places[value] for of, value in asked if of == name and value in facet.places]
        keep &= ~np.isin(values, skipped) if skipped else True
        codes.append(values[keep].astype(np.int64) + offset)
        owners.append(np.repeat(places, counts)[keep])
        offset += len(facet.values)
    values, columns, counts = np.unique(np.concatenate(codes), return_inverse=True, return_counts=True)
    holds = np.zeros((len(rows), len(values)), np.bool_)
    holds[np.concatenate(owners), columns] = True
    return holds[:, counts > 1]
