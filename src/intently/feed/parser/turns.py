"""A change of mind: what a command ends of what is in force, by what stands around the things that it names.

People seldom say "forget X". They say that X had its day, that they are full of it, that it may go, that Y would suit
them better; no list of phrases ends that. So it is read the other way round: something wanted is in force, and the
command names it again. Unless the words around it ask for it or keep it, it ends. What ends is taken back and never
forbidden; something refused that is named without a refusal is allowed again. Nothing here acts without a memory.

A clause is judged by its outline: the words, with a letter for what they name. X is wanted and in force, V refused and
in force, Y something new on a facet of X, Z any other content.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import Cue, words_of
from intently.feed.parser.named import Named
from intently.feed.parser.pieces import CONTENT, Piece, Sentence
from intently.nouns import Preference

__all__ = ["with_turns"]

_STOPS = frozenset((".", "!", "?", ";", "...", "\n", ":", "--", "–", "—", "(", ")"))
_BREAKS = frozenset((",", "but", "so", "because", "though", "although"))
_REQUESTS = frozenset(("want", "bound", "weak", "that"))
_HANDLED = frozenset(("retract", "drop", "undo", "reset"))
_ADDING = re.compile(r"^(?:and|or|&|\+|plus|with|as well as|mixed with|a|an|the|some|of|from|in|,|/|\s)*$")
_TAIL = re.compile(r"(?<=[XV]) (?:that|which|who|with|about|set|where|by|starring|based)\b.*$")


@dataclass
class _Clause:
    """Pieces from one border to the next. `named`: by place in `pieces`, what is named there; `outline`: see above."""

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

    def has(self, kinds: frozenset[str]) -> bool:
        return any(piece.cue is not None and piece.cue.kind in kinds for piece in self.pieces)


def with_turns(sentence: Sentence, context: ParseContext) -> Sentence:
    """The sentence with marks where it ends what is in force, or allows it again."""
    if not context.memory or sentence.language != "en":
        return sentence
    clauses = [_outlined(sentence, context, pieces) for pieces in _clauses(sentence)]
    for place, clause in enumerate(clauses):
        clause.verdict = _verdict(clause, [*clauses[:place], *clauses[place + 1 :]])
    if not any(clause.verdict for clause in clauses):
        return sentence
    ended = any(clause.verdict in ("end", "maybe", "all") for clause in clauses)
    pieces = [piece for clause in clauses for piece in _marked(sentence, clause, ended)]
    return replace(sentence, pieces=tuple(pieces))


# ------------------------------------------------------------------------------------------------------------ clauses
def _clauses(sentence: Sentence) -> Iterator[list[Piece]]:
    """Runs of pieces up to a sign, a "but", or a new request after something was named."""
    clause: list[Piece] = []
    for piece in sentence.pieces:
        low = sentence.lows[piece.start]
        asks = piece.cue is not None and piece.cue.kind == "want" and piece.end - piece.start > 1
        if asks and any(other.kind in CONTENT for other in clause):
            yield clause
            clause = []
        clause.append(piece)
        if (low in _STOPS or low in _BREAKS) and piece.end == piece.start + 1:
            yield clause
            clause = []
    if clause:
        yield clause


def _outlined(sentence: Sentence, context: ParseContext, pieces: list[Piece]) -> _Clause:
    names = Named(sentence, context)
    clause = _Clause(pieces)
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
    return clause


# ----------------------------------------------------------------------------------------------------------- verdicts
def _verdict(clause: _Clause, others: Sequence[_Clause]) -> str:
    """ "end", "maybe" (an end that only the model can be sure of), "allow", "all" (everything goes), or nothing."""
    text = _TAIL.sub("", clause.outline)
    if _matches("all", clause.outline) and not clause.has(_HANDLED) and not _matches("keep", clause.outline):
        return "all"
    if clause.refused and not clause.wanted:
        return _verdict_on_refused(clause, text)
    if not clause.wanted:
        return _verdict_on_loose(clause, text)
    if _matches("keep", text):
        return "keep" if clause.has(_HANDLED) else ""
    if clause.has(_HANDLED) or _matches("forbid", text):
        return ""
    contrast = any(other.new for other in others) and not any(_matches("add", other.outline) for other in others)
    if _swaps(clause) or _matches("end", text) or _denies(text, contrast):
        return "end"
    if clause.has(_REQUESTS):
        return ""
    if _is_bare(text) or "Z" in text or "Y" in text:
        return ""  # asked for again, or told more closely: "the dramas should be Korean"
    if contrast:
        return "end"
    return "maybe" if all(_is_thing(clause.pieces[place]) for place in clause.wanted) else ""


def _verdict_on_refused(clause: _Clause, text: str) -> str:
    if _matches("release", text):
        return "" if clause.has(_HANDLED) else "allow"
    if clause.has(frozenset(("want", "allow", "allowed"))) or clause.has(_HANDLED) or _matches("forbid", text):
        return ""
    avoids = clause.has(frozenset(("avoid", "too", "enough"))) or _denies(text, contrast=True)
    return "allow" if _matches("allow", text) or not (avoids or _is_bare(text) or "Z" in text or "Y" in text) else ""


def _verdict_on_loose(clause: _Clause, text: str) -> str:
    """ "Bored with all the aliens": the science fiction that was wished for ends."""
    fresh = [place for place, piece in enumerate(clause.pieces) if piece.kind in CONTENT and place not in clause.loose]
    wanted = [held for found in clause.loose.values() for held in found if held.polarity == "want"]
    if not wanted or clause.has(_REQUESTS) or not _matches("end", text.replace("Z", "X").replace("Y", "X")):
        return ""
    if any(clause.pieces[place].kind != "unknown" for place in fresh):
        return ""
    clause.named = {place: [one for one in held if one in wanted] for place, held in clause.loose.items()}
    return "end"


def _is_thing(piece: Piece) -> bool:
    """Values, titles, words and spans of time ("the nineties"); not bounds and nouns, of which one may just talk."""
    span = piece.amount is not None and piece.amount.quantity.is_time and piece.amount.comparator.side == "none"
    return span or piece.kind in ("term", "unknown", "title")


def _is_bare(text: str) -> bool:
    """Nothing but the thing itself and small words: "comedies please", "the westerns from the 90s"."""
    return not [word for word in text.split() if word not in _SMALL]


_SMALL = frozenset(
    "X Y Z V a an the some any more of from in and or please pls thanks hi hey ok okay hmm well oh yes no film films "
    "movie movies one ones set by with for to about just only me us is it thats".split()
)


def _swaps(clause: _Clause) -> bool:
    """Whether something new is put in the place of what is named: "X for Y", "from X to Y", "Y where X was"."""
    between = re.search(r"[XY](?P<between>[^XY]*)[XY]", clause.outline)
    if not clause.new or between is None or between.group()[0] == between.group()[-1]:
        return False
    return not _ADDING.match(between["between"])


def _denies(text: str, contrast: bool) -> bool:
    """Whether a negation stands before what is named, or right after it."""
    after = re.search(
        r"[XV] (?:really |just |simply )?(?:isnt|arent|is not|are not|doesnt|dont|didnt|wasnt|wont|cant)\b", text
    )
    lasting = re.search(r"\b(?:any ?more|any longer|no longer|no more)\b", text)
    before = re.search(r"\b(?:not|isnt|arent|dont|doesnt|didnt|neither|nor|less|never)\b[^XV]*[XV]", text)
    return bool(after or lasting or (before and contrast))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """The outlines of one kind, from the table "turn" of `english.toml`."""
    outlines = [outline for entry in words_of("turn") if entry["kind"] == name for outline in entry["outlines"]]
    return re.compile("|".join(rf"(?:{outline})" for outline in outlines))


def _matches(name: str, text: str) -> bool:
    return bool(_pattern(name).search(text))


# -------------------------------------------------------------------------------------------------------------- marks
def _marked(sentence: Sentence, clause: _Clause, ended: bool) -> Iterator[Piece]:
    if clause.verdict == "all":
        yield from _all_gone(clause)
    elif clause.verdict in ("end", "maybe", "allow"):
        yield from _ending(clause)
    elif clause.verdict == "keep":
        yield from (_silent(piece) if _is_cue(piece, _HANDLED) else piece for piece in clause.pieces)
    elif ended and _explains(sentence, clause):
        yield from map(_silent, clause.pieces)
    else:
        opens = ended and bool(clause.pieces) and clause.pieces[0].kind in CONTENT
        if opens:
            yield _cue(clause.pieces[0], "weak")
        yield from _without_strays(sentence, clause) if ended and clause.new else clause.pieces


def _ending(clause: _Clause) -> Iterator[Piece]:
    """The clause as a retraction of what it names; what it asks for in its place stays a wish."""
    ending = False
    for place, piece in enumerate(clause.pieces):
        if place in clause.named:
            if not ending:
                yield _cue(piece, "retract")
            ending = True
            ids = tuple(held.id for held in clause.named[place])
            yield replace(piece, ends=ids, unsure=clause.verdict == "maybe")
        elif place in clause.new:
            yield _cue(piece, "want")
            ending = False
            yield piece
        elif _is_border(piece) or _is_cue(piece, frozenset(("scope", "want", "replace"))):
            yield piece
        else:
            yield _silent(piece)


def _all_gone(clause: _Clause) -> Iterator[Piece]:
    yield _cue(clause.pieces[0], "reset")
    start = next((place for place in range(len(clause.pieces)) if _is_fresh(clause, place)), len(clause.pieces))
    for place, piece in enumerate(clause.pieces):
        if place == start:
            yield _cue(piece, "want")
        yield piece if place >= start or _is_border(piece) or _is_cue(piece, frozenset(("want",))) else _silent(piece)


def _is_fresh(clause: _Clause, place: int) -> bool:
    """Content that the words of a new start do not cover: "begin afresh with chess"."""
    piece = clause.pieces[place]
    before = clause.pieces[place - 1] if place else None
    themed = before is not None and before.cue is not None and before.cue.kind in ("topic", "want", "weak", "replace")
    return piece.kind in CONTENT and (piece.kind != "unknown" or themed)


_TELLERS = frozenset(
    "i ive im id my we weve were our they theyre them he hes she shes it its that thats this because since as the "
    "there turns everyone everybody nobody".split()
)


def _without_strays(sentence: Sentence, clause: _Clause) -> Iterator[Piece]:
    """Beside something new that is known, other words only say how one likes it: "Danish would suit me better". What
    belongs to a thing stays: "gritty crime", "a drama about chess"."""
    for place, piece in enumerate(clause.pieces):
        following = clause.pieces[place + 1] if place + 1 < len(clause.pieces) else None
        before = clause.pieces[place - 1] if place else None
        beside = following is not None and (following.kind in CONTENT or following.own_noun)
        themed = before is not None and (
            before.kind == "unknown" or (before.cue is not None and before.cue.kind == "topic")
        )
        stray = piece.kind == "unknown" and place not in clause.named and not (beside or themed)
        yield _silent(piece) if stray else piece


def _explains(sentence: Sentence, clause: _Clause) -> bool:
    """Whether a clause beside an end only gives its reason: "they drag me down"."""
    content = [piece for piece in clause.pieces if piece.kind in CONTENT]
    if not content or any(piece.kind != "unknown" for piece in content) or clause.has(_REQUESTS | {"topic", "avoid"}):
        return False
    return sentence.lows[clause.pieces[0].start] in _TELLERS


def _cue(piece: Piece, kind: str) -> Piece:
    """A cue without words of its own before a piece."""
    return Piece("cue", piece.start, piece.start, cue=Cue(kind))  # type: ignore[arg-type]


def _silent(piece: Piece) -> Piece:
    return Piece("skip", piece.start, piece.end)


def _is_cue(piece: Piece, kinds: frozenset[str]) -> bool:
    return piece.cue is not None and piece.kind == "cue" and piece.cue.kind in kinds


def _is_border(piece: Piece) -> bool:
    return _is_cue(piece, frozenset(("comma", "stop", "but", "and", "or")))
