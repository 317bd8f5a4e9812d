"""The programme of `retrieve.allocation` for a batch, by solvers: OSQP for the quadratic one, HiGHS for the linear one.

OSQP (pip install 'intently[allocate]') is polished, so that its multipliers are exact; HiGHS comes with scipy. Of the
solvers that install as wheels OSQP was the most exact: docs/experiments.md, "A solver for the allocation".
Many pages in one batch are one programme with Q and P times their number; the multipliers stay those of one page.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from intently.errors import BadRequest, DataError
from intently.retrieve.allocation import Multipliers, Programme, Shares

__all__ = ["Solution", "solve", "solve_threshold"]

EXACT = 1e-9  # residuals at which OSQP stops before it polishes
MOST_STEPS = 50_000


@dataclass(frozen=True, slots=True)
class Solution:
    """`shares` x (n,) 0 to 1; `gain` of the objective, in taste."""

    shares: Shares
    multipliers: Multipliers
    gain: float


def solve(programme: Programme) -> Solution:
    """The quadratic programme. Raises DataError when no allocation meets the constraints, BadRequest without OSQP."""
    _check(programme)
    size = len(programme.gains)
    rows = sparse.vstack([_constraints(programme), sparse.eye_array(size)], format="csc")
    lower = np.concatenate([[0.0, programme.least], np.zeros(size)])
    upper = np.concatenate([[np.inf, programme.most], np.ones(size)])
    solver = _osqp().OSQP()
    solver.setup(
        sparse.csc_matrix(sparse.eye_array(size) * programme.price), -programme.gains, sparse.csc_matrix(rows),
        lower, upper, verbose=False, eps_abs=EXACT, eps_rel=EXACT, max_iter=MOST_STEPS, polishing=True,
    )  # fmt: skip
    found = solver.solve(raise_error=False)
    if found.info.status != "solved":
        raise _unsolved(programme, found.info.status)
    shares = np.clip(np.asarray(found.x, np.float64), 0.0, 1.0)
    gain = programme.gains @ shares - programme.price / 2 * shares @ shares
    return Solution(shares, _multipliers(-float(found.y[0]), -float(found.y[1])), float(gain))


def solve_threshold(programme: Programme) -> Solution:
    """The linear programme whose solution is the threshold rule. Raises DataError when no allocation is possible."""
    from scipy.optimize import linprog  # a server allocates by multipliers that a batch has found, and goes without

    _check(programme)
    floor, count = _constraints(programme).toarray()
    found = linprog(
        programme.price - programme.gains,
        A_ub=np.stack([-floor, -count, count]),
        b_ub=[0.0, -programme.least, programme.most],
        bounds=(0.0, 1.0),
        method="highs",
    )
    if not found.success:
        raise _unsolved(programme, found.message)
    alpha, least, most = -np.asarray(found.ineqlin.marginals, np.float64)
    return Solution(np.asarray(found.x, np.float64), _multipliers(alpha, least - most), -float(found.fun or 0.0))


def _constraints(programme: Programme) -> "sparse.csr_array[Any]":
    """(2, n): the conversion floor, the exposure."""
    return sparse.csr_array(np.stack([programme.premiums, np.ones(len(programme.premiums))]))


def _multipliers(alpha: float, pressure: float) -> Multipliers:
    return Multipliers(max(0.0, float(alpha)), max(0.0, float(pressure)), max(0.0, -float(pressure)))


def _check(programme: Programme) -> None:
    if not 0 <= programme.least <= programme.most or programme.price <= 0:
        raise DataError(
            f"an allocation needs 0 <= least <= most and a price above 0, not least {programme.least:g}, most "
            f"{programme.most:g}, price {programme.price:g}. Mend the settings of [allocate]."
        )


def _unsolved(programme: Programme, status: str) -> DataError:
    return DataError(
        f"no allocation of {len(programme.gains)} candidates meets the conversion floor with {programme.least:g} to "
        f"{programme.most:g} places (solver: {status}). Lower `least` or `floor` in the settings of [allocate]."
    )


def _osqp() -> Any:
    try:
        import osqp
    except ImportError as error:
        raise BadRequest("the quadratic programme needs OSQP; install it: pip install 'intently[allocate]'") from error
    return osqp
