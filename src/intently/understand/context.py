"""The context of V2: what a person did, who they are, and what the moment is like, read once by all agents.

RecGPT-V2 section 12.1, C = {B, U, E}: behaviour as compressed lines with numbered items and their strands; the declared
attributes that the catalogue's settings let prompts see; the cues of the moment with letters. Departure: entities stay
text (the paper replaces them by trained vectors, which the embedded server does not take).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from intently.language import Prompt, render
from intently.language.prompt import LETTERS
from intently.nouns import Cue
from intently.understand.behaviour import BehaviourItem, BehaviourText
from intently.understand.digest import digest_text
from intently.understand.interests import MOST_EVIDENCE
from intently.understand.run import Run, baseline_of

__all__ = ["Context", "Encode", "baseline", "context_of", "encode_of", "question"]

Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]  # texts to unit rows
MOST_CUES = 8  # a moment with more has no character


@dataclass(frozen=True, slots=True)
class Context:
    """`strands`: label and numbers of the items that share it. `cues` are lettered a, b, … in this order."""

    nouns: str
    behaviour: BehaviourText
    by_strand: bool  # the text's lines are the strands already
    strands: tuple[tuple[str, tuple[int, ...]], ...]
    profile: tuple[tuple[str, str], ...]
    cues: tuple[Cue, ...]

    @property
    def liked(self) -> Mapping[int, BehaviourItem]:
        """What can be evidence, by number."""
        return {item.number: item for item in self.behaviour.items if item.liked}

    def cue_of(self, letter: str) -> Cue | None:
        place = LETTERS.find(letter)
        return self.cues[place] if 0 <= place < len(self.cues) else None

    def values(self) -> dict[str, Any]:
        """For the prompt `agents`."""
        return {
            "nouns": self.nouns,
            "lines": self.behaviour.text.splitlines(),
            "strands": () if self.by_strand else self.strands,
            "profile": self.profile,
            "cues": [cue.text for cue in self.cues],
        }


def context_of(run: Run, *, compressed: bool = True, environment: bool = True) -> Context:
    """Of this run. compressed: else the baseline text, numbered. environment: else no cues."""
    behaviour = (
        digest_text(run.behaviour, run.shared, run.settings.digest_tokens)
        if compressed
        else baseline(run, numbered=True)
    )
    numbers = {item.item_id: item.number for item in behaviour.items if item.item_id is not None}
    named = ((one.label, [numbers[item_id] for item_id in one.item_ids if item_id in numbers]) for one in run.shared)
    strands = tuple((label, tuple(held[:MOST_EVIDENCE])) for label, held in named if held)
    cues = run.cues[:MOST_CUES] if environment else ()
    return Context(run.spec.nouns, behaviour, compressed, strands, _profile(run), cues)


def baseline(run: Run, *, numbered: bool = False) -> BehaviourText:
    """The history without compression: one line an event, as the baselines read it."""
    return baseline_of(
        run.user_id, journal=run.journal, spec=run.spec, snapshot=run.snapshot, config=run.config, as_of=run.as_of,
        numbered=numbered,
    )  # fmt: skip


def question(run: Run, stage: Literal["tags", "choose"], **values: Any) -> Prompt:
    """The later questions of the conversation, one turn each: for an expert, and for the arbiter."""
    return render("agents", home=run.config.home, stage=stage, **values)


def encode_of(run: Run) -> Encode | None:
    return run.encoder.encode if run.encoder is not None else None


def _profile(run: Run) -> tuple[tuple[str, str], ...]:
    """The declared attributes that prompts may see."""
    allowed: tuple[str, ...] = run.spec.prompt_profile
    kept = run.journal.profile(run.user_id) if allowed else None
    return tuple((name, kept.attributes[name]) for name in allowed if name in kept.attributes) if kept else ()
