"""The list that is scored exactly holds all that can win: the first hundred are those of scoring every allowed item."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.catalog import coarse
from intently.catalog.arrays import NumberFacet, Snapshot, term_facet
from intently.config import Config, FeedConfig, RetrieveConfig
from intently.feed import shortlist
from intently.feed.candidates import retrieval_of
from intently.feed.eligibility import select_eligible
from intently.feed.formula import score_rows
from intently.feed.request import recommend
from intently.feed.wishes import read_wishes
from intently.nouns import History, Tag
from intently.retrieve import blocks
from intently.retrieve.columns import Log
from intently.retrieve.index import index_log
from intently.retrieve.products import gathered
from intently.retrieve.semantic import Semantic
from intently.retrieve.sources import sources_of
from tests.feed.worlds import DAY, NOW, World, ask, film, make_world, must, prefer, tiny_spec

DEPTH, ROOM, SIZE, DIM = 100, 130, 14_000, 12
EXACT = 1e-5  # of a score: each column is rounded to six decimals before it is weighed
TEXTS = [f"text {n}" for n in range(6)]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Many blocks, of which the last is short: what a large catalogue has."""
    monkeypatch.setattr(blocks, "BLOCK", 1_000)
    monkeypatch.setattr(coarse, "PIECE", 3_000)


@cache
def many() -> World:
    """14,000 items with random vectors, years and genres; a tenth is not encoded; 4,000 events on some."""
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(SIZE + len(TEXTS), DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    texts = dict(zip(TEXTS, vectors[SIZE:], strict=True))
    vectors = np.where(rng.random(SIZE)[:, None] < 0.1, 0, vectors[:SIZE]).astype(np.float32)
    kinds, empty = ("Comedy", "Drama", "Horror"), term_facet((), np.zeros(SIZE + 1, np.int64), np.empty(0, np.int32))
    genres = term_facet(kinds, np.arange(SIZE + 1), rng.integers(0, 3, SIZE).astype(np.int32))
    snapshot = Snapshot(
        version="many", item_ids=tuple(f"i{row:05}" for row in range(SIZE)), titles=("Item",) * SIZE,
        text_hashes=np.zeros(SIZE, np.uint64), available=np.ones(SIZE, np.bool_),
        terms={"genre": genres, "person": empty},
        numbers={"year": NumberFacet(rng.permutation(SIZE).astype(np.float64)), "minutes": NumberFacet(np.ones(SIZE))},
        vectors=vectors, encoded=vectors.any(axis=1),
    )  # fmt: skip
    times = np.sort(NOW.timestamp() - 60 * DAY * rng.random(4000))
    rows = (SIZE * rng.random(4000) ** 3).astype(np.int32)
    config = Config(retrieve=RetrieveConfig(candidates=ROOM))
    log = Log(rng.integers(0, 200, 4000).astype(np.int32), rows, times, np.ones(4000, np.bool_))
    index = index_log(SIZE, log, tiny_spec(), config.retrieve)
    return World(
        spec=tiny_spec(), snapshot=snapshot, sources=sources_of(tiny_spec(), vectors, index, config.retrieve),
        weights={"popularity": 0.2, "trend": 0.1, "fresh": 0.2, "lasting": 0.1, "neighbours": 0.2, "semantic": 0.2},
        encode=lambda asked: np.stack([texts[text] for text in asked]), config=config, versions={"index": "many"},
    )  # fmt: skip


@cache
def worded() -> World:
    """600 films, of which some hold the words of wishes in their titles, and many score alike."""
    titles = ["Sad songs", "Space cosy", "Cosy", "Sad space", "Film"]
    items = [film(f"f{n:03}", title=titles[n % 5 if n % 7 < 2 else 4], year=1950 + n % 70) for n in range(600)]
    vectors = np.random.default_rng(6).normal(size=(600, 4))
    events = [(n % 7, f"f{n:03}", float(n % 30)) for n in range(0, 300, 2)]
    return make_world(items, vectors, events, config=Config(retrieve=RetrieveConfig(candidates=ROOM)))


@st.composite
def wishes(draw: st.DrawFn, texts: list[str]) -> tuple:
    """None to three by meaning, wanted and avoided, and perhaps one of a facet."""
    asked = draw(st.lists(st.tuples(st.sampled_from(texts), st.sampled_from(["want", "avoid"])), max_size=3,
                          unique_by=lambda pair: pair[0]))  # fmt: skip
    spoken = [
        prefer(f"p{n}", None, "like", {"text": text}, polarity=polarity) for n, (text, polarity) in enumerate(asked)
    ]
    if draw(st.booleans()):
        spoken.append(prefer("y1", "year", draw(st.sampled_from(["at_most", "at_least"])), 1975))
    if draw(st.booleans()):
        spoken.append(prefer("g1", "genre", "is", ["Comedy"], polarity=draw(st.sampled_from(["want", "avoid"]))))
    return tuple(spoken)


def assert_exact(world: World, request) -> None:
    """The best by score are the best of scoring everything with the tools alone, with the scores of that."""
    every = replace(world, config=world.config.model_copy(update={"retrieve": RetrieveConfig(candidates=SIZE)}))
    brute, found = recommend(every, request).trace.pool, recommend(world, request).trace.pool
    assert len(found.ids) == min(ROOM, len(brute.ids))
    scores = dict(zip(brute.ids, brute.scores.tolist(), strict=True))
    chosen = sorted(range(len(found.ids)), key=lambda place: -found.scores[place])[:DEPTH]
    best = sorted(scores.values(), reverse=True)[:DEPTH]
    assert [scores[found.ids[place]] for place in chosen] == pytest.approx(best, abs=EXACT)
    assert found.scores[chosen].tolist() == pytest.approx(best, abs=EXACT)


@settings(max_examples=60, deadline=None)
@given(
    wishes(TEXTS), st.sampled_from([1.0, 0.7, 0.4, 0.01, 0.0001]), st.integers(0, 20), st.integers(0, 2),
    st.sampled_from([0, 40, 3000]), st.integers(0, 99),
)  # fmt: skip
def test_the_first_hundred_are_those_of_scoring_every_allowed_item(spoken, share, events, tags, excluded, seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, SIZE, events).astype(np.int32)
    times = NOW.timestamp() - DAY * (events - np.arange(events))
    history = History(rows, times, rng.random(events) < 0.7, tuple(f"e{n}" for n in range(events)))
    told = tuple(Tag(tag_id=f"t{n}", text=TEXTS[-n], interest_id="i1") for n in range(1, tags + 1))
    bound = () if share == 1 else (must("m1", "year", "at_most", SIZE * share - 1),)
    gone = tuple(f"i{row:05}" for row in rng.choice(SIZE, excluded, replace=False))
    assert_exact(many(), ask(preferences=(*bound, *spoken), history=history, tags=told, exclude=gone))


@settings(max_examples=60, deadline=None)
@given(
    wishes(["sad", "cosy", "space", "songs"]), st.sampled_from([None, "trending", "new"]), st.integers(0, 40),
    st.sampled_from([None, "f010"]),
)  # fmt: skip
def test_words_searches_examples_and_what_was_passed_over_count_in_the_list_as_in_the_score(
    spoken, search, passed, example
):
    like = () if example is None else (prefer("e1", None, "like", {"item_id": example}),)
    shown = {f"f{n:03}": 1 + n % 2 for n in range(passed)}
    assert_exact(worded(), ask(preferences=(*spoken, *like), search=search, passed=shown))


def test_where_nothing_tells_items_apart_the_first_by_row_are_taken():
    world = make_world([film(f"f{n:04}") for n in range(900)], config=Config(retrieve=RetrieveConfig(candidates=ROOM)))
    assert sorted(recommend(world, ask()).ranked) == [f"f{n:04}" for n in range(ROOM)]


def test_what_is_furthest_from_the_wish_is_on_the_list_where_others_are_divided_by_it():
    """The highest cosine with what is avoided belongs to an item that can never win; without it, others would seem as
    bad as that."""
    world = replace(many(), config=Config(feed=FeedConfig(beta=0.9), retrieve=RetrieveConfig(candidates=ROOM)))
    avoid = prefer("p1", None, "like", {"text": "text 1"}, polarity="avoid")
    pool = recommend(world, ask(preferences=(avoid,))).trace.pool
    near = world.snapshot.vectors @ world.encode(["text 1"])[0]
    assert pool.measured["avoid:p1"].max() == pytest.approx(float(near.max()), abs=1e-6)
    assert f"i{int(near.argmax()):05}" in pool.ids


def test_where_the_first_look_cannot_tell_items_apart_all_are_looked_at_exactly():
    """Ten items are the wish itself, all others at one distance but for thousandths: 8 bits confuse their order, the
    slate does not."""
    rng, wish = np.random.default_rng(8), many().encode(["text 0"])[0]
    aside = np.linalg.svd(wish[np.newaxis])[2][1]
    vectors = 0.5 * wish + 0.75**0.5 * aside + 0.001 * rng.normal(size=(SIZE, DIM))
    vectors[rng.choice(SIZE, 10, replace=False)] = wish
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    snapshot = replace(many().snapshot, vectors=vectors, encoded=np.ones(SIZE, np.bool_))
    world = replace(many(), snapshot=snapshot, sources=(Semantic(vectors),), weights={"semantic": 1.0})
    assert snapshot.coarse is not None
    found = snapshot.coarse.products(wish[np.newaxis])[0][0]
    last = np.argsort(-(vectors @ wish))[:DEPTH]
    assert np.count_nonzero(found > found[last].min()) > 2 * ROOM  # the first look alone would lose some of the best
    assert_exact(world, ask(preferences=(prefer("p1", None, "like", {"text": "text 0"}),)))


@pytest.mark.parametrize("share", [1.0, 0.4])
def test_columns_are_divided_by_the_highest_of_what_is_allowed(share):
    """The item that is one of two wishes is left out: the nearest of the others has all of that wish's say. Two more
    are excluded, so that not all rows are allowed in either form."""
    wish = many().encode(["text 0"])[0]
    vectors = many().snapshot.vectors.copy()
    vectors[[7, 12_007]] = wish
    snapshot = replace(many().snapshot, vectors=vectors, encoded=vectors.any(axis=1))
    sources = tuple(Semantic(vectors) if isinstance(source, Semantic) else source for source in many().sources)
    world = replace(many(), snapshot=snapshot, sources=sources, config=Config(retrieve=RetrieveConfig(candidates=ROOM)))
    likes = [prefer(f"p{n}", None, "like", {"text": f"text {n}"}) for n in (0, 1)]
    bound = () if share == 1 else (must("m1", "year", "at_most", SIZE * share - 1),)
    request = ask(preferences=(*bound, *likes), exclude=("i00007", "i12007", "i00003"))
    assert_exact(world, request)
    asked, rows = formula_of(world, request)
    scored = score_rows(asked, rows, gathered(vectors, rows, asked.queries))
    found = recommend(world, request).trace.pool
    places = {int(item_id[1:]): score for item_id, score in zip(found.ids, found.scores.tolist(), strict=True)}
    told = dict(zip(scored.rows.tolist(), scored.scores.tolist(), strict=True))
    assert [told[row] for row in places] == pytest.approx([*places.values()], abs=EXACT)
    assert told.get(7, -np.inf) == -np.inf


def formula_of(world: World, request):
    """What the formula is asked, of all rows where most are allowed, else of the allowed ones."""
    eligible, wishes = select_eligible(world, request), read_wishes(world, request)
    retrieval = retrieval_of(world, request, wishes)
    asked = shortlist._asked(world, request, retrieval, eligible.allowed, wishes)
    return asked, shortlist._rows_scored(asked)
