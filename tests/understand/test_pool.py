"""The pool of interests: shared by several people, grown from what they say, gone when they are gone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from intently.nouns import Interest
from intently.understand.pool import LEAST_PEOPLE, Pool, pool_of
from tests.understand.worlds import ByWord


def named(text: str) -> Interest:
    return Interest(interest_id="i", text=text, evidence=("e",))


TEXTS = ["trade at sea", "trades at sea", "chess duels"]
PAIRS = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(TEXTS)))


def test_an_interest_enters_when_enough_people_name_it_in_whatever_wording():
    said = [("ann", named("trade at sea")), ("bob", named("trades at the sea")), ("cat", named("trade at sea"))]
    assert pool_of(said).texts == ("trade at sea",)
    assert pool_of(said[:2]).texts == ()
    assert pool_of([("ann", named("trade at sea"))] * 5).texts == ()


@given(PAIRS, st.sampled_from("abcdef"))
def test_nobody_reads_what_fewer_people_said_and_an_erased_person_counts_no_more(pairs, gone):
    people = {"sea": {who for who, text in pairs if "sea" in text}, "chess": {w for w, t in pairs if "chess" in t}}
    for left in (pairs, [pair for pair in pairs if pair[0] != gone]):
        texts = pool_of([(who, named(text)) for who, text in left]).texts
        still = {who for who, _ in left}
        assert ("chess duels" in texts) == (len(people["chess"] & still) >= LEAST_PEOPLE)
        assert any("sea" in text for text in texts) == (len(people["sea"] & still) >= LEAST_PEOPLE)


@given(PAIRS)
def test_the_same_pairs_in_any_order_give_the_same_pool(pairs):
    said = [(who, named(text)) for who, text in pairs]
    assert pool_of(said, ByWord()).texts == pool_of(said[::-1], ByWord()).texts


def test_a_person_is_offered_what_is_near_to_what_they_liked_alone():
    pool = Pool(("trade at sea", "locked rooms"), np.array([[0, 1, 0], [1, 0, 0]], np.float32))
    assert pool.matched(np.array([[0, 1, 0], [0, 1, 0], [0, 0, 1]], np.float32)) == ("trade at sea",)
    assert pool.matched(np.zeros((0, 3), np.float32)) == ()
    assert Pool(("trade at sea",), np.zeros((1, 0), np.float32)).matched(np.ones((1, 3), np.float32)) == ()
