"""Cut a command into pieces of meaning: cues, amounts, facet phrases, titles, shown items and unknown words.

At every token the longest reading wins; among equally long ones the order of `_PRIORITY`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from intently.catalog.ground import Grounding
from intently.feed.parser.bounds import Amount, read_amount
from intently.feed.parser.context import ParseContext
from intently.feed.parser.denials import read_denial
from intently.feed.parser.lasting import read_lasting
from intently.feed.parser.lexicon import Cue, CueKind, cue_phrases, purpose_words
from intently.feed.parser.likings import read_liking
from intently.feed.parser.people import believable_names
from intently.feed.parser.shown import read_shown
from intently.feed.parser.tables import Direction, Tables, tables_of
from intently.feed.parser.titles import Title, is_setting, is_title_cue, titles_of
from intently.feed.parser.tokens import Token, tokenise
from intently.feed.parser.told import is_in_passing, is_mere_article, is_of_no_item, is_paid_by_time, is_when

__all__ = ["CONTENT", "Piece", "Sentence", "cut"]

CONTENT = frozenset(("amount", "term", "title", "shown", "direction", "noun", "unknown"))
PieceKind = Literal["cue", "amount", "term", "title", "shown", "direction", "noun", "skip", "unknown"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Tokens `start` to `end`, exclusive, and the one reading that `kind` names."""

    kind: PieceKind
    start: int
    end: int
    cue: Cue | None = None
    amount: Amount | None = None
    grounding: Grounding | None = None
    items: tuple[str, ...] = ()  # "title": all items so called; "shown": the items pointed at
    plural: bool = False  # "shown": these, them
    direction: Direction | None = None
    facet: str = ""  # "noun"
    own_noun: bool = False  # "skip": the catalogue's word for an item
    ends: tuple[str, ...] = ()  # ids of what is in force and ends here
    unsure: bool = False  # whether it ends, only the model can be sure of


@dataclass(frozen=True)
class Sentence:
    """The command, its tokens and its pieces. `language`: of the grammar that cut it."""

    text: str
    tokens: tuple[Token, ...]
    pieces: tuple[Piece, ...]
    language: str = "en"

    def words(self, start: int, end: int) -> str:
        """The command's own characters from token `start` to token `end`."""
        if end <= start:
            return ""
        if "(" in self.lows[start:end] and end < len(self.tokens) and self.tokens[end].low == ")":
            end += 1
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def said(self, piece: Piece) -> str:
        """The folded words of a piece."""
        return " ".join(self.lows[piece.start : piece.end])

    def name(self, piece: Piece) -> str:
        """The words of a title without the year in brackets behind it."""
        dated = self.lows[piece.end - 1] == ")" and piece.end - 3 > piece.start
        return self.text[self.tokens[piece.start].start : self.tokens[piece.end - (4 if dated else 1)].end]

    @cached_property
    def lows(self) -> tuple[str, ...]:
        return tuple(token.low for token in self.tokens)


@dataclass
class _Cutter:
    context: ParseContext
    text: str
    tokens: tuple[Token, ...]
    tables: Tables
    terms: dict[int, tuple[int, Grounding]] = field(default_factory=dict)
    titles: Mapping[int, Title] = field(default_factory=dict)

    def piece_at(self, at: int) -> Piece:
        """The longest reading from this token on; an unknown word when there is none."""
        readings = [self._cut_short(piece) for piece in self._readings(at) if piece is not None]
        return max(readings, key=lambda piece: (piece.end, _PRIORITY[piece.kind]), default=Piece("unknown", at, at + 1))

    def _cut_short(self, piece: Piece) -> Piece:
        """A small word gives way to a facet phrase that begins inside it: "suitable for" to "for kids"."""
        if piece.kind not in ("cue", "skip") or (piece.cue is not None and piece.cue.kind not in _YIELDING):
            return piece
        for at in range(piece.start + 1, piece.end):
            if at in self.terms and self.terms[at][0] > piece.end:
                return replace(piece, end=at)
        return piece

    def _readings(self, at: int) -> list[Piece | None]:
        return [
            self._amount(at), self._shown(at), self._title(at), self._term(at), self._cue(at), self._direction(at),
            self._noun(at), self._own_noun(at), self._sign(at),
        ]  # fmt: skip

    def _amount(self, at: int) -> Piece | None:
        found = read_amount(self.tokens, at, self.tables.units, self.tables.comparators)
        if found is not None and self._low(found.end) in ("old", "olds") and found.quantity.units:
            return Piece("unknown", at, found.end + 1)  # "for a 7 year old"
        if found is not None and is_mere_article(self.tokens, at, found):
            return None
        if found is not None and is_paid_by_time(self.tokens, found):
            return Piece("skip", at, found.end + 2)  # "about $10 a month"
        if found is not None and self._low(found.end) in ("times", "ago"):
            return Piece("skip", at, found.end + 1)  # "seen it a million times", "two years ago"
        if found is not None and self._is_told(at, found):
            return Piece("skip", at, found.end)
        return None if found is None else Piece("amount", at, found.end, amount=found)

    def _is_told(self, at: int, amount: Amount) -> bool:
        """ "Twenty minutes of it", "it came out in 2017": told of one item, no bound."""
        after = (self._low(amount.end), self._low(amount.end + 1))
        if amount.quantity.units and after[0] == "of" and after[1] in ("it", "that", "this", "the"):
            return True
        if is_when(self.tokens, at, amount, self.titles) or is_in_passing(self.tokens, at, amount):
            return True
        before = " ".join(token.low for token in self.tokens[max(at - 5, 0) : at])
        return amount.quantity.is_time and bool(_RELEASED.search(before))

    def _shown(self, at: int) -> Piece | None:
        found = read_shown(self.tokens, at, len(self.context.slate))
        if found is None:
            return None
        places = [place for place in found.places if place < len(self.context.slate)]
        return Piece(
            "shown",
            at,
            found.end,
            items=tuple(self.context.slate[place].item_id for place in places),
            plural=found.plural,
        )

    def _term(self, at: int) -> Piece | None:
        if at not in self.terms:
            return None
        end, grounding = self.terms[at]
        return Piece("term", at, end, grounding=grounding)

    def _title(self, at: int) -> Piece | None:
        if at not in self.titles or is_setting(self.tokens, at):
            return None
        found = self.titles[at]
        rival = self.terms.get(at)
        if rival is not None and rival[0] == found.end and _gives_way(rival[1], self.tokens, at):
            del self.terms[at]  # "newer than Fargo" speaks of the film, "by Fargo" of the person
        return Piece("title", at, found.end, items=found.items)

    def _cue(self, at: int) -> Piece | None:
        if self.tokens[at].low in _SEARCH_SIGNS and self._marks_a_word(at):
            return Piece("cue", at, at + 1, cue=Cue(_SEARCH_SIGNS[self.tokens[at].low]))
        lasting = read_lasting(self.tokens, at)
        if lasting is not None:
            return Piece("cue", at, lasting[0], cue=Cue("scope", scope=lasting[1]))
        if self.tokens[at].low == "love" and at and self.tokens[at - 1].low in ("with", "about", "of"):
            return None  # "that deals with love"
        found = cue_phrases(opening=self._opens_a_clause(at)).at(self.tokens, at)
        denied = read_denial(self.tokens, at)
        if denied is not None and (found is None or found[0] < denied[0]):
            found = denied
        liked = read_liking(self.tokens, at)
        if liked is not None and (found is None or found[0] < liked[0]):
            found = liked
        somebody = self._somebody(at)
        if somebody is not None and (found is None or found[0] <= somebody.end):
            return somebody
        if found is None:
            return None
        kind = _PLAIN_KINDS.get(found[1].kind, "cue")
        if kind == "skip" and self._is_purpose(at, found[0]):
            return None  # "something for a gift"
        if found[0] - at > 1 and self.tokens[found[0] - 1].low == "longer" and self._low(found[0]) == "than":
            small = found[1].kind == "skip"  # "any longer than"
            return (
                Piece("skip", at, at + 1) if small else Piece("cue", at, at + 1, cue=Cue("avoid"))
            )  # "no longer than"
        return Piece(kind, at, found[0], cue=found[1])

    def _is_purpose(self, at: int, end: int) -> bool:
        article = at - 1 if self._low(at - 1) in ("a", "an", "the") and at > 1 else at
        behind = article > 0 and self._low(article - 1) == "for"
        return behind and end == at + 1 and self.tokens[at].low in purpose_words()

    def _low(self, at: int) -> str:
        return self.tokens[at].low if at < len(self.tokens) else ""

    def _somebody(self, at: int) -> Piece | None:
        """ "My nan collects …", "… my grandma would enjoy": a clause about somebody unknown to the catalogue."""
        after = at + 1
        if self.tokens[at].low not in ("my", "our") or after + 1 >= len(self.tokens) or self._means(after):
            return None
        following = self.tokens[after + 1].low
        if following in _WOULD:
            return Piece("cue", at, after + 2, cue=Cue("relative"))
        if self._opens_a_clause(at) and self.tokens[after + 1].kind == "word":
            return Piece("cue", at, after + 1, cue=Cue("story"))
        return None

    def _means(self, at: int) -> bool:
        """Whether the word here is known to the catalogue or the grammar."""
        known = at in self.terms or cue_phrases().at(self.tokens, at) is not None
        return known or self._noun(at) is not None or self._direction(at) is not None or self._own_noun(at) is not None

    def _opens_a_clause(self, at: int) -> bool:
        return at == 0 or self.tokens[at - 1].kind == "sign" or self.tokens[at - 1].low in _CLAUSE_WORDS

    def _direction(self, at: int) -> Piece | None:
        found = self.tables.directions.at(self.tokens, at)
        if found is None or found[0] in self.titles or self._is_of_the_clock(at, found[0]):
            return None  # "the new Jumanji"
        if is_of_no_item(self.tokens, at, found[0]):
            return Piece("skip", at, found[0])
        if (self._low(found[0]) in _PEOPLE and found[0] in self.terms) or self._is_the_new_one(at, found[0]):
            return Piece("skip", at, found[0])  # "my older kids", "the new one looks good"
        if self._low(found[0]) in _PEOPLE:
            return Piece("unknown", at, found[0] + 1)  # "about old people"
        return Piece("direction", at, found[0], direction=found[1])

    def _is_the_new_one(self, at: int, end: int) -> bool:
        """ "The new one looks good", "I want to see the new movie": one that is known."""
        named = at > 0 and self.tokens[at - 1].low == "the" and self.tokens[at].low in ("new", "old")
        return named and end == at + 1 and self._low(end) in ("one", self.tables.spec.noun, "movie", "film")

    def _is_of_the_clock(self, at: int, end: int) -> bool:
        """ "I'll watch it later": no item is later."""
        if self.tokens[at].low not in ("later", "earlier", "sooner"):
            return False
        return end == len(self.tokens) or (self.tokens[end].low != "than" and self._own_noun(end) is None)

    def _noun(self, at: int) -> Piece | None:
        found = self.tables.nouns.at(self.tokens, at)
        return None if found is None else Piece("noun", at, found[0], facet=found[1])

    def _own_noun(self, at: int) -> Piece | None:
        found = self.tables.own_nouns.at(self.tokens, at)
        return None if found is None else Piece("skip", at, found[0], own_noun=True)

    def _sign(self, at: int) -> Piece | None:
        if self.tokens[at].low == "/" and at + 1 in self.terms and any(end == at for end, _ in self.terms.values()):
            return Piece("cue", at, at + 1, cue=Cue("or"))  # "a drama/comedy"
        return Piece("skip", at, at + 1) if self.tokens[at].kind == "sign" else None

    def _marks_a_word(self, at: int) -> bool:
        """ "-horror +comedy", as in a search box."""
        glued = at + 1 < len(self.tokens) and self.tokens[at + 1].start == self.tokens[at].end
        return self.tokens[at].spaced and glued and self.tokens[at + 1].kind == "word"


_RELEASED = re.compile(
    r"(?:\b(?:it|this|one)|^that) (?:just |only |first )?(?:came|comes|was|is)(?: out| released| made)*$"
    r"|\b(?:grew up|raised|born)$"
)
_PEOPLE = frozenset(
    ("kids", "children", "teens", "teenagers", "kid", "child", "people", "brother", "sister", "brothers", "sisters",
     "man", "woman", "men", "women", "guys", "audience", "audiences", "son", "daughter", "crowd", "generation", "boys",
     "girls")
)  # fmt: skip
_WOULD = frozenset(("would", "will", "can", "could", "might"))
_CLAUSE_WORDS = frozenset(
    ("and", "but", "so", "because", "cause", "cos", "cuz", "since", "as", "when", "while", "though", "although", "hi",
     "hello", "hey", "ok", "okay", "well", "yeah", "yes", "sorry", "today", "tonight")
)  # fmt: skip
_PLAIN_KINDS: dict[str, PieceKind] = {"skip": "skip", "plain": "unknown"}
_SEARCH_SIGNS: dict[str, CueKind] = {"-": "avoid", "+": "want"}
_YIELDING = frozenset(("skip", "topic", "want", "weak"))
_PRIORITY: dict[PieceKind, int] = {
    "amount": 9, "shown": 8, "direction": 7, "cue": 6, "term": 5, "noun": 4, "title": 3, "skip": 1, "unknown": 0,
}  # fmt: skip


def cut(text: str, context: ParseContext) -> Sentence:
    """The pieces of a command, in order, covering every token."""
    tokens = tuple(tokenise(text))
    words = [token.text for token in tokens]
    cutter = _Cutter(context, text, tokens, tables_of(context.spec))
    grounder = context.grounder
    cutter.terms = believable_names(tokens, _terms(tokens, words, context), grounder.name_facets, context)
    cutter.titles = titles_of(text, tokens, cutter.terms, context, cutter.tables.year_facet)
    if cutter.titles:
        cutter.terms = _outside(cutter.terms, cutter.titles)
    pieces: list[Piece] = []
    at = 0
    while at < len(tokens):
        piece = cutter.piece_at(at)
        pieces.append(piece)
        at = piece.end
    return Sentence(text, tokens, tuple(_without_its_people(pieces, tokens, grounder.name_facets)))


_CREDITS = frozenset(("by", "with", "starring", "featuring", "and", "&"))


def _without_its_people(pieces: Sequence[Piece], tokens: Sequence[Token], name_facets: frozenset[str]) -> list[Piece]:
    """ "Like Heat with Al Pacino": the name only says which film is meant."""
    read: list[Piece] = []
    named = False  # a title, or one with some of its people, ends just before
    for place, piece in enumerate(pieces):
        person = piece.grounding is not None and piece.grounding.facet in name_facets
        credit = piece.end == piece.start + 1 and tokens[piece.start].low in _CREDITS
        if named and credit and _is_person(pieces[place + 1 : place + 2], name_facets):
            joined = tokens[piece.start].low in ("and", "&") and read[-1].kind == "title"
            read.append(piece if joined else Piece("skip", piece.start, piece.end))
            named = not joined
            continue
        if named and person and read[-1].kind == "skip":
            piece = Piece("skip", piece.start, piece.end)
        else:
            named = piece.kind == "title"
        read.append(piece)
    return read


def _is_person(pieces: Sequence[Piece], name_facets: frozenset[str]) -> bool:
    return any(piece.grounding is not None and piece.grounding.facet in name_facets for piece in pieces)


_BREAKS = frozenset((",", "/", "+", ".", ";", "!", "?", ":", "(", ")", "\n", "--", "–", "—"))


def _terms(tokens: Sequence[Token], words: Sequence[str], context: ParseContext) -> dict[int, tuple[int, Grounding]]:
    """Facet phrases by their first token. None runs over a comma: "no horror, comedy" names two things."""
    found: dict[int, tuple[int, Grounding]] = {}
    start = 0
    for end in [*(place for place, token in enumerate(tokens) if token.low in _BREAKS), len(tokens)]:
        for span in context.grounder.scan(words[start:end]) if end > start else ():
            found[start + span.start] = (start + span.end, span.grounding)
        start = end + 1
    for place, token in enumerate(tokens):
        if place not in found and token.kind == "word" and token.low.endswith("ier") and len(token.low) > 5:
            grounding = _comparative(token.low, context)
            if grounding is not None:
                found[place] = (place + 1, grounding)
    return found


def _comparative(word: str, context: ParseContext) -> Grounding | None:
    """ "funnier" means what "funny" does."""
    return context.grounder.ground(word[:-3] + "y")


def _outside(
    terms: Mapping[int, tuple[int, Grounding]], titles: Mapping[int, Title]
) -> dict[int, tuple[int, Grounding]]:
    """The facet phrases but those that begin inside a title: no war in "Infinity War (2018)"."""
    inside = {place for at, title in titles.items() for place in range(at + bool(title.items), title.end)}
    return {at: term for at, term in terms.items() if at not in inside}


def _after_cue(tokens: Sequence[Token], start: int) -> bool:
    if start > 1 and (tokens[start - 2].low, tokens[start - 1].low) in _ALIKE:
        return True
    return start > 0 and (is_title_cue(tokens, start - 1) or tokens[start - 1].low in ("or", "and", "&", ","))


_SEEN = frozenset(("liked", "loved", "saw", "watched", "seen", "rewatched"))
_ALIKE = frozenset((word, "of") for word in ("lines", "vein", "spirit", "style", "mould"))


def _gives_way(rival: Grounding, tokens: Sequence[Token], at: int) -> bool:
    """Whether a facet phrase after "like" is rather the title of the same words: a surname, or written "Alien"."""
    high = tokens[at].text[:1].isupper() and not (at and tokens[at - 1].low == "-")
    if _is_surname(rival) and high and at and tokens[at - 1].low in ("are", "include"):
        return True  # "my favourites are Fargo and Heat"
    if high and at and tokens[at - 1].low in _SEEN:
        return True  # "I liked Alien"
    return _after_cue(tokens, at) and (_is_surname(rival) or high)


def _is_surname(grounding: Grounding) -> bool:
    """Found by a part of a longer name: "Fargo" of James Fargo."""
    best = grounding.matches[0]
    return best.how == "inflection" and len(best.value.split()) > len(grounding.phrase.split())
