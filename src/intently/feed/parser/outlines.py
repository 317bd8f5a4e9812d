"""The outline of a clause: its words, with a letter for each thing that it names.

X is wanted and in force, V refused and in force, Y something new on a facet of what is in force, Z any other content.
What an outline means is decided by the table "turn" of `english.toml` and by `turns`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache

from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import words_of
from intently.feed.parser.named import Named
from intently.feed.parser.pieces import CONTENT, Piece, Sentence
from intently.feed.parser.tables import tables_of
from intently.feed.parser.tokens import tokenise
from intently.nouns import Preference

__all__ = ["REQUESTS", "Clause", "clauses_of", "matches"]

_STOPS = frozenset((".", "!", "?", ";", "...", "\n", ":", "--", "–", "—", "(", ")"))
_BREAKS = frozenset((",", "but", "so", "because", "though", "although"))
REQUESTS = frozenset(("want", "bound", "weak", "that"))


@dataclass
class Clause:
    """Pieces from one border to the next. `named`, `loose`: by place in `pieces`, what is named there, exactly or by
    something narrower or wider; `new`: places of what is Y; `verdict`: see `turns`."""

    pieces: list[Piece]
    named: dict[int, list[Preference]] = field(default_factory=dict)
    loose: dict[int, list[Preference]] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    outline: str = ""
    verdict: str = ""

    @property
    def wanted(self) -> list[int]:
        return [place for place, held in self.named.items() if any(one.polarity == "want" for one in held)]

    @property
    def refused(self) -> list[int]:
        return [place for place, held in self.named.items() if all(one.polarity == "avoid" for one in held)]

    @property
    def asks(self) -> bool:
        """Whether it asks for what it names: "show me", "now I want"."""
        anew = (piece for piece in self.pieces if piece.cue is not None and piece.cue.kind == "replace")
        return self.has(REQUESTS) or any(piece.end - piece.start > 1 for piece in anew)

    def has(self, kinds: frozenset[str]) -> bool:
        cues = [piece.cue for piece in self.pieces if piece.cue is not None]
        return any(cue.kind in kinds and not (cue.kind == "bound" and cue.weak) for cue in cues)


def clauses_of(sentence: Sentence, context: ParseContext) -> list[Clause]:
    """The clauses of a command in order, with their outlines."""
    return [_outlined(sentence, context, pieces) for pieces in _clauses(sentence)]


def _clauses(sentence: Sentence) -> Iterator[list[Piece]]:
    """Runs of pieces up to a sign, a "but", or a new request after something was named."""
    clause: list[Piece] = []
    for piece in sentence.pieces:
        low = sentence.lows[piece.start]
        if _asks_anew(sentence, clause, piece) and any(other.kind in CONTENT for other in clause):
            yield clause
            clause = []
        clause.append(piece)
        if (low in _STOPS or low in _BREAKS) and piece.end == piece.start + 1:
            yield clause
            clause = []
    if clause:
        yield clause


_GOVERNING = frozenset(
    "quit stop stopped cease done of from pretending dont doesnt didnt not never neednt wont cant without "
    "longer".split()
)


def _asks_anew(sentence: Sentence, clause: Sequence[Piece], piece: Piece) -> bool:
    """Whether a request begins here: not in "quit searching for", nor in "we don't have to stick to"."""
    if piece.cue is None or piece.cue.kind != "want" or not clause:
        return False
    before = sentence.lows[max(piece.start - 3, clause[0].start) : piece.start]
    joined = before[-1:] in (("and",), ("then",), ("now",))
    return (piece.end - piece.start > 1 or joined) and (joined or _GOVERNING.isdisjoint(before))


def _outlined(sentence: Sentence, context: ParseContext, pieces: list[Piece]) -> Clause:
    names = Named(sentence, context)
    clause = Clause(pieces)
    nouns = [piece.facet for piece in pieces if piece.kind == "noun"]
    facets = {held.facet for held in context.memory if held.polarity == "want"}
    words: list[str] = []
    for place, piece in enumerate(pieces):
        said = " ".join(sentence.lows[piece.start : piece.end])
        if piece.kind not in CONTENT:
            words.append(said if said[:1].isalnum() or said in ("&", "+", "/") else "")
            continue
        held = names.by(piece, nouns)
        if held:
            clause.named[place] = held
            words.append("X" if any(one.polarity == "want" for one in held) else "V")
            continue
        loose = names.loosely(piece)
        if loose:
            clause.loose[place] = loose
        if piece.kind == "unknown":
            words.append(said)
        elif names.facet(piece) in facets and piece.kind != "noun":
            clause.new.add(place)
            words.append("Y")
        else:
            words.append("Z")
    clause.outline = " ".join(word for word in words if word)
    if not clause.named and matches("end", clause.outline):
        _name_what_is_asked(sentence, context, clause)
    return clause


def _name_what_is_asked(sentence: Sentence, context: ParseContext, clause: Clause) -> None:
    """ "Who is in it is irrelevant" names the people, "when they were made" the year."""
    nouns = {word: noun for entry in words_of("asked") for word in entry["phrases"] for noun in entry["nouns"]}
    tables = tables_of(context.spec)
    for place, piece in enumerate(clause.pieces):
        word = sentence.lows[piece.start]
        found = tables.nouns.at(tokenise(nouns[word]), 0) if word in nouns and piece.kind != "amount" else None
        held = [one for one in context.memory if found is not None and one.facet == found[1]]
        if held and found is not None:
            clause.pieces[place] = Piece("noun", piece.start, piece.end, facet=found[1])
            clause.named[place] = held
            return


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """The outlines of one kind, from the table "turn" of `english.toml`."""
    outlines = [outline for entry in words_of("turn") if entry["kind"] == name for outline in entry["outlines"]]
    return re.compile("|".join(rf"(?:{outline})" for outline in outlines))


def matches(name: str, text: str) -> bool:
    return bool(_pattern(name).search(text))
