"""One person's run through the stages: what every stage needs, and what it asked for is asked once.

Each stage's answer is kept with the hash of its input: a run that was killed goes on behind the last answer it got, and
nothing that has not changed is asked again.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from intently.catalog.arrays import Snapshot
from intently.catalog.encode import Encoder
from intently.catalog.lexicon import plain
from intently.catalog.schema import CatalogSpec
from intently.config import Config, UnderstandConfig
from intently.errors import NotFound
from intently.journal import Journal
from intently.language import Budget, Model, Prompt
from intently.nouns import Cue, Interest, Tag, utc
from intently.understand.baseline import baseline_text
from intently.understand.behaviour import BehaviourItem, BehaviourText, behaviour_text
from intently.understand.compress import describer
from intently.understand.cores import cores_of
from intently.understand.corrections import NotTheirs, not_theirs
from intently.understand.pool import Pool
from intently.understand.strands import Strand, strands_of
from intently.understand.tags import ground_tags

__all__ = ["Encode", "Past", "Progress", "Run", "Tell", "baseline_of", "behaviour_of", "hash_of", "past_of", "prepare"]

EVENTS = 5000  # the newest reliable ones that are read; the cap of the text is far smaller
LEAST_ITEMS = 3  # with fewer there is nothing lasting to name


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known so far, for the page: `stage` is behaviour, interests, tags or done; `text` is for people."""

    user_id: str
    stage: str
    text: str
    interests: tuple[Interest, ...] = ()
    tags: tuple[Tag, ...] = ()


Tell = Callable[[Progress], None]
Encode = Callable[[Sequence[str]], npt.NDArray[np.float32]]  # texts to unit rows


@dataclass(frozen=True)
class Past:
    """What one person did until a moment, read for a run: all that a model can be told of the history."""

    user_id: str
    journal: Journal
    config: Config
    spec: CatalogSpec
    snapshot: Snapshot
    behaviour: BehaviourText
    shared: tuple[Strand, ...]
    as_of: datetime

    @property
    def settings(self) -> UnderstandConfig:
        return self.config.understand

    @property
    def liked(self) -> list[BehaviourItem]:
        return [item for item in self.behaviour.items if item.liked]


@dataclass(frozen=True)
class Run(Past):
    """What every stage of one person's run needs. `not_theirs`: what the person disowned, and no stage may name.
    `refused`: what stages left out, as (stage, fault), in order."""

    model: Model
    encoder: Encoder | None = None
    cues: tuple[Cue, ...] = ()
    pool: Pool = Pool()
    budget: Budget | None = None
    not_theirs: NotTheirs = NotTheirs()
    refused: list[tuple[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)  # hashes of the calls behind it

    def once(self, stage: str, prompt: Prompt, ask: Callable[[], tuple[dict[str, Any], str]]) -> dict[str, Any]:
        """The stage's answer: kept from an earlier run with the same prompt and model, else asked, and kept before it
        is used. ask: gives the answer as JSON and the hash of its call."""
        key = hash_of([message.text for message in prompt.messages], self.model.digest)
        kept: dict[str, Any] | None = self.journal.stage_output(self.user_id, stage, key)
        if kept is None:
            answer, call = ask()
            kept = {"answer": answer, "call": call}
            self.journal.put_stage(self.user_id, stage, key, kept)
        self.calls.append(kept["call"])
        found: dict[str, Any] = kept["answer"]
        return found

    def refuse(self, stage: str, faults: Sequence[str]) -> None:
        """Note what a stage left out, and why: it is kept with the understanding, so that a run that goes on after a
        kill, and decides the same again, keeps it once."""
        self.refused.extend((stage, fault) for fault in faults)

    def matched_pool(self) -> tuple[str, ...]:
        """The interests that several people share and that fit what this one liked."""
        ids = (item.item_id for item in self.behaviour.items if item.liked and item.item_id is not None)
        rows = [row for item_id in ids if (row := self.snapshot.row_of(item_id)) is not None]
        fitting = self.pool.matched(self.snapshot.vectors[[row for row in rows if self.snapshot.encoded[row]]])
        return tuple(text for text in fitting if not self.not_theirs.fault(text))

    def is_title(self, text: str) -> bool:
        """Whether it is an item's title, however it is written: "thor the dark world" is "Thor: The Dark World"."""
        return plain(text) in self.snapshot.plain_titles

    def grounded(self, tags: tuple[Tag, ...]) -> tuple[Tag, ...]:
        """The tags with what they find in the catalogue; without an encoder as they are."""
        if self.encoder is None:
            return tags
        eligible = self.snapshot.encoded & self.snapshot.available
        return ground_tags(tags, self.encoder.encode, self.snapshot.vectors, eligible)


def prepare(
    user_id: str,
    *,
    journal: Journal,
    model: Model,
    spec: CatalogSpec,
    snapshot: Snapshot,
    config: Config,
    encoder: Encoder | None = None,
    cues: Sequence[Cue] = (),
    pool: Pool | None = None,
    as_of: datetime | None = None,
    budget: Budget | None = None,
) -> Run:
    """Read the person's history as of a moment. Raises NotFound for a person without enough of it."""
    moment = utc(as_of) if as_of is not None else datetime.now(UTC)
    past = past_of(user_id, journal=journal, spec=spec, snapshot=snapshot, config=config, as_of=moment)
    liked = past.liked
    if len(liked) < LEAST_ITEMS:
        raise NotFound(
            f"{user_id!r} has {len(liked)} liked {spec.nouns} as of {moment:%Y-%m-%d}, and {LEAST_ITEMS} are needed to "
            "name an interest. Come back when there are more."
        )
    return Run(
        user_id, journal, config, spec, snapshot, past.behaviour, past.shared, moment, model, encoder, tuple(cues),
        pool or Pool(), budget, not_theirs(journal, user_id, moment),
    )  # fmt: skip


def past_of(
    user_id: str, *, journal: Journal, spec: CatalogSpec, snapshot: Snapshot, config: Config, as_of: datetime
) -> Past:
    """The person's history as of a moment, however little it is."""
    behaviour = behaviour_of(user_id, journal=journal, spec=spec, snapshot=snapshot, config=config, as_of=as_of)
    liked = [item.item_id for item in behaviour.items if item.liked and item.item_id is not None]
    shared = strands_of(liked, spec, snapshot, config.understand.interests + 1)
    return Past(user_id, journal, config, spec, snapshot, behaviour, shared, as_of)


def behaviour_of(
    user_id: str, *, journal: Journal, spec: CatalogSpec, snapshot: Snapshot, config: Config, as_of: datetime
) -> BehaviourText:
    """The behaviour text as of a moment: nothing later is read. Asks no model; what it chose before is used."""
    events = journal.events_of(user_id, kinds=spec.reliable, until=as_of, newest=EVENTS)
    by_model = config.understand.long_titles == "model"
    seen = [event.item_id for event in events if event.item_id is not None] if by_model else []
    cores = cores_of(seen, journal=journal, snapshot=snapshot, config=config)
    return behaviour_text(
        events,
        describer(spec, snapshot, cores),
        as_of,
        cap_tokens=config.understand.history_tokens,
        liked_from=spec.liked_from,
        kinds=spec.reliable,
    )


def baseline_of(
    user_id: str,
    *,
    journal: Journal,
    spec: CatalogSpec,
    snapshot: Snapshot,
    config: Config,
    as_of: datetime,
    numbered: bool = False,
) -> BehaviourText:
    """The same history without compression, under the same cap: docs/semantics.md, section 8."""
    events = journal.events_of(user_id, kinds=spec.reliable, until=as_of, newest=EVENTS)
    return baseline_text(
        events,
        describer(spec, snapshot),
        as_of,
        cap_tokens=config.understand.history_tokens,
        liked_from=spec.liked_from,
        kinds=spec.reliable,
        numbered=numbered,
    )


def hash_of(*parts: Any) -> str:
    """SHA-256 of some JSON."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
