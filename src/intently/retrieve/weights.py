"""How much each source counts, learnt on what people did next.

An example is a moment of the past: what every source said about its candidates then, and which of them the person took
next. The weights are searched that place those best, by mean 1 / log2(1 + rank), which is NDCG with one right answer.
Films want what is new, groceries what was bought before: so every catalogue learns its own, from its own events, and
nothing of an example is later than its moment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from intently.catalog.schema import CatalogSpec
from intently.config import RetrieveConfig
from intently.nouns import History
from intently.retrieve.columns import EventColumns, Items, Log, read_log
from intently.retrieve.cut import cut_position, moments_from
from intently.retrieve.fusion import fuse
from intently.retrieve.live import IndexBuilder
from intently.retrieve.request import Allowed, Floats, RetrievalRequest, Retriever, Rows, TagQuery
from intently.retrieve.sequence import Sequence as SequenceSource
from intently.retrieve.similarity import neighbour_lists
from intently.retrieve.sources import sources_of

__all__ = ["Example", "allowed_for", "example_of", "learn_weights", "search_weights", "weights_of_log"]

DEPTH = 200  # candidates that each source proposes for an example
FLOOR = 0.01  # least weight of a source: it orders what the others know nothing about
RANKS = 20  # places that count
LEAD = 0.7  # weight of the source that leads a start
EXAMPLES = 400  # at most
LEAST = 50  # examples from which learning is better than the default
TagsOf = Callable[[History], tuple[TagQuery, ...]]  # what was understood of a person at a moment
_FACTORS = ((0.0, 0.4, 2.5), (0.6, 1.6), (0.75, 1.3), (0.87, 1.15))  # tried on each weight in turn, coarse to fine


@dataclass(frozen=True)
class Example:
    """`parts` (sources, m) float32 scores of the candidates; `taken` places among them that the person took next."""

    names: tuple[str, ...]  # of the sources
    parts: Floats
    taken: tuple[int, ...]


def example_of(
    request: RetrievalRequest, sources: Sequence[Retriever], allowed: Allowed, taken: Sequence[int] | Rows
) -> Example | None:
    """What the sources say at this moment; None when none of the rows in `taken` is among the candidates."""
    fused = fuse(request, sources, allowed, DEPTH * 2, {source.name: 1.0 for source in sources})
    places = np.flatnonzero(np.isin(fused.rows, np.asarray(taken)))
    if not len(places):
        return None
    names = tuple(source.name for source in sources)
    return Example(names, np.stack([fused.parts[name] for name in names]), tuple(places.tolist()))


def search_weights(examples: Sequence[Example]) -> dict[str, float]:
    """Weights of the examples' sources, summing to 1, each at least the floor.

    One weight after the other is scaled, keeping what helps, from equal weights and from the best start in which one
    source leads. The same examples give the same weights.
    """
    names = examples[0].names
    scores, pairs = _stacked(examples)
    equal = np.full(len(names), 1 / len(names))
    led = [np.where(np.arange(len(names)) == j, LEAD, (1 - LEAD) / max(len(names) - 1, 1)) for j in range(len(names))]
    leader = max(led, key=lambda weights: _quality(scores, pairs, weights))
    found = [_climbed(scores, pairs, start) for start in (equal, leader)]
    best = max(found, key=lambda weights: _quality(scores, pairs, weights))
    lifted = np.maximum(best, FLOOR)
    return {name: round(float(weight), 4) for name, weight in zip(names, lifted / lifted.sum(), strict=True)}


def _climbed(scores: Floats, pairs: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The weights that scaling one at a time leads to."""
    best = _quality(scores, pairs, weights)
    for factors in _FACTORS:
        for j in range(len(weights)):
            for factor in factors:
                tried = weights.copy()
                tried[j] = max(tried[j] * factor, FLOOR)
                tried /= tried.sum()
                quality = _quality(scores, pairs, tried)
                if quality > best + 1e-6:
                    best, weights = quality, tried
    return weights


def _stacked(examples: Sequence[Example]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """All parts as (examples, m, sources), padded with -1, and (example, place) of everything taken."""
    width = max(example.parts.shape[1] for example in examples)
    scores = np.full((len(examples), width, examples[0].parts.shape[0]), -1.0, dtype=np.float32)
    for j, example in enumerate(examples):
        scores[j, : example.parts.shape[1]] = example.parts.T
    return scores, np.array([(j, place) for j, example in enumerate(examples) for place in example.taken])


def _quality(scores: Floats, pairs: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> float:
    """Mean over what was taken of 1 / log2(1 + rank), 0 beyond the places that count; half of its equals are ahead."""
    base = scores @ weights.astype(np.float32)
    right = base[pairs[:, 0], pairs[:, 1]]
    others = base[pairs[:, 0]]
    above, level = others > right[:, None] + 1e-6, others > right[:, None] - 1e-6
    ahead = (above.sum(axis=1) + level.sum(axis=1) - 1) / 2
    return float(np.where(ahead < RANKS, 1 / np.log2(ahead + 2.0), 0.0).mean())


def learn_weights(
    spec: CatalogSpec, snapshot: Items, columns: EventColumns, config: RetrieveConfig, *, seed: int = 0
) -> dict[str, float] | None:
    """Weights of this catalogue's sources from the newest part of its log; None where that holds too few examples.

    As in serving: neighbours as built before that part, popularity live, histories up to the moment. Takes seconds.
    """
    return weights_of_log(spec, snapshot, read_log(spec, snapshot, columns), config, seed=seed)


def weights_of_log(
    spec: CatalogSpec,
    snapshot: Items,
    log: Log,
    config: RetrieveConfig,
    *,
    seed: int = 0,
    since: int = 0,
    sequence: SequenceSource | None = None,
    tags_of: TagsOf | None = None,
) -> dict[str, float] | None:
    """As `learn_weights`, from a log on the snapshot's rows. `sequence`: a tower among the sources, which was trained
    on nothing from the position `since` of the log on; examples begin there at the earliest. `tags_of`: the cognitive
    supply among the sources, its tags made of a history alone."""
    moments = _moments(log, seed, since)
    if len(moments) < LEAST:
        return None
    found = list(_examples(spec, snapshot, log, config, moments, sequence, tags_of))
    return search_weights(found) if len(found) >= LEAST else None


def _examples(
    spec: CatalogSpec,
    snapshot: Items,
    log: Log,
    config: RetrieveConfig,
    moments: Sequence[int],
    sequence: SequenceSource | None,
    tags_of: TagsOf | None,
) -> Iterator[Example]:
    """Walk the newest part of the log once; at each moment keep what the sources say of what was taken then."""
    size = len(snapshot.item_ids)
    before = log.only(slice(moments[0]))
    table = neighbour_lists(size, before.users, before.rows, config.neighbours)
    builder = IndexBuilder(size, spec, config, float(log.times[-1]), table)
    order = np.argsort(log.users, kind="stable")
    bounds = np.searchsorted(log.users[order], np.arange(int(log.users.max()) + 2))
    done = 0
    for moment in moments:
        builder.add_many(log.rows[done:moment], log.times[done:moment])
        done = moment
        user, time = log.users[moment], log.times[moment]
        own = order[bounds[user] : bounds[user + 1]]
        history = history_of(log, own[log.times[own] < time])
        sources = sources_of(spec, snapshot.vectors, builder.view(), config, sequence, tags=tags_of is not None)
        allowed = allowed_for(spec, size, history.rows)
        request = RetrievalRequest("", float(time), history, tags=tags_of(history) if tags_of else ())
        example = example_of(request, sources, allowed, log.rows[own[log.times[own] == time]])
        if example is not None:
            yield example


def history_of(log: Log, positions: npt.NDArray[np.int64]) -> History:
    """These events of one person as their history; without event ids, for it is never shown."""
    kinds = None if log.kinds is None else log.kinds[positions]
    return History(log.rows[positions], log.times[positions], log.liked[positions], (), kinds)


def allowed_for(spec: CatalogSpec, size: int, own: Rows) -> Allowed:
    """Everything, but for what the person had already where nothing comes back."""
    mask = np.ones(size, dtype=np.bool_)
    if spec.repeat == "never":
        mask[own] = False
    return Allowed(mask)


def _moments(log: Log, seed: int, since: int) -> list[int]:
    """Positions of events to predict: from the cut on, of people with an earlier one, one for a (person, time)."""
    chosen = list(moments_from(log, max(since, cut_position(log))))
    picked = np.random.default_rng(seed).permutation(len(chosen))[:EXAMPLES]
    return sorted(chosen[j] for j in picked)
