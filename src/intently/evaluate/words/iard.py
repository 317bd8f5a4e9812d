"""IARD: what kind of sentence each turn is, by two annotators, against what our changes say (Cai and Chen 2020).

The code book has 15 labels for a seeker's turn. What our parser says with each (a reading *adds* when it makes a
preference, *hides* when it takes a shown film out, *asks for others* with `diversify` or by hiding what is shown):

====================================  ==========================================================================
label of the code book                right when the reading
====================================  ==========================================================================
CRI-F critique a feature              adds an avoid, or a bound against what is shown ("too scary", "it is too old")
CRI-A critique, adding constraints    adds a want of a facet, a bound or a wish by meaning ("something more recent")
CRI-C critique, compare               wants what is like the film just named ("any others like that?")
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

*Critique type*: on turns with exactly one of the three CRI labels, the reading is one type: compare before feature
before add; none where it does none of these. A turn may have other labels beside. Labels that ask for no change are
judged on turns that have no other; *kept still* is over turns all of whose labels are such. Initial queries without
content ("can you recommend something?") cannot be added, so the shares of those labels have a ceiling below 1.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from intently.catalog.encode import Encoder
from intently.evaluate.words.dialogues import seeker_turns
from intently.evaluate.words.grounds import Ground
from intently.evaluate.words.metrics import Measure, Signed, f1, share
from intently.evaluate.words.rates import rates
from intently.evaluate.words.turns import Heard, Turn, adds, by_half, half_of, read_table
from intently.nouns import Change

__all__ = ["Iard", "critique_of"]

CRITIQUES = ("CRI-F", "CRI-A", "CRI-C")
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
            found += _critiques(part, some, seed) + _labels(part, some, seed) + rates(part, some, seed)
        return found


def critique_of(heard: Heard) -> str:
    """The type of critique that a reading is; empty for none."""
    made = adds(heard)
    if any(_is_like_shown(change) for change in made):
        return "CRI-C"
    if any(change.polarity == "avoid" or _is_against(change) for change in made):
        return "CRI-F"
    return "CRI-A" if made else ""


def _is_like_shown(change: Change) -> bool:
    """A want of what is like a film of the slate: those are named by their place or their id, never by their words."""
    return change.polarity == "want" and _names_item(change)


def _names_item(change: Change) -> bool:
    return change.relation == "like" and isinstance(change.value, dict) and "item_id" in change.value


def _is_against(change: Change) -> bool:
    """A bound made of "too": "too long" wants shorter ones."""
    return change.relation in BOUNDS and (change.quote or "").lower().startswith("too ")


def _critiques(part: str, heard: Sequence[tuple[Turn, Heard]], seed: int) -> list[Measure]:
    one = [(turn, what) for turn, what in heard if len(turn.gold & set(CRITIQUES)) == 1]
    told = [(next(iter(turn.gold & set(CRITIQUES))), critique_of(what)) for turn, what in one]
    found = [share(part, "critique type accuracy", [(gold == read, 1) for gold, read in told], "turns", seed)]
    for name in CRITIQUES:
        counts = [Signed(r == name, g == r == name, g == name, g == r == name) for g, r in told]
        found.append(f1(part, f"{name} type", counts, seed))
    return found


def _labels(part: str, heard: Sequence[tuple[Turn, Heard]], seed: int) -> list[Measure]:
    found = []
    for label, is_right in _RIGHT.items():
        some = [what for turn, what in heard if label in turn.gold and (label not in STILL or len(turn.gold) == 1)]
        found.append(share(part, f"{label} read as such", [(is_right(what), 1) for what in some], "turns", seed))
    still = [(turn, what) for turn, what in heard if turn.gold and turn.gold <= STILL]
    kept = [(_allowed(turn.gold, what), 1) for turn, what in still]
    return [*found, share(part, "kept still", kept, "turns", seed)]


def _adds_any(heard: Heard) -> bool:
    return bool(adds(heard))


def _hides(heard: Heard) -> bool:
    return any(change.facet == "item" for change in heard.changes)


def _likes_only(heard: Heard) -> bool:
    """No preference but a film that is liked."""
    return all(change.polarity == "want" and _names_item(change) for change in adds(heard))


def _is_still(heard: Heard) -> bool:
    return all(change.op in ("keep", "diversify") for change in heard.changes)


_RIGHT: Mapping[str, Callable[[Heard], bool]] = {
    "CRI-F": lambda heard: any(change.polarity == "avoid" or _is_against(change) for change in adds(heard)),
    "CRI-A": lambda heard: any(change.polarity == "want" and not _names_item(change) for change in adds(heard)),
    "CRI-C": lambda heard: any(_is_like_shown(change) for change in adds(heard)),
    "IQU": _adds_any,
    "PRO": _adds_any,
    "REF": _adds_any,
    "ANS": _adds_any,
    "CON": lambda heard: _adds_any(heard) or _hides(heard) or any(c.op == "diversify" for c in heard.changes),
    "REJ": lambda heard: any(change.polarity == "avoid" for change in heard.changes),
    "SEE": lambda heard: _hides(heard) or _likes_only(heard),
    "ACC": _likes_only,
    "INQ": _is_still,
    "ASK": _is_still,
    "NRE": _is_still,
    "OTH": _is_still,
}


def _allowed(labels: frozenset[str], heard: Heard) -> bool:
    """Any of the labels allows what was read."""
    return any(_RIGHT[label](heard) for label in labels)
