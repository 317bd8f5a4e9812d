"""The user, item and tag towers in numpy: one fused question, new items, what is read. Parity is in tests/learn."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.errors import DataError, StoreError
from intently.journal import KINDS as JOURNAL_KINDS
from intently.nouns import KINDS, History
from intently.retrieve.behaviours import behaviours_of, behaviours_of_log, shares_of
from intently.retrieve.columns import Log
from intently.retrieve.item_features import features_of, vocabulary_of
from intently.retrieve.request import Allowed, RetrievalRequest, TagQuery
from intently.retrieve.tag_towers import TagTowers
from intently.retrieve.tower_files import TagTowersCard, open_tag_towers, save_tag_towers
from intently.retrieve.towers import fused_questions
from tests.retrieve.towers_world import KNOWN, TAG_DIM, N, done, source_of, things, towers_of, vectors_of
from tests.retrieve.worlds import unit_rows

TAGS = tuple(TagQuery(f"t{n}", f"tag {n}", vector) for n, vector in enumerate(unit_rows(3, TAG_DIM, seed=5)))
ALL = Allowed(np.ones(N, np.bool_))
CARD = TagTowersCard(
    data="0" * 64, seed=3, commit="c0ffee", settings={"dim": 8}, metrics={"beta": 0.6}, people=4, events=30, epochs=2,
    seconds=1.5,
)  # fmt: skip
events = st.tuples(st.integers(0, N - 1), st.sampled_from(("rating", "purchase", "view")), st.booleans())
histories = st.lists(events, max_size=8).map(lambda told: done(*told))


@given(histories, st.floats(0, 1), st.integers(1, 3), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_one_fused_question_answers_beta_of_the_history_and_the_rest_of_the_tags(history, beta, codes, seed):
    towers = towers_of(codes=codes, seed=seed)
    items = vectors_of(towers)
    person, tag = towers.person(history, items), towers.tags(TAGS[0].vector[None])[0]
    collaborative, semantic = (items @ person.T).max(axis=1), items @ tag
    fused = (items @ fused_questions(person, tag, beta).T).max(axis=1)
    assert fused == pytest.approx(beta * collaborative + (1 - beta) * semantic, abs=1e-5)


@given(st.integers(1, 4), histories)
@settings(max_examples=30, deadline=None)
def test_every_vector_has_length_one(codes, history):
    towers = towers_of(codes=codes)
    items = vectors_of(towers)
    found = np.concatenate([items, towers.person(history, items), towers.tags(unit_rows(4, TAG_DIM))])
    assert np.linalg.norm(found, axis=1) == pytest.approx(1.0, abs=1e-5)


def test_an_item_that_came_later_has_a_place_by_its_features_alone():
    towers = towers_of(text=False)
    items = vectors_of(towers, things(KNOWN + 12))
    later = items[KNOWN:]
    assert later[1] == pytest.approx(items[KNOWN + 1], abs=1e-6)
    # Things 15 and 21 are of type a and dearer than all that was known: they differ in their ids alone, which are new.
    assert items[15] == pytest.approx(items[21], abs=1e-6)
    assert np.abs(items[15] - items[16]).max() > 0.01  # of another type
    assert np.abs(items[0] - items[3]).max() > 0.01  # known items have a slot of their own


def test_numbers_are_read_by_their_place_among_the_catalogues_and_not_by_their_unit():
    snapshot = things()
    known = np.arange(N, dtype=np.int32)
    vocabulary = vocabulary_of(snapshot, known)
    (price,) = snapshot.numbers.values()
    cents = replace(snapshot, numbers={"price": replace(price, amounts=price.amounts * 100)})
    own = features_of(snapshot, vocabulary).fields["price"].slots
    other = features_of(cents, vocabulary_of(cents, known)).fields["price"].slots
    assert own.tolist() == other.tolist()
    assert own[4] == own[9] == 0  # missing
    assert (np.diff(own[own > 0]) >= 0).all()
    assert own.max() == len(vocabulary.cuts["price"]) + 1


def test_a_facet_that_is_not_to_be_read_changes_nothing():
    snapshot = things()
    vocabulary = vocabulary_of(snapshot, np.arange(N, dtype=np.int32), unread=("price",))
    assert list(features_of(snapshot, vocabulary).fields) == ["item", "type"]


@given(st.lists(st.integers(0, N - 1), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_some_items_are_encoded_as_all_of_them(rows):
    towers = towers_of()
    features = features_of(things(), towers.form.vocabulary)
    assert towers.items(features.of(np.array(rows))) == pytest.approx(towers.items(features)[rows], abs=1e-5)


def test_behaviours_are_read_apart_and_the_newest_beside_them():
    history = done((0, "rating", True), (1, "view", True), (2, "purchase", True), (3, "rating", False))
    names = ("newest", "liked", "not liked", "purchase")
    assert behaviours_of(history, names).tolist() == [1, -1, 3, 2]
    shares = shares_of(behaviours_of(history, names), 4, newest=2)
    assert shares.T.tolist() == [[0, 0, 0.5, 0.5], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]


def test_events_of_no_told_kind_are_liked_or_not():
    history = replace(done((0, "view", True), (1, "view", False)), kinds=None)
    assert behaviours_of(history, ("newest", "liked", "not liked")).tolist() == [1, 2]


def test_the_behaviours_of_a_log_are_those_that_occur_in_it():
    told = done((0, "rating", True), (1, "purchase", True))
    log = Log(np.zeros(2, np.int32), told.rows, told.times, told.liked, told.kinds)
    assert behaviours_of_log(log) == ("newest", "liked", "purchase")
    assert KINDS == JOURNAL_KINDS  # a kind's code is its place in both lists


def test_only_the_newest_events_are_read():
    towers = towers_of(codes=2)
    items = vectors_of(towers)
    long = done(*((row, "rating", row % 2 == 0) for row in (9, 8, 1, 2, 3, 4, 5)))
    short = done(*((row, "rating", row % 2 == 0) for row in (1, 2, 3, 4, 5)))
    assert towers.person(long, items) == pytest.approx(towers.person(short, items), abs=1e-6)


def test_a_person_with_a_vector_of_their_own_is_not_a_new_person_and_a_stranger_is():
    towers = towers_of(people=("ann", "bob"))
    items = vectors_of(towers)
    ann, bob, eve, nobody = (towers.person(done(), items, name) for name in ("ann", "bob", "eve", ""))
    assert np.abs(ann - bob).max() > 0.01
    assert eve == pytest.approx(nobody)


def test_several_vectors_of_a_person_read_the_history_differently():
    towers = towers_of(codes=3)
    items = vectors_of(towers)
    found = towers.person(done((0, "rating", True), (1, "rating", True)), items)
    assert found.shape == (3, 8)
    assert np.abs(found[0] - found[1]).max() > 0.001


def test_at_beta_one_tags_do_not_count_and_at_zero_the_history_does_not():
    rows = np.arange(N, dtype=np.int32)
    some, other = (RetrievalRequest("ann", 0.0, done((row, "rating", True)), tags=TAGS) for row in (1, 2))
    history_alone, tags_alone = source_of(towers_of(), 1.0), source_of(towers_of(), 0.0)
    assert history_alone.score(some, rows) == pytest.approx(history_alone.score(replace(some, tags=()), rows))
    some.scratch.clear()
    assert tags_alone.score(some, rows) == pytest.approx(tags_alone.score(other, rows), abs=1e-5)
    assert len(tags_alone.retrieve(replace(some, tags=(), scratch={}), ALL, N).rows) == 0


def test_evidence_is_what_the_score_would_be_lower_without():
    towers = towers_of()
    source, history = source_of(towers, 0.5), done((1, "rating", True), (2, "rating", False), (3, "purchase", True))
    request = RetrievalRequest("ann", 0.0, history, tags=TAGS)

    def value(told: History, tags: tuple[TagQuery, ...], row: int) -> float:
        whole = towers.tags(np.stack([tag.vector for tag in tags])).sum(axis=0)
        near = whole / np.linalg.norm(whole) @ source.items[row]
        return 0.5 * float(towers.person(told, source.items)[0] @ source.items[row]) + 0.5 * float(near)

    for row in range(N):
        whole = value(history, TAGS, row)
        lost = {
            ("tag", tag.tag_id): whole - value(history, tuple(t for t in TAGS if t is not tag), row) for tag in TAGS
        }
        for place in range(3):
            kept = np.arange(3) != place
            less = done(
                *[((1, "rating", True), (2, "rating", False), (3, "purchase", True))[j] for j in np.flatnonzero(kept)]
            )
            lost["event", f"e{place}"] = whole - value(less, TAGS, row)
        telling = sorted((named for named in lost if lost[named] > 1e-6), key=lambda named: -lost[named])[:3]
        assert list(source.evidence(request, row)) == telling


def test_the_tags_say_more_where_their_part_of_the_sum_is_larger():
    towers = towers_of()
    source, history = source_of(towers, 0.3), done((1, "rating", True))
    request, rows = RetrievalRequest("ann", 0.0, history, tags=TAGS[:1]), np.arange(N, dtype=np.int32)
    person, tag = towers.person(history, source.items)[0], towers.tags(TAGS[0].vector[None])[0]
    expected = 0.7 * (source.items @ tag) > 0.3 * (source.items @ person)
    assert 0 < expected.sum() < N
    assert source.said_by_tags(request, rows).tolist() == expected.tolist()
    assert not source.said_by_tags(replace(request, tags=()), rows).any()


def test_towers_come_back_from_their_files_with_their_card(tmp_path):
    towers = towers_of(codes=2, people=("ann",))
    save_tag_towers(towers, CARD, tmp_path / "towers")
    save_tag_towers(towers, CARD, tmp_path / "towers")  # and replaces itself
    again, card = open_tag_towers(tmp_path / "towers")
    assert (again.form, card) == (towers.form, CARD)
    assert all((again.arrays[name] == values).all() for name, values in towers.arrays.items())
    assert [path.name for path in tmp_path.iterdir()] == ["towers"]


@pytest.mark.parametrize("damage", ["absent", "cut", "form", "newer", "card"])
def test_towers_that_cannot_be_read_say_the_mend(tmp_path, damage):
    folder = tmp_path / "towers"
    if damage != "absent":
        save_tag_towers(towers_of(), CARD, folder)
    if damage == "cut":
        (folder / "weights.safetensors").write_bytes((folder / "weights.safetensors").read_bytes()[:500])
    if damage == "form":
        (folder / "form.json").write_text(towers_of(codes=2).form.model_dump_json(), "utf-8")
    if damage == "newer":
        (folder / "card.json").write_text(CARD.model_copy(update={"version": 2}).model_dump_json(), "utf-8")
    if damage == "card":
        (folder / "card.json").write_text("[]", "utf-8")
    with pytest.raises(StoreError, match="Train it again"):
        open_tag_towers(folder)


@pytest.mark.parametrize("name", ["slots.item", "tag.skip.weight", "codes"])
def test_arrays_that_are_not_finite_are_refused(name):
    towers = towers_of(codes=2)
    bad = {**towers.arrays, name: towers.arrays[name] * np.float32("nan")}
    with pytest.raises(DataError, match=name):
        TagTowers(towers.form, bad).checked()
