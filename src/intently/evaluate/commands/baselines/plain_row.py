"""The plain one-prompt parser as a row of the table: what it read, applied to the catalogue's facets as it stands.

A value that a facet has, whatever its case or plural, is a condition on it; any other is words to search for. Bounds
and negatives are hard: an item that breaks fewer of them comes first. Then positives met, then words, then taste.
"""

from collections.abc import Sequence

import numpy as np

from intently.catalog.snapshot import Snapshot
from intently.errors import ModelError
from intently.evaluate.commands.baselines.asked import model_of
from intently.evaluate.commands.baselines.one_prompt import (
    PlainCondition,
    PlainFacet,
    PlainReading,
    parse_plain,
    plain_facets,
)
from intently.evaluate.commands.baselines.queries import asks_for_others
from intently.evaluate.commands.baselines.retrieval import RetrievalConfig, Searcher, searcher_of
from intently.evaluate.commands.baselines.shelf import PerGround, Scores
from intently.evaluate.commands.case import Case, Ground, Kind, Shown, Truth
from intently.language import Model
from intently.language.wire import Lane
from intently.retrieve.request import Mask

__all__ = ["PlainParser", "catalogue_facets", "grounded"]

BROKEN, MET, WORDS, NEIGHBOURS, POPULARITY = -10.0, 1.0, 0.9, 0.05, 0.04  # weights; all below WORDS sum to less
SEARCH = RetrievalConfig(lexical=0.5, semantic=0.5)


def catalogue_facets(ground: Ground) -> tuple[PlainFacet, ...]:
    """The ground's facets as the one-prompt parser is told of them, values by how many items have them."""
    snapshot = ground.engine.worlds.at(ground.as_of).snapshot
    values = {
        name: [facet.values[place] for place in np.argsort(-facet.counts(), kind="stable").tolist()]
        for name, facet in snapshot.terms.items()
    }
    return plain_facets(ground.engine.spec, values)


def grounded(snapshot: Snapshot, one: PlainCondition) -> Mask | None:
    """The items that have the value, or lie within the bounds; None where no facet knows the value."""
    if one.field in snapshot.numbers:
        return snapshot.bound_mask(one.field, one.min, one.max)
    facet = snapshot.terms.get(one.field)
    wanted = _folded(one.value)
    found = [value for value in facet.values if _folded(value) == wanted] if facet is not None else []
    return snapshot.mask_of([(one.field, value) for value in found]) if found else None


class PlainParser:
    """The row of the table. model: by default that of the ground's engine."""

    name = "one prompt"
    kind: Kind = "reads"

    def __init__(self, model: Model | None = None, lane: Lane = "batch") -> None:
        self.lane: Lane = lane
        self._model = model
        self._searchers = PerGround(lambda ground: searcher_of(ground, SEARCH.bm25))
        self._facets = PerGround(catalogue_facets)

    def start(self, ground: Ground, case: Case) -> "Parsing":
        model = self._model or model_of(ground)
        return Parsing(model, self.lane, self._searchers.of(ground), self._facets.of(ground), case)


class Parsing:
    """One session: the state that the parser has built up, and the slate shown."""

    def __init__(self, model: Model, lane: Lane, searcher: Searcher, facets: Sequence[PlainFacet], case: Case) -> None:
        self._model, self._searcher, self._facets = model, searcher, facets
        self._lane: Lane = lane
        shelf = searcher.shelf
        self._allowed = shelf.unseen(case.user_id)
        self._taste = NEIGHBOURS * shelf.neighbours(case.user_id) + POPULARITY * shelf.popular
        self._state = PlainReading()
        self._hidden: set[str] = set()
        self._shown = Shown((), by="one prompt")

    def open(self) -> Shown:
        self._shown = Shown(self._slate(), by="one prompt")
        return self._shown

    def say(self, text: str, truth: Truth) -> Shown:
        shelf = self._searcher.shelf
        engine = shelf.ground.engine
        titles = [engine.item(item_id).title for item_id in self._shown.item_ids]
        if asks_for_others(text):
            self._hidden.update(self._shown.item_ids)
        try:
            parsed = parse_plain(
                text, self._facets, self._state, self._model, nouns=engine.spec.nouns, shown=titles,
                lane=self._lane, home=engine.config.home,
            )  # fmt: skip
        except ModelError as error:
            self._shown = Shown(self._slate(), by="one prompt", failed=str(error))
            return self._shown
        self._state = parsed.state
        self._shown = Shown(
            self._slate(), by="one prompt", seconds=parsed.seconds, tokens_new=parsed.tokens_new,
            tokens_reused=parsed.tokens_reused, tokens_out=parsed.tokens_out, failed="; ".join(parsed.rejected),
        )  # fmt: skip
        return self._shown

    def _slate(self) -> tuple[str, ...]:
        return self._searcher.shelf.best(self._scores(), self._allowed, self._hidden)

    def _scores(self) -> Scores:
        snapshot = self._searcher.shelf.world.snapshot
        scores = self._taste.copy()
        words: dict[float, list[str]] = {1.0: [], -0.5: []}
        for sign, conditions in ((1.0, self._state.positive), (-0.5, self._state.negative)):
            for one in conditions:
                mask = grounded(snapshot, one)
                if mask is None:
                    words[sign].append(one.value)
                elif sign > 0 and one.value:
                    scores += MET * mask
                else:
                    scores += BROKEN * (~mask if sign > 0 else mask)
        for sign, said in words.items():
            if said:
                scores += sign * WORDS * self._searcher.scores_of(" ".join(said), self._search())
        return scores

    def _search(self) -> RetrievalConfig:
        return SEARCH if self._searcher.shelf.world.encode is not None else RetrievalConfig(lexical=1.0)


def _folded(value: str) -> str:
    folded = value.casefold().strip()
    return folded.removesuffix("s") if len(folded) > 3 else folded
