"""What may be spent, and what will be: budgets stop a run cleanly, estimates are announced before it starts."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from intently.errors import BudgetSpent
from intently.nouns import CallRow

__all__ = ["Budget", "Estimate", "Prices", "Spent"]


@dataclass(frozen=True, slots=True)
class Prices:
    """Money for a million tokens."""

    tokens_in: float = 0.0
    tokens_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.tokens_in + tokens_out * self.tokens_out) / 1e6


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a run will cost at most. `counted_by` says whether a tokenizer counted or a formula.

    `seconds` None: the speed of this endpoint is not known yet.
    """

    calls: int
    tokens_in: int
    tokens_out: int
    money: float
    seconds: float | None
    counted_by: str

    def __add__(self, other: "Estimate") -> "Estimate":
        known = self.seconds is not None and other.seconds is not None
        return Estimate(
            self.calls + other.calls,
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.money + other.money,
            (self.seconds or 0.0) + (other.seconds or 0.0) if known else None,
            self.counted_by if self.counted_by == other.counted_by else "approximation",
        )

    def times(self, factor: float, at_once: int = 1) -> "Estimate":
        """Of so many times as much, whose calls are asked `at_once`."""
        return replace(
            self,
            calls=round(self.calls * factor),
            tokens_in=round(self.tokens_in * factor),
            tokens_out=round(self.tokens_out * factor),
            money=self.money * factor,
            seconds=None if self.seconds is None else self.seconds * factor / at_once,
        )

    def __str__(self) -> str:
        time_text = "time unknown" if self.seconds is None else f"about {self.seconds:,.0f} s"
        money_text = f", {self.money:.4f} in money" if self.money else ""
        tokens = f"about {self.tokens_in:,} tokens in and at most {self.tokens_out:,} out"
        return f"{self.calls} calls, {tokens} (by {self.counted_by}), {time_text}{money_text}"


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used: answered calls, their tokens by kind, money, and seconds since the run began."""

    calls: int = 0
    tokens_new: int = 0  # of prompts, read anew
    tokens_reused: int = 0  # of prompts, in the server's memory already
    tokens_out: int = 0
    money: float = 0.0
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        return self.tokens_new + self.tokens_reused + self.tokens_out

    @property
    def speed(self) -> float:
        """Tokens a second that were read anew or written, all calls together."""
        return (self.tokens_new + self.tokens_out) / self.seconds if self.seconds else 0.0


class Budget:
    """Limits of one run, shared by its threads. None: no limit. Time runs from the making of the budget.

    Tokens are those of whole prompts and answers, whatever was reused. A call that was begun in time is finished.
    """

    def __init__(self, tokens: int | None = None, money: float | None = None, seconds: float | None = None) -> None:
        self._lock = threading.RLock()
        self._limits = {"tokens": tokens, "money": money, "seconds": seconds}
        self._spent = Spent()
        self._held = {"tokens": 0.0, "money": 0.0, "seconds": 0.0}  # for calls that run
        self._started = time.monotonic()

    @property
    def spent(self) -> Spent:
        """What was used so far."""
        with self._lock:
            return replace(self._spent, seconds=time.monotonic() - self._started)

    def check(self, tokens: int = 0, money: float = 0.0) -> None:
        """Raise BudgetSpent unless a call that costs this much still fits beside those that run."""
        used = self.spent
        spent = {"tokens": used.tokens, "money": used.money, "seconds": used.seconds}
        spent = {name: amount + self._held[name] for name, amount in spent.items()}
        next_call = {"tokens": float(tokens), "money": money, "seconds": 0.0}
        for name, limit in self._limits.items():
            if limit is not None and spent[name] + next_call[name] > limit:
                raise BudgetSpent(
                    f"the budget of {limit:,g} {name} is used up ({spent[name]:,.4g} spent, the next call needs about "
                    f"{next_call[name]:,.4g}). What is done is kept; run again with a larger budget to go on."
                )

    @contextmanager
    def held(self, tokens: int, money: float) -> Iterator[None]:
        """Keep this much aside while a call runs, so that calls at once do not spend the same rest. Raises as check."""
        with self._lock:
            self.check(tokens, money)
            self._hold(tokens, money)
        try:
            yield
        finally:
            self._hold(-tokens, -money)

    def spend(self, row: CallRow) -> None:
        """Count an answered call."""
        with self._lock:
            was = self._spent
            self._spent = Spent(
                was.calls + 1, was.tokens_new + row.tokens_new, was.tokens_reused + row.tokens_reused,
                was.tokens_out + row.tokens_out, was.money + row.cost,
            )  # fmt: skip

    def _hold(self, tokens: int, money: float) -> None:
        with self._lock:
            self._held["tokens"] += tokens
            self._held["money"] += money
