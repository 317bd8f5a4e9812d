"""Simulated people played by a language model: a character, conditions, and a target that is kept hidden (IRF-49).

The model reads what is shown with its facets and says one sentence, marking which of its numbered conditions it states.
It is not told the title of what it looks for, and code checks that it does not guess it: a sentence that names it, or
says nothing, is asked for once more; then the sentence of the rule-driven person is used, and counted. Whether the
person is content, and when they leave, is decided by the same rules as for `Person`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from intently.errors import ModelError
from intently.evaluate.commands.baselines.queries import asks_for_others
from intently.evaluate.commands.case import Case, Ground, Shown, Truth, Wanted
from intently.evaluate.commands.people import DRIFT_AFTER, LOOKS_AT, PATIENCE, ROUNDS, Said
from intently.evaluate.commands.source import Source
from intently.evaluate.commands.verbaliser import Verbaliser
from intently.language import Model, render

__all__ = ["ModelPerson", "Utterance", "names_title"]

READS = 6  # shown items that the model reads; it judges by the first ones, as people do
STATES = 2  # conditions of one sentence; in SR, all of them
LETTERS = 80  # of a sentence: about 20 tokens
MAX_TOKENS = 40
TIMEOUT_SECONDS = 120.0
CHARACTERS = (
    "a tired nurse after a night shift", "a student with little patience", "a retired teacher who is polite",
    "a father who decides for the family", "somebody who writes as one speaks, in half sentences",
    "a critic who knows what they like", "a teenager", "a grandmother who is new to this",
    "an engineer who is exact", "somebody in a hurry", "somebody cheerful", "a grumpy neighbour",
)  # fmt: skip
MANNERS = {
    "ignore": "You like to chat.", "overstate": "You exaggerate: only this, never ever that.",
    "waver": "You are not sure of yourself.", "impatient": "You soon lose patience.",
}  # fmt: skip


class Utterance(BaseModel):
    """`stated`: numbers of the conditions that `says` states."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    stated: tuple[int, ...]
    says: str


class ModelPerson:
    """One session of one person. Same interface as `people.Person`.

    counts: "sentences", "title named", "by rule"; shared by all people of a run.
    """

    def __init__(self, case: Case, source: Source, ground: Ground, model: Model, counts: Counter[str]) -> None:
        self._case, self._source, self._ground, self._model, self.counts = case, source, ground, model, counts
        self._rng = np.random.default_rng(case.seed)
        self._voice = Verbaliser(source, case.split, self._rng)
        self._character = CHARACTERS[int(self._rng.integers(len(CHARACTERS)))]
        self._round = 0
        self._meant: list[Wanted] = []
        self._dropped: list[Wanted] = []

    @property
    def target(self) -> str:
        """Of the goal that counts: in MRID the second."""
        return self._case.goals[-1].target

    @property
    def rounds(self) -> int:
        if self._case.scenario == "SR":
            return 1
        return PATIENCE if self._case.behaviour == "impatient" and self._case.scenario == "MR" else ROUNDS

    def content(self, shown: Shown) -> bool:
        """Whether the target is among the first ten, and it is the target that is looked for by now."""
        return (self._case.scenario != "MRID" or self._drifted) and self.target in shown.item_ids[:LOOKS_AT]

    def speak(self, shown: Shown) -> Said | None:
        """What is said about what is shown; None when the person leaves."""
        self._round += 1
        if self._round > self.rounds:
            return None
        changes = self._case.scenario == "MRID" and self._round == DRIFT_AFTER + 1
        if changes:
            self._dropped = [want for want in self._meant if want not in self._goal]
            self._meant = [want for want in self._meant if want in self._goal]
        self.counts["sentences"] += 1
        try:
            found = self._ask(shown, changes)
        except ModelError:
            found = None
        return self._by_rule() if found is None else self._said(found)

    # ------------------------------------------------------------------------------------------------------- the model
    @property
    def _drifted(self) -> bool:
        return self._round > DRIFT_AFTER

    @property
    def _goal(self) -> tuple[Wanted, ...]:
        late = self._case.scenario == "MRID" and self._drifted
        return self._case.goals[1 if late else 0].conditions

    def _ask(self, shown: Shown, changes: bool) -> Utterance | None:
        """A sentence that may be said, or None."""
        said = [place for place, want in enumerate(self._goal, start=1) if want in self._meant]
        prompt = render(
            "person", home=self._ground.engine.config.home, nouns=self._source.nouns, character=self._character,
            manner=MANNERS.get(self._case.behaviour, ""), said=said, changes=changes, shown=self._facts(shown),
            conditions=[(want.condition.avoid, want.condition.field, want.said) for want in self._goal],
            everything=self._case.scenario == "SR",
        )  # fmt: skip
        answer = self._model.ask(
            prompt, Utterance, max_tokens=MAX_TOKENS, timeout_seconds=TIMEOUT_SECONDS, schema=self._schema(),
            check=self._fault,
        )  # fmt: skip
        return None if self._unsayable(answer.value) else answer.value

    def _fault(self, spoken: Utterance) -> str | None:
        """What is wrong with the first answer; a named title is counted."""
        fault = self._unsayable(spoken)
        if "title" in fault:
            self.counts["title named"] += 1
        return fault or None

    def _unsayable(self, spoken: Utterance) -> str:
        if not _words(spoken.says):
            return "the sentence is empty; say one short sentence"
        if any(names_title(spoken.says, self._title(goal.target)) for goal in self._case.goals):
            return "the sentence names a title; say what it should be like instead"
        return "" if all(1 <= number <= len(self._goal) for number in spoken.stated) else "an unknown number is stated"

    def _schema(self) -> dict[str, Any]:
        most = len(self._goal) if self._case.scenario == "SR" else STATES
        numbers = {"type": "array", "items": {"enum": [*range(1, len(self._goal) + 1)]}, "maxItems": most}
        properties = {"stated": numbers, "says": {"type": "string", "minLength": 2, "maxLength": LETTERS}}
        return {"type": "object", "properties": properties, "required": ["stated", "says"],
                "additionalProperties": False}  # fmt: skip

    def _facts(self, shown: Shown) -> list[tuple[str, str]]:
        """Titles with what the person cares about: the facets that their conditions speak of."""
        snapshot = self._ground.engine.worlds.at(self._ground.as_of).snapshot
        names = dict.fromkeys(self._ground.facets.get(want.condition.field, "") for want in self._goal)
        found: list[tuple[str, str]] = []
        for item_id in shown.item_ids[:READS]:
            row = snapshot.row_of(item_id)
            if row is not None:
                facets = snapshot.facets_of(row)
                found.append((snapshot.titles[row], ", ".join(_said(facets[name]) for name in names if name in facets)))
        return found

    def _title(self, item_id: str) -> str:
        return str(self._ground.rows[item_id].get(self._source.title) or "")

    # ------------------------------------------------------------------------------------------------- what comes of it
    def _said(self, spoken: Utterance) -> Said:
        stated = [self._goal[number - 1] for number in spoken.stated]
        self._meant += [want for want in dict.fromkeys(stated) if want not in self._meant]
        others = not stated and asks_for_others(spoken.says)
        return Said(spoken.says.strip(), Truth(tuple(self._meant), others), tuple(self._dropped), "model")

    def _by_rule(self) -> Said:
        """What the rule-driven person would say here: the next condition, else something else."""
        self.counts["by rule"] += 1
        new = [want for want in self._goal if want not in self._meant]
        if not new:
            return Said(self._voice.others(), Truth(tuple(self._meant), others=True), tuple(self._dropped), "rule")
        some = new if self._case.scenario == "SR" else new[:1]
        text = self._voice.ask(some, first=not self._meant)
        self._meant += some
        return Said(text, Truth(tuple(self._meant)), tuple(self._dropped), "rule")


def names_title(text: str, title: str) -> bool:
    """Whether the words of the title, without its article, stand in the text one after the other."""
    words, wanted = _words(text), _words(title)
    if len(wanted) > 1 and wanted[0] in ("the", "a", "an"):
        wanted = wanted[1:]
    size = len(wanted)
    return bool(size) and any(words[at : at + size] == wanted for at in range(len(words) - size + 1))


def _said(value: Any) -> str:
    """A facet's value in few words."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(map(str, value[:3]))
    return "?" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
