"""What is said of items, shown ones and titles: more of them, none of them, or of their attributes one by one.

"I like the second one" asks for more like it; "the colour of the second one is nice" for its colour alone; "the colour
isn't" of one with "it" pointed at avoids that colour. A title that is only talked about asks for nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from intently.feed.parser.facets import amounts_of_items
from intently.feed.parser.pieces import CONTENT, Piece
from intently.feed.parser.reading import Reading
from intently.feed.parser.segments import Segment
from intently.nouns import PreferenceValue

__all__ = ["read_attributes", "read_item", "read_praise"]

MAX_LIKED = 5  # shown items that one command may ask more of
_ASKING = frozenset(("more", "want", "fancy", "prefer", "similar"))
_ADMIRING = ("like", "love", "enjoy", "more", "want", "fancy", "prefer", "interested", "good", "adore", "take", "buy")
_WATCHING = frozenset(("see", "watch", "watching", "seeing", "check", "know", "seen", "hear"))
_APPEARING = frozenset(("sounds", "looks", "seems", "sound", "look", "should", "will", "might", "may", "heard", "hear"))
_TELLING = frozenset(
    ("i", "he", "she", "we", "you", "they", "is", "was", "it", "did", "has", "had", "just", "watched", "saw", "about")
)
_PRAISING = frozenset(("great", "nice", "good", "lovely", "beautiful", "amazing", "awesome", "perfect", "cool"))
_BETWEEN = frozenset(("of", "in", "on", "for", "from", "the", "at", "as", "to", "with", "that", "one"))


def read_item(reading: Reading, segment: Segment, piece: Piece) -> None:
    """Append what the segment asks of the item or items that the piece names."""
    quote = reading.words([piece])
    if piece.kind == "title" and len(piece.items) > 1:
        _offer_choice(reading, quote, piece.items)
        return
    if not piece.items and piece.cue is not None:
        alone = tuple(shown.item_id for shown in reading.context.slate) if len(reading.context.slate) == 1 else ()
        piece = replace(piece, items=reading.pointed[-1] if reading.pointed else alone)  # "more like that"
        named = [other for other in reading.sentence.pieces if other.kind == "title" and other.end <= piece.start]
        if named and not reading.pointed and len(named[-1].items) < 2:  # "I haven't seen Heat, but others like it?"
            piece, quote = named[-1], reading.words([named[-1]])
    if not piece.items:
        _pointless(reading, segment, piece)
        return
    reading.pointed.append(piece.items)
    facet = _facet_of(reading, segment, piece)
    if facet:
        _take_attribute(reading, segment, piece.items, facet, reading.words([*segment.of_kind("noun")[:1], piece]))
    elif not _is_measure(reading, segment, piece):
        _take_item(reading, segment, piece, quote)


def _take_item(reading: Reading, segment: Segment, piece: Piece, quote: str) -> None:
    compares = any(other.direction is not None for other in segment.pieces)
    if compares and segment.action == "avoid" and not segment.like:
        return
    if segment.action == "avoid" and not segment.like and piece.kind == "shown" and not segment.too:
        _hide(reading, segment, piece, quote)
    elif _wants_more_of(reading, segment, piece) and (segment.praised or segment.like or not compares):
        for item_id in piece.items[:MAX_LIKED]:
            reading.add(segment, quote=quote, relation="like", value={"item_id": item_id})
    elif piece.kind == "title" and not compares:
        reading.notice(f"“{quote}” changes nothing by itself: say “like {quote}” for what is like it")


def _is_measure(reading: Reading, segment: Segment, piece: Piece) -> bool:
    """Whether the item is only what something is compared with: "funnier than these", "better than Titanic"."""
    lows = reading.sentence.lows
    compares = any(other.direction is not None for other in segment.pieces)
    if lows[piece.start - 1 : piece.start] != ("than",) or compares:
        return False
    if not any(other.kind == "term" and other.end == piece.start - 1 for other in segment.pieces):
        reading.not_understood(reading.sentence.words(max(piece.start - 2, 0), piece.end))
    return True


# ------------------------------------------------------------------------------------------------------- attributes
def read_attributes(reading: Reading, segment: Segment) -> None:
    """ "… but the colour isn't", "the price is nice": of the item that "it" means, if the command points at one."""
    shown = [item.item_id for item in reading.context.slate]
    items = reading.pointed[-1] if reading.pointed else tuple(shown[:1] if len(shown) == 1 else ())
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    lows = reading.sentence.lows
    named = all(lows[max(piece.start - 1, 0)] in ("the", "its", "their") for piece in content)
    judged = named and (segment.kept or (segment.action == "avoid" and segment.said))
    if items and judged and content and all(piece.kind == "noun" for piece in content):
        for piece in content:
            _take_attribute(reading, segment, items, piece.facet, reading.words([piece]))


def _facet_of(reading: Reading, segment: Segment, piece: Piece) -> str:
    """The facet whose noun stands before the item ("the colour of the second one"), or empty."""
    if segment.same and segment.of_kind("noun"):
        return segment.of_kind("noun")[0].facet
    nouns = [noun for noun in segment.of_kind("noun") if noun.end <= piece.start]
    if not nouns:
        return ""
    admired = reading.sentence.lows[max(nouns[-1].start - 1, 0)] in _PRAISING  # "great cast in the last one"
    if not (admired or segment.said or segment.kept or segment.strong or segment.praised):
        return ""
    between = reading.sentence.lows[nouns[-1].end : piece.start]
    return nouns[-1].facet if between and all(word in _BETWEEN for word in between) else ""


def _take_attribute(reading: Reading, segment: Segment, items: Sequence[str], facet: str, quote: str) -> None:
    """Want what the item has on the facet, or avoid it: "the same director as the second one"."""
    context = reading.context
    if facet in context.snapshot.numbers:
        for value in amounts_of_items(items[:1], facet, context) if segment.action != "avoid" else ():
            spread = context.spec.facets[facet].tolerance_of(value)
            near: PreferenceValue = {"low": round(value - spread, 6), "high": round(value + spread, 6)}
            must = segment.same and not segment.soft
            reading.add(segment, quote=quote, relation="about", value=near, facet=facet, must=must)
        return
    row = context.snapshot.row_of(items[0])
    values = list(context.snapshot.terms[facet].values_of(row)) if row is not None else []
    if values:
        pairs = tuple((facet, value) for value in values)
        must = segment.bound or (segment.action == "avoid" and not segment.soft)
        reading.add(segment, quote=quote, relation="is", value=values, facet=facet, matches=pairs, must=must)


# ------------------------------------------------------------------------------------------------------- more of it
def _wants_more_of(reading: Reading, segment: Segment, piece: Piece) -> bool:
    if segment.like or segment.same:
        return not segment.too and not _points_back(reading, piece)
    if piece.kind == "title":
        shown = any(item.item_id in piece.items for item in reading.context.slate)
        return not segment.too and ((shown and segment.praised) or _is_liked(reading, segment))
    if segment.praised and len(piece.items) == 1:
        return True
    if piece.plural and segment.verb.split()[-1:] != ["of"] and not _ASKING & set(segment.verb.split()):
        return False  # "I love those": praise of what is shown changes nothing
    return segment.strong and any(word.startswith(_ADMIRING) for word in segment.verb.split())


def _points_back(reading: Reading, piece: Piece) -> bool:
    """ "I liked Heat and Fargo, so something like those": at the titles just named, not at what is shown."""
    return piece.plural and any(other.kind == "title" and other.end <= piece.start for other in reading.sentence.pieces)


def _is_liked(reading: Reading, segment: Segment) -> bool:
    """Whether a title is named as what to follow: liked, praised or asked for; not only watched or talked about."""
    small = {
        low
        for piece in segment.pieces
        if piece.kind == "skip"
        for low in reading.sentence.lows[piece.start : piece.end]
    }
    verb = set(segment.verb.split())
    if segment.action == "avoid" or (segment.praised and not small & _APPEARING):
        return True
    if segment.kept and not segment.said:
        return _is_praised(reading, segment) and not small & _APPEARING
    if segment.strong:
        return not (verb & _WATCHING and "show" not in verb)
    return segment.said or segment.inherited or not small & (_TELLING | _APPEARING)


def _is_praised(reading: Reading, segment: Segment) -> bool:
    """Praised, not merely thanked for."""
    kept = [piece for piece in segment.pieces if piece.cue is not None and piece.cue.kind == "keep"]
    return any(_PRAISES & set(reading.sentence.lows[piece.start : piece.end]) for piece in kept)


def read_praise(reading: Reading, segment: Segment, told: Segment) -> None:
    """ "I just watched Heat and it was great": the film that was told of is liked."""
    lows = {low for piece in segment.pieces for low in reading.sentence.lows[piece.start : piece.end]}
    if told.action not in ("tell", "hide") or not _is_praised(reading, segment) or lows & _DENYING:
        return
    for piece in told.of_kind("title"):
        if len(piece.items) < 2:
            name = reading.words([piece]) if piece.items else reading.sentence.name(piece)
            value: PreferenceValue = {"item_id": piece.items[0]} if piece.items else {"text": name}
            liked = replace(told, action="want", said=True)
            reading.add(liked, quote=name, relation="like", value=value)


_DENYING = frozenset(("didnt", "not", "dont", "wasnt", "never", "doesnt", "isnt", "no"))
_PRAISES = frozenset(
    ("great", "good", "awesome", "amazing", "love", "loved", "like", "liked", "enjoyed", "classic", "favorite", "best",
     "favourite", "perfect", "excellent", "fantastic", "wonderful", "brilliant", "nice", "lovely", "cute", "hilarious",
     "fine", "beautiful", "fun", "cool", "better", "superb", "favorites", "favourites", "fav", "pretty", "gorgeous",
     "funny", "hillarious", "epic", "entertaining", "incredible", "superb", "solid", "enjoyable", "terrific")
)  # fmt: skip


def _pointless(reading: Reading, segment: Segment, piece: Piece) -> None:
    """A place that nothing is shown at; or a title that the catalogue lacks: a wish by its words."""
    if piece.kind == "shown":
        reading.notice(f"“{reading.words([piece])}” points at nothing: " + _what_is_shown(reading))
        return
    name = reading.sentence.name(piece)
    if segment.like or _is_liked(reading, segment):
        reading.add(segment, quote=name, relation="like", value={"text": name})
        reading.notice(f"“{name}” is not among the {reading.context.spec.nouns} here, so it is a wish by its name")
    else:
        reading.notice(f"“{name}” is not among the {reading.context.spec.nouns} here")


def _hide(reading: Reading, segment: Segment, piece: Piece, quote: str) -> None:
    matches = tuple(("item", item_id) for item_id in piece.items)
    reading.add(
        segment,
        quote=quote,
        relation="is",
        value=list(piece.items),
        facet="item",
        matches=matches,
        must=True,
        avoid=True,
    )


def _offer_choice(reading: Reading, quote: str, items: Sequence[str]) -> None:
    year = reading.tables.year_facet
    names = []
    for item_id in items[:4]:
        known = amounts_of_items([item_id], year, reading.context) if year else []
        names.append(reading.title(item_id) + (f" ({known[0]:.0f})" if known else f" [{item_id}]"))
    reading.notice(f"“{quote}” could be {' or '.join(names)}: say which")


def _what_is_shown(reading: Reading) -> str:
    count = len(reading.context.slate)
    return f"{count} {reading.context.spec.nouns} are shown" if count else "nothing is shown yet"
