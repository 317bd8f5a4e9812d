"""Simulated people who follow rules: they look at a feed and say one thing, until the target is in it.

Each round they accept when the target is among the first ten; else they state one or two conditions that were not said
yet, complain about one that what is shown breaks, or, when all is said and met, ask for something else. Behaviours:

    follow      just that
    ignore      once, instead of saying anything, praises or chats
    overstate   says "only" and "absolutely no"
    waver       names another bound first, or takes a condition back and states it again
    impatient   leaves after three rounds
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from intently.evaluate.commands.case import Case, Shown, Truth, Wanted
from intently.evaluate.commands.source import Source
from intently.evaluate.commands.verbaliser import Verbaliser
from intently.evaluate.commands.wording import side_of
from intently.evaluate.oracle import Condition, Oracle

__all__ = ["DRIFT_AFTER", "LOOKS_AT", "PATIENCE", "ROUNDS", "Person", "Said", "Speaker"]

ROUNDS = 5  # T_max
DRIFT_AFTER = 2  # rounds of the first goal
PATIENCE = 3  # rounds of an impatient person
LOOKS_AT = 10


@dataclass(frozen=True, slots=True)
class Said:
    """One command and what the person means after it. `dropped`: conditions that were meant before the drift."""

    text: str
    truth: Truth
    dropped: tuple[Wanted, ...] = ()
    act: str = "ask"


class Speaker(Protocol):
    """Who plays a person: rules (`Person`) or a language model (`model_person.ModelPerson`)."""

    @property
    def target(self) -> str: ...

    def content(self, shown: Shown) -> bool: ...

    def speak(self, shown: Shown) -> Said | None: ...


class Person:
    """One session of one person. `speak` gives what is said next, None when the person leaves."""

    def __init__(self, case: Case, source: Source, oracle: Oracle) -> None:
        self._case, self._oracle = case, oracle
        self._rng = np.random.default_rng(case.seed)
        self._voice = Verbaliser(source, case.split, self._rng)
        self._round = 0
        self._meant: list[Wanted] = []
        self._dropped: list[Wanted] = []  # of the first goal
        self._standing: list[Wanted] = []  # of those, what was never taken back in words
        self._loose: Wanted | None = None  # what a bound that was named too wide should have been
        self._back: Wanted | None = None  # a condition that was taken back, and is to be stated again
        self._complained: list[Wanted] = []  # a bound twice, a wish once: after that people look on
        self._once = False  # ignored a round, or wavered: people do it once

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
        drifted = self._case.scenario != "MRID" or self._round > DRIFT_AFTER
        return drifted and self.target in shown.item_ids[:LOOKS_AT]

    def speak(self, shown: Shown) -> Said | None:
        """What is said about what is shown."""
        self._round += 1
        if self._round > self.rounds:
            return None
        if self._case.scenario == "MRID" and self._round == DRIFT_AFTER + 1:
            return self._drift()
        if self._case.behaviour == "ignore" and self._round == 2:
            return self._said(self._voice.praise(), "chat")
        return self._wavering() or self._standing_still(shown) or self._rule(shown)

    # ----------------------------------------------------------------------------------------------------------- rules
    @property
    def _goal(self) -> tuple[Wanted, ...]:
        late = self._case.scenario == "MRID" and self._round > DRIFT_AFTER
        return self._case.goals[1 if late else 0].conditions

    def _rule(self, shown: Shown) -> Said:
        new = [want for want in self._goal if want not in self._meant]
        if new and (broken := self._broken(shown, self._meant, hard=True)) and self._rng.random() < 0.5:
            return self._complain(broken)
        if new:
            some = new if self._case.scenario == "SR" else new[: 1 + int(self._rng.random() < 0.5)]
            return self._state(some)
        if broken := self._broken(shown, self._meant):
            return self._complain(broken)
        return Said(self._voice.others(), Truth(tuple(self._meant), others=True), tuple(self._dropped), "others")

    def _complain(self, broken: Wanted) -> Said:
        self._complained.append(broken)
        if self._case.behaviour == "overstate":
            return self._said(self._voice.insist(broken), "insist")
        return self._said(self._voice.complain(broken), "complain")

    def _state(self, wants: Sequence[Wanted]) -> Said:
        first = not self._meant
        if self._case.behaviour == "overstate" and len(wants) == 1:
            self._meant += wants
            return self._said(self._voice.insist(wants[0]), "insist")
        if self._case.behaviour == "waver" and not self._once and (wide := _wider(wants)):
            loose, self._loose = wide
            self._once = True
            wants = [loose if want == self._loose else want for want in wants]
        self._meant += wants
        return self._said(self._voice.ask(wants, first=first))

    def _wavering(self) -> Said | None:
        """Puts a bound right, or takes something back and states it again."""
        if self._case.behaviour != "waver":
            return None
        if self._loose is not None:
            right, self._loose = self._loose, None
            field = right.condition.field
            self._meant = [*(want for want in self._meant if want.condition.field != field), right]
            return self._said(self._voice.ask([right], first=False), "change")
        if self._back is not None:
            back, self._back = self._back, None
            self._meant.append(back)
            return self._said(self._voice.ask([back], first=False), "restate")
        if self._round == 2 and not self._once and len(self._meant) > 1:
            self._once = True
            self._back = self._meant.pop()
            return self._said(self._voice.take_back(self._back), "retract")
        return None

    def _standing_still(self, shown: Shown) -> Said | None:
        """After the drift: something that was said before and not taken back keeps the target away."""
        stale = [want for want in self._standing if not self._oracle.meets(self.target, want.condition)]
        if self._case.scenario != "MRID" or self._round < DRIFT_AFTER + 2 or not stale:
            return None
        gone = stale[0]
        self._standing.remove(gone)
        return self._said(self._voice.take_back(gone), "retract")

    def _drift(self) -> Said:
        self._dropped = [want for want in self._meant if want not in self._goal]
        kept = [want for want in self._meant if want in self._goal]
        blocking = sorted(self._dropped, key=lambda want: self._oracle.meets(self.target, want.condition))
        new = [want for want in self._goal if want not in kept]
        wanted = [want for want in new if not want.condition.avoid][:2] or new[:1]
        text, taken_back, everything = self._voice.drift(wanted, blocking)
        kept = [] if everything else kept
        bounded = {
            want.condition.field for want in wanted if side_of(want)
        }  # a new bound stands in the old one's place
        left = [want for want in self._dropped if want not in taken_back]
        self._standing = [want for want in left if not side_of(want) or want.condition.field not in bounded]
        self._meant = [*kept, *wanted]
        self._loose = self._back = None
        return self._said(text, "drift")

    def _broken(self, shown: Shown, wants: Sequence[Wanted], *, hard: bool = False) -> Wanted | None:
        """The condition that most of what is shown breaks; a wish only where half of it does."""
        left = [want for want in wants if self._complained.count(want) < (2 if want.hard else 1)]
        counted = {want: sum(not self._oracle.meets(item, want.condition) for item in shown.item_ids[:LOOKS_AT])
                   for want in left if want.hard or not hard}  # fmt: skip
        worst = max(counted, key=lambda want: counted[want], default=None)
        if worst is None or not counted[worst]:
            return None
        return worst if worst.hard or counted[worst] * 2 >= LOOKS_AT else None

    def _said(self, text: str, act: str = "ask") -> Said:
        return Said(text, Truth(tuple(self._meant)), tuple(self._dropped), act)


def _wider(wants: Sequence[Wanted]) -> tuple[Wanted, Wanted] | None:
    """A bound named too wide, and the one that is meant."""
    for want in wants:
        low, high, field = want.condition.low, want.condition.high, want.condition.field
        if field == "year" or (low is None) == (high is None):
            continue
        wide = Condition(field, high=high * 1.5) if high is not None else Condition(field, low=(low or 0.0) / 2)
        return replace(want, condition=wide), want
    return None
