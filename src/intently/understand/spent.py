"""What a pipeline's questions cost: tokens that were computed, tokens that the server had read already, seconds.

Counted from the calls that the journal kept, as docs/semantics.md section 8 asks: input and output together, uncached
and cached apart. A call that was answered from the cache made no row and costs nothing; a repair is a row of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from intently.nouns import CallRow

__all__ = ["PROMPTS", "Spent", "tokens_of"]

PROMPTS = {"v1": "understand", "routes": "routes", "v2": "agents", "one-prompt": "wanted"}  # a pipeline's own


@dataclass(frozen=True, slots=True)
class Spent:
    """`uncached`: prompt tokens that were computed, and all answered ones. `cached`: prompt tokens that were reused."""

    calls: int = 0
    uncached: int = 0
    cached: int = 0
    answered: int = 0  # of the uncached ones
    seconds: float = 0.0


def tokens_of(pipeline: str, calls: Iterable[CallRow]) -> Spent:
    """What this pipeline, or an ablation of it, spent in these calls (of one run, say: those since it began)."""
    name = next(prompt for known, prompt in PROMPTS.items() if pipeline == known or pipeline.startswith(f"{known}-"))
    rows = [row for row in calls if row.prompt == name]
    return Spent(
        calls=len(rows),
        uncached=sum(row.tokens_new + row.tokens_out for row in rows),
        cached=sum(row.tokens_reused for row in rows),
        answered=sum(row.tokens_out for row in rows),
        seconds=sum(row.seconds for row in rows),
    )
