"""Does a slate fulfil what was asked? One yes/no question for each (shown item, condition) that code cannot decide.

Code decides numbers, years and whatever a catalogue declares; the model is never asked for those. Of the rest it is
asked whether the item fits the wish, without a negation in it (code turns the answer round for what is avoided), and
the verdict is the likelihood of "Yes" against "No" as the first token: no prose, no score that a model would make up.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from intently.errors import AnswerInvalid, ModelTimeout
from intently.language import Budget, Model, Prompt, plain, render

__all__ = ["EXCERPT", "Pair", "PairVerdict", "fulfilment_prompt", "judge_pairs"]

PROMPT = "fulfilment"
WORDS = ("Yes", "No")
EXCERPT = 700  # characters of an item's text that model and people see


@dataclass(frozen=True, slots=True)
class Pair:
    """A shown item and one condition of the person to whom it was shown.

    `session`: whose slate it was, the unit of chance; `condition`: in words and without "not" ("about prison"), which
    `avoid` adds; `text`: all that the catalogue says, of which an excerpt is judged.
    """

    session: str
    command: str
    item_id: str
    title: str
    text: str
    condition: str
    avoid: bool = False

    @property
    def key(self) -> str:
        """The same for the same item and condition in whatever session: labels are found by it again."""
        parts = "\0".join((self.item_id, self.condition, "avoid" if self.avoid else "want"))
        return hashlib.sha256(parts.encode()).hexdigest()[:16]

    @property
    def excerpt(self) -> str:
        return plain(self.text, EXCERPT)

    @property
    def in_words(self) -> str:
        return f"not {self.condition}" if self.avoid else self.condition


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """`chance` that the item fulfils the condition: 0 or 1 by code; None when the model gave no usable answer, and
    `failed` says why. From which chance on it is a yes, agreement.best_cut learns."""

    pair: Pair
    by: Literal["code", "model"]
    chance: float | None
    failed: str = ""


def fulfilment_prompt(pair: Pair, home: Path | None = None) -> Prompt:
    """The question about one pair: what comes from the item and from the person is quoted data."""
    return render(PROMPT, home=home, title=pair.title, text=pair.excerpt, wish=pair.condition)


def judge_pairs(
    pairs: Sequence[Pair],
    code: Callable[[Pair], bool | None],
    model: Model,
    *,
    home: Path | None = None,
    budget: Budget | None = None,
) -> Iterator[PairVerdict]:
    """A verdict on each pair, in order. code: what code decides about a pair, None where it cannot.

    The model is asked in the lane of batches: people go first. One pair without a usable answer is a verdict that
    says so. Raises BudgetSpent before the question that does not fit; what was answered is in the model's cache.
    """
    for pair in pairs:
        told = code(pair)
        yield _asked(pair, model, home, budget) if told is None else PairVerdict(pair, "code", float(told))


def _asked(pair: Pair, model: Model, home: Path | None, budget: Budget | None) -> PairVerdict:
    try:
        fits = model.ask_choice(fulfilment_prompt(pair, home), WORDS, lane="batch", budget=budget).value.of["Yes"]
    except (AnswerInvalid, ModelTimeout) as error:
        return PairVerdict(pair, "model", None, f"{type(error).__name__}: {error}")
    return PairVerdict(pair, "model", 1 - fits if pair.avoid else fits)
