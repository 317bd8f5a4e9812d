"""Which of several candidates is the line: one that stands, says what no other line says, and in rare words."""

from collections.abc import Sequence
from dataclasses import dataclass

from intently.explain.clauses import Checked, Checker
from intently.explain.diversity import NEAR_COPY, Recent, rouge_l
from intently.explain.evidence import Evidence

__all__ = ["Choice", "choose"]


@dataclass(frozen=True, slots=True)
class Choice:
    """`line` None: none stood. `checked`: all candidates in order; `refused`: (candidate, why)."""

    line: Checked | None
    bonus: float
    checked: tuple[Checked, ...]
    refused: tuple[tuple[str, str], ...]


def choose(
    lines: Sequence[str], evidence: Evidence, checker: Checker, recent: Recent, said: Sequence[str] = ()
) -> Choice:
    """The best of the candidates: of those whose clauses all stand the one of the rarest words, else of those that lost
    some. said: lines that the item has already. What is chosen is remembered."""
    checked = tuple(checker.check(line, evidence) for line in lines)
    refused: list[tuple[str, str]] = []
    standing: list[Checked] = []
    for line, one in zip(lines, checked, strict=True):
        fault = _fault(one, recent, said)
        if fault:
            refused.append((line, fault))
        else:
            standing.append(one)
    if not standing:
        return Choice(None, 0.0, checked, tuple(refused))
    best = max(standing, key=lambda one: (one.whole, recent.bonus(one.text)))
    bonus = recent.bonus(best.text)
    recent.add(best.text)
    return Choice(best, bonus, checked, tuple(refused))


def _fault(one: Checked, recent: Recent, said: Sequence[str]) -> str:
    if not one.text:
        return one.fault or "; ".join(clause.fault for clause in one.clauses if clause.fault)
    if recent.copies(one.text) or any(rouge_l(one.text, other) >= NEAR_COPY for other in said):
        return "it says again what another line says"
    return ""
