"""Cut a Chinese command into pieces without spaces to go by.

Every reading of every stretch (cue, amount, facet phrase, title, place of the slate, particle) is an edge; the cheapest
path through all characters is taken: as few pieces as possible, unknown characters only where nothing else fits
(maximal matching). Characters that are particles alone but part of an unknown word ("有趣") stay with that word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from intently.catalog.schema import CatalogSpec
from intently.feed.parser.bounds import read_amount
from intently.feed.parser.chinese.amounts import AmountReader
from intently.feed.parser.chinese.directions import Directions, directions_of
from intently.feed.parser.chinese.fold import HAN, NUMERAL, fold
from intently.feed.parser.chinese.lexicon import Strings, cue_patterns, cue_strings, postposed
from intently.feed.parser.chinese.shown import MEASURES, read_shown_chinese
from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import Cue, cue_phrases
from intently.feed.parser.pieces import Piece, Sentence
from intently.feed.parser.tables import tables_of
from intently.feed.parser.tokens import Token

__all__ = ["ChineseCue", "cut_chinese", "tokenise_chinese"]

_TOKEN = re.compile(
    r"""(?P<number>\d+(?:[.,]\d+)*) | (?P<word>[a-z]+(?:[-'’][a-z]+)*|[^\W\d_]) | (?P<sign><=|>=|--|[^\w\s])""",
    re.VERBOSE,
)
_COUNT = re.compile(rf"(?:{NUMERAL}|几)[{MEASURES}](?!半|小时|钟头|月|星期|礼拜)")
_LASTING = re.compile(rf"(?:接下来|未来|之后|接下来的|往后)的?({NUMERAL})个?(天|周|星期|礼拜|月)(?:内|之内|里)?")
_DAYS = {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30}
_BREAKS = frozenset(',.;:!?()"、/\n')
_TITLE_SIGNS = {"《": "》", "“": "”", '"': '"', "「": "」", "『": "』"}
_TITLE_CUES = ("像", "类似", "类似于", "跟", "和", "看过", "喜欢", "比", "想看", "看")
_UNKNOWN_COST = 4.0  # of a character that nothing reads
_SKIP_COST = 1.3
_BONUS = {"amount": 0.09, "shown": 0.08, "direction": 0.07, "cue": 0.06, "term": 0.05, "noun": 0.04, "title": 0.03}
_FRAGILE = frozenset(
    "亲片张本类种样版为家真挺部件套双有是得地着上中里对出吃家穿买戴一点等会能过给到从被而又再更下先看多大想来像带配讲可找求爱要"
)
UNKNOWN_LENGTH = 2  # characters of an unknown piece: the usual length of a word
LONGEST_TITLE_WORD = 2  # a title of so few characters is believed only where it is marked


@dataclass(frozen=True, slots=True)
class ChineseCue(Cue):
    """A cue with the English lemma that later stages know it by; `after`: it speaks of what stands before it."""

    verb: str = ""
    after: bool = False


@dataclass(frozen=True)
class _Words:
    """What one catalogue adds to Chinese."""

    directions: Directions
    nouns: Strings[str]
    own: Strings[str]


@lru_cache(maxsize=8)
def _words_of(key: int, spec: "_ById") -> _Words:
    facets = spec.spec.facets.items()
    nouns = [(fold(word), name) for name, facet in facets for word in (*facet.nouns, facet.label, name) if word]
    own = [(fold(word), word) for word in (spec.spec.noun, spec.spec.nouns)]
    return _Words(directions_of(spec.spec), Strings(nouns), Strings(own))


class _ById:
    """A spec as a key of a cache: equal only to itself."""

    def __init__(self, spec: CatalogSpec) -> None:
        self.spec = spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.spec is self.spec

    def __hash__(self) -> int:
        return id(self.spec)


def tokenise_chinese(text: str) -> list[Token]:
    """One token a character of Chinese; Latin words, numbers and signs whole. Marks that say nothing vanish."""
    folded = fold(text)
    tokens = []
    for found in _TOKEN.finditer(folded):
        start, end = found.span()
        spaced = start == 0 or folded[start - 1].isspace()
        tokens.append(Token(text[start:end], found.group(), start, end, found.lastgroup or "sign", spaced))
    return tokens


def cut_chinese(text: str, context: ParseContext) -> Sentence:
    """The pieces of a command, in order, covering every token."""
    tokens = tuple(tokenise_chinese(text))
    pieces = _Lattice(text, tokens, context).cheapest()
    return Sentence(text, tokens, tuple(_settled(pieces, tokens)), language="zh")


class _Lattice:
    """All readings of a command, by their first token."""

    def __init__(self, text: str, tokens: Sequence[Token], context: ParseContext) -> None:
        self.folded = fold(text)
        self.tokens = tokens
        self.context = context
        self.words = _words_of(id(context.spec), _ById(context.spec))
        self.amounts = AmountReader(context.spec, tables_of(context.spec).year_facet, context.local_now.year)
        self.starts = {token.start: place for place, token in enumerate(tokens)}
        self.ends = {token.end: place + 1 for place, token in enumerate(tokens)}
        self.edges: dict[int, list[Piece]] = {}
        for piece in (*self._terms(), *self._titles(), *self._patterns()):
            self.edges.setdefault(piece.start, []).append(piece)

    def cheapest(self) -> list[Piece]:
        """The path of least cost; on a tie the one with the longer first piece."""
        size = len(self.tokens)
        cost = [0.0] * (size + 1)
        choice: list[Piece] = []
        best: dict[int, Piece] = {}
        for at in range(size - 1, -1, -1):
            options = [*self._readings(at), Piece("unknown", at, at + 1)]
            best[at] = min(options, key=lambda piece: (round(self._cost(piece) + cost[piece.end], 6), -piece.end))
            cost[at] = self._cost(best[at]) + cost[best[at].end]
        at = 0
        while at < size:
            choice.append(best[at])
            at = best[at].end
        return choice

    def _cost(self, piece: Piece) -> float:
        if piece.kind == "unknown":
            return _UNKNOWN_COST if piece.cue is None else 1.0
        if piece.kind == "skip" and (piece.cue is None or piece.cue.kind == "skip"):
            return _SKIP_COST
        after = isinstance(piece.cue, ChineseCue) and piece.cue.after
        return 1.0 - _BONUS.get(piece.kind, 0.0) - (0.005 if after else 0.0)

    # -------------------------------------------------------------------------------------------------- readings
    def _readings(self, at: int) -> Iterator[Piece]:
        yield from self.edges.get(at, ())
        yield from self._cues(at)
        yield from self._measured(at)
        start = self.tokens[at].start
        for end, facet in self.words.nouns.at(self.folded, start):
            yield from self._piece("noun", at, end, facet=facet)
        for end, _ in self.words.own.at(self.folded, start):
            yield from self._piece("skip", at, end, own_noun=True)
        if self.tokens[at].kind == "sign":
            yield Piece("skip", at, at + 1)

    def _piece(self, kind: str, at: int, end: int, **said: object) -> Iterator[Piece]:
        """The piece up to this character, where a token ends there."""
        place = self.ends.get(end)
        if place is not None and place > at:
            yield Piece(kind, at, place, **said)  # type: ignore[arg-type]

    def _cues(self, at: int) -> Iterator[Piece]:
        start = self.tokens[at].start
        for end, found in cue_strings().at(self.folded, start):
            yield from self._cue(at, end, _with_verb(found.cue, found.verb, after=False))
        for end, found in postposed().at(self.folded, start):
            if self._closes(end) and not self._opens(at):
                yield from self._cue(at, end, _with_verb(found.cue, found.verb, after=True))
        if self.tokens[at].kind == "word" and self.tokens[at].low.isascii():
            english = cue_phrases().at(self.tokens, at)
            if english is not None and not self._is_glued(english[0]):
                cue = english[1]
                yield Piece("skip" if cue.kind in ("skip", "keep") else "cue", at, english[0], cue=cue)
        lasting = _LASTING.match(self.folded, start)
        if lasting is not None:
            count = AmountReader(self.context.spec, "", 0).at(lasting[1], 0)
            days = (count.quantity.low if count else 1) * _DAYS[lasting[2]]
            yield from self._piece("cue", at, lasting.end(), cue=Cue("scope", scope=f"days:{days:g}"))

    def _cue(self, at: int, end: int, cue: Cue) -> Iterator[Piece]:
        if cue.kind == "plain":
            yield from self._piece("unknown", at, end, cue=cue)
        elif cue.kind == "skip":
            yield from self._piece("skip", at, end, cue=cue)
        else:
            yield from self._piece("cue", at, end, cue=cue)

    def _is_glued(self, end: int) -> bool:
        """The A of "A字裙": a letter that a Chinese word begins with."""
        following = self.tokens[end : end + 1]
        return bool(following) and following[0].start == self.tokens[end - 1].end and following[0].kind == "word"

    def _closes(self, end: int) -> bool:
        rest = self.folded[end : end + 2].lstrip("了的吧啊呀哦呢,.!?;~ \n")
        return len(rest) < len(self.folded[end : end + 2]) or end >= len(self.folded.rstrip())

    def _opens(self, at: int) -> bool:
        return at == 0 or (self.tokens[at - 1].kind == "sign" and self.tokens[at - 1].low not in '"》)')

    def _measured(self, at: int) -> Iterator[Piece]:
        start = self.tokens[at].start
        amount = self.amounts.at(self.folded, start)
        if amount is not None:
            place = self.ends.get(amount.end)
            if place is not None:
                yield Piece("amount", at, place, amount=replace(amount, start=at, end=place))
        elif self.tokens[at].low.isascii() and self.tokens[at].kind == "word":
            tables = tables_of(self.context.spec)
            english = read_amount(self.tokens, at, tables.units, tables.comparators)  # "under 200"
            if english is not None:
                yield Piece("amount", at, english.end, amount=english)
        direction = self.words.directions.at(self.folded, start)
        if direction is not None:
            yield from self._piece("direction", at, direction[0], direction=direction[1])
        slate = self.context.slate
        shown = read_shown_chinese(self.folded, start, len(slate))
        if shown is not None:
            items = tuple(slate[place].item_id for place in shown.places if place < len(slate))
            yield from self._piece("shown", at, shown.end, items=items, plural=shown.plural)
        count = _COUNT.match(self.folded, start)
        if count is not None:
            yield from self._piece("skip", at, count.end(), cue=Cue("skip"))

    def _patterns(self) -> Iterator[Piece]:
        for expression, found in cue_patterns():
            for hit in expression.finditer(self.folded):
                at = self.starts.get(hit.start())
                if at is not None:
                    yield from self._piece("cue", at, hit.end(), cue=_with_verb(found.cue, found.verb, after=False))

    def _terms(self) -> Iterator[Piece]:
        """Every facet phrase, overlapping ones too. None runs over a sign."""
        begin = 0
        for end in [*(place for place, token in enumerate(self.tokens) if token.low in _BREAKS), len(self.tokens)]:
            words = [token.text for token in self.tokens[begin:end]]
            for span in self.context.grounder.every_span(words) if words else ():
                yield Piece("term", begin + span.start, begin + span.end, grounding=span.grounding)
            begin = end + 1

    def _titles(self) -> Iterator[Piece]:
        words = [token.text for token in self.tokens]
        for start, end, items in self.context.grounder.scan_titles(words):
            length = self.tokens[end - 1].end - self.tokens[start].start
            if self._is_marked(start, end) or length > LONGEST_TITLE_WORD + 1:
                yield Piece("title", start, end, items=items)

    def _is_marked(self, start: int, end: int) -> bool:
        before = self.folded[: self.tokens[start].start].rstrip()
        return before[-1:] in _TITLE_SIGNS or before.endswith(_TITLE_CUES)


def _with_verb(cue: Cue, verb: str, *, after: bool) -> ChineseCue:
    return ChineseCue(cue.kind, cue.soft, cue.scope, cue.weak, verb, after)


def _settled(pieces: Sequence[Piece], tokens: Sequence[Token]) -> Iterator[Piece]:
    """Unknown characters with the particles that are part of their word, in pieces of two characters."""
    run: list[Piece] = []
    kept: list[list[Piece]] = []
    for place, piece in enumerate(pieces):
        if piece.kind == "unknown" and piece.cue is None:
            run.append(piece)
            continue
        following = pieces[place + 1 : place + 2]
        if _is_short_value(piece) and (run or _is_bare(following)):
            run.append(piece)  # the 白 of 显白, the 皮 of 皮肤
            continue
        if _is_fragile(piece, tokens) and (len(run) == 1 or (run and _is_bare(following))):
            run.append(piece)  # 约会, 设计感
            continue
        if (
            piece.kind == "skip"
            and _is_fragile(piece, tokens)
            and not run
            and _is_single(pieces[place + 1 : place + 3])
        ):
            run.append(piece)  # 中式
            continue
        if run:
            kept.append(run)
            run = []
        kept.append([piece])
    if run:
        kept.append(run)
    for group in kept:
        if len(group) == 1 and group[0].kind != "unknown":
            yield group[0]
        else:
            yield from _pairs(group[0].start, group[-1].end, tokens)


def _is_bare(following: Sequence[Piece]) -> bool:
    return bool(following) and following[0].kind == "unknown" and following[0].cue is None


def _is_short_value(piece: Piece) -> bool:
    """A value's alias of one character: no word, where an unknown character stands beside it."""
    return piece.kind == "term" and piece.end - piece.start == 1


def _is_single(following: Sequence[Piece]) -> bool:
    return _is_bare(following) and not _is_bare(following[1:])


def _is_fragile(piece: Piece, tokens: Sequence[Token]) -> bool:
    """A particle of one character, which may as well be a part of a word."""
    short = piece.end - piece.start == 1 and tokens[piece.start].low in _FRAGILE
    return short and piece.kind in ("skip", "cue")


def _pairs(start: int, end: int, tokens: Sequence[Token]) -> Iterator[Piece]:
    at = start
    while at < end:
        latin = not HAN.match(tokens[at].low)
        stop = at + 1 if latin else min(at + UNKNOWN_LENGTH, end)
        stop = next((place for place in range(at + 1, stop) if not HAN.match(tokens[place].low)), stop)
        yield Piece("unknown", at, stop)
        at = stop
