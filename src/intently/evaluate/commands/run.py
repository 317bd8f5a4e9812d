"""`intently evaluate commands`: the same simulated people through every row, resumable, within a budget.

Played sessions are lines in files named by everything that decides them (ground, scenario, seed, code), so a run that
was cut off goes on, and a changed program starts anew. Rows take turns case by case: a run that is cut off has the same
people in every row.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from intently.config import Config, load_config
from intently.engine import Services
from intently.errors import BadRequest, ModelUnavailable
from intently.evaluate.commands.baselines.asked import model_of
from intently.evaluate.commands.case import Case, Goal, Ground, Scenario, System, wanted_from
from intently.evaluate.commands.draw import draw_cases
from intently.evaluate.commands.grounds import Prepared, open_ground, prepare_ground
from intently.evaluate.commands.model_person import ModelPerson
from intently.evaluate.commands.people import Speaker
from intently.evaluate.commands.play import Session, play
from intently.evaluate.commands.report import CommandsReport, Table
from intently.evaluate.commands.rows import NEED_MODEL, make_rows
from intently.evaluate.commands.trajectories import append_session, read_sessions
from intently.evaluate.commit import commit

__all__ = ["SCENARIOS", "Asked", "run_commands_evaluation"]

SCENARIOS: tuple[Scenario, ...] = ("SR", "MR", "MRID")
PLAYERS = ("rules", "model")
ROOMS_READ = ("catalog", "language", "retrieve", "feed", "engine", "evaluate")  # whose code decides the numbers
Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What is to be run. `rows`: names, by default all that may run; `people`: who plays them, rules or the language
    model; `data`: the folder of the data sets."""

    grounds: tuple[str, ...] = ("demo-movies",)
    scenarios: tuple[Scenario, ...] = SCENARIOS
    rows: tuple[str, ...] = ()
    sessions: int = 500
    seed: int = 0
    model: bool = False
    people: str = "rules"
    budget_minutes: float = 60.0
    data: Path | None = None


def run_commands_evaluation(
    asked: Asked, out: Path, config: Config | None = None, say: Say = lambda text: None
) -> CommandsReport:
    """Play what is missing and report on all that is there. Raises as `prepare_ground` and `make_rows`."""
    config = config or load_config()
    if unknown := [name for name in asked.scenarios if name not in SCENARIOS]:
        raise BadRequest(f"there is no scenario {unknown[0]!r}; choose SR, MR or MRID")
    if asked.people not in PLAYERS:
        raise BadRequest(f"there are no people {asked.people!r}; choose rules or model")
    if asked.people == "model" and not asked.model:
        raise BadRequest("people played by the language model need it: pass --model")
    rows = make_rows(asked.rows, asked.model)  # an unknown row is told before anything is imported
    began = time.monotonic()
    tables: list[Table] = []
    with Services(config, model=asked.model) as services:
        for name in asked.grounds:
            prepared = prepare_ground(name, asked.data, config, say)
            with open_ground(prepared, config, services) as ground:
                if NEED_MODEL & set(rows):
                    _await_model(services, ground)
                for scenario in asked.scenarios:
                    deadline = began + asked.budget_minutes * 60
                    run = _Run(asked, prepared, ground, scenario, out, config, say, make_rows(asked.rows, asked.model))
                    tables.append(run.table(deadline))
    return CommandsReport(tuple(tables), asked.seed, commit(), round(time.monotonic() - began, 1))


def _await_model(services: Services, ground: Ground) -> None:
    """Go on when the language model answers. Raises ModelUnavailable with the mend."""
    model = services.patient_model(ground.engine.store.journal)
    if model is None or not model.ready():
        raise ModelUnavailable(f"there is no language model to ask ({services.status().text}): intently model get")


@dataclass
class _Run:
    """One scenario on one ground."""

    asked: Asked
    prepared: Prepared
    ground: Ground
    scenario: Scenario
    out: Path
    config: Config
    say: Say
    systems: Mapping[str, System]
    spoken: Counter[str] = field(default_factory=Counter)  # of people played by the model

    def table(self, deadline: float) -> Table:
        digest = self._digest()
        systems = self.systems
        files = {
            row: self.out / f"commands-{self.prepared.name}-{self.scenario}-{row}-{digest}.jsonl" for row in systems
        }
        played = {row: {one.case_id: one for one in read_sessions(file)} for row, file in files.items()}
        cases = self._cases(digest)
        self.say(f"{self.prepared.name} {self.scenario}: {len(cases)} sessions, {len(systems)} rows")
        try:
            self._play(cases, systems, files, played, deadline)
        finally:
            if self.spoken:
                self.say(f"people played by the model: {', '.join(f'{n} {what}' for what, n in self.spoken.items())}")
            for system in systems.values():
                if close := getattr(system, "close", None):
                    close()
        return _table(self.prepared, self.scenario, cases, systems, played)

    def _play(
        self, cases: Sequence[Case], systems: Mapping[str, System], files: Mapping[str, Path],
        played: Mapping[str, dict[str, Session]], deadline: float,
    ) -> None:  # fmt: skip
        for number, case in enumerate(cases):
            for row, system in systems.items():
                if case.case_id in played[row]:
                    continue
                session = play(case, system, self.ground, self.prepared.source, self._person(case))
                append_session(files[row], session)
                played[row][case.case_id] = session
            if time.monotonic() > deadline:
                self.say(f"the budget is spent at session {number + 1}; run again to go on")
                return

    def _person(self, case: Case) -> Speaker | None:
        """Who plays this case; None for the rules."""
        if self.asked.people == "rules":
            return None
        return ModelPerson(case, self.prepared.source, self.ground, model_of(self.ground), self.spoken)

    def _cases(self, digest: str) -> list[Case]:
        """Drawn once and kept; a shorter run takes the first of them."""
        kept = self.out / f"cases-{self.prepared.name}-{self.scenario}-{self.asked.sessions}-{digest}.json"
        if kept.is_file():
            return [_case_from(row) for row in json.loads(kept.read_text("utf-8"))]
        cases = draw_cases(self.prepared, self.ground, self.scenario, self.asked.sessions, self.asked.seed)
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        partial.write_text(json.dumps([asdict(case) for case in cases]), "utf-8")
        partial.replace(kept)
        return cases

    def _digest(self) -> str:
        root = Path(__file__).parents[2]
        whole = hashlib.sha256(f"{self.prepared.digest} {self.asked.seed} {self.asked.model}".encode())
        whole.update(self.asked.people.encode())
        whole.update(
            f"{self.config.retrieve} {self.config.feed} {self.config.allocate} {self.config.language}".encode()
        )
        whole.update(self.prepared.source.model_dump_json().encode())
        for room in ROOMS_READ:
            for file in sorted(
                [*(root / room).rglob("*.py"), *(root / room).rglob("*.toml"), *(root / room).rglob("*.jinja")]
            ):
                whole.update(file.read_bytes())
        return whole.hexdigest()[:16]


def _table(
    prepared: Prepared,
    scenario: Scenario,
    cases: Sequence[Case],
    systems: Mapping[str, System],
    played: Mapping[str, Mapping[str, Session]],
) -> Table:
    """Over the cases that every row has played."""
    shared = [case.case_id for case in cases if all(case.case_id in found for found in played.values())]
    rows = {row: tuple(played[row][case_id] for case_id in shared) for row in systems}
    return Table(prepared.name, scenario, len(cases), rows)


def _case_from(body: Mapping[str, Any]) -> Case:
    goals = tuple(
        Goal(goal["target"], tuple(wanted_from(want) for want in goal["conditions"]), goal["pool"])
        for goal in body["goals"]
    )
    return Case(**{**body, "goals": goals})
