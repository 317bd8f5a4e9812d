"""Weights are learnt from what people did next."""

import numpy as np

from intently.config import RetrieveConfig
from intently.retrieve.ranking import best_first, top
from intently.retrieve.weights import FLOOR, Example, learn_weights, search_weights
from tests.retrieve.worlds import DAY, Columns, Items, spec_of

RNG = np.random.default_rng(1)


def example(right_source: int) -> Example:
    """Two sources of noise and one that puts what was taken first."""
    parts = RNG.random((3, 30)).astype(np.float32) * 0.5
    parts[right_source, 4] = 0.9
    return Example(("a", "b", "c"), parts, (4,))


def test_the_source_that_foresees_gets_most_of_the_weight():
    weights = search_weights([example(1) for _ in range(60)])
    assert weights["b"] > 0.6
    assert sum(weights.values()) == 1 or abs(sum(weights.values()) - 1) < 1e-3
    assert min(weights.values()) >= FLOOR * 0.9


def test_the_same_examples_give_the_same_weights():
    found = [example(2) for _ in range(60)]
    assert search_weights(found) == search_weights(found)


def shoppers(people: int, repeating: bool) -> Columns:
    """Everybody buys once a day for forty days: always their own item, or always something new."""
    users, items, times = [], [], []
    for day in range(40):
        for person in range(people):
            users.append(person)
            habit = RNG.random() < 0.7
            items.append(person if repeating and habit else int(RNG.integers(60)))
            times.append(day * DAY + person)
    ids = [str(n) for n in range(60)]
    return Columns(
        ids, np.array(users, np.int32), np.array(items, np.int32), np.array(times), np.full(len(users), np.nan)
    )


def test_a_catalogue_of_habits_learns_to_repeat_and_one_of_novelty_does_not():
    learnt = {}
    for repeating in (True, False):
        columns = shoppers(20, repeating)
        items = Items(tuple(columns.item_ids), np.zeros((60, 0), np.float32))
        learnt[repeating] = learn_weights(spec_of("always"), items, columns, RetrieveConfig())
    assert learnt[True]["repeats"] > 3 * learnt[False]["repeats"]


def test_too_few_events_learn_nothing():
    columns = shoppers(1, repeating=True)
    items = Items(tuple(columns.item_ids), np.zeros((60, 0), np.float32))
    assert learn_weights(spec_of("always"), items, columns, RetrieveConfig()) is None


def test_the_top_is_the_head_of_the_whole_order_ties_included():
    scores = np.round(RNG.random(500), 1).astype(np.float32) + RNG.random(500).astype(np.float32) * 1e-8
    rows = RNG.permutation(500).astype(np.int32)
    for k in (0, 1, 7, 100, 499, 500, 600):
        assert top(rows, scores, k)[0].tolist() == best_first(rows, scores)[0][:k].tolist()
