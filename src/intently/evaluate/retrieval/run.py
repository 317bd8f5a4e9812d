"""`intently evaluate retrieval`: every model on the same people, resumable, within a budget.

A fold is fitted and asked row by row, and kept when it is whole. Tables of LLO and TIME stand apart.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from intently.config import Config, load_config
from intently.engine import Services
from intently.errors import BadRequest, BudgetSpent, ModelPutOff, ModelTimeout, ModelUnavailable
from intently.evaluate.asked_model import asked_model
from intently.evaluate.commit import commit
from intently.evaluate.metrics import ranks_of
from intently.evaluate.rankings import DEPTH
from intently.evaluate.retrieval.folds import PROTOCOLS, Fold, Moment, Walk, asking, folds_of
from intently.evaluate.retrieval.fused import FUSED, SLATE, WITH_TOWER
from intently.evaluate.retrieval.kept import Answers, read_answers, write_answers
from intently.evaluate.retrieval.methods import STORED, TAGGED, Meaning, Method, Ranker, lack_of, methods_of
from intently.evaluate.retrieval.report import RetrievalReport, RetrievalTable, table_of
from intently.evaluate.retrieval.sequence import TOWERS, SequenceTower, TowerRanker, read_settings
from intently.evaluate.retrieval.sets import RetrievalSet, encoding_of, open_set
from intently.evaluate.retrieval.slates import Lens, SlateFacts
from intently.evaluate.retrieval.source import set_source
from intently.evaluate.retrieval.stored import StoredTags, people_of
from intently.evaluate.retrieval.tagged import Encode, FacetTagger
from intently.evaluate.retrieval.towers import TAG_TOWERS, TagTowersRanker, TowersTrainer, read_tag_settings
from intently.evaluate.understanding.ground import Ground, open_ground
from intently.evaluate.understanding.source import set_names
from intently.language import Model
from intently.retrieve.weights import LEAST

__all__ = ["Asked", "evaluate_set", "run_retrieval_evaluation", "trainer_of"]

ROOMS_READ = ("retrieve", "evaluate/retrieval", "catalog", "learn")  # whose code decides the numbers
FILES_READ = ("evaluate/facet_tagger.py", "understand/strands.py", "feed/tools/diversifier.py")  # and these files
ROOMS_ASKED = ("understand", "evaluate/understanding", "language")  # and, of stored tags, these
BY_MEANING = (Meaning.name, *TAGGED, *TAG_TOWERS, *FUSED)  # rows that read text vectors
FEWEST = 2 * LEAST  # people by whom weights are chosen, some of whose items no source proposes
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What is to be run. `sets` by name; `rows`: all by default; `protocol`: llo, time or both (those that the set
    allows); `refit_days`: None for each set's own; `data`: the folder of the sets that do not ship; `people`:
    drawn of each set, None: all; `model`: ask the language model, else answers that are kept must do.

    Of the towers: `tower` (sequence towers) and `tag_towers`, TOML files instead of the set's own settings; `device` of
    torch, for sequence towers; `train_minutes` of each training, after which its best epoch is taken."""

    sets: tuple[str, ...] = ("demo-movies",)
    rows: tuple[str, ...] = ()
    protocol: str = "both"
    refit_days: float | None = None
    seed: int = 0
    budget_minutes: float = 60.0
    data: Path | None = None
    tower: Path | None = None
    tag_towers: Path | None = None
    device: str = "cpu"
    train_minutes: float = float("inf")
    people: int | None = None
    model: bool = False

    @property
    def stored(self) -> bool:
        """Whether rows are asked for that have tags of a language model."""
        return not {*STORED}.isdisjoint(self.rows)


def run_retrieval_evaluation(
    asked: Asked, out: Path, config: Config | None = None, say: Say = lambda text: None
) -> RetrievalReport:
    """Run what is missing and report on all that is there. Raises as `open_set`, and BadRequest for an unknown row or
    protocol."""
    config = config or load_config()
    began = time.monotonic()
    deadline = began + asked.budget_minutes * 60
    encode = encoding_of(config)
    if asked.stored:
        _check_stored(asked)
    rows = _methods(asked, config, out, deadline, say, encode)  # what is unknown is refused before anything is read
    for name in asked.sets:
        set_source(name)
    meant = any(row.name in BY_MEANING for row in rows)
    tables: list[RetrievalTable] = []
    with asked_model(config) if asked.stored and asked.model else nullcontext() as model:
        for name in asked.sets:
            opened = open_set(name, asked.data, config, say, encode=meant)
            tables += evaluate_set(asked, opened, out, config, deadline, say, encode, model)
    return RetrievalReport(asked.seed, commit(), tuple(tables), round(time.monotonic() - began, 1))


def evaluate_set(
    asked: Asked,
    opened: RetrievalSet,
    out: Path,
    config: Config,
    deadline: float,
    say: Say = lambda text: None,
    encode: Encode | None = None,
    model: Model | None = None,
) -> list[RetrievalTable]:
    """One table for each protocol that is asked for and that the set allows. `encode`: texts as the set's items were
    encoded, for the rows with tags; None where there is no encoder. `model`: of stored tags; None where answers that
    are kept must do."""
    if asked.stored:
        _check_stored(asked)
    known = _methods(asked, config, out, deadline, say, encode, model)
    refit_days = asked.refit_days or opened.refit_days
    tables = []
    for protocol in _protocols(asked.protocol, opened):
        methods, lacks = _possible(known, opened, protocol)
        folds = folds_of(opened.pack, protocol, refit_days)
        if asked.people is not None:
            folds = asking(folds, people_of(opened.pack, asked.people, asked.seed, stored=asked.stored))
        run = _Run(asked, opened, methods, folds, refit_days, out, config, deadline, say)
        run.ask()
        tables.append(
            table_of(opened, protocol, methods, folds, run.answers, asked.seed, refit_days=refit_days, left_out=lacks)
        )
    return tables


def _possible(methods: Sequence[Method], opened: RetrievalSet, protocol: str) -> tuple[list[Method], tuple[str, ...]]:
    """The rows that set and protocol have the ground for, and why the others are left out."""
    lacks = {method.name: lack_of(method.name, opened.pack, protocol) for method in methods}
    return [method for method in methods if not lacks[method.name]], tuple(filter(None, lacks.values()))


def _check_stored(asked: Asked) -> None:
    """Raises BadRequest where tags cannot be made of what is asked for."""
    known = [name for name in set_names() if name in asked.sets]
    if lacking := [name for name in asked.sets if name not in known]:
        raise BadRequest(f"stored tags of {lacking[0]} cannot be made; of {', '.join(set_names())} they can")
    if asked.people is None or asked.people < FEWEST:
        raise BadRequest(
            f"a model takes some fifteen seconds a person: say how many to draw (--people 200), {FEWEST} at least: the "
            "weights are learnt on these"
        )


def _methods(
    asked: Asked, config: Config, out: Path, deadline: float, say: Say, encode: Encode | None,
    model: Model | None = None,
) -> list[Method]:  # fmt: skip
    towers = [
        SequenceTower(
            out / "towers", asked.tower, asked.seed, asked.device, asked.train_minutes, deadline, say, name=name
        )
        for name in TOWERS
    ]
    tagger = FacetTagger(encode) if encode is not None else None
    trainer = trainer_of(asked, out, deadline, say, tagger) if tagger is not None else None

    def ground_of(name: str) -> Ground:
        with Services(config, model=False) as services:
            return open_ground(name, asked.data, config, services.encoder, say)

    stored = StoredTags(encode, ground_of, out, config, model, deadline=deadline, say=say) if encode else None
    return methods_of(asked.rows, config, towers, tagger, asked.seed, trainer, stored)


def trainer_of(asked: Asked, out: Path, deadline: float, say: Say, tagger: FacetTagger) -> TowersTrainer:
    """What trains the user, item and tag towers."""
    work, minutes = out / "towers", asked.train_minutes
    return TowersTrainer(work, tagger, asked.tag_towers, asked.seed, minutes, deadline, say)


def _protocols(protocol: str, opened: RetrievalSet) -> tuple[str, ...]:
    if protocol not in (*PROTOCOLS, "both"):
        raise BadRequest(f"there is no protocol {protocol!r}; choose llo, time or both")
    if protocol == "time" and not opened.timed:
        raise BadRequest(f"{opened.name} knows the order of each person's events but no times; choose --protocol llo")
    wanted = PROTOCOLS if protocol == "both" else (protocol,)
    return tuple(name for name in wanted if opened.timed or name == "llo")


@dataclass
class _Run:
    """One set under one protocol. `answers`: of the folds that are whole, by row and number of the fold."""

    asked: Asked
    opened: RetrievalSet
    methods: list[Method]
    folds: list[Fold]
    refit_days: float
    out: Path
    config: Config
    deadline: float
    say: Say
    answers: dict[tuple[str, int], Answers] = field(default_factory=dict)

    def ask(self) -> None:
        """Answer what is missing, until the budget is spent."""
        walk = Walk(self.opened.pack, self.config.retrieve, self.asked.seed)
        lens = Lens(self.opened.pack, self.opened.category, self.opened.timed)
        for fold in self.folds:
            fitted = {method.name: row for method in self.methods if (row := self._fit(method, fold))}
            for moment in walk.moments(fold) if fitted else ():
                for row in fitted.values():
                    row.ask(moment, lens)
            for name, row in fitted.items():
                self.answers[name, fold.number] = row.answers()
                write_answers(self._file(name, fold), row.answers())

    def _fit(self, method: Method, fold: Fold) -> "_Asking | None":
        """The row learnt from the fold; None where its answers are there already, or the budget is spent."""
        if (known := read_answers(self._file(method.name, fold))) is not None:
            self.answers[method.name, fold.number] = known
            return None
        place = f"{self.opened.name}, {fold.protocol}, fold {fold.number}"
        if time.monotonic() > self.deadline:
            self.say(f"{place}: the budget is spent before {method.name}; run again to go on")
            return None
        began = time.perf_counter()
        try:
            ranker = method.fit(fold)
        except (BudgetSpent, ModelUnavailable, ModelTimeout, ModelPutOff) as missing:
            self.say(f"{place}: {method.name}: {missing}")
            return None
        seconds = ranker.seconds if isinstance(ranker, TowerRanker | TagTowersRanker) else time.perf_counter() - began
        self.say(f"{place}: {method.name} learnt from {len(fold.visible):,} events in {seconds:.1f} s")
        return _Asking(ranker, seconds)

    def _file(self, row: str, fold: Fold) -> Path:
        decides = f"{self._code} {self.opened.pack.digest} {self.asked.seed} {self.refit_days} {self.opened.category}"
        if self.asked.people is not None:
            decides += f" {self.asked.people} people"
        if row in STORED:
            config = self.config
            decides += f" {_code_of(ROOMS_ASKED)} {config.understand} {config.environment} {config.language}"
        if row in BY_MEANING:
            decides += hashlib.sha256(self.opened.pack.snapshot.vectors.tobytes()).hexdigest()
        if row in (*TOWERS, *WITH_TOWER):
            decides += f" {read_settings(self.opened.name, self.asked.tower)} {self.asked.train_minutes}"
        if row == SLATE:
            decides += f" {self.config.feed}"
        if row in TAG_TOWERS:
            decides += f" {read_tag_settings(self.opened.name, self.asked.tag_towers)} {self.asked.train_minutes}"
        digest = hashlib.sha256(f"{decides} {self.config.retrieve}".encode()).hexdigest()[:16]
        return self.out / f"retrieval-{self.opened.name}-{fold.protocol}-{fold.number}-{row}-{digest}.json"

    @cached_property
    def _code(self) -> str:
        return _code_of(ROOMS_READ, FILES_READ)


def _code_of(rooms: Sequence[str], files: Sequence[str] = ()) -> str:
    root, whole = Path(__file__).parents[2], hashlib.sha256()
    for room in rooms:
        for file in sorted((root / room).rglob("*.py")):
            whole.update(file.read_bytes())
    for name in files:
        whole.update((root / name).read_bytes())
    return whole.hexdigest()


class _Asking:
    """A fitted row while its fold is asked."""

    def __init__(self, ranker: Ranker, fit_seconds: float) -> None:
        self._ranker, self._fit_seconds = ranker, fit_seconds
        self._ranks: dict[int, tuple[int, ...]] = {}
        self._slates: dict[int, SlateFacts] = {}
        self._seconds: list[float] = []

    def ask(self, moment: Moment, lens: Lens) -> None:
        question = moment.unread()
        began = time.perf_counter()
        ranked = self._ranker.rank(question, DEPTH)
        self._seconds.append(time.perf_counter() - began)
        self._ranks[moment.case.user] = ranks_of(ranked, moment.case.taken)
        self._slates[moment.case.user] = lens.facts(moment, ranked)

    def answers(self) -> Answers:
        return Answers(self._ranks, self._slates, self._fit_seconds, tuple(self._seconds))
