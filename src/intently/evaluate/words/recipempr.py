"""Recipe-MPR: a request for a recipe, five options, one of them right.

The catalogue declares no facet, so every wish is one by meaning, as the feed takes what no facet holds. An option's
score is the mean cosine with what is wanted, minus beta times the highest cosine with what is avoided, both embedded
without their negation, as the Matcher and the Attenuator do (SEMANTICS 4). Where nothing is wanted the whole request
is the wish. The row beside: the cosine with the whole request, not parsed at all. Both see the same encoder.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from intently.catalog.encode import Encoder
from intently.config import FeedConfig
from intently.errors import ModelUnavailable
from intently.evaluate.words.grounds import Ground, declared
from intently.evaluate.words.metrics import Measure, share
from intently.evaluate.words.rates import rates
from intently.evaluate.words.turns import Heard, Turn, adds, read_table
from intently.feed.wishes import NEGATION
from intently.nouns import Change

__all__ = ["RecipeMpr", "option_scores"]

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]
_TOML = """
format = "intently.catalog"
version = 1
name = "Recipes"
noun = "recipe"
nouns = "recipes"
[items]
file = "none.jsonl"
id = "item_id"
title = "title"
"""


class RecipeMpr:
    name = "labels-recipempr"
    films = False
    note = "Scored by the encoder alone, on the words that the parser kept; no language model compares the options."

    def __init__(self, beta: float = FeedConfig().beta) -> None:
        self._beta = beta

    def turns(self, data: Path) -> list[Turn]:
        columns = ("id", "query", "negated", "options", "answer_index")
        rows = read_table(data / "labels-recipempr" / "queries.parquet", columns)
        return [
            Turn(str(row["id"]), row["query"].strip(), "negated" if row["negated"] else "not negated",
                 gold=(tuple(row["options"]), row["answer_index"]))
            for row in rows
        ]  # fmt: skip

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        return declared(_TOML, (), encoder, "recipes")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        if ground.encoder is None:
            raise ModelUnavailable("the options are compared by the text encoder. Fetch it: intently model get")
        encode = ground.encoder.encode
        rows = [(turn.half, *self._verdicts(turn, what, encode)) for turn, what in heard]
        found: list[Measure] = []
        for part in ("all", "negated", "not negated"):
            some = [(ours, plain) for half, ours, plain in rows if part in ("all", half)]
            found += [
                share(part, "right option, parsed", [(ours, 1) for ours, _ in some], "requests", seed),
                share(part, "right option, request as it is", [(plain, 1) for _, plain in some], "requests", seed),
                share(
                    part,
                    "parsed minus as it is",
                    [(float(ours) - float(plain), 1) for ours, plain in some],
                    "requests",
                    seed,
                ),
            ]
        return [*found, *rates("all", heard, seed)]

    def _verdicts(self, turn: Turn, heard: Heard, encode: Encode) -> tuple[bool, bool]:
        """Whether the right option comes first: by what was read, and by the request as it is."""
        options, answer = turn.gold
        vectors = encode(options)
        ours = option_scores(turn.text, adds(heard), vectors, encode, self._beta)
        return int(np.argmax(ours)) == answer, int(np.argmax(vectors @ encode([turn.text])[0])) == answer


def option_scores(
    text: str, changes: Sequence[Change], options: npt.NDArray[np.float32], encode: Encode, beta: float
) -> npt.NDArray[np.float32]:
    """(options,) scores under a reading. options: unit rows; text: the whole request, for when nothing is wanted."""
    wants = [_meaning(change) for change in changes if change.polarity == "want"]
    avoids = [
        NEGATION.sub("", _meaning(change)) or _meaning(change) for change in changes if change.polarity == "avoid"
    ]
    scores: npt.NDArray[np.float32] = (options @ encode(wants or [text]).T).mean(axis=1)
    if avoids:
        scores = scores - beta * np.maximum(options @ encode(avoids).T, 0.0).max(axis=1)
    return scores


def _meaning(change: Change) -> str:
    value = change.value
    return str(value["text"]) if isinstance(value, dict) and "text" in value else change.quote or ""
