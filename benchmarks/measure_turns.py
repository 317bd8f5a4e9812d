"""What does the grammar make of people who change their mind? 320 sentences over the demo catalogues, no model.

    python benchmarks/measure_turns.py --half a [--show] [--json]
    python benchmarks/measure_turns.py --half b [--json]

Each memory is put in force, the sentence is said to the grammar alone, and the wishes that ended and began are
compared with those that should have. `ends` and `new wishes`: precision, recall and F1 over all sentences; `exact`:
nothing missed and nothing besides; `wrong sign`: an ended wish that is forbidden or wanted once more, or a new one of
the other sign; `alone`: every content word was consumed, so no model would be asked. `--show` prints what went wrong
in half A; of half B only totals are told, so that nobody mends the parser by its sentences. The sentences and their
format: benchmarks/turns/README.md.
"""

import argparse
import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from intently import data
from intently.catalog.ground import Grounder
from intently.catalog.load import read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.errors import DataError
from intently.feed.memory import MemoryState, merge, view
from intently.feed.parser import ParseContext, ShownItem, read_exact
from intently.feed.parser.context import Parsed
from intently.nouns import Change, Noun, Polarity, Preference, Strength

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "turns"
NUMBERS = {"year", "minutes"}
WORDS = {"wish", "category"}  # what the catalogues name no facet for: wishes in words
SHOP = {"category", "colour", "material"}
SIGNS: dict[str, Polarity] = {"+": "want", "-": "avoid"}
SPELT = {"United States": "United States of America"}  # the people's name -> the catalogue's


class Turn(Noun):
    """A sentence, what is in force before it, and what should end and begin by it. Signs are + (want) and - (avoid)."""

    id: str
    in_force: tuple[tuple[str, Strength, str, str], ...]  # sign, strength, facet, value
    text: str
    drop: tuple[tuple[str, str, str], ...]  # sign, facet, value
    add: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Atom:
    """One wish, apart from its strength: a bound on a number, or any of the words."""

    sign: Polarity
    facet: str | None  # None: a wish in words
    words: tuple[str, ...] = ()
    bound: tuple[float, float] | None = None  # open ends as infinities


@dataclass(frozen=True)
class Outcome:
    """What should end and begin, and what did."""

    to_end: tuple[Atom, ...]
    to_begin: tuple[Atom, ...]
    ended: tuple[Atom, ...]
    begun: tuple[Atom, ...]
    parsed: Parsed


@dataclass(frozen=True, slots=True)
class Hits:
    """Counts of one sentence or of many. `whole`: nothing was missed and nothing came besides."""

    right: int
    got: int
    gold: int
    whole: bool = True

    def scores(self) -> dict[str, float]:
        """Precision, recall and F1; 1 where there is nothing to get wrong."""
        p = self.right / self.got if self.got else 1.0
        r = self.right / self.gold if self.gold else 1.0
        f1 = 2 * p * r / (p + r) if p + r else 0.0
        return {"p": round(p, 3), "r": round(r, 3), "f1": round(f1, 3), "n": self.gold}


@dataclass(frozen=True, slots=True)
class Verdict:
    ends: Hits
    wishes: Hits
    wrong_sign: bool
    alone: bool

    @property
    def exact(self) -> bool:
        return self.ends.whole and self.wishes.whole


@dataclass(frozen=True)
class Store:
    spec: CatalogSpec
    snapshot: Snapshot
    grounder: Grounder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("a", "b"), required=True)
    parser.add_argument("--json", action="store_true", help="print one object instead of a table")
    parser.add_argument("--show", action="store_true", help="print the faults, of half a alone")
    arguments = parser.parse_args()
    if arguments.show and arguments.half == "b":
        parser.error("--show would tell the sentences of half b, which stay unread; pass --half a, or leave --show out")
    turns = read_turns(FOLDER / f"{arguments.half}.jsonl")
    outcomes = [play(turn) for turn in turns]
    verdicts = [judge(outcome) for outcome in outcomes]
    if arguments.show:
        for turn, outcome, verdict in zip(turns, outcomes, verdicts, strict=True):
            if not verdict.exact or verdict.wrong_sign:
                print("\n".join(_told(turn, outcome, verdict)))
    totals = {"benchmark": "turns", "half": arguments.half, **summary(verdicts)}
    print(json.dumps(totals) if arguments.json else _table(totals))


def read_turns(path: Path) -> list[Turn]:
    """Raises DataError at the first line that is no turn."""
    turns = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            turns.append(Turn.model_validate_json(line))
        except ValidationError as error:
            raise DataError(f"{path}:{number}: not a turn; mend it as {path.parent}/README.md says. {error}") from error
    return turns


def play(turn: Turn) -> Outcome:
    """Put the memory in force, say the sentence to the grammar alone, and compare the memory before and after."""
    store = _store("shop" if _facets(turn) & SHOP else "films")
    state = MemoryState()
    for number, (sign, strength, facet, value) in enumerate(turn.in_force):
        state = _merged(state, (_put(gold(sign, facet, value), strength, store),), f"before{number}", store)
    before = view(state, "web", NOW)
    shown = slice(100, 110)  # ten that are neither first nor last
    slate = tuple(map(ShownItem, store.snapshot.item_ids[shown], store.snapshot.titles[shown]))
    context = ParseContext(store.spec, store.grounder, store.snapshot, before, slate, NOW, "", "now")
    parsed = read_exact(turn.text, context)
    if any(change.op == "undo" for change in parsed.changes):  # the journal undoes; here each wish was one command
        state = MemoryState(state.entries[:-1])
    after = view(_merged(state, parsed.changes, "now", store), "web", NOW)
    old, new = tuple(_atoms(before)), tuple(_atoms(after))
    return Outcome(
        tuple(gold(*said) for said in turn.drop),
        tuple(gold(*said) for said in turn.add),
        tuple(atom for atom in old if not any(same(atom, other) for other in new)),
        tuple(atom for atom in new if not any(same(atom, other) for other in old)),
        parsed,
    )


def judge(outcome: Outcome) -> Verdict:
    return Verdict(
        _hits(outcome.to_end, outcome.ended),
        _hits(outcome.to_begin, outcome.begun),
        any(_is_wrong(atom, outcome) for atom in outcome.begun)
        or any(_is_wanted_again(change, outcome) for change in outcome.parsed.changes),
        outcome.parsed.complete,
    )


def summary(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Totals of a half. Raises DataError where there is no sentence."""
    if not verdicts:
        raise DataError("there is no sentence to measure; put the turns back into benchmarks/turns")
    n, alone = len(verdicts), [verdict for verdict in verdicts if verdict.alone]
    kept = [verdict for verdict in verdicts if not verdict.ends.gold]
    return {
        "n": n,
        "drop": _sum([verdict.ends for verdict in verdicts]).scores(),
        "add": _sum([verdict.wishes for verdict in verdicts]).scores(),
        "exact": round(sum(verdict.exact for verdict in verdicts) / n, 3),
        "wrong_sign": round(sum(verdict.wrong_sign for verdict in verdicts) / n, 3),
        "alone": round(len(alone) / n, 3),
        "exact_of_alone": round(sum(verdict.exact for verdict in alone) / max(len(alone), 1), 3),
        "nothing_to_drop": len(kept),
        "of_those_nothing_dropped": sum(not verdict.ends.got for verdict in kept),
    }


def gold(sign: str, facet: str, value: str) -> Atom:
    """The atom of a wish as the file writes it; "1990..1999", "..90" and "120.." are bounds."""
    if facet in NUMBERS:
        low, _, high = value.partition("..")
        return Atom(SIGNS[sign], facet, bound=(float(low or -math.inf), float(high or math.inf)))
    return Atom(SIGNS[sign], None if facet in WORDS else facet, (SPELT.get(value, value),))


def near(one: Atom, other: Atom) -> bool:
    """Whether two atoms say the same, whatever their sign. Bounds may differ by 1 at each end ("before 1990")."""
    if one.bound is not None and other.bound is not None:
        ends = zip(one.bound, other.bound, strict=True)
        return one.facet == other.facet and all(a == b or abs(a - b) <= 1 for a, b in ends)
    if one.bound is not None or other.bound is not None:
        return False
    if one.facet is not None and other.facet is not None:
        return one.facet == other.facet and bool(_folded(one) & _folded(other))
    return bool(_stems(one) & _stems(other))


def same(one: Atom, other: Atom) -> bool:
    return one.sign == other.sign and near(one, other)


def _facets(turn: Turn) -> set[str]:
    return {facet for _, _, facet, _ in turn.in_force} | {facet for _, facet, _ in (*turn.drop, *turn.add)}


@cache
def _store(name: str) -> Store:
    folder = Path(str(data.__path__[0])) / name
    spec = load_spec(folder / "catalog.toml")
    snapshot = build_snapshot(spec, read_items(spec, folder), None, "turns")
    return Store(spec, snapshot, Grounder(spec, snapshot))


def _merged(state: MemoryState, changes: Sequence[Change], command_id: str, store: Store) -> MemoryState:
    return merge(state, changes, client="web", command_id=command_id, now=NOW, spec=store.spec).state


def _put(atom: Atom, strength: Strength, store: Store) -> Change:
    """The change that puts a wish in force. A value that the catalogue lacks is a wish in words, as a person's is."""
    if atom.bound is not None:
        return _put_bound(atom, atom.bound, strength)
    (word,) = atom.words
    value = None if atom.facet is None else _value(atom.facet, word, store)
    if atom.facet is None or value is None:
        return Change(
            op="add", polarity=atom.sign, strength="prefer", relation="like", value={"text": word}, quote=word
        )  # fmt: skip
    found, pair = store.grounder.ground(value), (atom.facet, value)
    return Change(
        op="add", polarity=atom.sign, strength=strength, facet=atom.facet, relation="is", value=[value],
        matches=found.pairs if found is not None and pair in found.pairs else (pair,), quote=value.lower(),
    )  # fmt: skip


def _value(facet: str, word: str, store: Store) -> str | None:
    """What the catalogue calls it; None where it has no such value."""
    held = store.snapshot.terms.get(facet)
    folded = {} if held is None else {value.casefold(): value for value in held.values}
    if word.casefold() in folded:
        return folded[word.casefold()]
    found = store.grounder.ground(word)
    return found.matches[0].value if found is not None and found.facet == facet else None


def _put_bound(atom: Atom, bound: tuple[float, float], strength: Strength) -> Change:
    low, high = bound
    said: dict[str, Any] = {"relation": "between", "value": {"low": low, "high": high}, "quote": f"{low:g} to {high:g}"}
    if low == -math.inf:
        said = {"relation": "at_most", "value": high, "quote": f"at most {high:g}"}
    elif high == math.inf:
        said = {"relation": "at_least", "value": low, "quote": f"at least {low:g}"}
    return Change.model_validate(
        {"op": "add", "polarity": atom.sign, "strength": strength, "facet": atom.facet, **said}
    )


def _atoms(preferences: Sequence[Preference]) -> Iterator[Atom]:
    """The wishes in force; hidden items are none."""
    for held in preferences:
        atom = None if held.facet == "item" else _atom(held, held.polarity, (held.quote,))
        if atom is not None:
            yield atom


def _atom(told: Preference | Change, sign: Polarity, also: tuple[str, ...] = ()) -> Atom | None:
    """`also`: what a named value may be called besides."""
    match told.relation, told.value:
        case "at_most", float(high):
            return Atom(sign, told.facet, bound=(-math.inf, high))
        case "at_least", float(low):
            return Atom(sign, told.facet, bound=(low, math.inf))
        case "between" | "about", {"low": low, "high": high}:
            return Atom(sign, told.facet, bound=(float(low), float(high)))
        case _, list(values):
            return Atom(sign, told.facet, (*values, *also))
        case _, {"text": text}:
            return Atom(sign, None, (str(text),))
        case _, {"item_id": item_id}:
            return Atom(sign, "item", (str(item_id),))
    return None


def _hits(gold: Sequence[Atom], got: Sequence[Atom]) -> Hits:
    """Each atom that came answers for one that should at most."""
    left, right = list(got), 0
    for wished in gold:
        found = next((atom for atom in left if same(wished, atom)), None)
        if found is not None:
            left.remove(found)
            right += 1
    missed = any(not any(same(wished, atom) for atom in got) for wished in gold)
    return Hits(right, len(got), len(gold), not left and not missed)


def _is_wrong(begun: Atom, outcome: Outcome) -> bool:
    """Whether it has the other sign than it should, or is of what should have ended."""
    meant = [atom for atom in outcome.to_begin if near(begun, atom)]
    if meant:
        return any(atom.sign != begun.sign for atom in meant)
    return any(near(begun, atom) for atom in outcome.to_end)


def _is_wanted_again(change: Change, outcome: Outcome) -> bool:
    """Whether it asks anew for what should have ended."""
    if change.op not in ("add", "replace") or change.polarity is None:
        return False
    atom = _atom(change, change.polarity)
    if atom is None or any(near(atom, other) for other in outcome.to_begin):
        return False
    return any(same(atom, other) for other in outcome.to_end)


def _sum(hits: Sequence[Hits]) -> Hits:
    return Hits(sum(hit.right for hit in hits), sum(hit.got for hit in hits), sum(hit.gold for hit in hits))


def _folded(atom: Atom) -> set[str]:
    return {word.casefold() for word in atom.words}


def _stems(atom: Atom) -> set[str]:
    return {_stem(word) for text in atom.words for word in re.findall(r"[\w-]+", text.casefold())}


def _stem(word: str) -> str:
    found = (word[: -len(end)] for end in ("ies", "es", "s") if word.endswith(end) and len(word) > len(end) + 2)
    return next(found, word)


def _told(turn: Turn, outcome: Outcome, verdict: Verdict) -> Iterator[str]:
    yield f"{turn.id}: {turn.text}{'   [wrong sign]' if verdict.wrong_sign else ''}"
    yield f"    in force {[list(said) for said in turn.in_force]}"
    for name, wanted, got in (
        ("ends", outcome.to_end, outcome.ended),
        ("begins", outcome.to_begin, outcome.begun),
    ):
        yield f"    {name} {_named(wanted)}, read {_named(got)}"
    if outcome.parsed.residue:
        yield f"    not read {outcome.parsed.residue}"


def _named(atoms: Sequence[Atom]) -> str:
    return (
        "; ".join(f"{atom.sign} {atom.facet or 'words'} {atom.bound or atom.words[0]}" for atom in atoms) or "nothing"
    )


def _table(totals: dict[str, Any]) -> str:
    ends, wishes = totals["drop"], totals["add"]
    return "\n".join((
        f"half {totals['half'].upper()}, {totals['n']} sentences, grammar alone",
        f"{'':12}{'n':>5}{'precision':>11}{'recall':>8}{'F1':>7}",
        *(f"{name:12}{row['n']:5}{row['p']:11.3f}{row['r']:8.3f}{row['f1']:7.3f}"
          for name, row in (("ends", ends), ("new wishes", wishes))),
        f"exact {totals['exact']}, wrong sign {totals['wrong_sign']}, answered alone {totals['alone']} "
        f"(exact of those {totals['exact_of_alone']})",
        f"nothing ended where nothing ends: {totals['of_those_nothing_dropped']} of {totals['nothing_to_drop']}",
    ))  # fmt: skip


if __name__ == "__main__":
    main()
