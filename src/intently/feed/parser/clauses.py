"""What a segment is before it is read: adjectives that belong to unknown nouns, items named by what they are, and
avoidances whose reach is open."""

from collections.abc import Sequence
from dataclasses import replace

from intently.catalog.ground import Match
from intently.feed.parser.lexicon import story_words
from intently.feed.parser.pieces import Piece
from intently.feed.parser.reading import Reading, best_pairs
from intently.feed.parser.segments import Segment

__all__ = ["is_compound", "is_open", "runs_on", "settle"]

_DENIALS = frozenset(("not", "isnt", "is not", "arent", "are not", "not too", "not so", "thats not", "that isnt"))


def settle(reading: Reading, segment: Segment) -> None:
    """Give the pieces of the segment the kinds that they have in its context."""
    segment.pieces = _families(reading, _nouns_own(reading, segment.pieces))
    segment.pieces = _shown_by_name(reading, segment)
    if segment.action == "avoid":
        segment.pieces = _without_heads(segment.pieces)


def _without_heads(pieces: Sequence[Piece]) -> list[Piece]:
    """ "No slapstick comedy": what is avoided is the slapstick; the comedy is only what slapstick is a kind of."""
    kept: list[Piece] = []
    for piece in pieces:
        before = kept[-1].grounding if kept and kept[-1].end == piece.start else None
        if before is not None and piece.grounding is not None and before.matches[0].how != "narrower":
            if before.pairs[0] in piece.grounding.pairs[1:]:
                kept[-1] = replace(kept[-1], end=piece.end)
                continue
        kept.append(piece)
    return kept


def is_compound(segment: Segment, content: Sequence[Piece]) -> bool:
    """ "no French comedies": one avoided thing with two properties, which no single avoidance can say."""
    if segment.action != "avoid" or not segment.said or segment.like:
        return False
    kinds = [piece.kind for piece in content if not (piece.kind == "amount" and is_open(piece))]
    if segment.verb in _DENIALS and kinds[:1] == ["term"] and set(kinds) == {"term", "amount"}:
        return False  # "not gory from the 80s": one adjective is denied
    facets = {piece.grounding.facet for piece in content if piece.grounding is not None}
    several = kinds.count("term") > 1 and len(facets) > 1
    mixed = "term" in kinds and any(kind in ("unknown", "amount") for kind in kinds)
    return several or mixed


def is_open(piece: Piece) -> bool:
    assert piece.amount is not None
    return piece.amount.comparator.side in ("at_most", "at_least")


def _nouns_own(reading: Reading, pieces: Sequence[Piece]) -> list[Piece]:
    """An adjective of time or size belongs to the noun after it: "a long flight", "about an old man"."""
    read: list[Piece] = []
    for place, piece in enumerate(pieces):
        following = pieces[place + 1] if place + 1 < len(pieces) else None
        bare = piece.direction is not None
        if bare and following is not None and following.kind == "unknown" and following.start == piece.end:
            told = reading.words([following]).lower() in story_words()
            about = any(other.cue is not None and other.cue.kind == "topic" for other in pieces[:place])
            piece = replace(piece, kind="unknown") if told or about or _ends(pieces, place + 1) else piece
        read.append(piece)
    return read


def _ends(pieces: Sequence[Piece], place: int) -> bool:
    """Whether the word here is a noun of its own ("longer sleeves"): nothing that names items follows."""
    after = pieces[place + 1 : place + 2]
    return not any(piece.own_noun or piece.kind in ("term", "unknown", "noun", "title") for piece in after)


def runs_on(segment: Segment, content: Sequence[Piece]) -> list[Piece]:
    """What follows an avoided term without a joiner ("no horror funny", "not gory from the 80s"): its sign is open."""
    if segment.action != "avoid" or not segment.said or segment.like:
        return []
    terms = [piece for piece in content if piece.kind == "term"]
    spans = [piece for piece in content if piece.kind == "amount" and not is_open(piece)]
    late = [piece for piece in spans if terms and segment.verb in _DENIALS and piece.start > terms[0].start]
    return [*terms[1:], *late]


_SIBLINGS = frozenset(("brothers", "sisters", "siblings"))


def _families(reading: Reading, pieces: Sequence[Piece]) -> list[Piece]:
    """ "The Coen brothers": everybody of the name."""
    read: list[Piece] = []
    for piece in pieces:
        before = read[-1] if read else None
        found = before.grounding if before is not None and before.end == piece.start else None
        if found is None or before is None or reading.words([piece]).lower() not in _SIBLINGS:
            read.append(piece)
            continue
        name = found.matches[0].value.split()[-1]
        values = reading.context.snapshot.terms[found.facet].values
        matches = tuple(Match(found.facet, value, "inflection", 0.95) for value in values if value.split()[-1] == name)
        read[-1] = replace(before, end=piece.end, grounding=replace(found, matches=matches, rivals=()))
    return read


def _shown_by_name(reading: Reading, segment: Segment) -> list[Piece]:
    """ "The parasol is lovely but …", "cheaper than the red umbrella": the one shown item that is such a thing."""
    pieces = segment.pieces
    named: list[Piece] = []
    for piece in pieces:
        follows = bool(named) and named[-1].end == piece.start
        if piece.grounding is not None and (follows or _has_article(reading, piece, segment)):
            named.append(piece)
        elif named:
            break
    meant = [best_pairs(piece.grounding) for piece in named if piece.grounding is not None]
    holders = [shown.item_id for shown in reading.context.slate if meant and _is_all(reading, shown.item_id, meant)]
    if len(holders) != 1 or reading.words(named[-1:]).lower().endswith("s"):
        return list(pieces)
    item = replace(named[0], kind="shown", end=named[-1].end, grounding=None, items=tuple(holders))
    return [item if piece is named[0] else piece for piece in pieces if piece not in named[1:]]


def _has_article(reading: Reading, piece: Piece, segment: Segment) -> bool:
    before = reading.sentence.lows[max(piece.start - 2, 0) : piece.start]
    return before[-1:] in (("the",), ("that",), ("this",)) and (segment.praised or before[0] == "than")


def _is_all(reading: Reading, item_id: str, meant: Sequence[set[tuple[str, str]]]) -> bool:
    """Whether the item has a value of each meaning."""
    snapshot = reading.context.snapshot
    row = snapshot.row_of(item_id)
    if row is None:
        return False
    held = {
        (facet, value)
        for facet in {facet for pairs in meant for facet, _ in pairs}
        for value in snapshot.terms[facet].values_of(row)
    }
    return all(pairs & held for pairs in meant)
