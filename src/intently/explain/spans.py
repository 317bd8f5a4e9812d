"""A line as words with their places, names of items in it found, and cut into clauses.

A clause ends at a mark (comma, colon, dash, full stop), and before "since", "for", "if" and the like where what follows
speaks of the person. Marks inside the name of an item end nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from intently.catalog.lexicon import plain
from intently.catalog.titles import strip_article
from intently.explain.evidence import Piece
from intently.explain.wording import Wording

__all__ = ["Span", "Word", "clauses_of", "words_of"]

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_HARD = re.compile(r"[,;:.!?…—–()/|·]|\s-\s")
ABBREVIATED = frozenset({"dr", "mr", "mrs", "ms", "st", "jr", "sr", "vs"})  # a point behind these ends nothing
NEAR = 4  # words behind a connector in which the person is spoken of


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the line. `named`: the item's name that it is part of; `mark`: what stands before it."""

    text: str
    start: int
    end: int
    mark: str = ""
    named: Piece | None = None

    @property
    def key(self) -> str:
        return self.text.casefold().replace("’", "'")

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


@dataclass(frozen=True, slots=True)
class Span:
    """A clause: its words, what the line writes of it, and what stands before it."""

    words: tuple[Word, ...]
    text: str
    mark: str
    first: bool  # of the line


def words_of(line: str, pieces: Sequence[Piece]) -> list[Word]:
    """The words in order; those of whole item names among the pieces (titles, events) are marked with their piece."""
    hits = list(_WORD.finditer(line))
    marks = [
        line[before.end() if before else 0 : hit.start()] for before, hit in zip([None, *hits], hits, strict=False)
    ]
    words = [Word(hit.group(), hit.start(), hit.end(), mark) for hit, mark in zip(hits, marks, strict=True)]
    flat = [(part, place) for place, word in enumerate(words) for part in plain(word.text).split()]
    for piece in sorted(pieces, key=lambda one: -len(one.text)):
        for first, last in _found(flat, words, piece):
            words[first : last + 1] = [
                word if word.named else Word(word.text, word.start, word.end, word.mark, piece)
                for word in words[first : last + 1]
            ]
    return words


def clauses_of(line: str, words: Sequence[Word], wording: Wording) -> list[Span]:
    if not words:
        return []
    starts = [place for place in range(len(words)) if place == 0 or _begins(words, place, wording)]
    spans = []
    for first, last in zip(starts, [*starts[1:], len(words)], strict=True):
        part = tuple(words[first:last])
        text = line[part[0].start - len(_opening(part[0].mark)) : part[-1].end] + _closing(line, part[-1].end)
        spans.append(Span(part, text, "" if first == 0 else part[0].mark, first == 0))
    return spans


def _found(flat: Sequence[tuple[str, int]], words: Sequence[Word], piece: Piece) -> list[tuple[int, int]]:
    """First and last word of each place where the whole name stands, or its part before a colon."""
    whole, part = plain(piece.text), plain(piece.text.split(":")[0])
    names = {whole, part, strip_article(whole), strip_article(part)} - {""}
    found = []
    for name in sorted(names, key=len, reverse=True):
        parts = name.split()
        for place in range(len(flat) - len(parts) + 1):
            if [part for part, _ in flat[place : place + len(parts)]] == parts:
                first, last = flat[place][1], flat[place + len(parts) - 1][1]
                if _is_name(words, first, last):
                    found.append((first, last))
    return found


def _is_name(words: Sequence[Word], first: int, last: int) -> bool:
    """A name is written with a capital; one of a single word is no name at the line's beginning unless quoted."""
    head = words[first]
    quoted = head.mark[-1:] in "“\"'‘" and head.mark != ""
    if head.text[:1].isdigit():
        return quoted or last > first
    return head.capital and (quoted or last > first or first > 0)


def _begins(words: Sequence[Word], place: int, wording: Wording) -> bool:
    word, before = words[place], words[place - 1]
    if word.named is not None and word.named is before.named:
        return False
    if _HARD.search(word.mark):
        return word.mark.strip() != "." or not (len(before.text) == 1 or before.key in ABBREVIATED)
    if word.key not in wording.connectors or word.named is not None:
        return False
    return any(near.key in wording.person for near in words[place + 1 : place + 1 + NEAR])


def _opening(mark: str) -> str:
    return mark[-1] if mark[-1:] in ("“", '"', "‘", "'") and mark else ""


def _closing(line: str, end: int) -> str:
    return line[end] if end < len(line) and line[end] in "”\"’'" else ""
