"""A change of mind: what a command ends of what is in force, by what stands around the things that it names.

People seldom say "forget X". They say that X had its day, that they are full of it, that it may go, that Y would suit
them better; no list of phrases ends that. So it is read the other way round: something wanted is in force, and the
command names it again. Unless the words around it ask for it or keep it, it ends. What ends is taken back and never
forbidden; something refused that is named without a refusal is allowed again. Nothing here acts without a memory.

A clause is judged by its outline (`outlines`): its words, with letters for what they name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import Cue
from intently.feed.parser.minds import ended_unnamed
from intently.feed.parser.outlines import REQUESTS, Clause, clauses_of, matches
from intently.feed.parser.pieces import CONTENT, Piece, Sentence

__all__ = ["with_turns"]

_HANDLED = frozenset(("retract", "drop", "undo", "reset"))
_TAIL = re.compile(r"(?<=[XV]) (?:that|which|who|with|about|set|where|by|starring|based)\b.*$")


def with_turns(sentence: Sentence, context: ParseContext) -> Sentence:
    """The sentence with marks where it ends what is in force, or allows it again."""
    if sentence.language != "en":
        return sentence
    if not context.memory:
        return _exchanged(sentence)
    clauses = clauses_of(sentence, context)
    for place, clause in enumerate(clauses):
        clause.verdict = _verdict(clause, [*clauses[:place], *clauses[place + 1 :]])
        if place and _is_said_of(clauses[place - 1], clause):
            clauses[place - 1].verdict = "end"
    _forget_after(clauses)
    if turning := ended_unnamed(clauses, context):
        return replace(sentence, pieces=(*turning, *(piece for clause in clauses for piece in clause.pieces)))
    if not any(clause.verdict for clause in clauses):
        return _exchanged(sentence)
    ended = any(clause.verdict in ("end", "maybe", "all") for clause in clauses)
    pieces = [piece for clause in clauses for piece in _marked(sentence, clause, ended)]
    return replace(sentence, pieces=tuple(pieces))


# ----------------------------------------------------------------------------------------------------------- verdicts
def _verdict(clause: Clause, others: Sequence[Clause]) -> str:
    """What becomes of what the clause names: "end", "maybe" (an end that only the model can be sure of), "keep" or
    "forbid" (other words are not about it), "allow", "all" (everything goes); empty where nothing is decided here."""
    text = _TAIL.sub("", clause.outline)
    if matches("all", clause.outline) and not clause.has(_HANDLED) and not matches("keep", clause.outline):
        return "all"
    if clause.wanted:
        contrast = any(other.new for other in others) and not any(matches("add", other.outline) for other in others)
        return _said_aloud(clause, text, contrast) or _understood(clause, text, contrast)
    return _verdict_on_refused(clause, text) if clause.refused else _verdict_on_loose(clause, text)


def _said_aloud(clause: Clause, text: str, contrast: bool) -> str:
    """What words say of the wish that is named."""
    if matches("keep", text):
        return "keep"
    if clause.has(_HANDLED):
        return "handled" if _is_cued_before(clause) else "end"
    if matches("forbid", text):
        return "forbid"
    return "end" if _swaps(clause) or matches("end", text) or _denies(text, contrast) else ""


def _understood(clause: Clause, text: str, contrast: bool) -> str:
    """What becomes of a wish that is named in other words: asked for again or told more closely it stays."""
    if _is_bare(text) or (clause.asks and not (contrast and text.startswith("if "))):
        return ""
    if re.search("X.*[XYZ]", text):
        return ""  # "the dramas should be Korean"
    if contrast:
        return "end"
    sure = matches("praise", text) or not all(_is_thing(clause.pieces[place]) for place in clause.wanted)
    return "" if sure else "maybe"


def _is_cued_before(clause: Clause) -> bool:
    """Whether the cue that takes back stands before what is named, where the grammar reads it by itself."""
    first = next(place for place, piece in enumerate(clause.pieces) if _is_cue(piece, _HANDLED) or piece.cue is not None
                 and piece.cue.kind in _HANDLED)  # fmt: skip
    return first < max(clause.wanted)


def _is_said_of(before: Clause, clause: Clause) -> bool:
    """ "Westerns, that was yesterday": said of what stands alone before it."""
    alone = bool(before.wanted) and not before.verdict and not before.asks and not before.new
    told = bool(clause.outline) and not clause.named and not clause.new and not clause.asks
    ends = clause.outline in ("no", "nah", "nope", "not really", "no thanks") or matches("end", clause.outline)
    return alone and told and ends and _is_bare(before.outline)


def _verdict_on_refused(clause: Clause, text: str) -> str:
    if matches("release", text):
        return "" if clause.has(_HANDLED) else "allow"
    if clause.asks or clause.has(_HANDLED | {"allow", "allowed"}) or matches("forbid", text):
        return ""
    avoids = clause.has(frozenset(("avoid", "too", "enough"))) or _denies(text, contrast=True)
    return "allow" if matches("allow", text) or not (avoids or _is_bare(text) or "Z" in text or "Y" in text) else ""


def _verdict_on_loose(clause: Clause, text: str) -> str:
    """ "Bored with all the aliens": the science fiction that was wished for ends."""
    fresh = [place for place, piece in enumerate(clause.pieces) if piece.kind in CONTENT and place not in clause.loose]
    wanted = [held for found in clause.loose.values() for held in found if held.polarity == "want"]
    if not wanted or clause.asks or not matches("end", text.replace("Z", "X").replace("Y", "X")):
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


def _swaps(clause: Clause) -> bool:
    """Whether something new is put in the place of what is named: "X for Y", "from X to Y", "Y where X was"."""
    return bool(clause.new) and matches("swap", clause.outline)


def _denies(text: str, contrast: bool) -> bool:
    """Whether a negation stands before what is named, or right after it."""
    after = re.search(
        r"[XV] (?:really |just |simply )?(?:isnt|arent|is not|are not|doesnt|dont|didnt|wasnt|wont|cant)\b", text
    )
    lasting = re.search(r"\b(?:any ?more|any longer|no longer|no more)\b", text)
    before = re.search(r"\b(?:not|isnt|arent|dont|doesnt|didnt|neither|nor|less|never)\b[^XV]*[XV]", text)
    return bool(after or lasting or (before and contrast))


# -------------------------------------------------------------------------------------------------------------- marks
_EXCHANGES = frozenset(("swap", "trade", "exchange", "replace", "substitute"))


def _exchanged(sentence: Sentence) -> Sentence:
    """ "Swap the westerns for comedies" where no westerns were wished for: fewer of those that are shown."""
    at = next((place for place, piece in enumerate(sentence.pieces) if _is_low(sentence, piece, _EXCHANGES)), None)
    things = [
        place for place, piece in enumerate(sentence.pieces) if at is not None and place > at and _is_value(piece)
    ]
    if at is None or len(things) < 2:
        return sentence
    between = sentence.pieces[things[0] + 1 : things[1]]
    if not any(_is_low(sentence, piece, frozenset(("for", "with", "by", "against"))) for piece in between):
        return sentence
    pieces = [_silent(piece) if place == at else piece for place, piece in enumerate(sentence.pieces)]
    pieces.insert(things[1], _cue(pieces[things[1]], "want"))
    fewer = replace(_cue(pieces[things[0]], "avoid"), cue=Cue("avoid", soft=True))
    return replace(sentence, pieces=(*pieces[: things[0]], fewer, *pieces[things[0] :]))


def _is_low(sentence: Sentence, piece: Piece, words: frozenset[str]) -> bool:
    return piece.end == piece.start + 1 and sentence.lows[piece.start] in words


def _is_value(piece: Piece) -> bool:
    return piece.kind in ("term", "title")


def _forget_after(clauses: Sequence[Clause]) -> None:
    """Behind "forget everything" nothing is in force: "… a film, nothing from the US" forbids what was wanted."""
    gone = False
    for clause in clauses:
        if gone:
            clause.verdict, clause.named = "", {}
        gone |= clause.verdict == "all" or clause.has(frozenset(("reset",)))


def _marked(sentence: Sentence, clause: Clause, ended: bool) -> Iterator[Piece]:
    if clause.verdict == "all":
        yield from _all_gone(clause)
    elif clause.verdict in ("end", "maybe", "allow"):
        yield from _ending(clause)
    elif clause.verdict in ("keep", "forbid"):
        kept = clause.verdict == "keep"
        for place, piece in enumerate(_without_strays(sentence, clause)):
            yield _silent(piece) if kept and _ends_the_kept(clause, place) else piece
    elif ended and _explains(sentence, clause):
        yield from map(_silent, clause.pieces)
    else:
        opens = ended and bool(clause.pieces) and clause.pieces[0].kind in CONTENT
        if opens:
            yield _cue(clause.pieces[0], "weak")
        yield from _without_strays(sentence, clause) if ended and clause.new else clause.pieces


def _ends_the_kept(clause: Clause, place: int) -> bool:
    """The "besides" of "besides westerns, some crime": a cue that would end what stays."""
    if not _is_cue(clause.pieces[place], _HANDLED | {"avoid", "too", "enough"}):
        return False
    following = (later for later in range(place + 1, len(clause.pieces)) if clause.pieces[later].kind in CONTENT)
    return next(following, None) in clause.wanted


def _ending(clause: Clause) -> Iterator[Piece]:
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


def _all_gone(clause: Clause) -> Iterator[Piece]:
    yield _cue(clause.pieces[0], "reset")
    start = next((place for place in range(len(clause.pieces)) if _is_fresh(clause, place)), len(clause.pieces))
    for place, piece in enumerate(clause.pieces):
        if place == start:
            yield _cue(piece, "want")
        yield piece if place >= start or _is_border(piece) or _is_cue(piece, frozenset(("want",))) else _silent(piece)


def _is_fresh(clause: Clause, place: int) -> bool:
    """Content that the words of a new start do not cover: "begin afresh with chess"."""
    piece = clause.pieces[place]
    before = clause.pieces[place - 1] if place else None
    themed = before is not None and before.cue is not None and before.cue.kind in ("topic", "want", "weak", "replace")
    return piece.kind in CONTENT and (piece.kind != "unknown" or themed)


_TELLERS = frozenset(
    "i ive im id my we weve were our they theyre them he hes she shes it its that thats this because since as the "
    "there turns everyone everybody nobody".split()
)


def _without_strays(sentence: Sentence, clause: Clause) -> Iterator[Piece]:
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


def _explains(sentence: Sentence, clause: Clause) -> bool:
    """Whether a clause beside an end only gives its reason: "they drag me down"."""
    content = [piece for piece in clause.pieces if piece.kind in CONTENT]
    if not content or any(piece.kind != "unknown" for piece in content):
        return False
    lows = sentence.lows[clause.pieces[0].start : clause.pieces[-1].end]
    if not _OTHERS.isdisjoint(lows):
        return True
    return not clause.has(REQUESTS | {"topic", "avoid"}) and not _TELLERS.isdisjoint(lows)


_OTHERS = frozenset("he she they theyre hes shes nobody everybody everyone".split())


def _cue(piece: Piece, kind: str) -> Piece:
    """A cue without words of its own before a piece."""
    return Piece("cue", piece.start, piece.start, cue=Cue(kind))  # type: ignore[arg-type]


def _silent(piece: Piece) -> Piece:
    return Piece("skip", piece.start, piece.end)


def _is_cue(piece: Piece, kinds: frozenset[str]) -> bool:
    return piece.cue is not None and piece.kind == "cue" and piece.cue.kind in kinds


def _is_border(piece: Piece) -> bool:
    return _is_cue(piece, frozenset(("comma", "stop", "but", "and", "or")))
