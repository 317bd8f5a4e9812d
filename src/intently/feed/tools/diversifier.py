"""Diversifier: among items that meet the same wishes, prefer the one unlike those already chosen.

Maximal marginal relevance (Carbonell & Goldstein 1998), with two terms more: over the best WINDOW candidates the next
item maximises

    (1 - d) taste - d max cosine to what is chosen + k share of its kinds that the page does not have + n (1 - known)

d, k and n are `feed.diversity`, `feed.kinds` and `feed.novelty`; `known` is log(1 + events of the item) as a share of
the best known item's. And on one page at most a few items share one telling value (a director, a brand) that the person
did not ask for. Only inside runs of equal wishes: a met wish still outranks taste. Cosines and `known` are measured in
steps of 1/127: the trace can hold them, and the last bits of a product decide nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import TermFacet
from intently.feed.conditions import named_pairs
from intently.feed.tools.pool import Arguments, Array, Pool, Scene, Stage
from intently.feed.tools.products import small_product
from intently.feed.world import FeedRequest, World
from intently.retrieve.popularity import Lasting
from intently.retrieve.request import RetrievalRequest, Rows
from intently.understand.strands import kinds_of

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
        feed = world.config.feed
        weight = STRONG if request.diversify else feed.diversity
        if weight <= 0 and feed.kinds <= 0 and feed.novelty <= 0:
            return None
        reason = "more variety, as asked" if request.diversify else "no two alike in a row"
        cap = STRONG_CAP if request.diversify else CAP
        arguments = {"weight": weight, "cap": cap, "page": max(1, request.limit)}
        return reason, arguments | {"kinds": feed.kinds, "novelty": feed.novelty}

    def measure(self, scene: Scene, pool: Pool) -> Mapping[str, Array]:
        rows = scene.rows[pool.order[:WINDOW]]
        return {
            "diversify:alike": _alike(scene, rows),
            "diversify:shared": _shared(scene, rows),
            "diversify:kinds": _kinds(scene, rows),
            "diversify:known": _known(scene, rows),
        }

    def apply(self, pool: Pool, arguments: Arguments) -> Pool:
        window = pool.order[:WINDOW]
        if len(window) < 2:
            return pool
        wishes = np.round(sum((part[window] for name, part in pool.parts.items() if name.startswith("wish:")),
                              np.zeros(len(window))), 1)  # fmt: skip
        taste = pool.parts["taste"][window] * (1.0 - arguments["weight"])
        if arguments.get("novelty"):  # not in the plans of traces from before it was there
            taste = taste + arguments["novelty"] * (1.0 - pool.measured["diversify:known"] / STEPS)
        chosen = _choose(
            taste=taste,
            alike=pool.measured["diversify:alike"].astype(np.float64) * (arguments["weight"] / STEPS),
            shared=pool.measured["diversify:shared"],
            kinds=pool.measured["diversify:kinds"] if arguments.get("kinds") else None,
            worth=float(arguments.get("kinds", 0.0)),
            run=np.cumsum(np.concatenate([[0], wishes[1:] != wishes[:-1]])),
            cap=int(arguments["cap"]),
            page=int(arguments["page"]),
        )
        return replace(pool, order=np.concatenate([window[chosen], pool.order[WINDOW:]]))


def _choose(
    taste: npt.NDArray[np.float64], alike: Array, shared: Array, kinds: Array | None, worth: float, run: Array,
    cap: int, page: int,
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Positions in the window, in the new order. `run` numbers the runs of equal wishes, ascending; an item whose
    `kinds` the page does not have yet is `worth` more."""
    size = len(taste)
    reach = min(size, PAGES * page)
    chosen = np.empty(size, np.int64)
    penalty, left = np.zeros(size), np.ones(size, np.bool_)
    held = np.zeros(shared.shape[1], np.int64)
    blocked: npt.NDArray[np.bool_] | None = None  # those over the cap, where there are any
    page_has = _PageKinds(kinds, worth)
    end_of_run, current = np.searchsorted(run, run, side="right"), 0
    wanted = np.where(run == current, taste, -np.inf)  # of the run, what is left of it
    for place in range(reach):
        if place and place == end_of_run[chosen[place - 1]]:
            current = int(run[place])
            wanted = np.where(left & (run == current), taste, -np.inf)
        if place % page == 0:
            held[:], blocked = 0, None
            page_has.nothing()
        value = wanted - penalty + page_has.bonus
        free = value if blocked is None else np.where(blocked, -np.inf, value)
        best = int(free.argmax())
        if free[best] == -np.inf:
            best = int(value.argmax())  # all that is left of the run is over the cap: selection loses nothing
        chosen[place], left[best], wanted[best] = best, False, -np.inf
        np.maximum(penalty, alike[best], out=penalty)
        page_has.took(best)
        held += shared[best]
        if held.max(initial=0) >= cap:
            blocked = np.asarray(shared[:, held >= cap].any(axis=1))
    return np.concatenate([chosen[:reach], np.flatnonzero(left)])


class _PageKinds:
    """What new kinds are worth while a page fills: `bonus` (m,), 0 where kinds do not count."""

    def __init__(self, kinds: Array | None, worth: float) -> None:
        self._kinds = None if kinds is None else kinds.astype(np.float32)
        self._each = None if self._kinds is None else worth / np.maximum(self._kinds.sum(axis=1), 1.0)
        self.bonus: npt.NDArray[Any] = np.zeros(() if kinds is None else len(kinds))
        self.nothing()

    def nothing(self) -> None:
        """A new page."""
        if self._kinds is not None and self._each is not None:
            self._missing = np.ones(self._kinds.shape[1], np.float32)
            self.bonus = self._each * (self._kinds @ self._missing)

    def took(self, place: int) -> None:
        if self._kinds is not None and self._each is not None:
            self._missing = self._missing * (1.0 - self._kinds[place])
            self.bonus = self._each * (self._kinds @ self._missing)


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
    telling = TELLING * len(world.snapshot.item_ids)

    def counts(name: str, facet: TermFacet, values: Array) -> npt.NDArray[np.bool_]:
        skipped = [facet.places[value] for of, value in asked if of == name and value in facet.places]
        rare = facet.starts[values + 1] - facet.starts[values] <= telling
        return np.asarray(rare & ~np.isin(values, skipped) if skipped else rare)

    names = [name for name, facet in world.spec.facets.items() if facet.weight > 0 and name in world.snapshot.terms]
    holds = _holds(scene, rows, names, counts)
    return holds[:, holds.sum(axis=0) > 1]


def _kinds(scene: Scene, rows: Rows) -> npt.NDArray[np.bool_]:
    """(m, v) which item is of which kind: the values of the facets that say what an item is."""
    if scene.world.config.feed.kinds <= 0:
        return np.zeros((len(rows), 0), np.bool_)
    return _holds(scene, rows, kinds_of(scene.world.spec, scene.world.snapshot))


def _holds(
    scene: Scene, rows: Rows, names: Sequence[str],
    counts: Callable[[str, TermFacet, Array], npt.NDArray[np.bool_]] | None = None,
) -> npt.NDArray[np.bool_]:  # fmt: skip
    """(m, v) which item holds which value of these term facets; `counts` says of a facet's values which do."""
    codes: list[Array] = [np.empty(0, np.int64)]  # of all facets in one list: one sort instead of one for each
    owners: list[Array] = [np.empty(0, np.int64)]
    offset, places = 0, np.arange(len(rows))
    for name in names:
        facet = scene.world.snapshot.terms[name]
        first, last = facet.item_starts[rows], facet.item_starts[rows + 1]
        held = last - first
        ends = np.cumsum(held)
        values = facet.item_values[np.repeat(last - ends, held) + np.arange(ends[-1] if len(ends) else 0)]
        keep = counts(name, facet, values) if counts else np.ones(len(values), np.bool_)
        codes.append(values[keep].astype(np.int64) + offset)
        owners.append(np.repeat(places, held)[keep])
        offset += len(facet.values)
    different, columns = np.unique(np.concatenate(codes), return_inverse=True)
    holds = np.zeros((len(rows), len(different)), np.bool_)
    holds[np.concatenate(owners), columns] = True
    return holds


def _known(scene: Scene, rows: Rows) -> npt.NDArray[np.int8]:
    """(m,) how well known the items are, 0 to 127."""
    lasting = [source for source in scene.world.sources if isinstance(source, Lasting)]
    if scene.world.config.feed.novelty <= 0 or not lasting:
        return np.zeros(len(rows), np.int8)
    shares = lasting[0].score(RetrievalRequest("", scene.request.as_of.timestamp()), rows)
    return np.asarray(np.round(shares * STEPS), np.int8)
