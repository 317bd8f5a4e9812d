"""Segments that take something back, allow it again, or hide what was seen.

A retraction names a facet ("the running time"), a value ("the horror thing"), words of a wish or an item. One memory
entry found: its id is the target; several or none: the change names them and the memory decides.
"""

from collections.abc import Callable, Sequence

from intently.feed.parser.facets import facet_of
from intently.feed.parser.pieces import CONTENT, Piece
from intently.feed.parser.reading import Reading, best_pairs, best_values
from intently.feed.parser.segments import Segment
from intently.nouns import Change, Polarity, Preference

__all__ = ["named_in_memory", "read_hidden", "read_kept", "read_lost_wish", "read_retraction"]


def read_retraction(reading: Reading, segment: Segment) -> bool:
    """Append the retractions of a segment. False when "drop X" finds no X in memory and so means "no X"."""
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    if any(piece.ends for piece in content):
        _end(reading, segment, content)
        return True
    if segment.action == "drop" and not _drops_memory(reading, content):
        return False
    nouns = [piece for piece in content if piece.kind == "noun"]
    for piece in content:
        if piece.kind == "unknown" or (piece.kind == "noun" and _qualifies(piece, nouns, content)):
            continue
        _retract(reading, segment, piece, content)
    _retract_words(reading, segment, content)
    return True


def _end(reading: Reading, segment: Segment, content: Sequence[Piece]) -> None:
    """Take back what the pieces end (`turns`), each once."""
    held = {one.id: one for one in reading.context.memory}
    gone = {change.target for change in reading.changes if change.op == "retract"}
    for piece in content:
        for one in (held[name] for name in piece.ends if name not in gone):
            gone.add(one.id)
            taken = _taken_back(one, reading.words([piece]) or one.quote)
            whole = piece.kind in ("noun", "amount", "direction")
            reading.changes.append(_of_facet(taken) if whole else taken)
        if piece.unsure:
            reading.not_understood(reading.words(segment.pieces), taken=True)


def _of_facet(taken: Change) -> Change:
    """A bound, or all that is said of a facet, as it is taken back."""
    nothing = {"polarity": None, "matches": (), "relation": None, "value": None}
    return taken.model_copy(update=nothing)


def _taken_back(held: Preference, quote: str) -> Change:
    return Change(
        op="retract", target=held.id, polarity=held.polarity, facet=held.facet, matches=held.matches,
        relation=held.relation, value=held.value, quote=quote,
    )  # fmt: skip


def read_lost_wish(reading: Reading, segment: Segment) -> bool:
    """ "I don't want comedies any more": takes the wish for comedies back. False when there is no such wish."""
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    wanted = [(piece, held) for piece in content for held in _found(reading, piece, content, "want")]
    if not wanted or any(not _found(reading, piece, content, "want") for piece in content):
        return False
    for piece, held in wanted:
        reading.changes.append(_taken_back(held, reading.words([piece])))
    return True


def read_kept(reading: Reading, segment: Segment) -> None:
    """Take back all that is in force but what this segment names."""
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    kept = {held.id for piece in content for held in _found(reading, piece, content, None)}
    if not kept:
        reading.not_understood(reading.words(content))
        return
    for held in reading.context.memory:
        if held.id not in kept:
            reading.changes.append(Change(op="retract", target=held.id, facet=held.facet, quote=held.quote))


def _drops_memory(reading: Reading, content: Sequence[Piece]) -> bool:
    if any(piece.kind in ("noun", "direction") or reading.words([piece]).lower() in _VAGUE for piece in content):
        return True
    return any(_found(reading, piece, content, None) for piece in content)


def _qualifies(piece: Piece, nouns: Sequence[Piece], content: Sequence[Piece]) -> bool:
    """In "the year 1990" or "the comedy genre" the noun says nothing more."""
    return any(other.kind in ("term", "amount") for other in content) and piece in nouns


def _retract(reading: Reading, segment: Segment, piece: Piece, content: Sequence[Piece]) -> None:
    polarity: Polarity | None = "avoid" if segment.action == "allow" and piece.kind == "term" else None
    found = _found(reading, piece, content, polarity)
    quote = reading.words([piece])
    grounding = piece.grounding
    reading.changes.append(
        Change(
            op="retract",
            target=found[0].id if len(found) == 1 else None,
            polarity=polarity,
            facet=_facet(reading, piece, content),
            matches=tuple(sorted(best_pairs(grounding))) if grounding is not None else _items(piece),
            relation="is" if grounding is not None else None,
            value=best_values(grounding) if grounding is not None else None,
            quote=quote,
        )
    )


def _items(piece: Piece) -> tuple[tuple[str, str], ...]:
    return tuple(("item", item_id) for item_id in piece.items)


def _facet(reading: Reading, piece: Piece, content: Sequence[Piece]) -> str | None:
    if piece.grounding is not None:
        return piece.grounding.facet
    if piece.direction is not None:
        return piece.direction.facet
    if piece.amount is not None:
        nouns = [other.facet for other in content if other.kind == "noun"]
        return facet_of(piece.amount, nouns, reading.tables, reading.context) or None
    return piece.facet or ("item" if piece.items else None)


def _found(reading: Reading, piece: Piece, content: Sequence[Piece], polarity: Polarity | None) -> list[Preference]:
    facet = _facet(reading, piece, content)
    if piece.grounding is not None:
        pairs = best_pairs(piece.grounding)
        names: Callable[[Preference], bool] = lambda held: bool(pairs & _own_pairs(held))  # noqa: E731
    elif piece.items:
        names = lambda held: bool(set(piece.items) & _item_ids(held))  # noqa: E731
    elif piece.kind == "unknown":
        return named_in_memory(reading.words([piece]), reading.context.memory)
    else:
        names = lambda held: held.facet == facet and facet is not None  # noqa: E731
    return [held for held in reading.context.memory if names(held) and polarity in (None, held.polarity)]


def _own_pairs(held: Preference) -> set[tuple[str, str]]:
    values = set(held.value) if isinstance(held.value, list) else set()
    return {pair for pair in held.matches if pair[1] in values or pair[1].casefold() in {v.casefold() for v in values}}


def _item_ids(held: Preference) -> set[str]:
    if isinstance(held.value, list):
        return set(held.value) if held.facet == "item" else set()
    return {str(held.value["item_id"])} if isinstance(held.value, dict) and "item_id" in held.value else set()


def named_in_memory(words: str, memory: Sequence[Preference]) -> list[Preference]:
    """Preferences whose quote or wish holds these words."""
    phrase = words.casefold().strip()
    return [held for held in memory if phrase and any(phrase in text or text in phrase for text in _texts(held))]


def _texts(held: Preference) -> list[str]:
    texts = [held.quote.casefold()]
    if isinstance(held.value, dict) and "text" in held.value:
        texts.append(str(held.value["text"]).casefold())
    return [text for text in texts if text]


_VAGUE = frozenset(
    ("filter", "filters", "limit", "limits", "rule", "rules", "restriction", "restrictions", "preference",
     "preferences", "condition", "conditions", "constraint", "constraints", "wish", "requirement", "requirements",
     "part", "bit", "idea", "request", "criteria", "criterion", "range", "ban", "block", "setting", "cap", "chip",
     "tag")
)  # fmt: skip


def _retract_words(reading: Reading, segment: Segment, content: Sequence[Piece]) -> None:
    unknown = [piece for piece in content if piece.kind == "unknown" and reading.words([piece]).lower() not in _VAGUE]
    if not unknown:
        return
    phrase = reading.words(unknown)
    found = named_in_memory(phrase, reading.context.memory)
    if not found:
        reading.not_understood(phrase)
        return
    for held in found:
        reading.changes.append(Change(op="retract", target=held.id, facet=held.facet, quote=phrase))


def read_hidden(reading: Reading, segment: Segment) -> None:
    """ "I've seen Heat", "already seen the second one": those items are not shown again."""
    for piece in segment.pieces:
        if piece.items and (piece.kind == "shown" or len(piece.items) == 1):
            reading.pointed.append(piece.items)
            reading.add(
                segment, quote=reading.words([piece]), relation="is", value=list(piece.items), facet="item",
                matches=_items(piece), must=True, avoid=True,
            )  # fmt: skip
        elif piece.kind in ("title", "shown"):
            reading.notice(f"“{reading.words([piece])}” is not among what is shown, nor known by its name")
        elif piece.kind in CONTENT:
            reading.not_understood(reading.words([piece]))
