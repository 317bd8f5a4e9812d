"""`intently evaluate understanding`: the same people through every row, resumable, within a budget.

Floors are kept in a file named by all that decides them (data, code, seed); answers of the model in a file of their
own, by what was asked, so that a changed rule behind the model asks nothing anew. Rows with a model take turns by
blocks of people: a run that is cut off has the same people in every row.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from intently.config import Config, load_config
from intently.engine import Services
from intently.errors import BadRequest, BudgetSpent, ModelTimeout, ModelUnavailable
from intently.evaluate.asked_model import asked_model
from intently.evaluate.commit import commit
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.asking import Asking
from intently.evaluate.understanding.cases import Case, draw_cases
from intently.evaluate.understanding.floors import FLOORS, Past
from intently.evaluate.understanding.found import Found
from intently.evaluate.understanding.ground import Ground, open_ground
from intently.evaluate.understanding.kept import Kept
from intently.evaluate.understanding.mapping import Mapped, fit_mapper
from intently.evaluate.understanding.measures import CHANNELS, Person
from intently.evaluate.understanding.reasoning import Cues, Reasoner
from intently.evaluate.understanding.report import Table, UnderstandingReport
from intently.evaluate.understanding.rows import NEED_MODEL, choose_rows
from intently.evaluate.understanding.silent import SilentModel
from intently.evaluate.understanding.tally import COUNTABLE, Tally, tally_rows
from intently.evaluate.understanding.tokenizer import read_tokenizer
from intently.language import Model, find_model

__all__ = ["Asked", "evaluate_ground", "run_count", "run_understanding_evaluation"]

BLOCK = 10  # people of one turn of a row: its constant prompt is read anew at each turn's beginning, once for so many
COUNTED = 500  # people whose tokens are counted
HERE = ("cases", "categories", "floors", "found", "ground", "making", "mapping")
CODE = (*(f"evaluate/understanding/{name}.py" for name in HERE), "retrieve", "understand/strands.py")  # of the floors
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What is to be run. `rows`: names, by default all that may run; `people`: drawn of each set, None: all who have a
    case, 60 with a model; `data`: the folder of the sets that do not ship."""

    grounds: tuple[str, ...] = ("demo-movies",)
    rows: tuple[str, ...] = ()
    people: int | None = None
    seed: int = 0
    model: bool = False
    budget_minutes: float = 60.0
    data: Path | None = None


def run_understanding_evaluation(
    asked: Asked,
    out: Path,
    config: Config | None = None,
    say: Say = lambda text: None,
    *,
    model: Model | None = None,
    cues: Cues | None = None,
) -> UnderstandingReport:
    """Ask what is missing and report on all that is there. `model`: instead of the configured one; `cues`: of the
    moment, instead of what the environment says. Raises as `open_ground`, BadRequest for an unknown row, and
    ModelUnavailable when a row needs a model that is not there."""
    config = config or load_config()
    rows = choose_rows(asked.rows, asked.model)
    began = time.monotonic()
    tables = []
    with Services(config, model=False) as services, _model(asked, config, model, rows) as given:
        for name in asked.grounds:
            ground = open_ground(name, asked.data, config, services.encoder, say)
            deadline = began + asked.budget_minutes * 60
            run = _Run(asked, ground, rows, out, config, given, cues, say)
            tables.append(run.table(deadline))
    return UnderstandingReport(tuple(tables), asked.seed, commit(), round(time.monotonic() - began, 1))


def run_count(asked: Asked, out: Path, config: Config | None = None, say: Say = lambda text: None) -> tuple[Tally, ...]:
    """Tokens alone, by the model's tokenizer, over 500 people unless told otherwise. Raises BadRequest for rows that
    cannot be counted, and where no answers are kept."""
    config = config or load_config()
    rows = tuple(name for name in choose_rows(asked.rows, True) if asked.rows or name in COUNTABLE)
    if unknown := [name for name in rows if name not in COUNTABLE]:
        raise BadRequest(f"{unknown[0]} cannot be counted without a model; {', '.join(COUNTABLE)} can")
    path = find_model(config.language, config.home / "models")
    if path is None:
        raise BadRequest(
            "counting needs the language model's file, of which it reads the tokenizer: intently model get"
        )
    tokenizer = read_tokenizer(path)
    found = []
    with Services(config, model=False) as services:
        for name in asked.grounds:
            ground = open_ground(name, asked.data, config, services.encoder, say)
            cases = draw_cases(ground, asked.people or COUNTED, asked.seed)
            say(f"{name}: counting {len(cases):,} people, {len(rows)} rows")
            answers = Answers(_answers_file(out, name))
            found.append(tally_rows(ground, rows, cases, answers, tokenizer, config, seed=asked.seed))
    return tuple(found)


def evaluate_ground(
    asked: Asked,
    ground: Ground,
    out: Path,
    config: Config,
    *,
    model: Model | None = None,
    cues: Cues | None = None,
    say: Say = lambda text: None,
) -> Table:
    """The table of a set that is open. Without a model, answers that are kept must do."""
    rows = choose_rows(asked.rows, asked.model)
    run = _Run(asked, ground, rows, out, config, model, cues, say)
    return run.table(time.monotonic() + asked.budget_minutes * 60)


def _model(
    asked: Asked, config: Config, given: Model | None, rows: Sequence[str]
) -> AbstractContextManager[Model | None]:
    """The model to ask; None where answers that are kept must do."""
    if given is not None or not asked.model or not NEED_MODEL & set(rows):
        return nullcontext(given)
    return asked_model(config)


@dataclass
class _Run:
    """One set."""

    asked: Asked
    ground: Ground
    rows: tuple[str, ...]
    out: Path
    config: Config
    model: Model | None
    cues: Cues | None
    say: Say
    found: dict[str, dict[str, Found]] = field(default_factory=dict)  # row -> person -> what it found

    @cached_property
    def phi(self) -> Mapped:
        return fit_mapper(self.ground, self.asked.seed)

    def table(self, deadline: float) -> Table:
        people = self.asked.people or (60 if NEED_MODEL & set(self.rows) else None)
        cases = draw_cases(self.ground, people, self.asked.seed)
        self.say(f"{self.ground.name}: {len(cases):,} people, {len(self.rows)} rows")
        self._floors(cases, deadline)
        rows = [row for row in self.rows if row in NEED_MODEL]
        if rows:
            self._pipelines(rows, cases, deadline)
        return Table(
            ground=self.ground.name, drawn=len(cases), rows=self._people(cases),
            categories=len(self.ground.categories), phi=self.phi, seed=self.asked.seed,
        )  # fmt: skip

    def _people(self, cases: Sequence[Case]) -> dict[str, tuple[Person, ...]]:
        """Over the people whom every row has answered."""
        wanted = {*self.rows, *CHANNELS}
        shared = [case for case in cases if all(case.user_id in self.found.get(row, {}) for row in wanted)]
        channels = {case.user_id: {name: self.found[name][case.user_id] for name in CHANNELS} for case in shared}

        def person(row: str, case: Case) -> Person:
            others = {name: found for name, found in channels[case.user_id].items() if name != row}
            return Person(case, self.found[row][case.user_id], others)

        return {row: tuple(person(row, case) for case in shared) for row in dict.fromkeys((*self.rows, *CHANNELS))}

    def _floors(self, cases: Sequence[Case], deadline: float) -> None:
        """Everything that needs no model, in the order of the cuts."""
        file = self.out / f"understanding-{self.ground.name}-{_digest(self.ground, self.config, self.asked.seed)}.jsonl"
        kept = Kept(file)
        past = Past(self.ground, self.phi, self.config.retrieve, self.asked.seed)
        for row in (wanted := [name for name in FLOORS if name in {*self.rows, *CHANNELS}]):
            self.found[row] = {case.user_id: known for case in cases if (known := kept.get(row, case.user_id))}
        for number, case in enumerate(cases):
            missing = [row for row in wanted if case.user_id not in self.found[row]]
            if not missing:
                continue
            moment = past.at(case)
            for row in missing:
                self.found[row][case.user_id] = FLOORS[row](moment)
                kept.put(row, case.user_id, self.found[row][case.user_id])
            if time.monotonic() > deadline:
                self.say(f"the budget is spent at person {number + 1}; run again to go on")
                return

    def _pipelines(self, rows: Sequence[str], cases: Sequence[Case], deadline: float) -> None:
        answers = Answers(_answers_file(self.out, self.ground.name))
        model = self.model.with_calls(answers) if self.model is not None else SilentModel(answers)
        self.found |= {row: {} for row in rows}
        with Reasoner(self.ground, self.config, self.cues) as reasoner:
            asking = Asking(self.ground, self.phi, reasoner, model, answers)
            for first in range(0, len(cases), BLOCK):
                block = cases[first : first + BLOCK]
                reasoner.begin(block)
                for row in rows:
                    if not self._block(asking, row, block, deadline):
                        return
                self.say(f"{self.ground.name}: {first + len(block)} of {len(cases)} people, {len(rows)} rows each")

    def _block(self, asking: Asking, row: str, block: Sequence[Case], deadline: float) -> bool:
        """Whether there is more to do: the budget is not spent, and there is a model or its answers."""
        for case in block:
            if time.monotonic() > deadline:
                self.say("the budget is spent; run again to go on")
                return False
            try:
                self.found[row][case.user_id] = asking.ask(row, case)
            except (ModelUnavailable, ModelTimeout, BudgetSpent) as error:
                self.say(f"{row}, person {case.user_id}: {error}")
                return False
        return True


def _answers_file(out: Path, ground: str) -> Path:
    return out / f"understanding-answers-{ground}.jsonl"


def _digest(ground: Ground, config: Config, seed: int) -> str:
    """Of everything that decides what floors find."""
    root = Path(__file__).parents[2]
    whole = hashlib.sha256(f"{ground.digest} {seed} {config.retrieve}".encode())
    for part in CODE:
        path = root / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            whole.update(file.read_bytes())
    return whole.hexdigest()[:16]
