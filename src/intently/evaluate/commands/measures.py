"""What a list of sessions shows: rates and means over people, with intervals.

A measure is one number a session, or none where it does not apply; every mean is over the sessions where it does.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from intently.evaluate.commands.people import DRIFT_AFTER, ROUNDS
from intently.evaluate.commands.play import K, Round, Session
from intently.evaluate.metrics import Interval, mean_interval, ndcg, paired_ratio

__all__ = ["MEASURES", "latency", "measure", "ratio_of", "values_of"]

Measure = Callable[[Session], float | None]


def _mean(values: Sequence[float | None]) -> float | None:
    told = [value for value in values if value is not None]
    return sum(told) / len(told) if told else None


def _last(session: Session) -> Round | None:
    return session.rounds[-1] if session.rounds else None


def _recovery(session: Session) -> float | None:
    """Rounds after the drift until nothing stale is shown and every bound holds; one more than there are, if never."""
    if session.scenario != "MRID" or len(session.rounds) <= DRIFT_AFTER:
        return None
    after = session.rounds[DRIFT_AFTER:]
    fine = [at for at, one in enumerate(after, start=1) if one.item_ids and not one.stale and one.hard in (None, 1.0)]
    return float(fine[0] if fine else ROUNDS - DRIFT_AFTER + 1)


def _tokens(session: Session) -> float | None:
    return _mean([float(one.tokens[0] + one.tokens[2]) for one in session.rounds])


def _empty(session: Session, least: int) -> float | None:
    return _mean([float(not one.item_ids) for one in session.rounds if one.qualify >= least])


MEASURES: Mapping[str, Measure] = {
    "pass": lambda s: float(s.passed),
    "rounds": lambda s: float(s.length),
    "recall@10": lambda s: float(bool(s.rounds and s.rounds[-1].rank)),
    "ndcg@10": lambda s: ndcg((s.rounds[-1].rank,), K) if s.rounds else 0.0,
    "hard CSR": lambda s: _mean([one.hard for one in s.rounds]),
    "soft CSR": lambda s: _mean([one.soft for one in s.rounds]),
    "soft CSR, facets": lambda s: _mean([one.facets for one in s.rounds]),
    "empty": lambda s: _empty(s, 0),
    "empty of 10": lambda s: _empty(s, K),
    "violations": lambda s: _mean([None if one.violations is None else one.violations / K for one in s.rounds]),
    "stale": lambda s: _mean([None if one.stale is None else one.stale / K for one in s.rounds]),
    "recovery": _recovery,
    "grammar": lambda s: _mean([float(one.by == "grammar") for one in s.rounds if one.by]),
    "new tokens": _tokens,
}


def values_of(sessions: Sequence[Session], name: str) -> npt.NDArray[np.float64]:
    """One number a session; NaN where the measure does not apply."""
    found = [MEASURES[name](session) for session in sessions]
    return np.array([np.nan if value is None else value for value in found], dtype=np.float64)


def measure(sessions: Sequence[Session], name: str, seed: int = 0) -> Interval:
    """Mean with its interval over the sessions to which the measure applies."""
    values = values_of(sessions, name)
    return mean_interval(values[~np.isnan(values)], seed)


def ratio_of(ours: Sequence[Session], others: Sequence[Session], name: str = "pass", seed: int = 0) -> Interval:
    """Mean of ours over mean of theirs, over the same cases in the same order."""
    return paired_ratio(values_of(ours, name), values_of(others, name), seed)


def latency(sessions: Sequence[Session]) -> tuple[float, float]:
    """Seconds a command: median and 95th percentile."""
    seconds = [one.seconds for session in sessions for one in session.rounds]
    return (float(np.quantile(seconds, 0.5)), float(np.quantile(seconds, 0.95))) if seconds else (0.0, 0.0)
