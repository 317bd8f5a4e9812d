"""Clauses that only talk: greetings, thanks, reactions, plans, and what is said or asked of one thing.

Whatever they name is no wish: the genre in "is it a comedy?" describes what somebody saw. Their words count as read.
Judged clause by clause (full stops, commas, "but"), by the words alone; a clause that asks for something is none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from intently.feed.parser.pieces import Piece, Sentence

__all__ = ["FILLING", "Clause", "clauses_of", "without_talk"]

_ACTS = frozenset(
    (
        "retract",
        "drop",
        "allow",
        "allowed",
        "undo",
        "reset",
        "others",
        "variety",
        "trending",
        "newest",
        "inject",
        "bound",
        "replace",
        "that",
    )
)
FILLING = frozenset(("actually", "rather"))  # "that was actually funny"
_ENDS = frozenset((".", "!", "?", ";", "...", "\n", ":", "(", ")", "--", "–", "—"))
_TURNS = frozenset((",", "but", "though", "although"))
_ONE = (
    r"(?:it|that|this|he|she|that one|this one|"
    r"(?:that|this|the) (?:movie|film|show|book|trailer|story|plot|acting|cast))"
)
_POINTS = r"\b(?:it|that|them|those|these|this|both|out|into|list|again|soon|title|either|before|all)\b"
_VERBS = (
    r"(?:is|was|were|are|looks?|looked|sounds?|sounded|seems?|seemed|had|has|made|makes|got|came|plays?|played|didnt|"
    r"doesnt|isnt|wasnt|kept|won|reminds?|reminded|scared)"
)
_PLANS = (
    r"(?:check|try|watch|look|see|rent|add|put|take|go with|be sure|give|rewatch|stream|download|keep|remember|google|"
    r"accept|pass|get|show)"
)
_LEAD = (
    r"(?:(?:yes+|yeah|yea|yep|yup|no|oh|ok|okay|well|and|so|actually|maybe|then|because|cause|honestly|wow|haha|lol|true|"
    r"i think|i thought|i heard|i know|i guess) )*"
)
_ASKS = re.compile(
    r"\b(?:something|anything|any|some|more|find|recommend|suggest|suggestion for|help me|show me|give me|looking for|"
    r"want|wanna|prefer|rather|mood|need|possible|should|must|too|enough|instead|"
    r"would (?:like|love|enjoy)|(?:nice|good|great|lovely|ideal|perfect|better) if|"
    r"(?<!sounds )(?<!sound )(?<!looks )(?<!seems )like (?:a|an|to))\b"
)
_QUESTIONS = tuple(
    re.compile(pattern)
    for pattern in (
        # asked of one thing or of the other: "is it scary", "have you seen it", "who is in it", "what is it about"
        rf"^{_LEAD}(?:is|was|isnt|wasnt|does|did|has|would|will) {_ONE}\b",
        rf"^{_LEAD}(?:is|are) there (?:a lot of |lots of |much |too much |any |some )?\w+ in {_ONE}$",
        r"^(?:have|did|are|were|has|arent|havent|didnt) (?:you|anyone|they)\b(?! got\b)",
        r"^do you (?:like|love|enjoy|think|agree|believe|remember|watch|prefer)\b",
        r"^(?:who|whos|what|whats|when|where|which|how|was|is) (?:is|was|did|does|do|are|s|long|old)?\b.*"
        rf"\b{_ONE}\b(?: about| like| in| rated)?$",
        r"^(?:who|whos|what|whats) (?:is |was |are )?"
        r"(?:it|that|in|the (?:plot|story|subject|rating|title|name|premise))\b",
    )
)
_ASKED_OF_ONE = re.compile(rf"^{_LEAD}(?:is|are) there (?:any|some|too much) (?=\w+ in {_ONE}$)")
_REMARKS = tuple(
    re.compile(pattern)
    for pattern in (
        # a film that is told of, with its people: "there is a new one starring Kate"
        rf"^{_LEAD}(?:there is|theres|there was) (?:also )?(?:a|an|this|the) (?:new|old|remake|recent)\b",
        rf"^{_LEAD}(?:with|starring|by)\b.*\bright$",
        rf"^{_LEAD}(?:(?:is|was|isnt|wasnt) (?:it|that) )?(?:the|that) (?:one|movie|film) (?:with|starring|by|where)\b"
        r".*\b(?:right|correct|isnt it|in it)$",
    )
)
_TALK = (*_QUESTIONS, *_REMARKS) + tuple(
    re.compile(pattern)
    for pattern in (
        # said of one thing: "it was funny", "that sounds scary", "he was great in it"
        rf"^{_LEAD}{_ONE}(?: \w+ly| just| also| one| would)? (?:{_VERBS}|be)\b",
        rf"^{_LEAD}(?:its|thats|hes|shes) "
        r"(?:an?|the|one|my|so|such|really|very|pretty|not|more|also|just|all|about|with|kind|like)\b",
        r"^(?:they|those|both) (?:were|looks?|sounds?|seem)\b",
        # a person judged in a film: "Kate was awesome in it"
        r"\b(?:was|is|were|are)(?: \w+)? (?:great|awesome|amazing|good|brilliant|hilarious|excellent|fantastic|funny|"
        r"wonderful|perfect|terrific) in (?:it|that|this|that one|this one)$",
        rf"^{_LEAD}(?:(?:it|that) (?:is|was) |its |thats )the one (?:with|starring)\b",
        rf"^{_LEAD}(?:it|that one|this one) (?:stars|starred|starring|features|featured)\b",
        r"\b(?:is|was|are|were) in (?:it|that|this)(?: too| one| movie| film| also| as well| right| haha| lol)*$",
        # a habit: "I usually watch it around Christmas"
        rf"^{_LEAD}(?:i|we)(?: \w+)? (?:watch|rewatch|watched|see|saw) (?:it|that|this|them)\b(?! instead)",
        rf"^{_LEAD}the \w+(?: \w+)? in (?:it|that|this|that one) (?:was|were|is|are)\b",
        rf"^{_LEAD}the \w+ (?:scenes?|parts?|songs?|effects|jokes|humou?r|plot|fights?|music|ending) "
        r"(?:was|were|is|are)\b",
        # somebody else's liking, and good wishes
        r"^(?:my|our) (?:\w+ )?(?:kids?|family|children|son|daughter|wife|husband|boys|girls|parents|friends?) "
        r"(?:really )?(?:loved|liked|enjoyed|hated|watched|saw) (?:it|that|this|them)\b",
        r"^(?:i )?hope (?:you|your)\b.*(?:day|holidays?|weekend|time|night|evening|year|christmas)$",
        # plans: "I'll check it out", "I will have to watch that"
        rf"^{_LEAD}(?:ill|i (?:will|might|may|could|can|am going to|need to|have to|should)|im (?:going to|gonna)|"
        rf"gonna|going to|will|we will)(?: \w+)?(?: have to| need to| try to| try and| give)? {_PLANS}\b.*{_POINTS}",
        r"\b(?:ill|im going to|i will|i think ill|going to) pass\b(?! on (?!it\b|th))",
        # what is known of it: "I've seen that one", "I haven't heard of it", "never saw it"
        rf"^{_LEAD}(?:i|ive|we|weve|havent|never|have|i have|i do)\b(?: \w+){{0,3}} "
        rf"(?:seen|heard|saw|watched|see|know|knew|caught|remember)\b(?!.*\blike\b).*{_POINTS}",
        rf"^{_LEAD}(?:(?:i|we) )?(?:just |really |also |did |do |didnt |dont |too )*"
        r"(?:like|liked|love|loved|enjoy|enjoyed|hate|hated)(?: \w+)? "
        r"(?:it|that|this|them|those|that one|this one|those two|these)"
        r"(?: (?:one|ones|movie|movies|film|films|too|also|a lot|so much|as well|both|suggestions?|recommendation))*"
        r"(?: when\b.*)?$",
    )
)  # fmt: skip
_CHATTER = frozenset(
    """
    a absolutely afternoon again agree agreed ah ahh all alright also am amazing and appreciate are as awesome be
    been bit both bye care chat chatting choice choices cool course day definitely did do doing done dont either
    enjoy evening exactly excellent fine for fun glad good goodbye goodnight great guess hadnt haha hahaha happy
    have havent heard hello help here hey heya hi hm hmm hope hopefully how howdy i idea ideas im interesting is it
    job k know let like lol look looks lot lovely maybe me morning much my nah neither nice night no nope not of oh
    ok okay one perfect pick picks pleasure pretty problem really recommendation recommendations rest right same see
    seen so sorry sound sounds suggestion suggestions sure take talking thank thanks that the there they think this
    thx time to today tonight too true ty u uh um umm very was we weekend welcome well were will with wonderful work
    works would wow yea yeah year yep yes you your youre yourself yup
    """.split()
)


def without_talk(sentence: Sentence) -> Sentence:
    """The sentence with the pieces of talking clauses turned into words that say nothing."""
    talking: set[int] = set()
    for clause in clauses_of(sentence):
        start, end, last = clause.start, clause.end, clause.closes
        inside = [piece for piece in sentence.pieces if start <= piece.start < end]
        named = any(piece.kind == "title" for piece in inside)
        if not any(_acts(piece, sentence.said(piece)) for piece in inside) and _talks(
            sentence.lows[start:end], last, named
        ):
            talking.update(range(start, end))
    if not talking:
        return sentence
    pieces = tuple(_silent(piece) if piece.start in talking else piece for piece in sentence.pieces)
    return replace(sentence, pieces=pieces)


def _acts(piece: Piece, said: str) -> bool:
    """Whether the piece can only be meant for the feed: what is shown, an amount but for dates ("it is from the 80s"),
    "forget", "undo"."""
    if piece.kind == "cue" and piece.cue is not None:
        return piece.cue.kind in _ACTS and said not in FILLING
    bounds = piece.amount is not None and not (piece.amount.quantity.is_time and piece.amount.comparator.side == "none")
    return bounds or (piece.kind == "shown" and bool(piece.items))


def _silent(piece: Piece) -> Piece:
    return Piece("skip", piece.start, piece.end)


@dataclass(frozen=True, slots=True)
class Clause:
    """Tokens `start` to `end`, exclusive. `closes`: a sentence ends here."""

    start: int
    end: int
    closes: bool


def clauses_of(sentence: Sentence) -> Iterator[Clause]:
    """Stretches between full stops, commas and "but", and where "I love …" begins anew; never cut inside a piece."""
    start = 0
    inside = {place for piece in sentence.pieces for place in range(piece.start + 1, piece.end)}
    for place, low in enumerate(sentence.lows):
        if place in inside:
            continue
        if low in _ENDS or low in _TURNS:
            if place > start:
                yield Clause(start, place, low in _ENDS)
            start = place + 1
        elif place > start + 2 and _begins_anew(sentence, place):
            yield Clause(start, place, True)
            start = place
    if start < len(sentence.lows):
        yield Clause(start, len(sentence.lows), True)


_LIKINGS = frozenset(("love", "like", "loved", "liked", "enjoy", "enjoyed", "want", "prefer", "need"))
_ADVERBS = frozenset(("really", "do", "also", "just", "would", "usually", "absolutely", "always", "did", "definitely"))
_POINTING = frozenset(("it", "that", "this", "them", "those", "these", "both", "him", "her", "too", "also"))
_BINDING = frozenset(
    """
    that which who whom if because cause cuz since as when what while like than so and or think thought know guess
    whatever where how until unless mean say said believe hope wish why the did do does movie movies film films one
    ones thing things some another other though although but i we anything something everything for not
    """.split()
)


def _begins_anew(sentence: Sentence, place: int) -> bool:
    """ "I haven't seen that one I love Gene Wilder": a clause of its own without a full stop before it."""
    lows = sentence.lows
    if lows[place] not in ("i", "we", "it") or lows[place - 1] in _BINDING - {"one", "movie", "film"}:
        return False
    at = place + 1
    if lows[place] == "it":
        return at + 1 < len(lows) and lows[at] in ("was", "is", "sounds", "looks", "seems", "sounded", "looked")
    while at < len(lows) and lows[at] in _ADVERBS:
        at += 1
    named = at + 1 < len(lows) and lows[at + 1][:1].isalnum() and lows[at + 1] not in _POINTING
    return named and lows[at] in _LIKINGS


def _talks(lows: Sequence[str], last: bool, named: bool) -> bool:
    """`named`: it names an item, so that only a question is mere talk: "we saw Heat and loved it" is more."""
    words = [low for low in lows if low[:1].isalnum()]
    if not words:
        return False
    if words[:2] != ["too", "much"] and all(word in _CHATTER for word in words):
        return len(words) > 1 or words[0] not in ("no", "not", "fun")
    text = re.sub(r" too(?= haha| lol|$)", " also", " ".join(words))
    asking = text if "than" in words else re.sub(r"\b(?:is|was) (?:a bit |a little )?more of an?\b", "is", text)
    if _ASKS.search(_ASKED_OF_ONE.sub("", asking)):
        return False
    if words[0] in ("its", "thats") and not last and len(words) < 3:
        return False  # "it's autumn, I'd like long skirts"
    return any(pattern.search(text) for pattern in ((*_QUESTIONS, *_REMARKS) if named else _TALK))
