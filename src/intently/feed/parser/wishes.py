"""Segments that want or avoid -> preferences: must or prefer, bounds, likes, wishes by meaning (SEMANTICS 1, 2)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from intently.feed.parser.bounds import Comparator, bound_of
from intently.feed.parser.clauses import is_compound, is_open, runs_on, settle
from intently.feed.parser.facets import amounts_of_items, compared, facet_of, wished
from intently.feed.parser.items import read_attributes, read_item
from intently.feed.parser.numbers import is_foreign
from intently.feed.parser.pieces import CONTENT, Piece
from intently.feed.parser.reading import Reading, best_values
from intently.feed.parser.segments import Segment
from intently.feed.parser.tables import Direction, sorted_amounts
from intently.feed.parser.unknown import MAX_WISH_WORDS, read_unknown
from intently.nouns import Change, PreferenceValue

__all__ = ["read_wishes"]


def read_wishes(reading: Reading, segment: Segment, previous: Segment | None) -> None:
    """Append the changes of one segment."""
    settle(reading, segment)
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    if is_compound(segment, content):
        _compound(reading, segment, content)
        return
    doubted = runs_on(segment, content)
    alternative = _alternative(reading, segment, previous, content)
    last = len(reading.changes) - 1
    before = (len(reading.changes), len(reading.residue))
    seen_term = False
    for place, piece in enumerate(segment.pieces):
        if piece in doubted:
            reading.not_understood(reading.words([piece]))
        elif piece.kind == "term":
            _term(reading, segment, piece, join=last if piece is alternative else None)
            seen_term = True
        elif piece.kind == "amount" and not _dates_a_name(reading, piece):
            _amount(reading, segment, piece, opening=not seen_term)
        elif piece.kind == "direction" and not _follows_its_amount(segment, place):
            _direction(reading, segment, piece, segment.pieces[place + 1 :], opening=not seen_term)
        elif piece.kind in ("title", "shown"):
            read_item(reading, segment, piece)
    read_attributes(reading, segment)
    read_unknown(reading, segment)
    if before == (len(reading.changes), len(reading.residue)) and segment.pieces:
        _unread_nouns(reading, segment, content)


def _compound(reading: Reading, segment: Segment, content: Sequence[Piece]) -> None:
    named = [piece for piece in content if not (piece.kind == "amount" and is_open(piece))]
    phrase = reading.words(named)
    reading.add(segment, quote=phrase, relation="like", value={"text": phrase})
    reading.notice(f"“{phrase}” is a wish, not a filter: it names several things at once")
    for piece in content:
        if piece.kind == "amount" and is_open(piece):
            _amount(reading, segment, piece, opening=False)
    if sum(piece.kind == "unknown" for piece in named) > MAX_WISH_WORDS:
        reading.guesses.add(len(reading.changes) - 1)
        reading.not_understood(phrase)


# -------------------------------------------------------------------------------------------------------------- terms
def _term(reading: Reading, segment: Segment, piece: Piece, *, join: int | None) -> None:
    """`join`: place of the change whose values this one is an alternative to."""
    grounding = piece.grounding
    assert grounding is not None
    avoiding = segment.action == "avoid"
    must = grounding.certain and not segment.soft and (avoiding or segment.bound)
    values, quote = best_values(grounding), reading.words([piece])
    if join is not None and reading.changes[join].relation == "is":
        reading.changes[join] = _either(reading.changes[join], grounding.pairs, values, quote)
        return
    reading.add(
        segment, quote=quote, relation="is", value=values, facet=grounding.facet, matches=grounding.pairs, must=must
    )
    if not grounding.certain:
        reading.notice(f"“{quote}” is read as {', '.join(values)}")
    if segment.action == "want" and not (segment.strong or segment.bound):
        reading.weak.add(len(reading.changes) - 1)
    if segment.doubtful:
        reading.guesses.add(len(reading.changes) - 1)


def _either(change: Change, pairs: Sequence[tuple[str, str]], values: Sequence[str], quote: str) -> Change:
    held = change.value if isinstance(change.value, list) else []
    return change.model_copy(
        update={
            "matches": tuple(dict.fromkeys((*change.matches, *pairs))),
            "value": list(dict.fromkeys((*held, *values))),
            "quote": f"{change.quote} or {quote}",
        }
    )


def _unread_nouns(reading: Reading, segment: Segment, content: Sequence[Piece]) -> None:
    """The catalogue's nouns with nothing to say of them: "makes me believe in people"."""
    if content and all(piece.kind == "noun" for piece in content) and segment.topic:
        reading.not_understood(reading.words(content))


def _alternative(
    reading: Reading, segment: Segment, previous: Segment | None, content: Sequence[Piece]
) -> Piece | None:
    """The term that "or" joins to the one before: in "jewellery or a grey scarf" the scarf."""
    terms = [piece for piece in content if piece.kind == "term"]
    if previous is None or not terms or not _joins_by_or(reading, segment, previous):
        return None
    facet = reading.changes[-1].facet
    alike = next((piece for piece in terms if piece.grounding is not None and piece.grounding.facet == facet), None)
    return alike or (content[0] if content[0].kind == "term" else None)


def _joins_by_or(reading: Reading, segment: Segment, previous: Segment) -> bool:
    if segment.action != "want" or previous.action != "want" or not reading.changes:
        return False
    tail = [piece for piece in previous.pieces if piece.kind in CONTENT]
    return (segment.joiner == "or" or segment.either) and bool(tail) and tail[-1].kind == "term"


# ------------------------------------------------------------------------------------------------------------ numbers
def _amount(reading: Reading, segment: Segment, piece: Piece, *, opening: bool) -> None:
    amount = piece.amount
    assert amount is not None
    nouns = _nouns(reading, segment, piece)
    name = facet_of(amount, nouns, reading.tables, reading.context)
    quote = reading.words([piece])
    if _is_senseless(reading, piece):
        reading.not_understood(quote)
        return
    if not name:
        if amount.comparator.side != "none" or not _is_count(reading, piece):
            reading.not_understood(quote)
        return
    negated = segment.action == "avoid" and opening and (segment.said or _goes_on(reading, name, segment))
    if segment.too and amount.comparator.side == "none":  # "220 minutes is too much"
        less = any(other.direction is not None and other.direction.side == "less" for other in segment.pieces)
        amount = replace(amount, comparator=Comparator("at_least" if less else "at_most", strict=True))
        negated = False
    year = reading.context.local_now.year
    facet = reading.context.spec.facets[name]
    polarity, relation, value = bound_of(amount, name, facet, year=year, negated=negated)
    if is_foreign([token.low for token in reading.sentence.tokens[piece.start : piece.end]], facet.unit, facet.units):
        reading.notice(f"“{quote}” is read in {facet.unit}: that is what {reading.context.spec.nouns} have here")
    if _widens(reading, segment, piece, name, relation, value, polarity == "avoid"):
        return
    reading.add(
        segment,
        quote=quote,
        relation=relation,
        value=value,
        facet=name,
        must=not segment.soft or segment.too,
        avoid=polarity == "avoid",
    )


def _is_senseless(reading: Reading, piece: Piece) -> bool:
    """ "Under 0 minutes", "under -5 minutes": nothing has such an amount."""
    assert piece.amount is not None
    quantity, tokens = piece.amount.quantity, reading.sentence.tokens
    if quantity.shape != "amount":
        return False
    sign = tokens[piece.start - 1] if piece.start else None
    minus = sign is not None and sign.low == "-" and sign.spaced and sign.end == tokens[piece.start].start
    return minus or quantity.high <= 0


def _dates_a_name(reading: Reading, piece: Piece) -> bool:
    """The "(2017)" after the title of a film that the catalogue does not have."""
    lows = reading.sentence.lows
    around = lows[piece.start - 1 : piece.start] + lows[piece.end : piece.end + 1]
    return around == ("(", ")") and piece.start > 1


def _nouns(reading: Reading, segment: Segment, piece: Piece) -> list[str]:
    """Facets that nouns name, inside the amount ("minimum rating 7") and elsewhere in the segment."""
    tokens = reading.sentence.tokens
    inside = [found[1] for at in range(piece.start, piece.end) if (found := reading.tables.nouns.at(tokens, at))]
    return [*inside, *(other.facet for other in segment.pieces if other.kind == "noun")]


def _follows_its_amount(segment: Segment, place: int) -> bool:
    """The "long" of "two hours long"."""
    direction = segment.pieces[place].direction
    before = segment.pieces[place - 1].amount if place else None
    if before is None or direction is None or direction.comparative:
        return False
    if before.quantity.is_time:
        return False  # "90s short"
    return not before.quantity.units or direction.facet in dict(before.quantity.units)


def _is_count(reading: Reading, piece: Piece) -> bool:
    """ "five films", "show me 10": how many, which the slate's size decides."""
    assert piece.amount is not None
    return piece.amount.quantity.low <= 100


def _goes_on(reading: Reading, facet: str, segment: Segment) -> bool:
    """In "nothing from the 80s or 90s" the 90s are avoided too; in "no horror and under 2 hours" no length is."""
    last = reading.changes[-1] if reading.changes else None
    return segment.inherited and last is not None and last.facet == facet and last.polarity == "avoid"


def _widens(
    reading: Reading, segment: Segment, piece: Piece, facet: str, relation: str, value: object, avoid: bool
) -> bool:
    """Two spans joined by "or" or "and" ("80s or 90s"), or one behind the other ("60s, 70s", "late 90s early 2000s"),
    become one span that holds both."""
    quote = reading.words([piece])
    same = [place for place, change in enumerate(reading.changes) if change.facet == facet]
    last = reading.changes[same[-1]] if same else None
    if last is None or last.relation != "between":
        return False
    listed = same[-1] == len(reading.changes) - 1 and not segment.replace and _follows_a_date(reading, piece)
    if segment.joiner not in ("or", "and") and not listed:
        return False
    if relation != "between" or not isinstance(value, dict) or not isinstance(last.value, dict):
        return False
    if avoid or last.polarity == "avoid":
        return False
    low = min(float(last.value["low"]), float(value["low"]))
    high = max(float(last.value["high"]), float(value["high"]))
    update = {"value": {"low": low, "high": high}, "quote": f"{last.quote} or {quote}"}
    reading.changes[same[-1]] = last.model_copy(update=update)
    return True


def _follows_a_date(reading: Reading, piece: Piece) -> bool:
    """Whether nothing but a comma or "/" stands between this span of years and the one before it."""
    pieces = reading.sentence.pieces
    before = pieces[: pieces.index(piece)]
    while before and reading.sentence.said(before[-1]) in (",", "/", ", or"):
        before = before[:-1]
    return bool(before) and before[-1].amount is not None and before[-1].amount.quantity.is_time


def _direction(reading: Reading, segment: Segment, piece: Piece, following: Sequence[Piece], *, opening: bool) -> None:
    direction = piece.direction
    assert direction is not None
    if direction.facet not in reading.context.snapshot.numbers:
        return
    negated = segment.action == "avoid" and opening and (segment.said or segment.inherited)
    if not negated and _as_much(reading, segment, piece, direction, following):
        return
    if segment.too and negated:
        other = Direction(direction.facet, "less" if direction.side == "more" else "more", comparative=True)
        _compare(reading, segment, piece, other, following, negated=False)
    elif direction.comparative or _is_measured(reading, segment, following):
        if not direction.comparative:  # "not as old as these"
            direction = Direction(direction.facet, "less" if direction.side == "more" else "more", comparative=True)
            negated = False
        _compare(reading, segment, piece, direction, following, negated=negated)
    else:
        _soft_word(reading, segment, piece, direction, negated=negated)


_SIDES: dict[str, Literal["at_least", "at_most"]] = {"at least": "at_least", "at most": "at_most"}


def _as_much(
    reading: Reading, segment: Segment, piece: Piece, direction: Direction, following: Sequence[Piece]
) -> bool:
    """ "(At least) as long as the first one": that item's value, as a bound or about."""
    lows = reading.sentence.lows
    target = next((other for other in following if other.kind in ("shown", "title")), None)
    around = lows[max(piece.start - 1, 0) : piece.start] + lows[piece.end : piece.end + 1]
    if around == ("as", "as") and target is None and reading.sentence.lows[piece.start] == "long":
        return reading.sentence.lows[piece.end + 1 : piece.end + 2] != ("possible",)  # "as long as no horror"
    if target is None or around != ("as", "as") or target.start != piece.end + 1:
        return False
    facet = reading.context.spec.facets[direction.facet]
    side = " ".join(lows[max(piece.start - 3, 0) : piece.start - 1])
    for value in amounts_of_items(target.items[:1], direction.facet, reading.context):
        spread = facet.tolerance_of(value)
        near: PreferenceValue = {"low": round(value - spread, 6), "high": round(value + spread, 6)}
        bound = _SIDES.get(side)
        reading.add(
            segment, quote=reading.words([piece, target]), relation=bound or "about", value=value if bound else near,
            facet=direction.facet, must=not segment.soft, avoid=False,
        )  # fmt: skip
    return True


def _is_measured(reading: Reading, segment: Segment, following: Sequence[Piece]) -> bool:
    """ "Not as old as these": the word is measured by what is shown."""
    target = next((other for other in following if other.kind in ("shown", "title")), None)
    return segment.action == "avoid" and target is not None and reading.sentence.lows[target.start - 1] == "as"


def _compare(
    reading: Reading, segment: Segment, piece: Piece, direction: Direction, following: Sequence[Piece], *, negated: bool
) -> None:
    """A strict bound against the items pointed at, else the median of the slate, else (softly) of the catalogue."""
    ahead = reading.sentence.lows[piece.end : piece.end + 2]
    if ahead == ("than", "that") and not reading.pointed:
        reading.not_understood(reading.sentence.words(piece.start, piece.end + 2))
        return
    target = next((other for other in following if other.kind in ("shown", "title")), None)
    items, extreme = (target.items, True) if target is not None else _antecedent(reading)
    quote = reading.words([piece, target] if target is not None else [piece])
    values = amounts_of_items(items, direction.facet, reading.context)
    label = reading.label(direction.facet)
    if items and not values:
        reading.notice(f"“{quote}” could not be compared: the {label} of {reading.title(items[0])} is not known")
        return
    if len(values) < len(items):
        reading.notice(
            f"the {label} of {len(items) - len(values)} of those {len(items)} is not known: the others count"
        )
    slate = [shown.item_id for shown in reading.context.slate]
    values = values or amounts_of_items(slate, direction.facet, reading.context)
    must = bool(values) and not segment.soft or segment.too and bool(values)
    values = values or [
        float(np.median(known)) for known in [sorted_amounts(reading.context.snapshot, direction.facet)] if known.size
    ]
    if not values:
        reading.notice(f"“{quote}” could not be compared: nothing is known of {label}")
        return
    relation, value = compared(direction, values, reading.context, extreme=extreme, negated=negated)
    reading.add(segment, quote=quote, relation=relation, value=value, facet=direction.facet, must=must, avoid=False)


def _antecedent(reading: Reading) -> tuple[tuple[str, ...], bool]:
    return (reading.pointed[-1], True) if reading.pointed else ((), False)


def _soft_word(reading: Reading, segment: Segment, piece: Piece, direction: Direction, *, negated: bool) -> None:
    found = wished(direction, reading.context, negated=negated)
    if found is None:
        return
    relation, value = found
    must = segment.bound and not negated
    if not (segment.cued or must):
        reading.weak.add(len(reading.changes))
    reading.add(
        segment,
        quote=reading.words([piece]),
        relation=relation,
        value=value,
        facet=direction.facet,
        must=must,
        avoid=False,
    )
