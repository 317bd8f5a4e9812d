"""The context of V2: what a person did, who they are, and what the moment is like, read once by all agents.

RecGPT-V2 section 12.1, C = {B, U, E}: behaviour as lettered lines, one a thread; the declared attributes that
the catalogue's settings let prompts see; the cues of the moment with numbers. Departure: entities stay
text (the paper replaces them by trained vectors, which the embedded server does not take).
"""

from dataclasses import dataclass
from typing import Any, Literal

from intently.language import Prompt, render
from intently.language.prompt import LETTERS
from intently.nouns import Cue
from intently.understand.behaviour import BehaviourText
from intently.understand.corrections import NotTheirs
from intently.understand.digest import Digest, Thread, digest_text
from intently.understand.interests import MOST_EVIDENCE
from intently.understand.run import Encode, Past, Run, baseline_of

__all__ = ["Context", "baseline", "context_of", "digest_of", "encode_of", "question"]

MOST_CUES = 8  # a moment with more has no character
MOST_THREADS = len(LETTERS)


@dataclass(frozen=True, slots=True)
class Context:
    """`threads` are lettered a, b, …, `cues` numbered 1, 2, …, in this order."""

    nouns: str
    behaviour: BehaviourText
    threads: tuple[Thread, ...]
    by_thread: bool  # the text's first lines are the threads
    profile: tuple[tuple[str, str], ...]
    cues: tuple[Cue, ...]
    not_theirs: NotTheirs = NotTheirs()

    def thread_of(self, letter: str) -> Thread | None:
        place = LETTERS.find(letter)
        return self.threads[place] if 0 <= place < len(self.threads) else None

    def cue_of(self, number: int) -> Cue | None:
        return self.cues[number - 1] if 1 <= number <= len(self.cues) else None

    def values(self) -> dict[str, Any]:
        """For the prompt `agents`."""
        lines = self.behaviour.text.splitlines()
        lettered = len(self.threads) if self.by_thread else 0
        named = [(one.label, ", ".join(item.title for item in one.items[:MOST_EVIDENCE])) for one in self.threads]
        return {
            "nouns": self.nouns,
            "threads": lines[:lettered],
            "lines": lines[lettered:],
            "strands": [] if self.by_thread else named,
            "profile": self.profile,
            "cues": [cue.text for cue in self.cues],
        }


def context_of(run: Run, *, compressed: bool = True, environment: bool = True) -> Context:
    """Of this run. compressed: else the baseline text, and the strands behind it. environment: else no cues."""
    digest = digest_of(run)
    behaviour = digest.behaviour if compressed else baseline(run)
    cues = run.cues[:MOST_CUES] if environment else ()
    threads = digest.threads[:MOST_THREADS]
    return Context(run.spec.nouns, behaviour, threads, compressed, _profile(run), cues, run.not_theirs)


def digest_of(past: Past) -> Digest:
    """The history by strands."""
    return digest_text(past.behaviour, past.shared, past.settings.digest_tokens)


def baseline(past: Past) -> BehaviourText:
    """The history without compression: one line an event, as the baselines read it."""
    return baseline_of(
        past.user_id, journal=past.journal, spec=past.spec, snapshot=past.snapshot, config=past.config,
        as_of=past.as_of,
    )  # fmt: skip


def question(run: Run, stage: Literal["tags", "choose"], **values: Any) -> Prompt:
    """The later questions of the conversation, one turn each: for an expert, and for the arbiter."""
    return render("agents", home=run.config.home, stage=stage, nouns=run.spec.nouns, **values)


def encode_of(run: Run) -> Encode | None:
    return run.encoder.encode if run.encoder is not None else None


def _profile(run: Run) -> tuple[tuple[str, str], ...]:
    """The declared attributes that prompts may see."""
    allowed: tuple[str, ...] = run.spec.prompt_profile
    kept = run.journal.profile(run.user_id) if allowed else None
    return tuple((name, kept.attributes[name]) for name in allowed if name in kept.attributes) if kept else ()
