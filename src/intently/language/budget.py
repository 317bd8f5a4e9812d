"""What may be spent, and what will be: budgets stop a run cleanly, estimates are announced before it starts."""

import threading
import time
from dataclasses import dataclass

from intently.errors import BudgetSpent

__all__ = ["Budget", "Estimate", "Prices"]


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

    def __str__(self) -> str:
        time_text = "time unknown" if self.seconds is None else f"about {self.seconds:,.0f} s"
        money_text = f", {self.money:.4f} in money" if self.money else ""
        tokens = f"about {self.tokens_in:,} tokens in and at most {self.tokens_out:,} out"
        return f"{self.calls} calls, {tokens} (by {self.counted_by}), {time_text}{money_text}"


class Budget:
    """Limits of one run, shared by its threads. None: no limit. Time runs from the making of the budget."""

    def __init__(self, tokens: int | None = None, money: float | None = None, seconds: float | None = None) -> None:
        self._lock = threading.Lock()
        self._limits = {"tokens": tokens, "money": money, "seconds": seconds}
        self._spent = {"tokens": 0.0, "money": 0.0}
        self._started = time.monotonic()

    @property
    def spent(self) -> dict[str, float]:
        """Tokens, money and seconds used so far."""
        with self._lock:
            return {**self._spent, "seconds": time.monotonic() - self._started}

    def check(self, tokens: int = 0, money: float = 0.0) -> None:
        """Raise BudgetSpent unless a call that costs this much still fits."""
        spent = self.spent
        next_call = {"tokens": float(tokens), "money": money, "seconds": 0.0}
        for name, limit in self._limits.items():
            if limit is not None and spent[name] + next_call[name] > limit:
                raise BudgetSpent(
                    f"the budget of {limit:,g} {name} is used up ({spent[name]:,.4g} spent, the next call needs about "
                    f"{next_call[name]:,.4g}). What is done is kept; run again with a larger budget to go on."
                )

    def spend(self, tokens: int, money: float) -> None:
        with self._lock:
            self._spent["tokens"] += tokens
            self._spent["money"] += money
