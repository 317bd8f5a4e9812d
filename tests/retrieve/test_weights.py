"""Weights are learnt from what people did next."""

import numpy as np
import pytest

from intently.config import RetrieveConfig
from intently.nouns import History
from intently.retrieve.columns import Log
from intently.retrieve.ranking import best_first, top
from intently.retrieve.request import TagQuery
from intently.retrieve.weights import FLOOR, Example, learn_weights, search_weights, weights_of_log
from tests.retrieve.worlds import DAY, Columns, Items, spec_of


@pytest.fixture
def rng() -> np.random.Generator:
    """Its own for each test: the order in which tests run changes nothing."""
    return np.random.default_rng(1)


def example(rng: np.random.Generator, right_source: int) -> Example:
    """Two sources of noise and one that puts what was taken first."""
    parts = rng.random((3, 30)).astype(np.float32) * 0.5
    parts[right_source, 4] = 0.9
    return Example(("a", "b", "c"), parts, (4,))


def test_the_source_that_foresees_gets_most_of_the_weight(rng):
    weights = search_weights([example(rng, 1) for _ in range(60)])
    assert weights["b"] > 0.6
    assert sum(weights.values()) == 1 or abs(sum(weights.values()) - 1) < 1e-3
    assert min(weights.values()) >= FLOOR * 0.9


def test_the_same_examples_give_the_same_weights(rng):
    found = [example(rng, 2) for _ in range(60)]
    assert search_weights(found) == search_weights(found)


def shoppers(rng: np.random.Generator, people: int, repeating: bool) -> Columns:
    """Everybody buys once a day for forty days: always their own item, or always something new."""
    users, items, times = [], [], []
    for day in range(40):
        for person in range(people):
            users.append(person)
            habit = rng.random() < 0.7
            items.append(person if repeating and habit else int(rng.integers(60)))
            times.append(day * DAY + person)
    ids = [str(n) for n in range(60)]
    return Columns(
        ids, np.array(users, np.int32), np.array(items, np.int32), np.array(times), np.full(len(users), np.nan)
    )


def test_a_catalogue_of_habits_learns_to_repeat_and_one_of_novelty_does_not(rng):
    learnt = {}
    for repeating in (True, False):
        columns = shoppers(rng, 20, repeating)
        items = Items(tuple(columns.item_ids), np.zeros((60, 0), np.float32))
        learnt[repeating] = learn_weights(spec_of("always"), items, columns, RetrieveConfig())
    assert learnt[True]["repeats"] > 3 * learnt[False]["repeats"]


def test_too_few_events_learn_nothing(rng):
    columns = shoppers(rng, 1, repeating=True)
    items = Items(tuple(columns.item_ids), np.zeros((60, 0), np.float32))
    assert learn_weights(spec_of("always"), items, columns, RetrieveConfig()) is None


def test_the_top_is_the_head_of_the_whole_order_ties_included(rng):
    scores = np.round(rng.random(500), 1).astype(np.float32) + rng.random(500).astype(np.float32) * 1e-8
    rows = rng.permutation(500).astype(np.int32)
    for k in (0, 1, 7, 100, 499, 500, 600):
        assert top(rows, scores, k)[0].tolist() == best_first(rows, scores)[0][:k].tolist()


@pytest.mark.parametrize("seed", range(3))
def test_sources_that_hear_tags_that_foresee_gain_weight_and_without_them_there_is_no_such_source(seed):
    """Everybody goes on by their own step from item to item; a tag is the very item that comes next."""
    n, people, days = 60, 20, 40
    users = np.tile(np.arange(people, dtype=np.int32), days)
    steps = np.random.default_rng(seed).integers(1, n, people)
    rows = ((users * 7 + steps[users] * np.repeat(np.arange(days), people)) % n).astype(np.int32)
    times = np.repeat(np.arange(days), people) * DAY + users
    log = Log(users, rows, times.astype(np.float64), np.ones(len(users), np.bool_))
    items = Items(tuple(map(str, range(n))), np.eye(n, dtype=np.float32))

    def next_item(history: History) -> tuple[TagQuery, ...]:
        foreseen = int(2 * history.rows[-1] - history.rows[-2]) % n
        return (TagQuery("t", "next", items.vectors[foreseen]),)

    spec = spec_of("always")
    learnt = weights_of_log(spec, items, log, RetrieveConfig(), tags_of=next_item)
    plain = weights_of_log(spec, items, log, RetrieveConfig())
    assert learnt is not None
    assert plain is not None
    assert "tags" not in plain
    # equal weights would give the two 0.25; likeness of text hears the tags too, and repeats of a short round foresee
    assert learnt["tags"] + learnt["semantic"] > 0.4 > 2 * plain["semantic"]
