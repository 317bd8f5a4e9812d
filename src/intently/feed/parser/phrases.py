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
    """Phrases by their first word, longest first. `at` is linear in the number of phrases that share that word."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], T]]] = {}
        for phrase, meaning in phrases:
            key = folded(phrase)
            if key:
                self._by_first.setdefault(key[0], []).append((key, meaning))
        for same_first in self._by_first.values():
            same_first.sort(key=lambda entry: -len(entry[0]))

    def at(self, tokens: Sequence[Token], start: int) -> tuple[int, T] | None:
        """(token after the longest phrase that starts here, its meaning), or None."""
        for key, meaning in self._by_first.get(tokens[start].low, ()):
            end = start + len(key)
            if end <= len(tokens) and all(tokens[start + i].low == word for i, word in enumerate(key)):
                return end, meaning
        return None

    def words(self) -> Iterator[str]:
        for same_first in self._by_first.values():
            for key, _ in same_first:
                yield from key

    @classmethod
    def of(cls, table: Mapping[T, Sequence[str]]) -> "Phrases[T]":
        return cls((phrase, meaning) for meaning, phrases in table.items() for phrase in phrases)
