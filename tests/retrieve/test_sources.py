"""What each source says in a world small enough to know the right answer."""

from dataclasses import replace

import numpy as np
import pytest

from intently.config import RetrieveConfig
from intently.retrieve.fusion import fuse, similar
from intently.retrieve.index import index_log
from intently.retrieve.neighbours import Neighbours
from intently.retrieve.popularity import Fresh, Lasting, Popularity
from intently.retrieve.products import GATHER_BELOW
from intently.retrieve.repeats import Repeats
from intently.retrieve.request import Allowed, IntentQuery, TagQuery
from intently.retrieve.semantic import Semantic
from intently.retrieve.similarity import SHRINK
from intently.retrieve.sources import sources_of
from tests.retrieve.worlds import DAY, ask, history_of, log_of, spec_of, unit_rows

CONFIG = RetrieveConfig()
ALL = Allowed(np.ones(4, np.bool_))


def index(events, size=4, half_life=7.0):
    return index_log(size, log_of(events), spec_of(half_life=half_life), CONFIG)


def test_many_old_events_yield_to_few_new_ones_in_popularity_but_not_in_lasting():
    built = index([(1, 0, 0), (2, 0, 0), (3, 0, 0), (1, 1, 70), (2, 1, 70)])
    assert Popularity(built.popularity).retrieve(ask(), ALL, 4).rows.tolist() == [1, 0]
    assert Lasting(built.lasting).retrieve(ask(), ALL, 4).rows.tolist() == [0, 1]


def test_fresh_counts_only_what_came_after_the_persons_last_event():
    built = index([(1, 0, 10), (2, 0, 11), (3, 1, 20)])
    found = Fresh(built).retrieve(ask([3], days=[15.0], as_of=21.0), ALL, 4)
    assert found.rows.tolist() == [1]


def test_nothing_after_as_of_counts_as_fresh():
    built = index([(1, 0, 10), (2, 1, 20)])
    assert Fresh(built).retrieve(ask(as_of=15.0), ALL, 4).rows.tolist() == [0]


def test_an_item_wanted_by_the_same_people_is_a_neighbour_and_the_newer_item_weighs_more():
    events = [(1, 0, 1), (1, 2, 2), (2, 0, 3), (2, 2, 4), (3, 1, 5), (3, 3, 6), (4, 1, 7), (4, 3, 8)]
    source = Neighbours(index(events).neighbours, newest=5)
    assert source.retrieve(ask([0, 1]), ALL, 4).rows[:2].tolist() == [3, 2]
    assert source.evidence(ask([0, 1]), 3) == (("event", "e1"),)


def test_a_similarity_is_people_in_common_over_the_geometric_mean_of_people_and_a_shrinkage():
    rows, similarities = index([(1, 0, 1), (1, 2, 2), (2, 0, 3)]).neighbours.of(0)
    assert rows.tolist() == [2]
    assert similarities[0] == pytest.approx(1 / ((2 * 1) ** 0.5 + SHRINK), rel=1e-3)


def test_a_person_who_comes_back_to_an_item_counts_once_for_neighbours():
    once = index([(1, 0, 1), (1, 2, 2)]).neighbours.of(0)[1]
    often = index([(1, 0, 1), (1, 0, 1), (1, 2, 2), (1, 2, 3)]).neighbours.of(0)[1]
    assert once.tolist() == often.tolist()


def test_neighbours_of_a_disliked_item_lose():
    events = [(1, 0, 1), (1, 2, 2), (2, 1, 3), (2, 2, 4)]
    source = Neighbours(index(events).neighbours, newest=5)
    plain = source.retrieve(ask([0, 3]), ALL, 4)
    assert plain.rows.tolist() == [2]
    unhappy = replace(ask([0, 3]), dislikes=np.array([1, 1], np.int32), scratch={})
    assert source.retrieve(unhappy, ALL, 4).rows.tolist() == []


def test_buying_often_and_lately_makes_a_repeat():
    source = Repeats(half_life_days=10)
    request = ask([0, 1, 1, 2], days=[0, 50, 55, 60], as_of=61.0)
    assert source.retrieve(request, ALL, 4).rows.tolist() == [1, 2, 0]
    assert source.evidence(request, 1) == (("event", "e2"), ("event", "e1"))


def test_repeats_exist_only_where_items_may_come_back():
    vectors = np.zeros((4, 0), np.float32)
    names = {repeat: [s.name for s in sources_of(spec_of(repeat), vectors, index([]), CONFIG)] for repeat in
             ("never", "always")}  # fmt: skip
    assert "repeats" not in names["never"]
    assert "repeats" in names["always"]
    assert "semantic" not in names["always"]


def test_the_nearest_item_to_a_tag_or_wish_comes_first_and_an_avoided_one_not_at_all():
    vectors = np.eye(4, dtype=np.float32)
    source = Semantic(vectors)
    tagged = replace(ask(), tags=(TagQuery("t1", "second", vectors[1]),))
    assert source.retrieve(tagged, ALL, 4).rows.tolist() == [1]
    assert source.evidence(tagged, 1) == (("tag", "t1"),)
    wishes = (IntentQuery("p1", "third", vectors[2]), IntentQuery("p2", "fourth", vectors[3], -0.5))
    assert source.retrieve(replace(ask(), intents=wishes), ALL, 4).rows.tolist() == [2]


def test_gathering_a_few_rows_and_scoring_all_give_the_same_order():
    n = 400
    source = Semantic(unit_rows(n, 16))
    few = np.zeros(n, np.bool_)
    few[:: int(2 / GATHER_BELOW)] = True
    assert Allowed(few).share < GATHER_BELOW
    gathered = source.retrieve(ask([3, 5]), Allowed(few), 10)
    whole = ask([3, 5])
    source.retrieve(whole, Allowed(np.ones(n, np.bool_)), 10)
    assert "semantic" in whole.scratch
    assert source.retrieve(whole, Allowed(few), 10).rows.tolist() == gathered.rows.tolist()


def test_one_request_multiplies_all_items_once_for_all_its_masks():
    vectors = unit_rows(100, 8)
    source = Semantic(vectors)
    request = ask([1, 2])
    source.retrieve(request, Allowed(np.ones(100, np.bool_)), 10)
    product = request.scratch["semantic"]
    source.retrieve(request, Allowed(np.arange(100) % 2 == 0), 10)
    assert request.scratch["semantic"] is product


def test_a_new_person_gets_what_is_popular_and_a_new_item_counts_from_its_first_event():
    built = index([(1, 0, 1), (2, 1, 2), (3, 1, 2)]).with_events(np.array([4, 4, 4], np.int32), np.full(3, 2.0 * DAY))
    sources = sources_of(spec_of(), np.zeros((5, 0), np.float32), built, CONFIG)
    fused = fuse(ask(as_of=3.0), sources, Allowed(np.ones(5, np.bool_)), 5)
    assert fused.rows[0] == 4
    assert sorted(fused.rows.tolist()) == [0, 1, 2, 3, 4]  # what no source knows follows


def test_a_catalogue_without_events_still_gives_a_feed():
    sources = sources_of(spec_of(), np.zeros((4, 0), np.float32), index([]), CONFIG)
    assert fuse(ask(), sources, ALL, 3).rows.tolist() == [0, 1, 2]


def test_the_name_of_a_source_is_that_which_gives_most():
    built = index([(1, 0, 1), (2, 0, 1)])
    fused = fuse(ask(), sources_of(spec_of(), np.eye(4, dtype=np.float32), built, CONFIG), ALL, 4, {"popularity": 1.0})
    assert fused.source_of(0) == "popularity"
    assert fused.base[0] == 1.0


def test_similar_items_are_others_that_share_people_or_meaning():
    vectors = np.eye(4, dtype=np.float32)
    vectors[3] = vectors[0]
    events = [(1, 0, 1), (1, 2, 2)]
    found = similar(sources_of(spec_of(), vectors, index(events), CONFIG), 0, 10 * DAY, ALL, 3)
    assert sorted(found.rows[:2].tolist()) == [2, 3]
    assert 0 not in found.rows


def test_a_history_without_event_ids_can_be_scored():
    history = replace(history_of([0, 1]), event_ids=())
    request = replace(ask(), history=history)
    assert len(Neighbours(index([(1, 0, 1), (1, 2, 2)]).neighbours, 5).retrieve(request, ALL, 4).rows) == 1
