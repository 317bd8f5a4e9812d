"""From played sessions to pairs to judge: every item of the last slate with every condition that was meant by then."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from intently.errors import DataError
from intently.evaluate.commands.case import Wanted
from intently.evaluate.commands.play import Session
from intently.evaluate.commands.source import FieldSource, Source
from intently.evaluate.commands.wants import POOL_LEAST, values_of
from intently.evaluate.commands.wording import load_templates
from intently.evaluate.oracle import Condition, Oracle, Rows
from intently.judge.fulfilment import Pair

__all__ = ["Played", "ShownPair", "declared_pair", "in_hash_order", "shown_pairs"]


@dataclass(frozen=True, slots=True)
class ShownPair:
    """A pair with the condition behind its words."""

    pair: Pair
    condition: Condition
    by_code: bool  # a number, or what the catalogue declares: no model is asked


@dataclass(frozen=True)
class Played:
    """Sessions of one ground, and the pairs of their last slates. `asked`: those that are drawn for the model;
    `checks`: declared values of the same items, about which it is asked only to be measured."""

    name: str
    systems: tuple[str, ...]
    sessions: int
    oracle: Oracle
    pairs: tuple[ShownPair, ...]
    asked: tuple[ShownPair, ...]
    checks: tuple[ShownPair, ...]


def shown_pairs(sessions: Sequence[Session], source: Source, rows: Rows) -> list[ShownPair]:
    """Each (item, condition) once, of the last slate that showed anything. Raises DataError for sessions that were
    played before rounds kept what is meant."""
    if not any(one.meant for session in sessions for one in session.rounds):
        raise DataError(
            "these sessions do not hold what was meant in each round: an earlier version played them. Play them again: "
            "intently evaluate commands"
        )
    found: dict[str, ShownPair] = {}
    for session in sessions:
        last = next((one for one in reversed(session.rounds) if one.item_ids), None)
        if last is None:
            continue
        for item_id, want in product(last.item_ids, last.meant):
            shown = _shown(session.case_id, last.command, item_id, want, source, rows)
            found.setdefault(shown.pair.key, shown)
    return list(found.values())


def declared_pair(shown: ShownPair, source: Source, rows: Rows, oracle: Oracle) -> ShownPair | None:
    """The same item with a value of the first declared field, whose truth is known: of every second item a value that
    it has, of the others one that it lacks, both drawn by a hash."""
    name, field = next((name, field) for name, field in source.fields.items() if field.kind == "term")
    own = [value for value in values_of(rows[shown.pair.item_id], field) if _common(oracle, name, value)]
    every = sorted({value for row in rows.values() for value in values_of(row, field) if _common(oracle, name, value)})
    turn = int(_hash(f"declared {shown.pair.item_id}")[:8], 16)
    some = own if turn % 2 else [value for value in every if value not in values_of(rows[shown.pair.item_id], field)]
    if not some:
        return None
    want = Wanted(Condition(name, (some[turn // 2 % len(some)],)), False, "facet", some[turn // 2 % len(some)])
    return _shown(shown.pair.session, "", shown.pair.item_id, want, source, rows)


def in_hash_order(pairs: Sequence[ShownPair], seed: int, by: str = "pair") -> list[ShownPair]:
    """A random order that a change of the sessions does not change for the pairs that stay. by: pair or item."""
    return sorted(
        pairs,
        key=lambda one: (_hash(f"{seed} {one.pair.key if by == 'pair' else one.pair.item_id}"), one.pair.key),
    )


def _shown(session: str, command: str, item_id: str, want: Wanted, source: Source, rows: Rows) -> ShownPair:
    row, condition = rows[item_id], want.condition
    text = " ".join(str(row[column]) for column in source.text if row.get(column))
    words = _in_words(want, source.fields[condition.field], source.noun)
    pair = Pair(session, command, item_id, str(row[source.title]), text, words, condition.avoid)
    number = condition.low is not None or condition.high is not None
    return ShownPair(pair, condition, number or want.origin == "facet")


def _in_words(want: Wanted, field: FieldSource, noun: str) -> str:
    """The condition as one reads it in a sheet, without "not": "genre: Comedy", "about prison", "well reviewed"."""
    if field.kind != "text" or field.facet:
        return f"{want.condition.field}: {want.said}"
    words: Mapping[str, Any] = load_templates("visible").words
    if want.said in words["adjectives"] or want.said in words["states"]:
        return want.said
    if want.said in words["attributes"]:
        return f"with {want.said}"
    return f"{'for' if noun == 'product' else 'about'} {want.said}"


def _common(oracle: Oracle, field: str, value: str) -> bool:
    return len(oracle.all_meeting(Condition(field, (value,)))) >= POOL_LEAST


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
