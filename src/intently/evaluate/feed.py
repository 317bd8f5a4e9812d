"""`intently evaluate feed`: what the feed finds of what people did next, beside popularity and every source alone.

Partial results are lines in a file named by everything that decides them (data, settings, seed, code), so that a run
that was cut off goes on, and a changed program starts anew.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from intently.config import Config, load_config
from intently.errors import BadRequest
from intently.evaluate.commit import commit
from intently.evaluate.pack import Pack, open_pack, pack_folder
from intently.evaluate.protocols import Outcome, leave_last_out, time_ordered
from intently.evaluate.report import FeedReport, ProtocolTable, table_of
from intently.evaluate.split import last_cases

__all__ = ["evaluate_pack", "run_feed_evaluation"]

Walk = Callable[[Pack, Config, int, frozenset[int]], Iterator[Outcome]]
PROTOCOLS: Mapping[str, Walk] = {"time": time_ordered, "llo": leave_last_out}
ROOMS_READ = ("retrieve", "feed", "evaluate", "catalog")  # whose code decides the numbers


def run_feed_evaluation(
    store: str = "films",
    *,
    protocol: str = "both",
    budget_minutes: float = 30.0,
    seed: int = 0,
    out: Path | None = None,
    config: Config | None = None,
) -> FeedReport:
    """Evaluate a demo. `protocol` is time, llo or both; `out` is the folder of partial results.

    Raises NotFound for an unknown demo and BadRequest for an unknown protocol.
    """
    config = config or load_config()
    pack = open_pack(store, pack_folder(store), config.home / "cache" / "vectors")
    return evaluate_pack(pack, config, protocol, budget_minutes, seed, out or config.home / "cache" / "evaluate")


def evaluate_pack(pack: Pack, config: Config, protocol: str, budget_minutes: float, seed: int, out: Path) -> FeedReport:
    """Evaluate any pack under one or both protocols, within the budget."""
    names = tuple(PROTOCOLS) if protocol == "both" else (protocol,)
    if unknown := [name for name in names if name not in PROTOCOLS]:
        raise BadRequest(f"there is no protocol {unknown[0]!r}; choose time, llo or both")
    began = time.monotonic()
    deadline = began + budget_minutes * 60
    tables = tuple(_run(pack, config, name, deadline, seed, out) for name in names)
    encoded = float(pack.snapshot.encoded.mean()) if len(pack.snapshot.item_ids) else 0.0
    notices = () if encoded > 0.99 else ("items without a vector: the semantic source is weaker than when served",)
    return FeedReport(pack.name, seed, commit(), pack.digest, encoded, time.monotonic() - began, tables, notices)


def _run(pack: Pack, config: Config, protocol: str, deadline: float, seed: int, out: Path) -> ProtocolTable:
    file = out / f"feed-{pack.name}-{protocol}-{_digest(pack, config, seed)}.jsonl"
    outcomes = {outcome.user: outcome for outcome in _read(file)}
    people = [case.user for case in last_cases(pack.log, pack.groups)]
    if len(outcomes) < len(people):
        walk = PROTOCOLS[protocol](pack, config, seed, frozenset(outcomes))
        for outcome in _kept(file, _until(deadline, walk)):
            outcomes[outcome.user] = outcome
    ordered = [outcomes[user] for user in people if user in outcomes]
    return table_of(protocol, ordered, len(people), seed, pack.spec.popularity_half_life_days)


def _until(deadline: float, outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for outcome in outcomes:
        yield outcome
        if time.monotonic() > deadline:
            return


def _kept(file: Path, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Append each to the file as one line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as lines:
        for outcome in outcomes:
            body = {"user": outcome.user, "ranks": outcome.ranks, "weights": outcome.weights}
            lines.write(json.dumps(body) + "\n")
            yield outcome


def _read(file: Path) -> Iterator[Outcome]:
    """The people of an earlier run; a last line that was cut off is asked again."""
    if not file.is_file():
        return
    text = file.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole, "utf-8")
    for line in whole.splitlines():
        row = json.loads(line)
        ranks = {name: tuple(values) for name, values in row["ranks"].items()}
        yield Outcome(row["user"], ranks, row["weights"])


def _digest(pack: Pack, config: Config, seed: int) -> str:
    """Of everything that decides the numbers."""
    root = Path(__file__).parent.parent
    whole = hashlib.sha256(f"{pack.digest} {seed} {config.retrieve} {config.feed} {config.allocate}".encode())
    whole.update(pack.snapshot.vectors.tobytes())
    for room in ROOMS_READ:
        for file in sorted((root / room).rglob("*.py")):
            whole.update(file.read_bytes())
    return whole.hexdigest()[:16]
