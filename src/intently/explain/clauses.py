"""Each clause of a line against the evidence: what nothing supports is cut, and what is left is the line.

A clause that does not speak of the person must be true of the item by its facets and text alone; one that does may also
rest on interests, tags and commands, and then it must rest on one of them. Numbers, years and names count exactly,
words in any inflection, and other words for a facet's value as the catalogue declares them. Degrees and denials ("the
best", "no", "without") count only together with the word behind them. What rests on the item's text keeps the text's
order, inside one sentence and with no names from elsewhere: true words in another order say who did what to whom
falsely. RecGPT asks a judge for factuality; this is ours, and it runs before any line is shown.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from intently.catalog.lexicon import plain, singulars
from intently.explain.evidence import ITEM_KINDS, SENTENCE, Evidence, Kind, Piece, sayable
from intently.explain.sentences import breaks_off, follows, hangs_on, is_of_item
from intently.explain.spans import Span, Word, clauses_of, words_of
from intently.explain.wording import Wording, bases, open_wording, tokens_of

__all__ = ["LONGEST_LINE", "Checked", "Checker", "Clause"]

LONGEST_LINE = 120  # characters
LEAST_WORDS = 3  # of a line
LIKE = ("like", "likes")
SUBJECT = 5  # words at a clause's beginning among which "is" tells what its subject is
MOST_REPEATED = 2  # times that a line may say one word
PERSONAL: tuple[Kind, ...] = ("interest", "tag", "preference")
PREFERRED: dict[str, int] = {"interest": 0, "preference": 1, "facet": 2, "tag": 3, "event": 4, "cue": 5, "text": 6}


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a line. `evidence`: names of the pieces that it rests on; `fault`: why it does not stand, or ""."""

    text: str
    evidence: tuple[tuple[str, str], ...] = ()
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """`text`: what is left of the line, "" when nothing may be said; `clauses`: all that it had."""

    text: str
    clauses: tuple[Clause, ...]
    fault: str = ""  # of the line as a whole

    @property
    def evidence(self) -> tuple[tuple[str, str], ...]:
        """What the line rests on, each piece once."""
        if not self.text:
            return ()
        return tuple(dict.fromkeys(name for clause in self.clauses if not clause.fault for name in clause.evidence))

    @property
    def whole(self) -> bool:
        """Whether every clause stood."""
        return bool(self.text) and not any(clause.fault for clause in self.clauses)


class Unsupported(Exception):
    """A word that nothing supports; caught here."""


@dataclass(frozen=True)
class Checker:
    """Checks lines about the things of one catalogue."""

    wording: Wording
    said: frozenset[str]  # words that claim nothing

    @classmethod
    def of(cls, language: str, noun: str, nouns: str) -> "Checker | None":
        """None for a language that has no lists of words."""
        wording = open_wording(language)
        return None if wording is None else cls(wording, sayable(wording, noun, nouns))

    def check(self, line: str, evidence: Evidence) -> Checked:
        """The line without what is not supported."""
        line = " ".join(line.split()).strip(" .;,-–—")
        words = words_of(line, evidence.of("title", "event"))
        while words and words[-1].named is None and words[-1].key in self.wording.open_ended:  # it broke off there
            line = line[: words.pop().start].rstrip(" .;,-–—“”\"'")
        spans = clauses_of(line, words, self.wording)
        clauses = self._fitting(spans, [self._clause(span, evidence) for span in spans], evidence)
        kept = [span for span, clause in zip(spans, clauses, strict=True) if not clause.fault]
        text = _joined(kept, self.wording)
        fault = self._fault(line, text, [word for span in kept for word in span.words], evidence)
        return Checked("" if fault else text, clauses, fault)

    def _fitting(self, spans: Sequence[Span], clauses: Sequence[Clause], evidence: Evidence) -> tuple[Clause, ...]:
        """The clauses, with a fault for each that the line does without: it says nothing new, does not fit, or goes on
        with what the text says of something else."""
        told = Counter[str]()
        found: list[Clause] = []
        kept: list[Span] = []
        for span, clause in zip(spans, clauses, strict=True):
            fault = self._spare(span, told, kept) or self._loose(span, kept[-1], evidence) if kept else ""
            if not clause.fault and fault:
                clause = replace(clause, evidence=(), fault=fault)
            found.append(clause)
            if not clause.fault:
                told.update(self._keys(span))
                kept.append(span)
        return tuple(found)

    def _spare(self, span: Span, told: Counter[str], kept: Sequence[Span]) -> str:
        """Why a line with these clauses does without this one; "" where it does not."""
        keys = self._keys(span)
        personal = any(word.key in self.wording.person for word in span.words)
        if not personal and all(key in told for key in keys):
            return "it says again what the line says"
        if any(n > MOST_REPEATED for n in (told + Counter(keys)).values()):
            return f"it says a word more than {MOST_REPEATED} times"
        return "the line is long enough" if len(_joined([*kept, span], self.wording)) > LONGEST_LINE else ""

    def _loose(self, span: Span, before: Span, evidence: Evidence) -> str:
        """Why the clause may not go on with the one before it: "which", "who", "becoming" or "to" is said there of what
        the line leaves out; "" where it may."""
        word = span.words[0].key
        if word in self.wording.being:
            return "the text may say this of something else"
        if not (word in self.wording.relative or (word.endswith("ing") and word not in self.said)):
            return ""
        told = [one.text for one in before.words if one.key not in self.said and one.named is None]
        holding = (one for one in _sentences(evidence) if told and follows(told, one, self.wording) is not None)
        loose = any(hangs_on(told[0], one, self.wording) for one in holding)
        return "the text says this of something else" if loose else ""

    def _keys(self, span: Span) -> list[str]:
        """Its words that claim something."""
        return [word.key for word in span.words if word.key not in self.said]

    def _fault(self, line: str, text: str, words: Sequence[Word], evidence: Evidence) -> str:
        if len(text.split()) < LEAST_WORDS:
            return "too little of it is supported" if line else "it is empty"
        if len(text) > LONGEST_LINE:
            return f"it has {len(text)} characters, and {LONGEST_LINE} are the most"
        counts = Counter(word.key for word in words if word.key not in self.said)
        if any(n > MOST_REPEATED for n in counts.values()) or _stutters(words):
            return "it repeats itself"
        own = frozenset(base for word in plain(evidence.title).split() for base in bases(word))
        told = [word for word in words if word.key not in self.said]
        if all((word.named is not None and word.named.kind == "title") or own & bases(word.text) for word in told):
            return "it says no more than the title"
        return ""

    def _clause(self, span: Span, evidence: Evidence) -> Clause:
        try:
            return Clause(span.text, self._support(span, evidence))
        except Unsupported as fault:
            return Clause(span.text, fault=str(fault))

    def _support(self, span: Span, evidence: Evidence) -> tuple[tuple[str, str], ...]:
        keys = {word.key for word in span.words}
        if fault := self._unfinished(span):
            raise Unsupported(fault)
        allowed = self._allowed(keys, evidence, self._likes(span))
        held: list[list[Piece]] = [[word.named] for word in span.words if word.named is not None]
        did: list[Word] = []
        for place, word in enumerate(span.words):
            if word.named is not None:
                continue
            if word.key in self.wording.did:
                did.append(word)
            elif (found := self._pieces(span, place, allowed)) is not None:
                held.append(found)
        cover = _cover(held)
        if any(piece.kind == "text" for piece in cover):
            self._in_order(span, allowed, evidence)
        for word in did:
            self._done(word, cover)
        if keys & self.wording.own and not any(piece.kind in (*PERSONAL, "event") for piece in cover):
            raise Unsupported("it speaks of the person and rests on nothing that is known of them")
        named = tuple(piece.name for piece in cover if piece.kind != "title")
        if not named:
            raise Unsupported("it claims nothing")
        return named

    def _unfinished(self, span: Span) -> str:
        """Why the clause has no beginning or no end; "" where it has both."""
        if span.words[-1].key in self.wording.open_ended and span.words[-1].named is None:
            return "it breaks off"
        return "it does not say what was done by them" if span.first and span.words[0].key == "by" else ""

    def _in_order(self, span: Span, allowed: Sequence[Piece], evidence: Evidence) -> None:
        """That one sentence of the text says in this order what the clause has from it, or each part of it around an
        "and" that joins no names. A place behind "in" and what other pieces say (genres) may stand where the sentence
        has them or anywhere, but no other names: who did it is the sentence's to say. Raises Unsupported."""
        parts = self._parts(span, [piece for piece in allowed if piece.kind != "text"])
        sentences = _sentences(evidence)
        opening = next((word for word in span.words if word.key not in self.said), span.words[0])
        if opening.capital and any(word.key in self.wording.being for word in span.words[1:SUBJECT]):
            parts[0] = (parts[0][0], parts[0][0])  # "Ada Bell is a …": of her, and not of what she made
        ends = [
            [(end, one) for one in sentences for told in part if (end := follows(told, one, self.wording)) is not None]
            for part in parts
        ]
        if not all(ends):
            raise Unsupported("no sentence of the text says this in this order")
        degree = any(word.key in self.wording.strong for word in span.words)
        if all(breaks_off(end, one, degree, self.wording) for end, one in ends[-1]):
            raise Unsupported("the sentence goes on with what it is about")
        keys = [word.key for word in span.words[:2]]
        first = [told[0] for told in parts[0] if told]
        if len(keys) == 2 and keys[0] in self.wording.itself and keys[1] in self.wording.being and parts[0][1]:
            subject = self.said | self.wording.itself | {*plain(evidence.title).split()}
            if not any(is_of_item(first, one, subject, self.wording) for one in sentences):
                raise Unsupported("the text says this of something else")

    def _parts(self, span: Span, others: Sequence[Piece]) -> list[tuple[list[str], list[str]]]:
        """Of each part of the clause all words that tell something, and those that must come from the sentence."""
        parts: list[tuple[list[str], list[str]]] = [([], [])]
        for place, word in enumerate(span.words):
            whole, own = parts[-1]
            if word.key == "and" and not _joins_names(span, place):
                parts.append(([], []))
            elif word.key in self.wording.named_before and not self._likes(span):
                whole.append(word.text)
                own.append(word.text)
            elif word.named is not None or word.key in self.said or word.key in self.wording.did:
                continue
            else:
                named = word.capital and not _begins_sentence(span, place)
                whole.append(word.text)
                if not (_placed(span, place) if named else any(_holds(piece, word.text) for piece in others)):
                    own.append(word.text)
        return parts

    def _likes(self, span: Span) -> bool:
        """Whether the clause says that somebody likes what it names."""
        keys = ["", *(word.key for word in span.words), ""]
        return any(
            key in self.wording.likes
            and (before in self.wording.likers or (key not in LIKE and after in ("for", "of")))
            for before, key, after in zip(keys, keys[1:], keys[2:], strict=False)
        )

    def _allowed(self, keys: set[str], evidence: Evidence, likes: bool) -> list[Piece]:
        kinds: set[Kind] = set() if likes else {*ITEM_KINDS}
        if likes or keys & self.wording.person:
            kinds |= {*PERSONAL, "cue"}
        if keys & self.wording.moment:
            kinds.add("cue")
        return [piece for piece in evidence.pieces if piece.kind in kinds]

    def _pieces(self, span: Span, place: int, allowed: Sequence[Piece]) -> list[Piece] | None:
        """The pieces that support the word; None where it claims nothing. Raises Unsupported."""
        word = span.words[place]
        if word.key in self.wording.refused:
            raise Unsupported(f"{word.text!r} is never said")
        if word.capital and (word.key not in self.said or not _begins_sentence(span, place)):
            found = _with_name(span, place, allowed)
            if not found and not _begins_sentence(span, place):
                raise Unsupported(f"the name {word.text!r} is in no evidence")
            if found:
                return found
        if self.wording.strong.intersection(singulars(word.key)):
            raise Unsupported(f"{word.text!r} is no word")
        if word.key in self.wording.strong:
            found = _with_next(span, place, allowed)
        elif word.key in self.wording.bound:
            found = _with_next(span, place, allowed) or (_with_next(span, place - 1, allowed) if place else [])
        elif word.key in self.said:
            return None
        else:
            found = [piece for piece in allowed if _holds(piece, word.text)]
        if not found:
            raise Unsupported(f"{word.text!r} is in no evidence")
        return found

    def _done(self, word: Word, cover: Sequence[Piece]) -> None:
        """That the person did this. Raises Unsupported."""
        if not any(piece.makes_true(self.wording.did[word.key]) for piece in cover):
            raise Unsupported(f"that they {word.text!r} it is not known")


def _sentences(evidence: Evidence) -> list[list[str]]:
    return [tokens_of(one) for piece in evidence.of("text") for one in SENTENCE.split(piece.text)]


def _begins_sentence(span: Span, place: int) -> bool:
    return place == 0 and (span.first or any(mark in span.mark for mark in ".!?:"))


def _holds(piece: Piece, word: str) -> bool:
    """Whether the piece has the word, or each part of a compound; a number exactly."""
    if any(sign.isdigit() for sign in word):
        plain_word = plain(word)
        return any(plain_word == plain(one) for text in (piece.text, *piece.also) for one in text.split())
    if bases(word) & piece.bases:
        return True
    parts = [part for part in word.split("-") if part]
    return len(parts) > 1 and all(bases(part) & piece.bases for part in parts)


def _placed(span: Span, place: int) -> bool:
    """Whether the run of capital words that this one is part of stands behind "in"."""
    while place > 0 and span.words[place - 1].capital:
        place -= 1
    return place > 0 and span.words[place - 1].key == "in"


def _joins_names(span: Span, place: int) -> bool:
    return 0 < place < len(span.words) - 1 and span.words[place - 1].capital and span.words[place + 1].capital


def _with_name(span: Span, place: int, allowed: Sequence[Piece]) -> list[Piece]:
    """The pieces that hold the whole run of capital words that this word is part of, in this order."""
    words = span.words
    first = last = place
    while first > 0 and words[first - 1].capital and words[first - 1].named is None and not words[first].mark.strip():
        first -= 1
    while last + 1 < len(words) and words[last + 1].capital and words[last + 1].named is None:
        last += 1
    for begin in {first, first + 1} if _begins_sentence(span, first) and first < place else {first}:
        run = [part for word in words[begin : last + 1] for part in plain(word.text).split()]
        found = [piece for piece in allowed if _run_in(run, piece)]
        if found:
            return found
    return []


def _run_in(run: Sequence[str], piece: Piece) -> bool:
    texts = [piece.words, *(tuple(plain(one).split()) for one in piece.also)]
    return any(
        list(words[at : at + len(run)]) == list(run) for words in texts for at in range(len(words) - len(run) + 1)
    )


def _with_next(span: Span, place: int, allowed: Sequence[Piece]) -> list[Piece]:
    """The pieces that have this word right before the next one of the clause."""
    if place + 1 >= len(span.words):
        return []
    one, other = bases(span.words[place].text), bases(span.words[place + 1].text)
    return [
        piece
        for piece in allowed
        if any(one & left and other & right for run in piece.runs for left, right in zip(run, run[1:], strict=False))
    ]


def _cover(held: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Few pieces that support all words: those that support most first; of equals what says most of the person."""
    left = [list(pieces) for pieces in held]
    chosen: list[Piece] = []
    while left:
        counts = Counter(piece for pieces in left for piece in pieces)
        best = min(counts, key=lambda piece: (-counts[piece], PREFERRED.get(piece.kind, 9), piece.key))
        chosen.append(best)
        left = [pieces for pieces in left if best not in pieces]
    return chosen


def _stutters(words: Sequence[Word]) -> bool:
    return any(one.key == other.key for one, other in zip(words, words[1:], strict=False))


def _joined(kept: Sequence[Span], wording: Wording) -> str:
    """The clauses that stand as one line: a connector that lost what stood before it goes."""
    if not kept:
        return ""
    first = kept[0]
    if not first.first and first.words[0].key in wording.connectors - {"for"} and len(first.words) > 1:
        dropped = first.words[1].start - first.words[0].start
        first = replace(first, text=first.text[dropped:])
    line = first.text + "".join(_mark(span.mark) + span.text for span in kept[1:])
    return line[:1].upper() + line[1:]


def _mark(mark: str) -> str:
    """What stands between two clauses, without quotes that belong to them."""
    bare = mark.strip("“”\"'‘’ ")
    return f"{bare} " if bare and bare in ",;:.!?…" else f" {bare} " if bare else " "
