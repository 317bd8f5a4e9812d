"""Names of people by one word only: believed where nothing speaks against it.

A word that is merely near to a surname ("marvle") needs a capital or a cue ("by tarentino"); a surname beside a name
that is not its own ("Harvey Weinstein", "Black Panther", "seth rogan", "June Carter") is somebody or something else:
whoever is called nearly so, or nobody.
"""

from collections.abc import Mapping, Sequence

from intently.catalog.ground import Grounding
from intently.catalog.lexicon import edit_distance, ordinary_words, plain
from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import cue_phrases
from intently.feed.parser.tokens import Token

__all__ = ["believable_names"]

_CUES = frozenset(("by", "with", "starring", "featuring", "from", "like", "director", "actor", "actress", "of"))
_CONTRACTED = frozenset(("ive", "ill", "id", "im", "hes", "shes", "weve", "youve", "theyve"))
WELL_KNOWN = 6  # items of a person who is known by one word
Terms = Mapping[int, tuple[int, Grounding]]


def believable_names(
    tokens: Sequence[Token], terms: Terms, name_facets: frozenset[str], context: ParseContext
) -> dict[int, tuple[int, Grounding]]:
    """The facet phrases without the names of one word that are not believed."""
    kept: dict[int, tuple[int, Grounding]] = {}
    for at, (end, found) in terms.items():
        given = _given_before(tokens, at, terms, context)
        if found.facet not in name_facets or len(found.phrase.split()) > 1:
            if not (given and found.matches[0].how == "spelling" and found.facet not in name_facets):
                kept[at] = end, found  # "sean asin" is nobody from Asia
        elif at > 0 and _is_slip_of(tokens[at - 1].low, found):
            kept[at - 1] = end, found
        elif given:
            near = context.grounder.called_nearly(given, tokens[at].low.removesuffix("'s"))
            if near is not None:
                kept[at - 1] = end, near
        elif _is_believed(tokens, at, end, found, terms, context):
            kept[at] = end, found
    return kept


def _given_before(tokens: Sequence[Token], at: int, terms: Terms, context: ParseContext) -> str:
    """The given name that stands before, or empty: an ordinary word ("will", "rose") only where it can be one."""
    token = tokens[at - 1] if at else None
    if token is None or token.kind != "word" or not context.grounder.is_given_name(token.low):
        return ""
    if any(start < at <= stop for start, (stop, _) in terms.items()):
        return ""
    opens = at == 1 or tokens[at - 2].kind == "sign"
    high = token.text[:1].isupper() and not opens
    if high or token.low not in ordinary_words(context.spec.language):
        return token.low
    modal = token.low == "will" and (opens or tokens[at - 2].low in _SUBJECTS)  # "will Hanks films do?"
    return token.low if token.low in _EVEN_IN_SMALL and not modal else ""


_EVEN_IN_SMALL = frozenset(
    """
    john peter mark tom jack mike josh matt nick tony billy frank bill lee bob roger martin rob ken will brad max harry
    robin terry heather rick maria dean bobby jimmy victor sally gene grace lily bonnie chuck dick rod randy rose troy
    june april carol noel meg hank sandy
    """.split()
)
_SUBJECTS = frozenset("i you he she it we they that this who which there movie film one".split())


def _is_slip_of(word: str, found: Grounding) -> bool:
    """The "Nicholas" of "Nicholas Cage", who is called Nicolas."""
    given = plain(found.matches[0].value).split()[0]
    return word != given and word[:1] == given[:1] and len(word) > 3 and edit_distance(word, given, 2) <= 2


def _is_believed(
    tokens: Sequence[Token], at: int, end: int, found: Grounding, terms: Terms, context: ParseContext
) -> bool:
    if tokens[at].low in _CONTRACTED:
        return False
    cued = at > 0 and tokens[at - 1].low in _CUES
    if found.matches[0].how == "spelling" and not cued and not tokens[at].text[:1].isupper():
        return False
    named = cued and tokens[at - 1].low not in ("like", "of", "from")
    if found.matches[0].how == "inflection" and not named and _is_rare(found, context):
        return False
    language = context.spec.language
    inside = {place for start, (stop, _) in terms.items() for place in range(start, stop)}
    beside = [place for place in (at - 1, end) if 0 <= place < len(tokens) and place not in inside]
    return not any(_is_other_name(tokens, place, language) for place in beside)


def _is_rare(found: Grounding, context: ParseContext) -> bool:
    """Nobody calls so little known a person by one word: "ives", "coco"."""
    best = found.matches[0]
    return int(context.snapshot.mask_of([(best.facet, best.value)]).sum()) < WELL_KNOWN


def _is_other_name(tokens: Sequence[Token], place: int, language: str) -> bool:
    """A word beside that is no ordinary one, or has a capital of its own: the rest of another name."""
    token = tokens[place]
    if token.kind != "word" or cue_phrases().at(tokens, place) is not None:
        return False
    opens = place == 0 or tokens[place - 1].kind == "sign"
    return token.low not in ordinary_words(language) or (token.text[:1].isupper() and not opens)
