"""The losses against sums that are written out, and against each other where they must agree."""

from math import exp, log

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed: pip install 'intently[train]'")

from torch.nn import functional

from intently.learn.losses import calibrated_bce, full_softmax, loss_of, sampled_softmax
from intently.learn.settings import TowerSettings

STATES = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
ITEMS = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.5]])
TARGETS = torch.tensor([0, 2])


def test_the_full_softmax_is_the_mean_of_minus_log_probability():
    first = -log(exp(1) / (exp(1) + exp(0) + exp(-1)))  # logits 1, 0, -1
    second = -log(exp(1) / (exp(0) + exp(2) + exp(1)))  # logits 0, 2, 1
    assert float(full_softmax(STATES, TARGETS, ITEMS)) == pytest.approx((first + second) / 2, abs=1e-6)


@pytest.mark.parametrize("places", [1, 7, 1024, 1025, 2500])
def test_the_full_softmax_by_parts_has_the_value_and_the_gradients_of_the_plain_one(places):
    torch.manual_seed(places)
    targets, weights = torch.randint(40, (places,)), torch.randn(places, 8)
    found = []
    for loss_of_all in (
        full_softmax,
        lambda states, targets, items: functional.cross_entropy(states @ items.T, targets),
    ):
        states = weights.clone().requires_grad_()
        items = torch.linspace(-1, 1, 320).reshape(40, 8).requires_grad_()
        loss = loss_of_all(states, targets, items)
        (3 * loss).backward()
        found.append((loss.detach(), states.grad, items.grad))
    for ours, plain in zip(*found, strict=True):
        torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-5)


def test_products_in_bfloat16_leave_the_loss_and_its_gradients_near_and_in_float32():
    torch.manual_seed(0)
    states, items = torch.randn(300, 16, requires_grad=True), torch.randn(50, 16, requires_grad=True)
    targets = torch.randint(50, (300,))
    exact = full_softmax(states, targets, items)
    gradient = torch.autograd.grad(exact, items)[0]
    with torch.autocast("cpu", torch.bfloat16):
        coarse = full_softmax(states, targets, items)
    found = torch.autograd.grad(coarse, items)[0]
    assert coarse.dtype == found.dtype == torch.float32
    assert float(coarse.detach()) == pytest.approx(float(exact.detach()), rel=0.01)
    assert not torch.equal(found, gradient)
    assert float(functional.cosine_similarity(found.ravel(), gradient.ravel(), dim=0)) > 0.999


def test_the_sampled_softmax_with_all_other_items_as_negatives_is_the_full_one():
    one = slice(0, 1)
    sampled = sampled_softmax(STATES[one], TARGETS[one], ITEMS, torch.tensor([1, 2]))
    assert float(sampled) == pytest.approx(float(full_softmax(STATES[one], TARGETS[one], ITEMS)), abs=1e-6)


def test_few_negatives_stand_for_all_others_and_a_target_among_them_does_not_count():
    found = sampled_softmax(STATES, TARGETS, ITEMS, torch.tensor([2]))
    first = -log(exp(1) / (exp(1) + 2 * exp(-1)))  # one negative for two others: its weight is 2
    second = 0.0  # the only negative is the target itself
    assert float(found) == pytest.approx((first + second) / 2, abs=1e-6)


def test_the_estimate_of_the_sampled_softmax_nears_the_full_one_with_many_draws():
    torch.manual_seed(0)
    items, states = torch.randn(50, 8) * 0.5, torch.randn(20, 8)
    targets = torch.randint(50, (20,))
    full = float(full_softmax(states, targets, items))
    drawn = float(sampled_softmax(states, targets, items, torch.randint(50, (20_000,))))
    assert drawn == pytest.approx(full, abs=0.03)


def test_gbce_without_calibration_is_binary_cross_entropy():
    negatives = torch.tensor([[1], [0]])
    found = calibrated_bce(STATES, TARGETS, ITEMS, negatives, 0.0)
    first = -log(1 / (1 + exp(-1))) - log(1 - 1 / (1 + exp(0)))  # right 1, wrong 0
    second = -log(1 / (1 + exp(-1))) - log(1 - 1 / (1 + exp(0)))  # right 1, wrong 0
    assert float(found) == pytest.approx((first + second) / 2, abs=1e-6)


def test_gbce_weighs_the_target_by_beta():
    negatives = torch.tensor([[1], [0]])  # one of two others: the sampling rate is 1/2
    beta = 0.5 * (0.75 * (1 - 2) + 2)
    plain = float(calibrated_bce(STATES, TARGETS, ITEMS, negatives, 0.0))
    right = -log(1 / (1 + exp(-1)))
    assert float(calibrated_bce(STATES, TARGETS, ITEMS, negatives, 0.75)) == pytest.approx(
        plain + (beta - 1) * right, abs=1e-6
    )


@pytest.mark.parametrize("loss", ["softmax", "sampled", "gbce"])
def test_every_loss_falls_where_the_target_is_made_more_probable(loss):
    settings = TowerSettings(loss=loss, negatives=2)
    torch.manual_seed(1)
    before = float(loss_of(settings, STATES, TARGETS, ITEMS))
    torch.manual_seed(1)
    after = float(loss_of(settings, STATES + 0.5 * ITEMS[TARGETS], TARGETS, ITEMS))
    assert after < before


def test_gbce_never_draws_the_target(monkeypatch):
    seen = []
    monkeypatch.setattr(
        "intently.learn.losses.calibrated_bce",
        lambda states, targets, items, negatives, t: seen.append((targets, negatives)) or torch.zeros(()),
    )
    targets = torch.arange(3).repeat(50)
    loss_of(TowerSettings(loss="gbce", negatives=2), torch.zeros(150, 2), targets, ITEMS)
    ((asked, negatives),) = seen
    assert (negatives != asked[:, None]).all()
    assert set(negatives.flatten().tolist()) == {0, 1, 2}
