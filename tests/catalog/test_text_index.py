"""The words of texts: who holds a word, how telling it is, and that a change of one item changes that item alone."""

import logging
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.catalog.text_index import K1, B, build_text_index, terms_in

TEXTS = ["A game of chess and a dog", "Dogs, dogs: and more dogs", "The quiet submarine", ""]

words = st.sampled_from(["dog", "chess", "submarine", "quiet", "game", "恐", "怖片", "恐怖"])
texts = st.lists(st.lists(words, max_size=6).map(" ".join), max_size=8)


def held(index, word):
    return {int(row): float(weight) for row, weight in zip(*index.holders(word), strict=True)}


def test_a_word_is_held_by_the_items_whose_text_has_any_form_of_it():
    index = build_text_index(TEXTS, "en")
    assert set(held(index, terms_in("dog", "en")[0])) == set(held(index, terms_in("dogs", "en")[0])) == {0, 1}
    assert set(held(index, "chess")) == {0}
    assert held(index, "zebra") == {}


def test_a_weight_is_bm25_in_the_form_of_lucene():
    index = build_text_index(TEXTS, "en")
    idf = math.log(1 + (4 - 2 + 0.5) / (2 + 0.5))
    lengths, mean = [3, 4, 2, 0], 9 / 4  # game chess dog | dog dog more dog | quiet submarine | nothing
    assert index.idf("dog") == pytest.approx(idf)
    for row, count in ((0, 1), (1, 3)):
        assert held(index, "dog")[row] == pytest.approx(
            idf * count / (count + K1 * (1 - B + B * lengths[row] / mean)), rel=1e-5
        )


def test_chinese_is_read_by_pairs_of_characters_and_single_ones_stay():
    assert terms_in("恐怖电影 2 水", "zh") == ("恐怖", "怖电", "电影", "2", "水")
    index = build_text_index(["一部恐怖电影", "一部喜剧电影"], "zh")
    assert set(held(index, "恐怖")) == {0}
    assert set(held(index, "电影")) == {0, 1}


def test_words_that_tell_nothing_are_no_terms():
    assert terms_in("something about the chess and it", "en") == ("chess",)


@settings(deadline=None, max_examples=40)
@given(texts, st.integers(0, 7), st.lists(words, max_size=5).map(" ".join))
def test_changing_one_text_changes_who_holds_what_as_building_anew_does(before, row, text):
    row = min(row, len(before))
    changed = build_text_index(before, "en").with_text(row, text)
    after = [*before[:row], text, *before[row + 1 :]]
    fresh = build_text_index(after, "en")
    for word in {term for each in (*before, text) for term in terms_in(each, "en")}:
        assert changed.holders(word)[0].tolist() == fresh.holders(word)[0].tolist()
        assert np.all(changed.holders(word)[1] > 0)


@settings(deadline=None, max_examples=20)
@given(texts)
def test_no_weight_passes_how_telling_its_word_is(before):
    index = build_text_index(before, "en")
    for word in index.vocabulary:
        rows, weights = index.holders(word)
        assert rows.tolist() == sorted(set(rows.tolist()))
        assert weights.max(initial=0) <= index.idf(word) + 1e-6


def test_a_build_tells_nothing_to_whoever_logs_everything(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.DEBUG):
        build_text_index(TEXTS, "en")
    assert [record.getMessage() for record in caplog.records if record.name == "bm25s"] == []
