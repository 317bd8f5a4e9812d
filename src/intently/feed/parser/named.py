"""What of the memory the pieces of a command name: by value, amount, facet noun, title, or the words of a wish."""

import math
import re
from collections.abc import Iterator, Sequence

from intently.feed.parser.context import ParseContext
from intently.feed.parser.facets import facet_of
from intently.feed.parser.pieces import Piece, Sentence
from intently.feed.parser.reading import best_pairs
from intently.feed.parser.tables import tables_of
from intently.feed.slots import interval_of, is_number, own_pairs
from intently.nouns import Preference

__all__ = ["Named", "names_of"]

LEAST_LETTERS = 4  # of a word by which a wish or a part of a longer value is recognised
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


class Named:
    """The preferences in force, found by the pieces that name them."""

    def __init__(self, sentence: Sentence, context: ParseContext) -> None:
        self._sentence, self._context = sentence, context
        self._memory = [held for held in context.memory if held.facet != "item"]
        self._tables = tables_of(context.spec)

    def by(self, piece: Piece, nouns: Sequence[str] = ()) -> list[Preference]:
        """What this piece names. nouns: facets that the clause names, for an amount without a unit."""
        return [held for held in self._memory if self._is_named(piece, held, nouns)]

    def loosely(self, piece: Piece) -> list[Preference]:
        """What this piece names by something narrower or wider: "aliens" the science fiction that was wished for."""
        if piece.grounding is None:
            return []
        pairs, wider = best_pairs(piece.grounding), set(piece.grounding.pairs)
        return [held for held in self._memory if pairs & set(held.matches) or wider & own_pairs(held)]

    def facet(self, piece: Piece) -> str | None:
        """The facet that the piece speaks of; None for words that no facet knows."""
        if piece.grounding is not None:
            return piece.grounding.facet
        if piece.direction is not None:
            return piece.direction.facet
        if piece.amount is not None:
            return facet_of(piece.amount, (), self._tables, self._context) or None
        return piece.facet or None

    def _is_named(self, piece: Piece, held: Preference, nouns: Sequence[str]) -> bool:
        if piece.amount is not None:
            return self._is_amount(piece, held, nouns)
        if piece.direction is not None:
            side = "at_least" if piece.direction.side == "more" else "at_most"
            return held.facet == piece.direction.facet and held.relation == side
        if piece.kind == "noun":
            return held.facet == piece.facet
        if piece.grounding is not None and best_pairs(piece.grounding) & own_pairs(held):
            return True
        if piece.items:
            return isinstance(held.value, dict) and held.value.get("item_id") in piece.items
        return piece.kind in ("unknown", "term", "title") and self._is_worded(piece, held)

    def _is_amount(self, piece: Piece, held: Preference, nouns: Sequence[str]) -> bool:
        assert piece.amount is not None
        if not is_number(held) or facet_of(piece.amount, nouns, self._tables, self._context) != held.facet:
            return False
        quantity, side = piece.amount.quantity, piece.amount.comparator.side
        if {side, held.relation} == {"at_most", "at_least"}:
            return False  # the other side is a new bound
        factor = dict(quantity.units).get(held.facet or "", 1.0)
        edges = [edge for edge in interval_of(held) if math.isfinite(edge)]
        said = (quantity.low * factor, quantity.high * factor)
        return all(any(abs(amount - edge) <= 1 for edge in edges) for amount in said)

    def _is_worded(self, piece: Piece, held: Preference) -> bool:
        said = names_of(self._sentence.words(piece.start, piece.end))
        return any(word in said for word in _words_of(held))


def names_of(text: str) -> set[str]:
    """The words of a text without the endings that number and gender them."""
    return {_stem(word) for word in _WORD.findall(text.casefold().replace("'", "").replace("’", ""))}


def _words_of(held: Preference) -> Iterator[str]:
    """Words by which a wish, or a longer value such as a name, is recognised."""
    if isinstance(held.value, dict) and "text" in held.value:
        texts = [str(held.value["text"])]
    elif isinstance(held.value, list):
        texts = [value for value in held.value if " " in value]
    else:
        texts = []
    for text in texts:
        words = names_of(text) - _SMALL
        yield from (word for word in words if len(word) >= LEAST_LETTERS or len(words) == 1)


_SMALL = frozenset(("with", "about", "that", "from", "some", "more", "thing", "something", "film", "movie", "people"))


def _stem(word: str) -> str:
    for ending in ("ies", "ing", "es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word
