"""Longest-match lookup of fixed phrases in a token list."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from intently.feed.parser.tokens import Token, tokenise

__all__ = ["Phrases", "folded"]

T = TypeVar("T")


def folded(phrase: str) -> tuple[str, ...]:
    """The phrase as the tokeniser cuts and folds it."""
    return tuple(token.low for token in tokenise(phrase))


class Phrases(Generic[T]):
    """Phrases by their first word and length, longest first; of a phrase given twice the first meaning holds."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        held: dict[str, dict[int, dict[tuple[str, ...], T]]] = {}
        for phrase, meaning in phrases:
            key = folded(phrase)
            if key:
                held.setdefault(key[0], {}).setdefault(len(key), {}).setdefault(key, meaning)
        self._by_first = {first: sorted(lengths.items(), reverse=True) for first, lengths in held.items()}

    def at(self, tokens: Sequence[Token], start: int) -> tuple[int, T] | None:
        """(token after the longest phrase that starts here, its meaning), or None."""
        lengths = self._by_first.get(tokens[start].low)
        if lengths is None:
            return None
        lows = tuple(token.low for token in tokens[start : start + lengths[0][0]])
        for length, meanings in lengths:
            key = lows[:length]
            if key in meanings:
                return start + length, meanings[key]
        return None

    def words(self) -> Iterator[str]:
        for lengths in self._by_first.values():
            for _, meanings in lengths:
                for key in meanings:
                    yield from key

    @classmethod
    def of(cls, table: Mapping[T, Sequence[str]]) -> "Phrases[T]":
        return cls((phrase, meaning) for meaning, phrases in table.items() for phrase in phrases)
