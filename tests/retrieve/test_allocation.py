"""The programme of the allocation: its rules equal its solvers, and multipliers that climb request by request keep the
conversion floor and the exposure range on average and arrive where the solvers are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from intently.errors import DataError
from intently.retrieve.allocation import (
    FLOOR_RATE,
    MOST_ALPHA,
    MOST_PRESSURE,
    RATE,
    Multipliers,
    Programme,
    climbed,
    fractions,
    selected,
    values,
)
from intently.retrieve.programme import solve, solve_threshold

PRICE = 0.1


def batch(seed, size, least, most, price=PRICE):
    """Candidates with gains around what they would displace and conversions around the floor; Q and P as shares."""
    rng = np.random.default_rng(seed)
    gains, premiums = rng.normal(-0.05, 0.2, size), rng.normal(-0.02, 0.1, size)
    return Programme(gains, premiums, least * size, most * size, price)


def solved(programme):
    """The solver's solution; draws without one are left out."""
    try:
        return solve(programme)
    except DataError:
        assume(False)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000), st.integers(1, 60), st.floats(0, 0.4), st.floats(0, 0.6), st.sampled_from([0.02, 0.1, 1.0])
)
def test_the_closed_form_with_the_solvers_multipliers_is_the_solvers_solution(seed, size, least, room, price):
    programme = batch(seed, size, least, least + room, price)
    found = solved(programme)
    worth = values(programme.gains, programme.premiums, found.multipliers)
    assert fractions(worth, price) == pytest.approx(found.shares, abs=2e-4)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 40), st.floats(0, 0.4), st.floats(0, 0.6))
def test_no_other_allocation_that_keeps_the_constraints_gains_more(seed, size, least, room):
    programme = batch(seed, size, least, least + room)
    found = solved(programme)
    rng = np.random.default_rng(seed)
    for _ in range(20):
        other = rng.random(size) * rng.random()
        kept = programme.premiums @ other >= 0 and programme.least <= other.sum() <= programme.most
        gain = programme.gains @ other - PRICE / 2 * other @ other
        assert not kept or gain <= found.gain + 1e-6


@pytest.mark.parametrize("price", [0.02, 0.1])
def test_the_threshold_rule_with_the_linear_programmes_multipliers_is_its_solution(price):
    """All but the candidates that sit exactly on the threshold, of which there are at most as many as constraints."""
    for seed in range(20):
        programme = batch(seed, 300, 0.2, 0.25, price)
        found = solve_threshold(programme)
        shown = selected(values(programme.gains, programme.premiums, found.multipliers), price)
        assert (np.abs(shown - found.shares) > 1e-6).sum() <= 2


def test_what_the_constraints_do_not_bind_costs_nothing():
    free = Programme(np.array([0.05, 0.2, -0.1]), np.array([0.1, 0.1, 0.1]), 0.0, 3.0, PRICE)
    found = solve(free)
    assert found.multipliers == Multipliers(pytest.approx(0, abs=1e-7), pytest.approx(0, abs=1e-7), 0.0)
    assert found.shares == pytest.approx([0.5, 1.0, 0.0], abs=1e-6)  # 0.05 / 0.1; 0.2 / 0.1 cut at 1; below 0


@pytest.mark.parametrize(
    ("least", "most", "shares"),
    [(1.5, 3.0, [0.75, 0.75]), (0.0, 0.5, [0.25, 0.25])],  # Q asks for more than the gain pays, P for less
)
def test_the_range_is_met_by_pressure(least, most, shares):
    even = Programme(np.array([0.05, 0.05]), np.array([0.0, 0.0]), least, most, PRICE)
    found = solve(even)
    assert found.shares == pytest.approx(shares, abs=1e-6)
    assert found.multipliers.pressure == pytest.approx(PRICE * shares[0] - 0.05, abs=1e-6)


@pytest.mark.parametrize("solver", [solve, solve_threshold])
@pytest.mark.parametrize(
    ("programme", "said"),
    [
        (Programme(np.zeros(2), np.zeros(2), 3.0, 4.0, PRICE), "3 to 4 places"),
        (Programme(np.zeros(2), np.full(2, -0.1), 1.0, 2.0, PRICE), "Lower `least` or `floor`"),
        (Programme(np.zeros(2), np.zeros(2), 2.0, 1.0, PRICE), "0 <= least <= most"),
        (Programme(np.zeros(2), np.zeros(2), 0.0, 1.0, 0.0), "a price above 0"),
    ],
)
def test_what_cannot_be_met_is_said_with_its_mend(solver, programme, said):
    with pytest.raises(DataError, match=said):
        solver(programme)


# ------------------------------------------------------------------------------------------------- request by request
PAGE = 12  # candidates of the cognitive supply in one request


def stream(seed, pages):
    """(pages, PAGE) gains and premiums of a stationary stream."""
    rng = np.random.default_rng(seed)
    return rng.normal(-0.05, 0.2, (pages, PAGE)), rng.normal(-0.02, 0.1, (pages, PAGE))


def climb(gains, premiums, least, most, rule, at=Multipliers(), rate=RATE, floor_rate=FLOOR_RATE):
    """The multipliers after every request, the places that each gave and the premiums they added up to."""
    path, places, earned = [], [], []
    for s, o in zip(gains, premiums, strict=True):
        given_ = np.asarray(rule(values(s, o, at), PRICE), np.float64)
        at = climbed(at, float(o @ given_), float(given_.sum()), least, most, rate, floor_rate)
        path.append(at)
        places.append(given_.sum())
        earned.append(o @ given_)
    return path, np.array(places), np.array(earned)


@pytest.mark.parametrize(
    ("rule", "solver"), [(fractions, solve), (selected, solve_threshold)], ids=["quadratic", "threshold"]
)
@pytest.mark.parametrize(("least", "most"), [(0.0, 2.0), (6.0, 8.0), (0.0, 12.0)], ids=["at most", "at least", "floor"])
def test_multipliers_climb_to_those_of_the_solver_on_a_stationary_stream(rule, solver, least, most):
    """The stream draws its requests from 150 pages, whose programme the solver knows."""
    gains, premiums = stream(1, 150)
    exact = solver(Programme(gains.ravel(), premiums.ravel(), least * 150, most * 150, PRICE)).multipliers
    drawn = np.concatenate([np.random.default_rng(seed).permutation(150) for seed in range(20)])
    path, _, _ = climb(gains[drawn], premiums[drawn], least, most, rule, rate=0.002, floor_rate=0.05)
    late = path[len(drawn) // 2 :]
    assert np.mean([at.alpha for at in late]) == pytest.approx(exact.alpha, abs=0.03)
    assert np.mean([at.pressure for at in late]) == pytest.approx(exact.pressure, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 4), st.floats(0.5, 4), st.sampled_from([fractions, selected]))
def test_floor_and_range_are_kept_on_average_whatever_comes(seed, least, room, rule):
    """No stationarity is asked for: what is missed in sum is at most what the multiplier rose, divided by its step."""
    rng = np.random.default_rng(seed)
    gains, premiums = stream(seed, 120)
    gains += np.sin(np.arange(120) / 9)[:, np.newaxis] * rng.random() / 4  # a day's rhythm
    path, places, earned = climb(gains, premiums, least, least + room, rule)
    end = path[-1]
    assume(end.alpha < MOST_ALPHA and max(end.least, end.most) < MOST_PRESSURE)
    assert (least - places).sum() <= end.least / RATE + 1e-6
    assert (places - least - room).sum() <= end.most / RATE + 1e-6
    assert -earned.sum() <= end.alpha / FLOOR_RATE + 1e-6


@pytest.mark.parametrize(("least", "most"), [(0.0, 2.0), (4.0, 6.0)])
def test_floor_and_range_hold_on_average_in_the_long_run(least, most):
    gains, premiums = stream(3, 4000)
    _, places, earned = climb(gains, premiums, least, most, selected)
    late = slice(1000, None)
    assert least - 0.05 <= places[late].mean() <= most + 0.05
    assert earned[late].mean() >= -0.002


@given(st.lists(st.tuples(st.floats(-12, 12), st.floats(0, 100)), max_size=50))
def test_multipliers_stay_bounded_whatever_is_shown(requests):
    at = Multipliers()
    for premium, places in requests:
        at = climbed(at, premium, places, 2.0, 4.0, rate=1.0, floor_rate=5.0)
        assert 0 <= at.alpha <= MOST_ALPHA
        assert 0 <= at.least <= MOST_PRESSURE
        assert 0 <= at.most <= MOST_PRESSURE


def test_many_pages_as_one_programme_have_the_multipliers_of_one_page():
    one = batch(5, 40, 0.1, 0.15)
    many = replace(
        one, gains=np.tile(one.gains, 3), premiums=np.tile(one.premiums, 3), least=3 * one.least, most=3 * one.most
    )
    of_one, of_many = solve(one).multipliers, solve(many).multipliers
    assert (of_one.alpha, of_one.pressure) == pytest.approx((of_many.alpha, of_many.pressure), abs=1e-5)
