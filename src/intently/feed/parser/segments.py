"""Pieces -> segments: runs of one polarity, with what the words around them do to all of a run.

A new segment begins at a joiner (comma, "and", "or", "but", full stop) and at a cue that turns the polarity. What
segments take from each other is in `lists`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from intently.feed.parser.lexicon import Cue
from intently.feed.parser.pieces import CONTENT, Piece
from intently.feed.parser.tokens import Token

__all__ = ["Action", "Builder", "Segment"]

Action = Literal["want", "avoid", "retract", "drop", "allow", "hide", "tell"]
Joiner = Literal["start", "stop", "comma", "and", "or", "but", "turn"]
_OPERATIONS = frozenset(("undo", "reset", "others", "variety", "inject", "vague", "trending", "newest"))


@dataclass
class Segment:
    """Mutable while built, read-only after. `action` None: not said, to be inherited; `said`: a cue said it here."""

    joiner: Joiner
    action: Action | None = None
    said: bool = False
    strong: bool = False  # a cue such as "I want", not only "something"
    cued: bool = False  # any cue that announces content: unknown words after it are a wish
    soft: bool = False
    bound: bool = False
    replace: bool = False
    like: bool = False
    too: bool = False  # "too long"
    topic: bool = False
    any: bool = False  # "any length"
    no: bool = False  # a lone "no", perhaps a mere interjection
    asks: bool = False  # a question about an item, not a wish: "how long is the first one"
    same: bool = False  # "the same director as …"
    verb: str = ""  # the words of a strong cue
    binding: str = ""  # the words of a cue that binds
    inherited: bool = False
    either: bool = False  # part of a list that "or" closes
    doubtful: bool = False  # its polarity is a guess: "no horror, comedy"
    scope: str = ""
    pieces: list[Piece] = field(default_factory=list)
    operations: list[Cue] = field(default_factory=list)
    kept: bool = False  # praise or chit-chat stood here
    praised: bool = False  # praise of what is named here, and more is asked after it: "the third looks great, but …"
    past: bool = False  # "… any more": what was wished before may end
    story: bool = False  # "tell": what stands here may still be a wish that only the model sees
    relative: bool = False  # "… that my kids would enjoy": up to the next joiner nothing counts

    @property
    def has_content(self) -> bool:
        return any(piece.kind in CONTENT for piece in self.pieces)

    def of_kind(self, kind: str) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind == kind]


_NEGATIONS = frozenset(("no", "not", "nothing", "never", "without", "dont", "isnt", "arent", "none", "neither", "nor"))


_DENYING = frozenset(("dont", "cant", "couldnt", "wont", "not", "never", "didnt", "doesnt", "cannot", "isnt"))
_EXCEPTING = frozenset(("except", "except for", "apart from", "other than", "aside from", "besides", "but not"))
_SUBJECTS = frozenset(("i", "we", "id", "im", "wed"))
_CLOSING = frozenset(
    """
    and or but please pls thanks though although something anything if so because since when which what who where how
    haha lol i we you he she it they do does did can could would will have has
    """.split()
)


class Builder:
    """Takes the pieces of a command one by one; other languages override what their word order changes."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.segments: list[Segment] = []
        self.current = Segment("start")
        self.after_scope = False  # the piece before was "tonight" or the like

    def done(self) -> list[Segment]:
        segments = [*self.segments, self.current]
        for segment in segments:
            if any(cue.kind == "variety" for cue in segment.operations):
                segment.operations = [cue for cue in segment.operations if cue.kind != "others"]
            if segment.has_content and any(cue.weak for cue in segment.operations):
                segment.replace |= any(cue.kind == "variety" and cue.weak for cue in segment.operations)
                segment.operations = [cue for cue in segment.operations if not cue.weak]
                segment.action, segment.said, segment.cued = segment.action or "want", True, True
        return segments

    def take(self, piece: Piece) -> None:
        if piece.kind == "cue" and piece.cue is not None:
            self._cue(piece, piece.cue)
            self.after_scope = piece.cue.kind == "scope"
        elif self.current.replace and self.current.has_content and self.tokens[piece.start].low == "than":
            self._turn("avoid", Cue("avoid", soft=True))  # "rather a comedy than a drama"
        else:
            if piece.kind == "title" and self._is_new_clause():
                self._open("turn")  # "I don't like romance Big was great"
            self.current.past |= " ".join(self._lows(piece)) in ("anymore", "any more", "any longer")
            self.current.pieces.append(piece)

    def _is_new_clause(self) -> bool:
        """Whether a title here begins a clause of its own: what is avoided is named already, and is no title."""
        current = self.current
        content = [piece.kind for piece in current.pieces if piece.kind in CONTENT]
        direct = bool(current.pieces) and current.pieces[-1].kind in CONTENT
        return current.action == "avoid" and direct and content[-1:] not in ([], ["title"]) and not current.like

    def _lows(self, piece: Piece) -> list[str]:
        return [token.low for token in self.tokens[piece.start : piece.end]]

    def _open(self, joiner: Joiner) -> None:
        if self.current == Segment(self.current.joiner):  # nothing said yet: ", and" joins as "and" does
            if self.current.joiner not in ("start", "stop") or (self.current.joiner == "stop" and joiner == "or"):
                self.current.joiner = joiner
            return
        self.segments.append(self.current)
        self.current = Segment(joiner)

    def _cue(self, piece: Piece, cue: Cue) -> None:
        if cue.scope:
            self.current.scope = cue.scope
        if cue.kind in ("and", "or", "but", "comma", "stop"):
            self._open(cue.kind)
        elif self.current.relative:
            self.current.pieces.append(Piece("skip", piece.start, piece.end))
        elif cue.kind == "others" and cue.soft and (self.current.has_content or self.current.cued):
            self._judged(piece)
        elif cue.kind in _OPERATIONS:
            self.current.operations.append(cue)
        else:
            getattr(self, f"_{cue.kind}")(piece, cue)

    def _judged(self, piece: Piece) -> None:
        """ "Comedies are boring": that is said of comedies, not of what is shown."""
        if not self.current.has_content or self.current.action == "avoid":  # "anything but boring"
            self.current.pieces.append(Piece("unknown", piece.start, piece.end))
            return
        self.current.action, self.current.said, self.current.soft = "avoid", True, True

    def _turn(self, action: Action, cue: Cue) -> None:
        if self.current.has_content or self.current.operations:
            self._open("turn")
            self.current.scope = cue.scope
        self.current.story = False
        self.current.action = action
        self.current.said = self.current.cued = True
        self.current.soft |= cue.soft

    def _avoid(self, piece: Piece, cue: Cue) -> None:
        current = self.current
        if current.action == "retract" and not current.has_content:
            return  # "forget the no horror rule": still a retraction
        if current.action == "want" and current.strong and not current.has_content and current.like:
            current.like = False
        if self._lows(piece) in (["not"], ["not", "with"]) and self._was_seen():
            self._unseen(piece, cue)  # "I've seen Alien but not Aliens", "I saw it but not with the kids"
            return
        if current.has_content and not current.strong and self._lows(piece) == ["no"] and self._closes(piece.end):
            current.action, current.said, current.verb = "avoid", True, "no"  # "vampires yes, zombies no"
            return
        if self._is_denied(piece) or self._is_exception(piece):
            self._open("turn")
            self.current.action, self.current.story = "tell", True  # its sign is open: the model's
            return
        self._turn("avoid", cue)
        self.current.verb = " ".join(token.low for token in self.tokens[piece.start : piece.end])
        self.current.no = self.current.verb in ("no", "not", "never", "none") and not cue.soft
        self.current.strong = False

    def _was_seen(self) -> bool:
        """Whether the clause before tells that something was seen."""
        if not self.segments or self.current.joiner != "but" or self.current.has_content:
            return bool(self.segments) and self.segments[-1].action == "hide"
        before = self.segments[-1]
        told = [low for piece in before.pieces for low in self._lows(piece)]
        seen = bool({"seen", "saw", "watched"} & set(told)) and not before.said and not before.has_content
        return before.action == "hide" or seen

    def _is_denied(self, piece: Piece) -> bool:
        """ "I can't not watch", "it's not that I don't like"."""
        last = self.current.pieces[-1] if self.current.pieces else None
        denied = last is not None and last.kind == "unknown" and last.end == piece.start
        return denied and self.tokens[piece.start - 1].low in _DENYING

    def _is_exception(self, piece: Piece) -> bool:
        """ "No Tom Cruise except Top Gun": an avoidance knows no exceptions."""
        if " ".join(self._lows(piece)) not in _EXCEPTING:
            return False
        before = self.current if self.current.has_content else self.segments[-1] if self.segments else self.current
        return before.action == "avoid" and before.has_content

    def _out(self, piece: Piece, cue: Cue) -> None:
        if self.current.has_content:
            self.current.action, self.current.said = "avoid", True

    def _want(self, piece: Piece, cue: Cue) -> None:
        current = self.current
        undecided = current.action in ("avoid", "retract", "drop", "allow") and not current.has_content
        anew = bool(current.pieces) and self.tokens[piece.start].low in _SUBJECTS  # "not a fan of that kind I prefer …"
        if undecided and not current.no and not anew:
            return  # "never show me", "I don't want to see any": the avoidance stands
        self._turn("want", cue)
        self.current.strong, self.current.no = True, False
        self.current.verb = " ".join(token.low for token in self.tokens[piece.start : piece.end])

    def _weak(self, piece: Piece, cue: Cue) -> None:
        told = self.current.action == "tell" or (self.current.has_content and self.current.action is not None)
        if told and self.current.action != "want":
            self._turn("want", cue)
        elif self.current.action is None:
            self.current.action, self.current.said = "want", True
        self.current.cued = True
        self.current.any |= self.tokens[piece.start].low == "any"

    def _topic(self, piece: Piece, cue: Cue) -> None:
        if self._begins_another(piece):
            self._open("and")  # "that deals with war with robots": two wishes
        self.current.cued = self.current.topic = True
        self.current.pieces.append(Piece("skip", piece.start, piece.end, cue=cue))

    def _begins_another(self, piece: Piece) -> bool:
        current = self.current
        direct = bool(current.pieces) and current.pieces[-1].kind in CONTENT
        before = [" ".join(self._lows(p)) for p in current.pieces if p.cue is not None and p.cue.kind == "topic"]
        words = " ".join(self._lows(piece))
        dealing = any(said.endswith(("deals with", "deal with")) for said in before)
        after = words.startswith(("that ", "which ")) or (words in ("with", "about") and dealing)
        return direct and bool(before) and after and current.action != "avoid"

    def _like(self, piece: Piece, cue: Cue) -> None:
        if self.current.has_content and self.current.action != "avoid":
            self._open("turn")
        if self.current.action in (None, "tell"):
            self.current.action, self.current.said = "want", True
        self.current.like = self.current.cued = True

    def _too(self, piece: Piece, cue: Cue) -> None:
        if piece.end - piece.start == 1 and self._closes(piece.end):
            return  # "and thrillers too"
        if self.current.action == "avoid" and not self.current.has_content:
            self.current.soft = True
            self.current.too = not _NEGATIONS & set(self.current.verb.split())  # "they're all too long"
            return
        self._turn("avoid", cue)
        self.current.too = self.current.soft = True

    def _closes(self, end: int) -> bool:
        return end == len(self.tokens) or self.tokens[end].kind == "sign" or self.tokens[end].low in _CLOSING

    def _enough(self, piece: Piece, cue: Cue) -> None:
        if self.current.action == "avoid":  # "not funny enough"
            self.current.action, self.current.soft = "want", False
        elif not self.current.has_content and self.current.action is None:
            self._turn("avoid", Cue("avoid", soft=True))  # "enough comedies"

    def _soft(self, piece: Piece, cue: Cue) -> None:
        self.current.soft = True

    def _bound(self, piece: Piece, cue: Cue) -> None:
        if self.after_scope and (piece.end == len(self.tokens) or self.tokens[piece.end].kind == "sign"):
            return  # "tonight only"
        if cue.weak and (self.current.has_content or self.current.said):
            return
        if self.current.action == "tell" and not self.current.relative:
            self._turn("want", cue)  # "my husband is 60 and only likes war films"
        self.current.bound = self.current.cued = True
        self.current.binding = " ".join(self._lows(piece))
        if piece.end - piece.start > 1 and self.current.action == "avoid" and not self.current.has_content:
            self.current.action = "want"

    def _replace(self, piece: Piece, cue: Cue) -> None:
        self.current.replace = self.current.cued = True

    def _only_not(self, piece: Piece, cue: Cue) -> None:
        self.current.cued = True

    def _retract(self, piece: Piece, cue: Cue) -> None:
        self._turn("retract", cue)

    def _drop(self, piece: Piece, cue: Cue) -> None:
        self._turn("drop", cue)

    def _allow(self, piece: Piece, cue: Cue) -> None:
        self._turn("allow", cue)

    def _allowed(self, piece: Piece, cue: Cue) -> None:
        """ "… is fine again": turns what stands before it."""
        named = any(other.kind in ("shown", "title") for other in self.current.pieces)
        if self.current.has_content and not named:
            self.current.action, self.current.said = "allow", True
        else:  # "the third one is fine"
            self.current.kept = True

    def _ask(self, piece: Piece, cue: Cue) -> None:
        self.current.asks = self.current.kept = True
        self.current.pieces.append(Piece("skip", piece.start, piece.end, cue=cue))

    def _same(self, piece: Piece, cue: Cue) -> None:
        self.current.same = self.current.cued = True

    def _unseen(self, piece: Piece, cue: Cue) -> None:
        """ "I haven't seen Heat" tells something and wishes nothing."""
        self._turn("tell", cue)
        self.current.kept = True

    def _story(self, piece: Piece, cue: Cue) -> None:
        """ "I had a long day", "my daughter turns 6": until another cue, told and not wished."""
        self._turn("tell", cue)
        self.current.said = self.current.cued = False
        self.current.story = True
        self.current.pieces.append(Piece("skip", piece.start, piece.end))

    def _relative(self, piece: Piece, cue: Cue) -> None:
        """ "… that my kids would enjoy": what stands before it stays as it is."""
        self._open("turn")
        self.current.action, self.current.story, self.current.relative = "tell", True, True

    def _that(self, piece: Piece, cue: Cue) -> None:
        """ "More of that": what was pointed at last."""
        self._turn("want", Cue("want"))
        self.current.like = True
        self.current.pieces.append(Piece("shown", piece.start, piece.end, cue=cue))

    def _seen(self, piece: Piece, cue: Cue) -> None:
        self._turn("hide", cue)

    def _scope(self, piece: Piece, cue: Cue) -> None:
        self.current.scope = cue.scope

    def _keep(self, piece: Piece, cue: Cue) -> None:
        self.current.kept = True
        self.current.pieces.append(Piece("skip", piece.start, piece.end, cue=cue))
