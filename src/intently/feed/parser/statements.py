"""Statements: what is said of somebody or something, and not asked for.

"Heat was scary", "she plays in a western", "watched that horror movie", "very funny", "my kids loved it": the kind that
is named describes what is talked about, or whom. A clause with a cue of wanting, liking or avoiding is no statement;
neither is a bare phrase ("a funny western") nor what is said of no film ("it should be funny").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from intently.feed.parser.lexicon import Cue, season_words
from intently.feed.parser.pieces import Piece, Sentence
from intently.feed.parser.talk import FILLING, Clause, clauses_of

__all__ = ["without_statements"]

_VERBS = frozenset(
    """
    is was are were isnt wasnt has had have looks looked sounds sounded sound seems seemed seem felt feels stars starred
    starring starres plays played made makes got came comes reminds reminded became remains tries did does gives gave
    """.split()
)
_BY: Mapping[str, frozenset[str]] = {  # what follows a participle that no subject has
    "made": frozenset(("by", "in", "before", "after", "since", "during", "between", "around", "for", "from", "with")),
    "played": frozenset(("by",)),
}
_PRESENT = frozenset(("is", "are", "has", "have", "does", "isnt"))
_POINTING = frozenset(("it", "that", "they", "those", "he", "she", "one", "ones"))
_CONTRACTED = frozenset(("its", "thats", "hes", "shes", "theyre", "theres"))
_SEEMING = frozenset("sounds sounded sound looks looked look seems seemed feels felt".split())
_PAST = frozenset(
    """
    was were had saw seen watched mentioned suggested recommended nailed made did came said told read heard thought
    enjoyed reminded
    """.split()
)
_DOING = frozenset(
    """
    like likes love loves loved liked enjoy enjoyed hate hated watch watched saw and really also both have had did
    """.split()
)
_WOULD = frozenset(("would", "will", "can", "could", "might"))
_TELLING_CUES = frozenset(
    "keep and or but comma stop scope topic soft skip plain seen unseen story relative ask same".split()
)
_MERE = frozenset(("also", "play", "try", "plus", "love", "enjoy", "include", "features"))  # cues that may tell
_SPEAKERS = frozenset("i we you im ive weve what whats which if".split())
_LEADING = frozenset(
    """
    yes yeah yea yep yup no oh ok okay well and so actually maybe then because cause cuz haha lol wow hmm honestly
    think thought heard guess know but hi hello hey since although though as also
    """.split()
)
_ASKED_FOR = frozenset("favorite favourite favorites favourites best top fav fave favs faves".split())
_RELATIVE = frozenset(("that", "which", "who"))
_DEFINITE = frozenset(("the", "that", "those", "this", "these", "his", "her", "their", "its"))
_BETWEEN = frozenset(("last", "first", "second", "other", "funny", "new", "old"))
_DEGREES = frozenset(("so", "very", "really", "pretty", "super", "quite", "absolutely"))
_TAGS = (("right",), ("correct",), ("isnt", "it"), ("wasnt", "it"), ("huh",))
_ASKING = frozenset("is was does did has are were isnt wasnt".split())
_OWNERS = frozenset(("my", "our", "your", "his", "her", "their"))
_PEOPLE = frozenset(("kids", "kid", "children", "family", "teens", "teen", "teenager", "teenagers"))
_EXCEPTING = frozenset(("except", "besides", "but not", "other than", "apart from", "aside from", "except for"))
_ITEMS = frozenset(("movie", "movies", "film", "films", "one", "ones", "stuff", "flicks"))


def without_statements(sentence: Sentence, name_facets: frozenset[str]) -> Sentence:
    """The sentence with what only describes turned into words that say nothing, and praise of a title into praise."""
    if sentence.language != "en":
        return sentence
    told: dict[int, Piece] = {}
    clauses = [_View(sentence, clause, name_facets) for clause in clauses_of(sentence)]
    for place, clause in enumerate(clauses):
        tag = tuple(clauses[place + 1].words) if place + 1 < len(clauses) and not clause.clause.closes else ()
        for piece in _told(clause, tagged=tag in _TAGS, first=place == 0):
            told[piece.start] = Piece("skip", piece.start, piece.end)
        for piece in clause.praising():
            told[piece.start] = Piece("cue", piece.start, piece.end, cue=Cue("keep"))
    return replace(sentence, pieces=tuple(told.get(piece.start, piece) for piece in sentence.pieces))


@dataclass(frozen=True)
class _View:
    """One clause of the sentence."""

    sentence: Sentence
    clause: Clause
    name_facets: frozenset[str]

    @cached_property
    def pieces(self) -> list[Piece]:
        return [piece for piece in self.sentence.pieces if self.clause.start <= piece.start < self.clause.end]

    @cached_property
    def words(self) -> list[str]:
        return [low for low in self.sentence.lows[self.clause.start : self.clause.end] if low[:1].isalnum()]

    @property
    def titles(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind == "title"]

    @cached_property
    def wishes(self) -> list[Piece]:
        """Cues of wanting, liking, avoiding, and of all that changes the feed."""
        return [piece for piece in self.pieces if piece.kind == "cue" and piece.cue and self._is_wish(piece, piece.cue)]

    def _is_wish(self, piece: Piece, cue: Cue) -> bool:
        words = self.sentence.said(piece)
        if cue.kind == "too" and piece.end >= self.clause.end:
            return False  # "that was pretty funny too"
        if cue.kind == "like":
            return not (piece.start > self.clause.start and self.sentence.lows[piece.start - 1] in _SEEMING)
        return words not in _MERE if cue.kind == "want" else cue.kind not in _TELLING_CUES and words not in FILLING

    @cached_property
    def opening(self) -> int:
        """The first token past "yes, well, I think"."""
        lows = (*self.sentence.lows, "", "")
        place = self.clause.start
        while place < self.clause.end and (
            lows[place] in _LEADING or (lows[place] == "i" and lows[place + 1] in _LEADING)
        ):
            place += 1
        return place

    @cached_property
    def verb(self) -> int | None:
        """The token of the verb by which something is said of a third thing, or None."""
        lows = self.sentence.lows
        if self.opening < self.clause.end and lows[self.opening] in _CONTRACTED:
            return self.opening
        if self.opening >= self.clause.end or lows[self.opening] in _VERBS:
            return None  # "has short sleeves and is white"
        inside = {place for piece in self.titles for place in range(piece.start, piece.end)}
        for place in range(self.opening + 1, self.clause.end):
            if lows[place] in _VERBS and place not in inside and not self._is_participle(place):
                return place if self._has_subject(place) else None
        return None

    @property
    def happened(self) -> bool:
        """Whether something is said to have been."""
        places = range(self.clause.start, self.clause.end)
        return any(self.sentence.lows[at] in _PAST and not self._is_participle(at) for at in places)

    def _is_participle(self, place: int) -> bool:
        """ "Films starring her", "a film made in France": which films, and nothing that is told of one."""
        lows, ahead = self.sentence.lows, self.sentence.lows[place + 1 : place + 2]
        if not (lows[place] == "starring" or _BY.get(lows[place], frozenset()) & set(ahead)):
            return False
        known = any(title.end <= place for title in self.titles)  # "Heat starring Al Pacino"
        return not known and not _DEFINITE & set(lows[self.opening : place])

    def _has_subject(self, verb: int) -> bool:
        subject = self.sentence.lows[self.opening : verb]
        if self.sentence.lows[verb] in _PRESENT and not self._names_one(verb, subject):
            return False  # "the shirt is black" may be how it shall be
        relative = subject[-1] in _RELATIVE and len(subject) > 1  # "a comedy that is sad"
        named = any(piece.kind == "noun" and self.opening <= piece.start < verb for piece in self.pieces)
        return not relative and not named and not (_SPEAKERS | _ASKED_FOR) & set(subject)

    def _names_one(self, verb: int, subject: Sequence[str]) -> bool:
        """Whether the subject is a title, a person, or a word that points at one."""
        named = any(p.kind == "title" or self.is_person(p) for p in self.pieces if self.opening <= p.start < verb)
        return named or bool(_POINTING & set(subject))

    def praising(self) -> list[Piece]:
        """The kind that praises a title before it: "Heat was hilarious"."""
        verb = self.verb
        if verb is None or self.wishes or not any(title.start < verb for title in self.titles):
            return []
        return [p for p in self.pieces if p.start > verb and p.kind == "term" and not self.is_person(p)]

    def is_person(self, piece: Piece) -> bool:
        return piece.grounding is not None and piece.grounding.facet in self.name_facets


def _told(clause: _View, *, tagged: bool, first: bool) -> Iterator[Piece]:
    """The pieces of the clause that only tell. tagged: "right?" follows."""
    content = [piece for piece in clause.pieces if piece.kind in ("term", "direction", "title")]
    facts = [piece for piece in content if piece.kind != "title" and not _is_season(clause, piece)]
    if _is_asked_of_one(clause):
        yield from content
    elif not clause.wishes and (tagged or _is_guess(clause)):
        yield from (piece for piece in content if piece.start > (clause.verb or -1))
    else:
        yield from (piece for piece in facts if any(tells(clause, piece) for tells in _ALWAYS))
        if not clause.wishes:
            yield from _stated(clause, facts, first=first)


def _stated(clause: _View, facts: list[Piece], *, first: bool) -> Iterator[Piece]:
    """What a clause without a wish says of something."""
    if clause.verb is not None:
        yield from (piece for piece in facts if piece.start > clause.verb)
    elif clause.words[:1] and clause.words[0] in _SEEMING | {"was", "were"}:
        yield from facts  # "sounds creepy"
    elif not first and _is_judgement(clause):
        yield from (piece for piece in facts if not clause.is_person(piece))
    if clause.happened:
        yield from (piece for piece in facts if _is_definite(clause, piece))
    yield from (piece for piece in facts if clause.is_person(piece) and _is_cast(clause, piece))


# ------------------------------------------------------------------------------------------------------ whole clauses
def _is_asked_of_one(clause: _View) -> bool:
    """ "Is Heat (1995) a western", "did Heat have Pacino": asked of one film."""
    opens = clause.opening < clause.clause.end and clause.sentence.lows[clause.opening] in _ASKING
    return opens and any(title.start == clause.opening + 1 for title in clause.titles)


def _is_guess(clause: _View) -> bool:
    """ "That is by Mann right"."""
    return len(clause.words) > 2 and clause.words[-1] in ("right", "correct") and clause.words[-2] != "the"


def _is_judgement(clause: _View) -> bool:
    """ "Very funny": a degree and a kind, and no more."""
    named = {place for p in clause.pieces if p.kind == "term" for place in range(p.start, p.end)}
    if clause.words[-3:] == ["in", "my", "opinion"]:
        return True
    rest = [clause.sentence.lows[at] for at in range(clause.clause.start, clause.clause.end) if at not in named]
    return bool(rest) and rest[0] in _DEGREES and all(word in _DEGREES | {"though", "too", "also"} for word in rest)


# ------------------------------------------------------------------------------------------------------ single pieces
def _is_season(clause: _View, piece: Piece) -> bool:
    """ "It's Christmas": said to colour the wish beside it."""
    return clause.sentence.said(piece) in season_words()


def _is_somebodys(clause: _View, piece: Piece) -> bool:
    """ "My kids loved it": people, and no kind of film."""
    lows = clause.sentence.lows
    owned = piece.start > 0 and lows[piece.start - 1] in _OWNERS and clause.sentence.said(piece) in _PEOPLE
    ahead = lows[piece.end : piece.end + 2]
    return owned and bool(_DOING & set(ahead)) and not _WOULD & set(ahead)


def _is_that_one(clause: _View, piece: Piece) -> bool:
    """ "Besides the newest one", "the newer ones lack something", "the old one was better": known ones, unless no more
    is said."""
    lows = clause.sentence.lows
    pointed = piece.kind == "direction" and piece.start > 0 and lows[piece.start - 1] in _DEFINITE
    one = lows[piece.end : piece.end + 1] in (("one",), ("ones",))
    if pointed and one and lows[piece.end + 1 : piece.end + 2] in (("was",), ("were",), ("had",), ("wasnt",)):
        return True
    cues = all(clause.sentence.said(cue) in _EXCEPTING or cue.cue == Cue("others") for cue in clause.wishes)
    return pointed and one and len(clause.words) > 4 and cues


def _is_of_a_title(clause: _View, piece: Piece) -> bool:
    """ "The Halloween (2007) remake", "a remake of Halloween", "Zombie's Halloween", "Heat, which is a great drama"."""
    lows, titles = clause.sentence.lows, clause.titles
    if piece.kind != "term" or not titles:
        return False
    ahead = lows[piece.end] if piece.end < len(lows) else ""
    owned = "'s" in clause.sentence.words(piece.start, piece.end).replace("’", "'")
    dated = any(title.end == piece.start and lows[title.end - 1] == ")" for title in titles)
    following = any(title.start == piece.end + (ahead == "of") for title in titles)
    if any(title.start > piece.end and lows[title.start - 1] in ("called", "named", "titled") for title in titles):
        return True
    if (dated and ahead not in _ITEMS) or (following and (owned or ahead == "of")):
        return True
    relative = [at for at in range(clause.clause.start, piece.start) if lows[at] in ("which", "who")]
    if any(lows[title.end : title.end + 2] in (("that", "is"), ("that", "was")) for title in titles):
        return any(title.end < piece.start for title in titles)  # "Heat (1995) that is a great drama"
    liked = any(cue.cue is not None and cue.cue.kind == "like" for cue in clause.wishes)
    return bool(relative) and not liked and any(title.end <= relative[0] for title in titles)


def _is_in_that_one(clause: _View, piece: Piece) -> bool:
    """ "The one with Kate Hudson and Ed Norton", "that film by Mann": names that say which one; "not Mann's best"."""
    if not clause.is_person(piece):
        return False
    lows = clause.sentence.lows
    if lows[piece.start - 1 : piece.start] == ("not",) and lows[piece.end : piece.end + 1] in (("best",), ("finest",)):
        return True
    if _is_in_a_title(clause, piece):
        return True
    start = piece.start
    named = {person.end: person.start for person in clause.sentence.pieces if person.kind in ("term", "skip")}
    while start > 1 and lows[start - 1] in ("and", "&", ",") and start - 1 in named:
        start = named[start - 1]
    known = ("", "", "", "", *lows)[start : start + 4]
    definite = known[1] in ("the", "that") or (known[0] in ("the", "that") and known[1] in _AGED)
    return definite and known[2] in ("one", "movie", "film") and known[3] in _CREDITS


_AGED = frozenset(("new", "newer", "newest", "old", "older", "latest", "recent", "original", "other", "first", "last"))


def _is_in_a_title(clause: _View, piece: Piece) -> bool:
    """ "Adam Sandler in Blended (2014)", where nothing is asked for: somebody who plays there."""
    lows, after = clause.sentence.lows, [title.start for title in clause.titles if title.start > piece.end]
    return not clause.wishes and any(lows[start - 1] == "in" for start in after)


def _is_that_kind(clause: _View, piece: Piece) -> bool:
    """ "I loved that musical", "this western is one I shall try": one film of the kind."""
    lows = clause.sentence.lows
    if piece.kind != "term" or piece.start < 1 or lows[piece.start - 1] not in ("that", "this"):
        return False
    plural = lows[piece.end - 1].endswith("s") or lows[piece.end : piece.end + 1] in tuple((one,) for one in _KINDS)
    before = lows[piece.start - 2] if piece.start - 1 > clause.opening else ""
    return not plural and before in _SEEN | {""}


def _is_effect(clause: _View, piece: Piece) -> bool:
    """ "That made me laugh", "you are hilarious": what a film did to somebody, or what somebody is."""
    before = clause.sentence.lows[max(piece.start - 2, clause.clause.start) : piece.start]
    return piece.kind == "term" and before in (("made", "me"), ("made", "us"), ("you", "are"), ("had", "me"))


_KINDS = ("stuff", "kind", "type", "sort", "genre", "style", "vibe", "movies", "films", "thing", "feel")
_SEEN = frozenset("loved liked saw watched seen enjoyed remember hated".split())


_CREDITS = frozenset(("with", "starring", "by", "featuring"))
_ALWAYS = (_is_effect, _is_that_kind, _is_in_that_one, _is_somebodys, _is_that_one, _is_of_a_title)


def _is_definite(clause: _View, piece: Piece) -> bool:
    """ "Watched that horror movie", "both of the racing movies that you mentioned"."""
    lows = clause.sentence.lows
    place = piece.start - 1
    while place >= clause.clause.start and lows[place] in _BETWEEN:
        place -= 1
    return piece.kind == "term" and place >= clause.clause.start and lows[place] in _DEFINITE


def _is_cast(clause: _View, piece: Piece) -> bool:
    """ "Idris Elba in it"."""
    ahead = clause.sentence.lows[piece.end : piece.end + 2]
    return ahead[:1] == ("in",) and ahead[1:] in (("it",), ("that",), ("both",), ("them",))
