"""Complaints about one film: "it was really depressing", "that looks a bit creepy", "a little scary for my kids".

The quality that is named is rather not wanted again. Words that are no fault by themselves ("scary", "long") complain
only with a softener and of somebody ("for us"). Whoever liked it all the same complains of nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from intently.feed.parser.lexicon import Cue
from intently.feed.parser.pieces import Piece, Sentence
from intently.feed.parser.talk import Clause, clauses_of

__all__ = ["with_complaints"]

_FAULT = (
    r"(?:boring|dull|depressing|disturbing|violent|gory|slow|cheesy|corny|silly|dumb|stupid|predictable|confusing|gross|"
    r"weird|bloody|raunchy|crude|vulgar|graphic|lame|sappy|gruesome|tedious|pretentious|childish|bleak|grim|"
    r"dreary|inappropriate|unrealistic|repetitive)"
)
_MILD = r"(?:scary|sad|long|old|dark|intense|heavy|mature|serious|young|emotional)"
_SUBJECT = (
    r"(?:it|that|this|they|those|that one|this one|the (?:movie|film|story|plot|trailer|ending|first one|second one)|T)"
)
_SEEMS = r"(?:(?:is|was|are|were|looks?|looked|loo?ked|sounds?|sounded|seems?|seemed|felt|feels) (?:like )?)"
_DEGREE = (
    r"(?:(?:a|bit|little|litle|kind|kinda|sort|of|so|very|really|pretty|definitely|quite|probably|just|rather|more|way)"
    r" )*"
)
_SOFTLY = r"(?:(?:probably|just|is) )*(?:a (?:bit|little|litle)|kind of|kinda|sort of|rather|quite) "
_OPENING = rf"(?:(?:{_SUBJECT} {_SEEMS}|(?:its|thats|theyre) |(?:sounds|looks|seems) ))"
_COMPLAINTS = (
    re.compile(rf"{_OPENING}{_DEGREE}(?P<fault>{_FAULT})\b"),
    re.compile(rf"\w+ (?:is|looks|seems|sounds) {_SOFTLY}(?P<fault>{_FAULT}|creepy)\b"),
    re.compile(rf"{_OPENING}{_SOFTLY}(?P<fault>{_MILD})(?= for (?:my|me|us|our|the|a|kids|children|\d))"),
)
_ENJOYED = re.compile(
    r"\b(?:loved|liked|enjoyed|love|enjoy|like) (?:it|that|them|those)\b|\bbut (?:still|it was|was|i|good|great|fun)\b"
)
_DENIED = frozenset(("not", "dont", "didnt", "wasnt", "isnt", "never", "too", "if", "something", "anything", "want"))


def with_complaints(raw: Sentence, said: Sentence) -> Sentence:
    """`said` with what is complained of in `raw`, the same sentence before its mere talk was silenced."""
    if raw.language != "en" or _ENJOYED.search(" ".join(low for low in raw.lows if low[:1].isalnum())):
        return said
    pieces = list(said.pieces)
    for clause in clauses_of(raw):
        fault = _fault_of(raw, clause)
        if fault is not None and fault > clause.start:
            pieces = list(_complaining(raw, pieces, clause, fault))
    return replace(said, pieces=tuple(pieces))


def _complaining(raw: Sentence, pieces: Sequence[Piece], clause: Clause, fault: int) -> Iterator[Piece]:
    """The pieces with those of the clause turned into "rather not", the fault, and words that say nothing."""
    named = next((p for p in raw.pieces if p.start == fault and p.kind == "term"), Piece("unknown", fault, fault + 1))
    for piece in pieces:
        if not clause.start <= piece.start < clause.end:
            yield piece
        elif piece.start <= clause.start and piece.end >= clause.start:
            yield Piece("cue", clause.start, fault, cue=Cue("avoid", soft=True))
            yield named
            if named.end < clause.end:
                yield Piece("skip", named.end, clause.end)


def _fault_of(sentence: Sentence, clause: Clause) -> int | None:
    """The token of the quality that the clause complains of, or None."""
    places, words = _words(sentence, clause)
    if _DENIED & set(words):
        return None
    text = " ".join(words)
    for pattern in _COMPLAINTS:
        found = pattern.search(text)
        if found is not None and (found.start() == 0 or text[found.start() - 1] == " "):
            return places[text[: found.start("fault")].count(" ")]
    return None


def _words(sentence: Sentence, clause: Clause) -> tuple[Sequence[int], Sequence[str]]:
    """The clause's tokens and their words; a title is one word, "T"."""
    places: list[int] = []
    words: list[str] = []
    for piece in sentence.pieces:
        if not clause.start <= piece.start < clause.end:
            continue
        for at in range(piece.start, piece.start + 1 if piece.kind == "title" else piece.end):
            if sentence.lows[at][:1].isalnum() or piece.kind == "title":
                places.append(at)
                words.append("T" if piece.kind == "title" else sentence.lows[at])
    return places, words
