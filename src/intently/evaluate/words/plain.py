"""The plain one-prompt parser as a reader: its conditions told as our changes, so that one measure serves all.

A term is a `is` of one value, grounded by nothing but its spelling; free text is a wish by meaning; a number is a
bound. A value that the catalogue spells otherwise meets no label: grounding is part of what is compared.
"""

import time
from collections.abc import Sequence
from pathlib import Path

from intently.catalog.snapshot import Snapshot
from intently.errors import IntentlyError
from intently.evaluate.commands.baselines.one_prompt import (
    PlainCondition,
    PlainReading,
    parse_plain,
    plain_facets,
)
from intently.evaluate.words.grounds import Ground, bare_title
from intently.evaluate.words.kept import KeptCalls
from intently.evaluate.words.readers import PATIENCE_SECONDS, counted
from intently.evaluate.words.turns import Heard, Turn
from intently.language import Model
from intently.nouns import Change, Polarity

__all__ = ["PlainReader", "changes_of"]

TEXT = "text"  # its field of what no facet fits


class PlainReader:
    """One prompt a turn. `complete` never: nothing is read without the model."""

    name = "one-prompt"

    def __init__(self, model: Model, calls: KeptCalls, ground: Ground, home: Path | None) -> None:
        self._model, self._calls, self._home = model, calls, home
        self._facets = plain_facets(ground.spec, _values(ground.snapshot))

    def read(self, turn: Turn, ground: Ground) -> Heard:
        self._calls.begin()
        began = time.perf_counter()
        try:
            parsed = parse_plain(
                turn.text,
                self._facets,
                PlainReading(),
                self._model,
                shown=turn.shown,
                lane="person",
                timeout_seconds=PATIENCE_SECONDS,
                home=self._home,
            )
        except IntentlyError as error:
            spent = Heard(seconds=time.perf_counter() - began, failed=type(error).__name__)
            return counted(spent, self._calls)
        changes = changes_of(parsed.added, ground, turn.shown)
        return counted(Heard(changes, "none" if changes[0].op == "keep" else "model"), self._calls)


def changes_of(reading: PlainReading, ground: Ground, shown: Sequence[str] = ()) -> tuple[Change, ...]:
    """Its conditions in order, wants before avoids; nothing read is a `keep`. Free text that is the title of a shown
    film, or in capitals exactly a title of the catalogue, is that film."""
    wants = [_change(one, "want", ground, shown) for one in reading.positive]
    avoids = [_change(one, "avoid", ground, shown) for one in reading.negative]
    return (*wants, *avoids) or (Change(op="keep"),)


def _change(one: PlainCondition, polarity: Polarity, ground: Ground, shown: Sequence[str]) -> Change:
    facet = None if one.field == TEXT else one.field
    made = Change(op="add", polarity=polarity, strength="prefer", facet=facet, quote=one.value or None)
    if one.min is not None and one.max is not None:
        return made.model_copy(update={"relation": "between", "value": {"low": one.min, "high": one.max}})
    if one.min is not None:
        return made.model_copy(update={"relation": "at_least", "value": one.min})
    if one.max is not None:
        return made.model_copy(update={"relation": "at_most", "value": one.max})
    if facet is None:
        item_id = _item_of(one.value, ground, shown)
        value = {"text": one.value} if item_id is None else {"item_id": item_id}
        return made.model_copy(update={"relation": "like", "value": value})
    return made.model_copy(update={"relation": "is", "value": [one.value], "matches": ((facet, one.value),)})


def _item_of(text: str, ground: Ground, shown: Sequence[str]) -> str | None:
    slate = {bare_title(item.title): item.item_id for item in ground.context(shown).slate}
    return slate.get(bare_title(text)) or (ground.id_of(text) if text[:1].isupper() else None)


def _values(snapshot: Snapshot) -> dict[str, list[str]]:
    """The values of each term facet, most frequent first, as the prompt names them."""
    found = {}
    for name, held in snapshot.terms.items():
        ranked = sorted(zip(held.counts().tolist(), held.values, strict=True), key=lambda pair: (-pair[0], pair[1]))
        found[name] = [value for _, value in ranked]
    return found
