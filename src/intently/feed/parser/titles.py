"""Titles in a command: those that the catalogue has, where the person marks them as such, and those that it lacks.

A title is believed by quotes, capitals, a cue such as "like" before it, three words and more, or the year in brackets
behind it. A run of capitals of which the catalogue knows only a part ("Boxing Helena", "Avengers: Infinity War (2018)")
is the title of something it lacks: nothing inside it is read as a genre, a person or a year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from intently.catalog.ground import Grounding
from intently.catalog.lexicon import ordinary_words
from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import cue_phrases
from intently.feed.parser.tokens import Token

__all__ = ["Title", "is_setting", "is_title_cue", "titles_of"]

LONGEST = 16  # tokens of a title that a year in brackets closes
EDGE_YEARS = 1  # by which two sources may date a film apart


@dataclass(frozen=True, slots=True)
class Title:
    """The token after it, and the items so called: none when the catalogue lacks it."""

    end: int
    items: tuple[str, ...]


def titles_of(
    text: str, tokens: Sequence[Token], terms: Mapping[int, tuple[int, Grounding]], context: ParseContext, year: str
) -> dict[int, Title]:
    """Titles by their first token. `terms`: facet phrases by theirs; `year`: the catalogue's date facet, or empty."""
    found = {at: _numbered(tokens, title) for at, title in _marked(tokens, terms, context).items()}
    shouting = _is_shouted(tokens)
    for start, end in () if shouting else _capital_runs(tokens):
        if _is_lacking(tokens, start, end, terms, found, context):
            found = {at: title for at, title in found.items() if title.end <= start or at >= end}
            found[start] = Title(end, ())
    for bracket in _dated(tokens):
        start, items = _before(text, tokens, bracket, terms, context, year)
        if start < bracket:
            found = {at: title for at, title in found.items() if title.end <= start or at >= bracket}
            found[start] = Title(bracket + 3, items)
    found = {at: title for at, title in found.items() if not _is_cut(at, title.end, terms)}
    return found | {at + 1: title for at, title in found.items() if _has_free_article(tokens, at, found)}


def _has_free_article(tokens: Sequence[Token], at: int, found: Mapping[int, Title]) -> bool:
    """ "Not a Star Wars fan": the article may be the cue's."""
    return tokens[at].text in ("a", "an", "the") and at + 1 not in found and at + 1 < found[at].end


_PARTS = frozenset(("2", "3", "4", "5", "6", "7", "8", "9", "ii", "iii", "iv", "vi", "vii"))
_COUNTED = frozenset(
    ("times", "hours", "minutes", "stars", "years", "more", "other", "out", "of", "or", "days", "weeks", "/")
)


def _numbered(tokens: Sequence[Token], title: Title) -> Title:
    """ "Pitch Perfect 3": a part that the catalogue lacks, and not the first one."""
    end = title.end
    if not title.items or end >= len(tokens) or tokens[end].low not in _PARTS or tokens[end - 1].kind == "number":
        return title
    counts = end + 1 < len(tokens) and tokens[end + 1].low in _COUNTED
    return title if counts else Title(end + 1, ())


def _is_cut(start: int, end: int, terms: Mapping[int, tuple[int, Grounding]]) -> bool:
    """ "An Adam" of "an Adam Sandler fan": a longer phrase begins inside and ends behind."""
    return any(start <= at < end < term_end for at, (term_end, _) in terms.items())


# ------------------------------------------------------------------------------------------- the year in brackets
def _dated(tokens: Sequence[Token]) -> list[int]:
    """Places of the "(" of "(1997)"."""
    return [
        place
        for place in range(1, len(tokens) - 2)
        if tokens[place].low == "(" and tokens[place + 2].low == ")" and _is_year(tokens[place + 1])
    ]


def _is_year(token: Token) -> bool:
    return token.kind == "number" and len(token.low) == 4 and token.low.isdigit() and "1870" < token.low < "2100"


def _before(
    text: str,
    tokens: Sequence[Token],
    bracket: int,
    terms: Mapping[int, tuple[int, Grounding]],
    context: ParseContext,
    year: str,
) -> tuple[int, tuple[str, ...]]:
    """Where the title before the bracket starts and the items so called in that year."""
    dated = int(tokens[bracket + 1].low)
    floor = max([bracket - LONGEST, 0, *(place + 3 for place in _dated(tokens) if place < bracket)])
    for start in (place for place in range(floor, bracket) if tokens[place].kind != "sign"):
        items = context.grounder.titles(text[tokens[start].start : tokens[bracket - 1].end])
        items = tuple(item_id for item_id in items if _is_of(item_id, dated, context, year))
        if items:
            return start, items[:1]
    start = _run_back(tokens, bracket, floor)
    for at, (end, grounding) in terms.items():
        if start <= at and end < bracket and end - at > 1 and _is_name(grounding, context):
            start = max(start, end + (tokens[end].low in ("and", "&", "in", "with")))
    return start, ()


def _is_of(item_id: str, dated: int, context: ParseContext, year: str) -> bool:
    row = context.snapshot.row_of(item_id)
    if row is None or not year or year not in context.snapshot.numbers:
        return row is not None
    return abs(float(context.snapshot.numbers[year].amounts[row]) - dated) <= EDGE_YEARS


# ------------------------------------------------------------------------------------------------- runs of capitals
_JOINING = frozenset(("of", "the", "and", "&", "in", "a", "to", "with", "on", "from", "vs", "for", ":", "-", "'", "at"))
_OPENING = frozenset(("want", "like", "keep", "seen", "unseen", "and", "or", "but", "story", "ask"))


def _run_back(tokens: Sequence[Token], end: int, floor: int) -> int:
    """Where the run of capitals that ends here starts; `end` when there is none."""
    start = place = end
    while place > floor:
        place -= 1
        if _is_high(tokens[place]):
            start = place
        elif tokens[place].low not in _JOINING or start == end:
            break
    return _past_opening(tokens, start, end)


def _past_opening(tokens: Sequence[Token], start: int, end: int) -> int:
    """Past words with a capital only because a clause begins: "Loved Game Night", "I"."""
    while start < end:
        opens = start == 0 or tokens[start - 1].kind == "sign"
        if tokens[start].low == "i" or (opens and tokens[start].low in _FUNCTION - {"the", "a", "an"}):
            start += 1
            continue
        cue = cue_phrases(opening=True).at(tokens, start) if opens else None
        if cue is None or cue[1].kind not in _OPENING or cue[0] >= end:
            return start
        start = cue[0]
    return start


def _is_high(token: Token) -> bool:
    if token.low in ("ill", "im", "ive", "id"):  # a capital as "I" has
        return False
    return token.kind == "number" or (token.kind == "word" and token.text[:1].isupper())


def _capital_runs(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """Stretches of two capitals and more, small words between them included."""
    runs: list[tuple[int, int]] = []
    place = 0
    while place < len(tokens):
        if tokens[place].kind != "word" or not _is_high(tokens[place]):
            place += 1
            continue
        end = place + 1
        ahead = end
        while ahead < len(tokens) and (_is_high(tokens[ahead]) or tokens[ahead].low in _JOINING - {"and", "&", "-"}):
            ahead += 1
            end = ahead if _is_high(tokens[ahead - 1]) else end
        start = _past_opening(tokens, place, end)
        if sum(_is_high(token) and token.kind == "word" for token in tokens[start:end]) > 1:
            runs.append((start, end))
        place = end
    return runs


def _is_lacking(
    tokens: Sequence[Token],
    start: int,
    end: int,
    terms: Mapping[int, tuple[int, Grounding]],
    titles: Mapping[int, Title],
    context: ParseContext,
) -> bool:
    """Whether the catalogue and the grammar know some of the run but not all, and nobody in it by name."""
    if any(start <= at < end and stop - at > 1 and _is_name(found, context) for at, (stop, found) in terms.items()):
        return False
    known = [(at, stop) for at, (stop, _) in terms.items()] + [(at, title.end) for at, title in titles.items()]
    covered = {place for at, stop in known for place in range(at, stop)}
    left = [place for place in range(start, end) if place not in covered and tokens[place].low not in _JOINING]
    left = [place for place in left if tokens[place].kind == "word" and cue_phrases().at(tokens, place) is None]
    return bool(left) and (len(left) < end - start or start > 0)


def _is_name(grounding: Grounding, context: ParseContext) -> bool:
    return grounding.facet in context.grounder.name_facets


# ------------------------------------------------------------------------------------ titles that are marked as such
def _marked(
    tokens: Sequence[Token], terms: Mapping[int, tuple[int, Grounding]], context: ParseContext
) -> dict[int, Title]:
    """Titles that the person marks as such: by quotes, capitals, a cue before them, or three words and more."""
    found: dict[int, Title] = {}
    last = -1  # where the title before ended
    for start, end, items in context.grounder.scan_titles([token.text for token in tokens]):
        if _is_the_kind(tokens, start, end, terms):
            continue
        listed = 0 <= last == start - 1 and tokens[last].low in _LISTING
        marked = _is_marked(tokens, start, end, context) or _is_shown(tokens, start, end, items, context)
        if marked or (listed and _is_capital(tokens, start, end)) or _is_more(tokens, start, end, terms, context):
            found[start] = Title(end, items)
            last = end
    return found


def _is_the_kind(tokens: Sequence[Token], start: int, end: int, terms: Mapping[int, tuple[int, Grounding]]) -> bool:
    """ "The love story" in small letters: a kind with its article, though a film is called so."""
    rest = terms.get(start + 1)
    if tokens[start].low not in ("the", "a", "an") or rest is None:
        return False
    whole = rest[0] == end or (rest[0] == end - 1 and tokens[end - 1].low in _FILMS)
    return whole and all(token.text.islower() for token in tokens[start + 1 : end])


_FILMS = frozenset(("movie", "movies", "film", "films"))


def _is_more(
    tokens: Sequence[Token],
    start: int,
    end: int,
    terms: Mapping[int, tuple[int, Grounding]],
    context: ParseContext,
) -> bool:
    """ "A star wars film": one word of the title is a kind, the rest means nothing else here."""
    if any(at < end and stop > start and (at < start or stop > end) for at, (stop, _) in terms.items()):
        return False
    inside = {place for at, (stop, _) in terms.items() if start <= at < end for place in range(at, stop)}
    content = [place for place in range(start, end) if tokens[place].low not in _FUNCTION]
    rest = [place for place in content if place not in inside]
    items = (context.spec.noun, context.spec.nouns, "movie", "movies", "film", "films", "story", "stories")
    free = all(tokens[place].low not in items and cue_phrases().at(tokens, place) is None for place in rest)
    return bool(inside) and bool(rest) and free


_LISTING = frozenset(("or", "and", "&", ","))
_TITLE_CUES = frozenset(("like", "as", "to", "seen", "watched", "loved", "than", "called"))
_FOND = frozenset(
    ("liked", "love", "enjoy", "enjoyed", "saw", "see", "watch", "movie", "movies", "film", "films", "titled", "named",
     "similar", "adored", "rewatched", "remember")
)  # fmt: skip
_ALIKE = frozenset(("similar", "close", "compared", "comparable", "akin", "equivalent", "prequel", "sequel", "next"))
_STOPS = frozenset((".", "!", "?", ";", "\n", "...", ":"))
_FUNCTION = frozenset(
    ("the", "a", "an", "of", "and", "in", "to", "on", "for", "my", "me", "you", "is", "it", "no", "not")
)


_PRONOUNS = frozenset(("they", "it", "one", "her", "him", "them", "us", "you", "he", "she", "we"))


def _is_marked(tokens: Sequence[Token], start: int, end: int, context: ParseContext) -> bool:
    before = tokens[start - 1] if start else None
    if before is not None and before.low in ('"', "“", "«"):
        return True
    content = [token for token in tokens[start:end] if token.low not in _FUNCTION]
    if len(content) >= 3:
        return True
    opens = before is None or before.low in _STOPS
    high = _is_capital(tokens, start, end) and not (_is_shouted(tokens) and len(tokens) > end - start)
    ahead = tokens[max(start - 1, 0) : start + 1]
    counted = len(content) == 1 and any(token.low in ("a", "an") for token in ahead)  # "won an Oscar"
    mere = len(content) == 1 and content[0].low in _PRONOUNS
    if high and (len(content) > 1 or not (opens or counted or mere)):
        return True
    article = before is not None and before.low in ("the", "a", "an") and start > 1
    place = start - 2 if article else start - 1
    if place < 0 or not content:
        return False
    common = len(content) == 1 and (content[0].low in ordinary_words(context.spec.language) or len(content[0].low) < 4)
    if is_title_cue(tokens, place) and not (common and not high and _goes_on(tokens, end)):
        return high or not _is_cue(content)
    return tokens[place].low in _FOND and not common


def _is_shown(tokens: Sequence[Token], start: int, end: int, items: Sequence[str], context: ParseContext) -> bool:
    """ "The Searchers would be perfect": what the person sees needs no other mark; nor does "titanic was great"."""
    content = [token for token in tokens[start:end] if token.low not in _FUNCTION]
    opens = start == 0 or tokens[start - 1].kind == "sign"
    known = len(content) == 1 and (len(content[0].low) < 4 or _is_cue(content))
    rare = len(content) > 1 or (opens and bool(content) and not known)
    shown = any(item.item_id in items for item in context.slate)
    if shown and (rare or _is_capital(tokens, start, end)):
        return True
    after = [token.low for token in tokens[end : end + 4]]
    return rare and after[:1] in (["was"], ["is"]) and bool(_PRAISES & set(after[1:]))


_PRAISES = frozenset(
    ("great", "good", "awesome", "amazing", "fantastic", "brilliant", "excellent", "wonderful", "perfect", "hilarious",
     "superb", "my", "lovely", "best")
)  # fmt: skip


def _goes_on(tokens: Sequence[Token], end: int) -> bool:
    """ "I like drive time": more of the same thing follows, so the ordinary word before it is no title."""
    return end < len(tokens) and tokens[end].kind == "word" and cue_phrases().at(tokens, end) is None


def _is_cue(content: Sequence[Token]) -> bool:
    """One word that commands use otherwise: the "it" of "like it"."""
    return len(content) == 1 and cue_phrases().at(content, 0) is not None


def is_title_cue(tokens: Sequence[Token], place: int) -> bool:
    """ "like", "than", "similar to"; not the "to" of "I want to switch off"."""
    low = tokens[place].low
    return low in _TITLE_CUES and (low != "to" or (place > 0 and tokens[place - 1].low in _ALIKE))


def is_setting(tokens: Sequence[Token], at: int) -> bool:
    """ "Set in Paris", "a film about Paris": the place or the topic, whatever film is called so."""
    before = [token.low for token in tokens[max(at - 4, 0) : at]]
    if before[-1:] == ["the"]:
        before.pop()
    if tuple(before[-2:]) in _SETTINGS:
        return True
    return before[-1:] == ["about"] and bool(_HOLDING & set(before[-2:-1]))


_SETTINGS = frozenset((("set", "in"), ("set", "on"), ("set", "during"), ("place", "in")))
_HOLDING = frozenset(
    "film films movie movies something anything nothing story stories one ones is are thats all documentary".split()
)


def _is_capital(tokens: Sequence[Token], start: int, end: int) -> bool:
    content = [token for token in tokens[start:end] if token.low not in _FUNCTION]
    return bool(content) and all(token.text[:1].isupper() or token.kind == "number" for token in content)


def _is_shouted(tokens: Sequence[Token]) -> bool:
    """Capitals mark nothing where nearly all words have them."""
    words = [token.text for token in tokens[1:] if token.kind == "word" and token.low != "i"]
    high = sum(word[:1].isupper() for word in words)
    whole = sum(word.isupper() for word in words)
    return len(words) > 1 and (2 * whole > len(words) or (len(words) > 3 and high > 0.9 * len(words)))
