"""L_col and L_tag, L_cate, and how candidates stand for the whole catalogue, against sums that are written out."""

from math import exp, log

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from intently.learn.tags.batches import Draws
from intently.learn.tags.losses import best_of, category_loss, taken_loss

SCORES = torch.tensor([[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]])
NONE = torch.zeros(3)


def test_what_was_taken_is_told_from_all_candidates():
    first = -log(exp(1) / (exp(1) + exp(0) + exp(-1)))
    second = -log(exp(1) / (exp(0) + exp(2) + exp(1)))
    found = taken_loss(SCORES, torch.tensor([0, 2]), NONE)
    assert float(found) == pytest.approx((first + second) / 2, abs=1e-6)


def test_a_candidate_that_is_there_by_chance_stands_for_those_that_are_not_and_the_taken_one_for_itself():
    logs = torch.log(torch.tensor([0.5, 0.25, 1.0]))
    found = taken_loss(SCORES[:1], torch.tensor([0]), logs)
    assert float(found) == pytest.approx(-log(exp(1) / (exp(1) + 4 * exp(0) + exp(-1))), abs=1e-6)


def test_the_best_vector_of_a_person_answers_for_an_item():
    people = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    items = torch.tensor([[2.0, 1.0], [0.0, 3.0]])
    assert best_of(people, items).tolist() == [[2.0, 3.0]]


def test_a_tag_is_drawn_to_its_category_against_other_categories_alone():
    categories = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    drawn = torch.tensor([[0.1, 0.9, 0.5]])
    found = category_loss(SCORES[:1], categories, torch.tensor([[1.0, 0.0]]), NONE, drawn)
    # The positive is the second candidate; the first is of the same category and does not count.
    assert float(found) == pytest.approx(-log(exp(0) / (exp(0) + exp(-1))), abs=1e-6)


def test_a_tag_without_a_category_says_nothing_of_it():
    categories = torch.tensor([[1.0], [0.0], [0.0]])
    own = torch.tensor([[0.0], [1.0]])
    drawn = torch.rand(2, 3)
    both = category_loss(SCORES, categories, own, NONE, drawn)
    alone = category_loss(SCORES[1:], categories, own[1:], NONE, drawn[1:])
    assert float(both) == pytest.approx(float(alone), abs=1e-6)
    assert float(category_loss(SCORES[:1], categories, own[:1], NONE, drawn[:1])) == 0.0


def test_drawn_candidates_divided_by_their_chances_count_as_the_whole_catalogue_on_average():
    random = np.random.default_rng(0)
    popularity = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05, 0.0])
    draws = Draws(np.arange(6), popularity)
    worth = np.array([1.0, 3.0, 5.0, 2.0, 4.0, 6.0, 100.0])  # nobody took the last: it is never there
    sums = []
    for _ in range(4000):
        targets = random.choice(6, size=3, p=popularity[:6])
        rows, logs = draws.candidates(targets, 2, random)
        assert set(targets) <= set(rows.tolist())
        sums.append((worth[rows] / np.exp(logs)).sum())
    assert np.mean(sums) == pytest.approx(21.0, rel=0.03)


def test_no_negatives_means_everything_that_anybody_took():
    rows, logs = Draws(np.array([1, 3]), np.array([0, 0.5, 0, 0.5])).candidates(
        np.array([1]), 0, np.random.default_rng(0)
    )
    assert rows.tolist() == [1, 3]
    assert logs.tolist() == [0, 0]
