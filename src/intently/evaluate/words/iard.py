"""IARD: what kind of sentence each turn is, by two annotators, against what our changes say (Cai and Chen 2020).

The code book has 15 labels for a seeker's turn. What our parser says with each (a reading *adds* when it makes a
preference, *hides* when it takes a shown film out, *asks for others* with `diversify` or by hiding what is shown):

====================================  ==========================================================================
label of the code book                right when the reading
====================================  ==========================================================================
CRI-F critique a feature              adds an avoid, or a bound made of "too" ("too scary", "it is too old")
CRI-A critique, adding constraints    adds a want of a facet, a bound or a wish by meaning ("something more recent")
CRI-C critique, compare               wants what is like a film, shown or named ("any others like that?")
IQU initial query, PRO preference,    adds a want or an avoid of anything
REF reformulate, STO start over,
ANS answer to a question
CON continue: more recommendations    asks for others, or adds
REJ dislikes the recommended film     avoids or hides a film, or avoids something else
SEE has seen it                       hides a film, likes one, or changes nothing
ACC accepts                           likes a film, or changes nothing
INQ asks about the film, ASK asks     changes nothing
an opinion, NRE neutral, OTH chat
====================================  ==========================================================================

*Critique type*: on turns with exactly one of the three CRI labels, the reading is one type: feature before add before
compare, for a film that is named beside what is criticised or added is its example; none where it does none of these. A
turn may have other labels beside. Labels that ask for no change are judged on turns that have no other; *kept still* is
over turns all of whose labels are such. Initial queries without content ("can you recommend something?") cannot be
added, so the shares of those labels have a ceiling below 1.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from intently.catalog.encode import Encoder
from intently.evaluate.words.dialogues import film_mentions, seeker_turns
from intently.evaluate.words.grounds import Ground, bare_title
from intently.evaluate.words.metrics import Measure, Signed, f1, share
from intently.evaluate.words.rates import rates
from intently.evaluate.words.turns import Heard, Turn, adds, by_half, half_of, read_table
from intently.nouns import Change

__all__ = ["Iard", "Said", "critique_of", "said_by"]

CRITIQUES = frozenset(("CRI-F", "CRI-A", "CRI-C"))
STILL = frozenset(("OTH", "ACC", "NRE", "ASK", "INQ", "SEE"))
BOUNDS = ("at_most", "at_least", "between", "about")


class Iard:
    name = "requests-iard"
    films = True
    note = (
        "The mapping from labels to changes is that of `evaluate/words/iard.py`. The films that the other named last "
        "are the slate; the parser sees one turn. Patterns were studied in one half of the conversations alone."
    )

    def turns(self, data: Path) -> list[Turn]:
        columns = ("conv_id", "turn", "role", "text", "sub_intents")
        rows = read_table(data / "requests-iard" / "turns.parquet", columns)
        return [
            Turn(
                f"{row['conv_id']} {row['turn']}",
                row["text"].strip(),
                half_of(row["conv_id"]),
                shown,
                frozenset(row["sub_intents"] or ()),
            )
            for row, shown in seeker_turns(rows)
        ]

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        raise NotImplementedError("film dialogues are read against the films")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        found: list[Measure] = []
        for part, some in by_half(heard).items():
            told = [(turn.gold, said_by(turn, what)) for turn, what in some]
            found += _critiques(part, told, seed) + _labels(part, told, seed) + rates(part, some, seed)
        return found


@dataclass(frozen=True, slots=True)
class Said:
    """What a reading says, in the terms of the mapping."""

    likes: bool  # a film, shown or named
    wants: bool  # anything else
    avoids: bool  # anything: a film, a facet, a meaning
    against: bool  # a bound made of "too": "too long" wants shorter ones
    hides: bool
    others: bool  # asks for something else

    @property
    def adds(self) -> bool:
        return self.likes or self.wants or self.avoids or self.against

    @property
    def still(self) -> bool:
        return not (self.adds or self.hides)


def said_by(turn: Turn, heard: Heard) -> Said:
    made = adds(heard)
    films = [_names_film(change, turn) for change in made]
    too = [change.relation in BOUNDS and _follows_too(change, turn) for change in made]
    plain = [
        change.polarity == "want" and not film and not by for change, film, by in zip(made, films, too, strict=True)
    ]
    return Said(
        likes=any(film and change.polarity == "want" for change, film in zip(made, films, strict=True)),
        wants=any(plain),
        avoids=any(change.polarity == "avoid" for change in made),
        against=any(too),
        hides=any(change.facet == "item" for change in heard.changes),
        others=any(change.op == "diversify" for change in heard.changes),
    )


def critique_of(said: Said) -> str:
    """The type of critique that a reading is; empty for none."""
    if said.avoids or said.against:
        return "CRI-F"
    if said.wants:
        return "CRI-A"
    return "CRI-C" if said.likes else ""


def _names_film(change: Change, turn: Turn) -> bool:
    """By its id or place, or by the title of a film that the catalogue lacks."""
    if change.relation != "like" or not isinstance(change.value, dict):
        return False
    titles = {bare_title(title) for title in (*turn.shown, *film_mentions(turn.text))}
    return "item_id" in change.value or bare_title(str(change.value.get("text", ""))) in titles


def _follows_too(change: Change, turn: Turn) -> bool:
    """The quoted words stand behind "too", or "not ... enough" stands around them."""
    quote = re.escape((change.quote or "").lower().removeprefix("too "))
    return re.search(rf"\btoo (?:\w+ ){{0,2}}{quote}|\bnot (?:\w+ )?{quote} enough", turn.text.lower()) is not None


def _critiques(part: str, told: Sequence[tuple[frozenset[str], Said]], seed: int) -> list[Measure]:
    one = [(labels & CRITIQUES, critique_of(said)) for labels, said in told if len(labels & CRITIQUES) == 1]
    pairs = [(next(iter(gold)), read) for gold, read in one]
    commonest = max(sorted(CRITIQUES), key=[gold for gold, _ in pairs].count)
    found = [
        share(part, "critique type accuracy", [(gold == read, 1) for gold, read in pairs], "turns", seed),
        share(part, "... of those read as any", [(gold == read, 1) for gold, read in pairs if read], "turns", seed),
        share(part, f"... of always saying {commonest}", [(gold == commonest, 1) for gold, _ in pairs], "turns", seed),
    ]
    for name in sorted(CRITIQUES):
        counts = [Signed(r == name, g == r == name, g == name, g == r == name) for g, r in pairs]
        found.append(f1(part, f"{name} type", counts, seed))
    return found


def _labels(part: str, told: Sequence[tuple[frozenset[str], Said]], seed: int) -> list[Measure]:
    found = []
    for label, is_right in _RIGHT.items():
        some = [said for labels, said in told if label in labels and (label not in STILL or len(labels) == 1)]
        found.append(share(part, f"{label} read as such", [(is_right(said), 1) for said in some], "turns", seed))
    kept = [(_allowed(labels, said), 1) for labels, said in told if labels and labels <= STILL]
    return [*found, share(part, "kept still", kept, "turns", seed)]


def _allowed(labels: frozenset[str], said: Said) -> bool:
    """Any of the labels allows what was read."""
    return any(_RIGHT[label](said) for label in labels)


def _only_likes(said: Said) -> bool:
    return not (said.wants or said.avoids or said.against)


_RIGHT: Mapping[str, Callable[[Said], bool]] = {
    "CRI-F": lambda said: said.avoids or said.against,
    "CRI-A": lambda said: said.wants,
    "CRI-C": lambda said: said.likes,
    "IQU": lambda said: said.adds,
    "PRO": lambda said: said.adds,
    "REF": lambda said: said.adds,
    "ANS": lambda said: said.adds,
    "CON": lambda said: said.adds or said.hides or said.others,
    "REJ": lambda said: said.avoids or said.hides,
    "SEE": lambda said: said.hides or _only_likes(said),
    "ACC": lambda said: not said.hides and _only_likes(said),
    "INQ": lambda said: said.still,
    "ASK": lambda said: said.still,
    "NRE": lambda said: said.still,
    "OTH": lambda said: said.still,
}
