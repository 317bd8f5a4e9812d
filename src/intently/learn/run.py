"""`intently learn`: train the sequence tower on a store's own log, ask the gate, publish what passes.

    log up to now, cut (retrieve.cut) -> training on what is before -> the gate on what is after -> weights of the
    sources on what is after -> published, with its numbers (retrieve.published); a running store takes it up

What is killed goes on when the command is run again. What is refused changes nothing.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from intently.config import Config
from intently.engine.store import Store, ensure_demo, open_store
from intently.engine.towers import towers_folder
from intently.errors import BadRequest, Refused, StoreError
from intently.evaluate.commit import commit
from intently.learn.begun import note
from intently.learn.gate import LEAST, Measured, data_of, measure, questions_of
from intently.learn.ground import Ground, read_ground
from intently.learn.sequences import Sequences
from intently.learn.settings import TowerSettings
from intently.retrieve.cut import before_cut, position_of
from intently.retrieve.neighbours import Neighbours
from intently.retrieve.published import GateCard, Published, open_version, publish, serving
from intently.retrieve.request import Retriever
from intently.retrieve.sequence import Sequence as SequenceSource
from intently.retrieve.similarity import neighbour_lists
from intently.retrieve.tower import Tower
from intently.retrieve.tower_files import TowerCard
from intently.retrieve.weights import weights_of_log

__all__ = ["Asked", "Candidate", "Learnt", "judge", "learn_tower"]

FEW_PEOPLE = 5000  # below it batches are small: an epoch must have steps enough
MANY_ITEMS = 20_000  # above it the softmax is over items that are drawn
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """`minutes` of training in all, after which the best epoch counts; `settings`: None for what fits the data."""

    minutes: float = 15.0
    seed: int = 0
    settings: TowerSettings | None = None


@dataclass(frozen=True)
class Candidate:
    """A trained tower with its card, and the learning curve as JSON lines."""

    tower: Tower
    card: TowerCard
    curve: str = ""


@dataclass(frozen=True)
class Learnt:
    """`version`: under which it was published; None when the gate refused it, `why` then says so."""

    gate: GateCard
    card: TowerCard
    version: int | None
    why: str = ""

    def __str__(self) -> str:
        if self.version is None:
            return f"not published: {self.gate.numbers}; {self.why}. What served before serves on."
        count = self.gate.weights["sequence"]
        return f"version {self.version} serves: {self.gate.numbers}; it counts {count:.2f} of 1 among the sources"


def learn_tower(config: Config, name: str, asked: Asked, say: Say = lambda text: None) -> Learnt:
    """Train, ask the gate, publish. Raises BadRequest without torch, DataError with too few events, Refused while
    another one learns for the same store."""
    if find_spec("torch") is None:
        raise BadRequest("training needs torch, which is an extra: pip install 'intently[train]'")
    ensure_demo(config, name, say)
    store = open_store(config, name)
    try:
        with _alone(store) as folder:
            ground = read_ground(config, store, folder, asked.seed, asked.settings, asked.minutes)
            learnt = judge(config, ground, _train(ground, asked, folder, say), say)
            if learnt.version is None:
                note(folder, ground.begun.model_copy(update={"spent": asked.minutes}))  # more minutes go on from here
            else:
                shutil.rmtree(folder)
        return learnt
    finally:
        store.journal.close()


def _train(ground: Ground, asked: Asked, folder: Path, say: Say) -> Candidate:
    """The tower of the best epoch."""
    from intently.learn.towers import tower_of
    from intently.learn.train import Training, train_tower

    sequences = ground.sequences()
    settings = ground.begun.settings or _settings_for(sequences)
    cut = datetime.fromtimestamp(ground.begun.cut, UTC)
    say(
        f"{ground.store.name}: {sequences.events:,} events of {len(sequences.people):,} people with {sequences.size:,} "
        f"{ground.store.spec.nouns}, before {cut:%Y-%m-%d %H:%M} UTC; at most {asked.minutes:g} minutes"
    )
    training = Training(sequences, settings, asked.seed, minutes=asked.minutes)
    trained = train_tower(training, folder, say=say)
    tower, card = tower_of(training, trained, ground.item_ids, commit())
    return Candidate(tower, card, (folder / "curve.jsonl").read_text("utf-8"))


def _settings_for(sequences: Sequences) -> TowerSettings:
    few = len(sequences.people) < FEW_PEOPLE
    loss = "softmax" if sequences.size <= MANY_ITEMS else "sampled"
    return TowerSettings.model_validate({"loss": loss, **({"batch": 64, "dropout": 0.3} if few else {})})


def judge(config: Config, ground: Ground, candidate: Candidate, say: Say = lambda text: None) -> Learnt:
    """Ask the gate about a candidate, and publish it if it passes; one that serves already is left as it is."""
    folder = towers_folder(ground.store)
    served = _served(folder, ground, say)
    if served is not None and _same(served.tower, candidate.tower):
        return Learnt(served.gate, served.card, served.version)
    seed, cut, ids = ground.begun.seed, ground.begun.cut, ground.snapshot.item_ids
    rival, model = _rival(config, ground, served)
    since = max(cut, served.gate.cut if served else cut)  # neither was trained on what is asked
    questions = questions_of(ground.store.spec, len(ids), ground.log, since, seed)
    say(f"asking about {len(questions):,} people, beside {rival}")
    source = SequenceSource(*candidate.tower.placed(ids))
    measured = measure(source, model, questions, seed)
    weights = _weights(config, ground, source) if measured.passed else None
    gate = GateCard(
        cut=cut, asked_from=since, data=data_of(questions), seed=seed, rival=rival,
        people=measured.people, ndcg10=measured.ndcg10, hr10=measured.hr10, rival_ndcg10=measured.rival_ndcg10,
        rival_hr10=measured.rival_hr10, lead=(measured.lead.mean, measured.lead.low, measured.lead.high),
        weights=weights or {}, made=datetime.now(UTC).isoformat(timespec="seconds"),
    )  # fmt: skip
    if why := _lack(measured, weights):
        return Learnt(gate, candidate.card, None, why)
    version = publish(folder, candidate.tower, candidate.card, gate, candidate.curve)
    return Learnt(gate, candidate.card, version)


def _lack(measured: Measured, weights: dict[str, float] | None) -> str:
    """Why it is not published; empty when it is."""
    if measured.people < LEAST:
        return f"the gate asks {LEAST} people at least"
    if not measured.passed:
        return "the low end of the lead must be above 0"
    if weights is None:
        return "too little was found of what people took since the cut to learn what it counts among the sources"
    return ""


def _served(folder: Path, ground: Ground, say: Say) -> Published | None:
    """The version that serves; None, said, where it cannot."""
    try:
        now = serving(folder)
        if now is None:
            return None
        published = open_version(folder, now.version)
        published.source(ground.snapshot.item_ids)  # refuses a tower of other items
    except StoreError as error:
        say(f"{error}; item-kNN stands in for what serves")
        return None
    return published


def _same(one: Tower, other: Tower) -> bool:
    return one.item_ids == other.item_ids and all(
        name in other.arrays and (values == other.arrays[name]).all() for name, values in one.arrays.items()
    )


def _rival(config: Config, ground: Ground, served: Published | None) -> tuple[str, Retriever]:
    """What must be beaten, with its name: what serves, else item-kNN that knows what the candidate knows."""
    if served is not None:
        return f"version {served.version}", served.source(ground.snapshot.item_ids)
    before = before_cut(ground.log, ground.begun.cut)
    table = neighbour_lists(len(ground.snapshot), before.users, before.rows, config.retrieve.neighbours)
    return "item-kNN", Neighbours(table, config.retrieve.recent_items)


def _weights(config: Config, ground: Ground, source: SequenceSource) -> dict[str, float] | None:
    """Of all sources, the candidate's among them, on events that it was not trained on."""
    since = position_of(ground.log, ground.begun.cut)
    return weights_of_log(
        ground.store.spec, ground.snapshot, ground.log, config.retrieve, seed=ground.begun.seed, since=since,
        sequence=source,
    )  # fmt: skip


@contextmanager
def _alone(store: Store) -> Iterator[Path]:
    """The folder of the training, one at a time for each store."""
    with (store.folder / "learn.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Refused(f"another training for {store.name!r} runs now; wait for it") from error
        yield store.folder / "learn"
