"""What can be said of turns without labels: how much the grammar answers alone, what it costs, how long it takes."""

from collections.abc import Sequence

from intently.evaluate.words.metrics import Measure, percentile, share
from intently.evaluate.words.turns import Heard, Turn, adds

__all__ = ["rates"]


def rates(part: str, heard: Sequence[tuple[Turn, Heard]], seed: int) -> list[Measure]:
    """Shares of turns: answered by the grammar alone (every content word consumed), read as a change, nothing
    understood of it, failed; the 50th and 95th percentile of the time; tokens of a turn that asked the model."""
    whats = [what for _, what in heard]
    asked = [what for what in whats if what.asked]
    found = [
        _of_turns(part, "answered by grammar alone", [what.complete for what in whats], seed),
        _of_turns(part, "makes a preference", [bool(adds(what)) for what in whats], seed),
        _of_turns(part, "nothing understood", [what.by == "none" and not what.failed for what in whats], seed),
        percentile(part, "ms p50", [1000 * what.seconds for what in whats], 50, seed),
        percentile(part, "ms p95", [1000 * what.seconds for what in whats], 95, seed),
    ]
    if failed := [what for what in whats if what.failed]:
        found.append(_of_turns(part, "failed", [what in failed for what in whats], seed))
    if asked:
        found += [
            percentile(part, "seconds p50, model asked", [what.seconds for what in asked], 50, seed),
            percentile(part, "seconds p95, model asked", [what.seconds for what in asked], 95, seed),
            share(part, "new tokens, model asked", [(what.tokens_new, 1) for what in asked], "turns", seed),
            share(part, "answered tokens, model asked", [(what.tokens_out, 1) for what in asked], "turns", seed),
        ]
    return found


def _of_turns(part: str, name: str, marks: Sequence[bool], seed: int) -> Measure:
    return share(part, name, [(float(mark), 1) for mark in marks], "turns", seed)
