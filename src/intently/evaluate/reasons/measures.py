"""Measures of the lines of one item. Means over items, with intervals, are the report's.

Diversity is 1 - mean pairwise ROUGE-L over the lines of the item; *matched* cuts the lines of all rows to one number of
words first, because ROUGE-L falls with length. *Support* is the share of written lines whose clauses all stood before
anything was cut. *Deletion*: without the evidence that it names a shown line is another one, or none: the template's is
written anew, a model's is checked anew by the checker that named the evidence, not written anew. *Elsewhere*: a
shown line stands whole with the facts of another item in place of its own; a low share means that lines are of their
item.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from intently.evaluate.reasons.making import ItemLines, Line, template_without
from intently.explain.clauses import Checker
from intently.explain.diversity import diversity
from intently.explain.evidence import Evidence

__all__ = ["MEASURES", "matched_diversity", "values"]

LEAST_WORDS = 4
MEASURES = (
    "diversity", "diversity, matched", "words", "fall-backs", "support", "clauses cut", "deletion", "elsewhere",
    "tokens new", "tokens reused", "tokens out", "seconds",
)  # fmt: skip


def values(
    name: str, items: Sequence[ItemLines], lengths: Mapping[str, int], checker: Checker
) -> npt.NDArray[np.float64]:
    """One number for each item; NaN where it does not apply."""
    return np.array([_value(name, place, items, lengths, checker) for place in range(len(items))], np.float64)


def matched_lengths(rows: Sequence[Sequence[ItemLines]]) -> dict[str, int]:
    """Item -> the number of words of the shortest line that any row has for it."""
    found: dict[str, int] = {}
    for items in rows:
        for item in items:
            shortest = min(len(line.text.split()) for line in item.lines)
            found[item.item_id] = max(LEAST_WORDS, min(shortest, found.get(item.item_id, shortest)))
    return found


def matched_diversity(lines: Sequence[str], words: int) -> float:
    return diversity([" ".join(line.split()[:words]) for line in lines])


def _value(
    name: str, place: int, items: Sequence[ItemLines], lengths: Mapping[str, int], checker: Checker
) -> float:  # fmt: skip
    lines, item_id = items[place].lines, items[place].item_id
    texts = [line.text for line in lines]
    if name == "diversity":
        return diversity(texts)
    if name == "diversity, matched":
        return matched_diversity(texts, lengths[item_id])
    if name == "words":
        return float(np.mean([len(text.split()) for text in texts]))
    if name in ("support", "clauses cut", "fall-backs"):
        return _of_candidates(name, lines)
    if name == "deletion":
        gone = [_without(line, item_id, checker) != line.text for line in lines if not line.fallback]
        return float(np.mean(gone)) if gone else float("nan")
    if name == "elsewhere":
        other = items[(place + 1) % len(items)].lines[0].asked.evidence
        return _elsewhere(lines, other, checker)
    spent = {"tokens new": "uncached", "tokens reused": "cached", "tokens out": "out",
             "seconds": "seconds"}[name]  # fmt: skip
    return float(np.mean([getattr(line.spent, spent) for line in lines]))


def _of_candidates(name: str, lines: Sequence[Line]) -> float:
    checked = [one for line in lines for one in line.checked]
    if name == "fall-backs":
        return float(np.mean([line.fallback for line in lines]))
    if not checked:
        return float("nan")
    if name == "support":
        return float(np.mean([one.whole for one in checked]))
    clauses = [clause for one in checked for clause in one.clauses]
    return float(np.mean([bool(clause.fault) for clause in clauses])) if clauses else float("nan")


def _without(line: Line, item_id: str, checker: Checker) -> str:
    """The line without its evidence: a model's as the checker leaves it, the template's as it is written anew."""
    if not line.checked:
        return template_without(item_id, line)
    return checker.check(line.text, line.asked.evidence.without(line.evidence)).text


def _elsewhere(lines: Sequence[Line], other: Evidence, checker: Checker) -> float:
    """Of the lines that a model wrote."""
    shown = [line for line in lines if line.checked and not line.fallback]
    if not shown:
        return float("nan")
    return float(np.mean([checker.check(line.text, _moved(line.asked.evidence, other)).whole for line in shown]))


def _moved(evidence: Evidence, other: Evidence) -> Evidence:
    """The person's pieces with another item's."""
    mine = tuple(piece for piece in evidence.pieces if piece.kind not in ("title", "facet", "text"))
    return Evidence(other.item_id, other.title, (*other.of("title", "facet", "text"), *mine))
