"""What the numbers show of a fused row, in words: above every single channel or not, beside the tower alone, and what
tags and tower add to the other sources.

A difference is shown when its paired 95% interval lies on one side of 0. "No lower" of a hit rate: the lower end of the
90% interval of the difference is above -3 points (docs/semantics.md, 7).
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from intently.evaluate.cells import interval_text
from intently.evaluate.retrieval.fused import FUSED
from intently.evaluate.retrieval.methods import CHANNELS
from intently.evaluate.retrieval.sequence import TOWERS

if TYPE_CHECKING:
    from intently.evaluate.retrieval.report import Lead, ModelRow

__all__ = ["NO_LOWER", "verdicts_of"]

NO_LOWER = -0.03  # of HR@10


def verdicts_of(rows: Sequence["ModelRow"]) -> list[str]:
    """One sentence for each fused row and question that the rows can answer."""
    found: list[str] = []
    for leader in (row for row in rows if row.name in FUSED):
        led = [(row, lead) for row in rows if (lead := row.lead(leader.name))]
        if channels := [(row, lead) for row, lead in led if row.name in CHANNELS]:
            found.append(_over_channels(leader, channels))
        found += [_beside(leader, row, lead, " alone") for row, lead in led if row.name in TOWERS]
        found += [_beside(leader, row, lead) for row, lead in led if row.name in FUSED[: FUSED.index(leader.name)]]
    return found


def _over_channels(leader: "ModelRow", led: Sequence[tuple["ModelRow", "Lead"]]) -> str:
    nearest, lead = min(led, key=lambda pair: pair[1].ndcg10.mean)
    against = f"{nearest.title} {interval_text(lead.ndcg10, signed=True)}"
    above = [row for row, own in led if own.ndcg10.low > 0]
    if len(above) == len(led):
        return f"{leader.title}: NDCG@10 above every single channel; the nearest is {against}"
    others = ", ".join(row.title for row, _ in led if row not in above)
    return f"{leader.title}: NDCG@10 not shown above {others}; the nearest is {against}"


def _beside(leader: "ModelRow", other: "ModelRow", lead: "Lead", alone: str = "") -> str:
    hits = "no lower" if lead.hr10_90.low > NO_LOWER else "not shown to be no lower"
    parts = [
        f"{name} {interval_text(value, signed=True)} ({'shown' if value.low > 0 else 'not shown'})"
        for name, value in (
            ("NDCG@10", lead.ndcg10),
            ("distinct categories", lead.categories),
            ("novelty in bits", lead.novelty),
        )
        if interval_text(value)
    ]
    rate = f"HR@10 {hits}, {interval_text(lead.hr10_90, signed=True)} (90%)"
    return f"{leader.title} beside {other.title}{alone}: {'; '.join([*parts, rate])}"
