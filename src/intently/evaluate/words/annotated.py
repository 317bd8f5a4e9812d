"""Turns of IARD and ReDial whose preferences were written down: is each one read, under the right sign, and no other?

The annotations lie in a file outside the repository, one JSON object a line: set, conv_id, turn, split, preferences.
The words themselves are looked up in the data. The annotator is a language model that saw neither parser nor output,
and is not the model that the parser asks. Rules of the comparison:

- A *label* is one preference: one bound, one film, one wish, or a term with all values that its phrase means, of which
  any counts. A *reading* is one preference that the parser makes.
- A reading meets a label when the facet agrees and its `matches` hold the value, case folded: a genre read as its style
  twin counts, and so does a genre read where the label names a style that is a kind of it. A bound meets a bound when
  both ends agree (a year or a minute off at most); where the label names only a direction ("newer"), the side must
  agree. A film meets by its title, of films that the catalogue lacks too.
- Wishes that no facet holds are scored by count and sign, not by wording: as many as both sides have.
- *declared*: labels and readings of facets and films. *with wishes*: wishes by meaning too.
- *sign error*: a declared label that is met under the other sign alone. *unmeant*: a reading of a facet or film that
  meets no label under any sign. *false grounding*: an unmeant one whose words do not name that value at all ("Black" as
  Jack Black, a word inside of a film's title), or a bound. The others name it, but nobody wished it ("is that the one
  with ...?"). Films that are only hidden as seen are no reading: the labels tell what is wanted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from intently.catalog.encode import Encoder
from intently.errors import DataError
from intently.evaluate.words.dialogues import film_mentions
from intently.evaluate.words.grounds import Ground, bare_title
from intently.evaluate.words.metrics import Measure, Signed, f1, precision, recall, share
from intently.evaluate.words.phrases import fold
from intently.evaluate.words.rates import rates
from intently.evaluate.words.turns import Heard, Turn, adds, read_table
from intently.nouns import Change

__all__ = ["Annotated", "Label", "compare", "labels_of"]

NUMBERS = ("at_most", "at_least", "between", "about")
SLACK = 1.0  # of a bound, in the facet's unit: "before 2000" is 1999


class AnnotatedPreference(BaseModel):
    """As the annotator wrote it. `values` of a bound: its one or two numbers, or a word for a direction ("newer")."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    facet: str | None
    polarity: Literal["want", "avoid"]
    relation: Literal["is", "at_most", "at_least", "between", "about", "like"]
    values: list[float | str]


class AnnotatedTurn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    set: Literal["redial", "iard"]
    conv_id: str
    turn: int
    split: Literal["dev", "test"]
    preferences: list[AnnotatedPreference]


@dataclass(frozen=True, slots=True)
class Label:
    """One preference that was meant. `values` of a term (any of them), film or wish; `low` and `high` of a bound."""

    facet: str | None
    polarity: str
    values: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    side: str = ""  # of a direction without a number: at_least or at_most


class Annotated:
    """The set of these turns."""

    name = "annotated turns"
    films = True
    note = (
        "Labels: one language model, blind to the parser; agreement with itself F1 0.991, with nobody else measured. "
        "Turns were drawn among those that name a word of the catalogue. F1 of 'declared' leaves wishes by meaning out."
    )

    def __init__(self, file: Path) -> None:
        self._file = file

    def turns(self, data: Path) -> list[Turn]:
        texts: dict[str, dict[tuple[str, int], str]] = {}
        turns = []
        for row in read_annotations(self._file):
            if row.set not in texts:
                table = read_table(data / f"requests-{row.set}" / "turns.parquet", ("conv_id", "turn", "text"))
                texts[row.set] = {(one["conv_id"], one["turn"]): one["text"] for one in table}
            text = texts[row.set].get((row.conv_id, row.turn))
            if text is None:
                raise DataError(f"{self._file}: {row.set} has no turn {row.turn} of conversation {row.conv_id!r}")
            key = f"{row.set} {row.conv_id} {row.turn}"
            turns.append(Turn(key, text.strip(), row.split, gold=labels_of(row.preferences)))
        return turns

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        raise NotImplementedError("annotated turns are read against the films")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        found: list[Measure] = []
        for part in ("test", "dev"):
            some = [(turn, what) for turn, what in heard if turn.half == part]
            if some:
                found += _measures(part, some, ground, seed)
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """One turn: counts by facet ("wish" for those of none), and what went wrong."""

    counts: dict[str, Signed]
    sign_errors: int
    unmeant: int
    false_groundings: int
    grounded: int

    def total(self, *, wishes: bool) -> Signed:
        kept = [count for facet, count in self.counts.items() if wishes or facet != "wish"]
        return Signed(*(sum(getattr(one, name) for one in kept) for name in ("read", "right", "labels", "found")))


def compare(text: str, labels: Sequence[Label], changes: Sequence[Change], ground: Ground) -> Compared:
    """Count one turn. `changes`: what adds a preference."""
    declared = [label for label in labels if label.facet is not None]
    kinds = _kinds_of(changes, labels)
    readings = [change for change, kind in zip(changes, kinds, strict=True) if kind != "wish"]
    met = [[_meets(change, label, ground) for label in declared] for change in readings]
    good = [
        [meets and change.polarity == label.polarity for meets, label in zip(row, declared, strict=True)]
        for row, change in zip(met, readings, strict=True)
    ]
    found = [any(row[j] for row in good) for j in range(len(declared))]
    turned = [not found[j] and any(row[j] for row in met) for j in range(len(declared))]
    counts: dict[str, list[int]] = {}
    for kind, row in zip([kind for kind in kinds if kind != "wish"], good, strict=True):
        _count(counts, kind, 0, any(row))
    for label, is_found in zip(declared, found, strict=True):
        _count(counts, str(label.facet), 2, is_found)
    _count_wishes(counts, labels, [change for change, kind in zip(changes, kinds, strict=True) if kind == "wish"])
    unmeant = [change for change, row in zip(readings, met, strict=True) if not any(row)]
    false = sum(not _names_its_value(change, text, ground) for change in unmeant)
    kept = {kind: Signed(*row) for kind, row in counts.items()}
    return Compared(kept, sum(turned), len(unmeant), false, len(readings))


def labels_of(preferences: Sequence[AnnotatedPreference]) -> tuple[Label, ...]:
    labels: list[Label] = []
    for one in preferences:
        if one.relation not in NUMBERS:
            values = tuple(str(value) for value in one.values)
            each = [values] if one.relation == "is" else [(value,) for value in values]
            labels += [Label(one.facet, one.polarity, some) for some in each]
            continue
        numbers = [float(value) for value in one.values if not isinstance(value, str)]
        low, high = (numbers[0], numbers[-1]) if numbers else (float("-inf"), float("inf"))
        if one.relation in ("at_least", "at_most") and numbers:
            low, high = (low, float("inf")) if one.relation == "at_least" else (float("-inf"), high)
        side = one.relation if not numbers else ""
        labels.append(Label(one.facet, one.polarity, (), low, high, side))
    return tuple(labels)


def read_annotations(file: Path) -> list[AnnotatedTurn]:
    """Raises DataError that names file, line and field."""
    if not file.is_file():
        raise DataError(f"{file}: is not there. Pass --turns, the file of annotated turns.")
    rows = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        try:
            rows.append(AnnotatedTurn.model_validate_json(line))
        except ValidationError as error:
            where = ".".join(map(str, error.errors()[0]["loc"]))
            raise DataError(f"{file}:{number}: `{where}`: {error.errors()[0]['msg']}. Mend the line.") from error
    return rows


def _kinds_of(changes: Sequence[Change], labels: Sequence[Label]) -> list[str]:
    """The facet of each reading; "item" for a film that it names, "wish" for one by meaning. Words that are the title
    of a film that the person named are that film, though the catalogue lacks it."""
    titles = {bare_title(title) for label in labels if label.facet == "item" for title in label.values}
    kinds = []
    for change in changes:
        value = change.value if isinstance(change.value, dict) else {}
        named = "item_id" in value or bare_title(str(value.get("text", ""))) in titles
        kinds.append(change.facet or ("item" if named else "wish"))
    return kinds


def _meets(change: Change, label: Label, ground: Ground) -> bool:
    """Whatever the sign."""
    if change.relation in NUMBERS:
        return change.facet == label.facet and _same_bound(change, label)
    if label.facet == "item":
        return bare_title(_title_of(change, ground)) in {bare_title(title) for title in label.values}
    if change.relation != "is" or not isinstance(change.value, list):
        return False
    pairs = {*change.matches, *((str(change.facet), value) for value in change.value)}
    folded = {(facet, fold(value)) for facet, value in pairs}
    return any((label.facet, fold(value)) in folded for value in label.values)


def _title_of(change: Change, ground: Ground) -> str:
    value = change.value if isinstance(change.value, dict) else {}
    return ground.title_of(str(value["item_id"])) if "item_id" in value else str(value.get("text", ""))


def _count_wishes(counts: dict[str, list[int]], labels: Sequence[Label], wishes: Sequence[Change]) -> None:
    """By number and sign."""
    for polarity in ("want", "avoid"):
        meant = sum(label.facet is None and label.polarity == polarity for label in labels)
        read = sum(change.polarity == polarity for change in wishes)
        for place in range(read):
            _count(counts, "wish", 0, place < meant)
        for place in range(meant):
            _count(counts, "wish", 2, place < read)


def _names_its_value(change: Change, text: str, ground: Ground) -> bool:
    """Whether the quoted words are a name of the value, and not a piece of a film's title."""
    quote = fold(change.quote or "")
    titles = [bare_title(title) for title in film_mentions(text)]
    whole = " " in quote and isinstance(change.value, list) and quote in {fold(value) for value in change.value}
    if not whole and any(bare_title(quote) != title and f" {bare_title(quote)} " in f" {title} " for title in titles):
        return False
    if change.relation == "like":
        return bare_title(_title_of(change, ground)) == bare_title(change.quote or "")
    if change.relation != "is" or change.facet is None:
        return False
    aliases = ground.spec.facets[change.facet].aliases.items()
    values = {fold(value) for value in (change.value if isinstance(change.value, list) else ())}
    names = values | {fold(name) for name, meant in aliases if values & {fold(one.split(":")[-1]) for one in meant}}
    return any(_inflected(part, name) for part in quote.split(" or ") for name in names)


def _inflected(said: str, name: str) -> bool:
    """The same words but for their endings ("comedies" for Comedy)."""
    one, other = said.split(), name.split()
    stems = [(a, b[: max(3, len(b) - 2)]) for a, b in zip(one, other, strict=False)]
    return len(one) == len(other) and all(a.startswith(stem) and len(a) <= len(stem) + 5 for a, stem in stems)


def _same_bound(change: Change, label: Label) -> bool:
    value = change.value
    if isinstance(value, dict):
        low, high = float(value["low"]), float(value["high"])
    else:
        amount = float(cast("float", value))
        low, high = (amount, float("inf")) if change.relation == "at_least" else (float("-inf"), amount)
    if label.side:
        return (low > float("-inf")) if label.side == "at_least" else (high < float("inf"))
    return _near(low, label.low) and _near(high, label.high)


def _near(one: float, other: float) -> bool:
    return one == other or abs(one - other) <= SLACK


def _count(counts: dict[str, list[int]], kind: str, place: int, good: bool) -> None:
    row = counts.setdefault(kind, [0, 0, 0, 0])
    row[place] += 1
    row[place + 1] += good


def _measures(part: str, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
    rows = [(what, compare(turn.text, turn.gold, adds(what), ground)) for turn, what in heard]
    alone = [row for what, row in rows if what.complete]
    found = _of(part, [row for _, row in rows], seed)
    found += _of(f"{part}, grammar alone", alone, seed)
    for kind in sorted({kind for _, row in rows for kind, count in row.counts.items() if count.labels}):
        found.append(f1(f"{part}, {kind}", kind, [row.counts.get(kind, Signed()) for _, row in rows], seed))
    return [*found, *rates(part, heard, seed)]


def _of(part: str, rows: Sequence[Compared], seed: int) -> list[Measure]:
    declared, whole = [row.total(wishes=False) for row in rows], [row.total(wishes=True) for row in rows]
    wrong = [(row.sign_errors, one.labels) for row, one in zip(rows, declared, strict=True)]
    return [
        f1(part, "declared", declared, seed),
        precision(part, "declared", declared, seed),
        recall(part, "declared", declared, seed),
        f1(part, "with wishes", whole, seed),
        share(part, "sign errors", wrong, "labels", seed),
        share(part, "false groundings", [(r.false_groundings, r.grounded) for r in rows], "grounded readings", seed),
        share(part, "unmeant readings", [(r.unmeant, r.grounded) for r in rows], "grounded readings", seed),
    ]
