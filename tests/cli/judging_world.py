"""A store of many people with a tag each, judged by a stand-in server and labelled through files, by the CLI alone."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from intently.cli import app
from intently.engine.store import open_store
from intently.errors import IntentlyError
from intently.journal import UnderstandingRow
from intently.judge.criteria import load_criteria
from intently.judge.question import asked_of
from intently.nouns import Interest, Tag
from tests.understand.population_world import NAME, make_store

__all__ = ["Shop", "make_shop"]

KINDS = "quiet harsh early late northern southern warm cold broken hidden".split()
THINGS = "harbour island war family city forest train garden mirror crime voyage letter".split()


class Shop:
    """`run`: the verb with these arguments, its stdout and its words on stderr; it must end with this exit code."""

    def __init__(self, home: Path, url: str) -> None:
        self._env = {"INTENTLY_HOME": str(home), "INTENTLY_LLM_URL": url}
        self.home = home

    def run(self, *arguments: str, code: int = 0, model: str = "first") -> tuple[str, str]:
        env = {**self._env, "INTENTLY_LLM_MODEL": model}
        done = CliRunner().invoke(app, [*arguments, "--store", NAME], env=env)
        error = done.exception
        if isinstance(error, IntentlyError):
            found, said = error.exit_code, done.stderr + str(error)
        else:
            found, said = done.exit_code, done.stderr
        assert found == code, f"{done.stdout[-1000:]} {said[-2000:]} {error!r}"
        return done.stdout, said

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The program as a process of its own."""
        command = [sys.executable, "-m", "intently", *arguments, "--store", NAME]
        env = {**os.environ, **self._env, "INTENTLY_LLM_MODEL": "first"}
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=1800)

    def judged(self, *arguments: str, model: str = "first") -> dict[str, Any]:
        """The report of `intently judge`."""
        out, _ = self.run("judge", "--no-quotes", "--yes", "--json", *arguments, model=model)
        found: dict[str, Any] = json.loads(out)
        return found

    def label(self, batch: str, answers: dict[str, str], rater: str = "Ann", criterion: str = "overall") -> None:
        """People answer outside: the round is exported without names, filled in, and imported again."""
        file = self.home / f"{batch}-{rater}.jsonl"
        self.run("label", "export", str(file), "--batch", batch, "--blind")
        lines = file.read_text("utf-8").splitlines()
        shown = [json.loads(line)["subject_id"] for line in lines[1:]]
        lines += [_label(key, answers[key], rater, criterion) for key in shown if key in answers]
        file.write_text("\n".join(lines) + "\n", "utf-8")
        self.run("label", "import", str(file))


def make_shop(home: Path, url: str, people: int) -> Shop:
    config = make_store(home, people)
    store = open_store(config, NAME)
    try:
        for n in range(people):
            interest = Interest(interest_id=f"i{n}", text=f"{THINGS[n % 12]} games", evidence=("e1", "e2"))
            text = f"{KINDS[n % 10]} {THINGS[n // 10 % 12]} puzzles {n}"
            tags = (Tag(tag_id=f"t{n}", text=text, interest_id=f"i{n}"),)
            row = UnderstandingRow(f"p{n:03}", "h", (interest,), tags, datetime.now(UTC) - timedelta(hours=1))
            store.journal.put_understanding(row)
    finally:
        store.journal.close()
    return Shop(home, url)


def _label(subject_id: str, value: str, rater: str, criterion: str) -> str:
    version = next(one.version for one in asked_of("tag", load_criteria()) if one.criterion == criterion)
    return json.dumps({"kind": "label", "subject_id": subject_id, "criterion": criterion, "version": version,
                       "rater": rater, "by": "person", "value": value,
                       "time": datetime.now(UTC).isoformat()})  # fmt: skip
