"""`intently evaluate reasons`: the same items and people through every row, resumable, within a budget.

Answers of the model are kept in a file by what was asked, so that a changed rule of the checker asks nothing anew. Rows
take turns by blocks of items: a run that is cut off has the same items in every row. Judging, where it is asked for,
comes after the writing and has minutes of its own.
"""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from intently.config import Config, load_config
from intently.engine import Services
from intently.errors import BadRequest, BudgetSpent, ModelTimeout, ModelUnavailable
from intently.evaluate.asked_model import asked_model
from intently.evaluate.commit import commit
from intently.evaluate.reasons.cases import ItemCase, draw_items, moment_of
from intently.evaluate.reasons.judged import JudgedLines, announced, judge_lines
from intently.evaluate.reasons.making import ItemLines, Maker, template_lines
from intently.evaluate.reasons.report import ReasonsReport, Table
from intently.evaluate.reasons.rows import NEED_MODEL, choose_rows
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.ground import Ground, open_ground
from intently.evaluate.understanding.silent import SilentModel
from intently.explain.clauses import Checker
from intently.explain.situation import Situation, situation_of
from intently.explain.writers import make_writer
from intently.journal import open_journal
from intently.judge.agents import AgenticJudge
from intently.judge.criteria import load_criteria
from intently.language import Budget, Model
from intently.understand.environment import Surroundings, open_environment

__all__ = ["Asking", "evaluate_ground", "run_reasons_evaluation"]

BLOCK = 5  # items of one turn of a row
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asking:
    """What is to be run. `model`: ask; else answers that are kept must do. `judge`: have the lines judged too, for at
    most `judge_minutes` a set."""

    grounds: tuple[str, ...] = ("demo-movies",)
    rows: tuple[str, ...] = ()
    items: int = 60
    seed: int = 0
    model: bool = False
    budget_minutes: float = 60.0
    judge: bool = False
    judge_minutes: float = 60.0
    data: Path | None = None


def run_reasons_evaluation(
    asking: Asking, out: Path, config: Config | None = None, say: Say = lambda text: None, *, model: Model | None = None
) -> ReasonsReport:
    """Ask what is missing and report on all that is there. Raises as `open_ground`, BadRequest for an unknown row, and
    ModelUnavailable when a row needs a model that is not there."""
    config = config or load_config()
    began = time.monotonic()
    deadline = began + asking.budget_minutes * 60
    rows = choose_rows(asking.rows)
    tables = []
    with Services(config, model=False) as services, _model(asking, config, model, rows) as given:
        for name in asking.grounds:
            ground = open_ground(name, asking.data, config, services.encoder, say)
            tables.append(evaluate_ground(asking, ground, out, config, model=given, say=say, deadline=deadline))
    return ReasonsReport(tuple(tables), asking.seed, commit(), round(time.monotonic() - began, 1))


def evaluate_ground(
    asking: Asking, ground: Ground, out: Path, config: Config, *, model: Model | None, say: Say, deadline: float
) -> Table:
    """The table of a set that is open."""
    checker = Checker.of(ground.spec.line_language, ground.spec.noun, ground.spec.nouns)
    if checker is None:
        raise BadRequest(f"lines in {ground.spec.line_language!r} cannot be checked yet; choose a set in English")
    rows = choose_rows(asking.rows)
    situation = _situation(ground, config)
    cases = draw_items(ground, asking.items, asking.seed, situation.cues)
    say(f"{ground.name}: {len(cases)} items, {sum(len(case.asked) for case in cases)} lines a row")
    answers = Answers(out / f"reasons-answers-{ground.name}.jsonl")
    asked = model.with_calls(answers) if model is not None else SilentModel(answers)
    makers = {
        row: Maker(row, asked, answers, checker, config, ground.spec.nouns, moment_of(ground),
                   ground.spec.reasons.words)
        for row in rows if row in NEED_MODEL
    }  # fmt: skip
    _announce(makers, cases, asked, say)
    made = _made(makers, cases, deadline, say)
    if "template" in rows:
        made = {"template": [template_lines(case) for case in cases], **made}
    shared = min((len(items) for items in made.values()), default=0)
    lines = {row: tuple(items[:shared]) for row, items in made.items()}
    judged = _judged(lines, ground, situation, asked, asking, config, say) if asking.judge else None
    return Table(ground.name, len(cases), lines, checker, asking.seed, judged)


def _judged(
    lines: Mapping[str, tuple[ItemLines, ...]], ground: Ground, situation: Situation, model: Model, asking: Asking,
    config: Config, say: Say,
) -> JudgedLines:  # fmt: skip
    """What the agentic judge says of the lines. Words that show a verdict are not asked for: no figure needs them."""
    criteria = load_criteria(config.home)
    judge = AgenticJudge(model, criteria=criteria, home=config.home, quotes=False)
    items = {item.item_id: item for item in ground.items}
    say(announced(lines, items, situation.key, judge, model))
    names = tuple(one.name for one in criteria.of("reason"))
    budget = Budget(seconds=60 * asking.judge_minutes)
    return judge_lines(lines, items, situation.key, judge, names, budget, seed=asking.seed, say=say)


def _made(
    makers: dict[str, Maker], cases: Sequence[ItemCase], deadline: float, say: Say
) -> dict[str, list[ItemLines]]:  # fmt: skip
    made: dict[str, list[ItemLines]] = {row: [] for row in makers}
    for first in range(0, len(cases) if makers else 0, BLOCK):
        for row, maker in makers.items():
            for case in cases[first : first + BLOCK]:
                if time.monotonic() > deadline:
                    say("the budget is spent; run again to go on")
                    return made
                try:
                    made[row].append(maker.make(case))
                except (ModelUnavailable, ModelTimeout, BudgetSpent) as error:
                    say(f"{row}, item {case.item_id}: {error}")
                    return made
        say(f"{min(first + BLOCK, len(cases))} of {len(cases)} items, {len(makers)} rows each")
    return made


def _announce(makers: dict[str, Maker], cases: Sequence[ItemCase], model: Model, say: Say) -> None:
    """What it costs at most, kept answers counted in: asks no model."""
    rough = model.rough()
    total = rough.estimate([], 0)
    for row, maker in makers.items():
        for case in cases:
            total += make_writer(row).estimate(maker.telling(case.asked[0]), rough).times(len(case.asked))
    if makers:
        say(f"at most {total}; answers that are kept cost nothing")


def _situation(ground: Ground, config: Config) -> Situation:
    """The season at the set's end, as the environment tells it."""
    as_of = moment_of(ground)
    with tempfile.TemporaryDirectory(prefix="intently-") as folder:
        journal = open_journal("", Path(folder))
        try:
            around = Surroundings(ground.spec, config.environment, journal, lambda: ground.snapshot)
            cues = [cue for cue in open_environment(around).notice(as_of).cues if cue.kind == "season"]
        finally:
            journal.close()
    return situation_of(cues, as_of, ground.spec.zone, config.explain.days)


def _model(
    asking: Asking, config: Config, given: Model | None, rows: Sequence[str]
) -> AbstractContextManager[Model | None]:
    """The model to ask; None where answers that are kept must do."""
    if given is not None or not asking.model or not (asking.judge or NEED_MODEL & set(rows)):
        return nullcontext(given)
    return asked_model(config)
