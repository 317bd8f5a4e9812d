"""Our SASRec beside that of RecTools: the same people, settings, epochs and full ranking (docs/results/retrieval.md).

    python benchmarks/parity_rectools.py --theirs PYTHON [--people 1000] [--epochs 30]

PYTHON is an interpreter of an environment of its own that has `rectools[torch]`: it wants an older numpy than intently.
The script runs itself there with a file of sequences. People of the demo films are drawn by the seed; their last rating
is hidden from both (protocol LLO) and asked for among all items that they have not rated. What the two do differently:
RecTools keeps the authors' network (norms on queries alone, dropout on attention weights, a second network as wide as
the vectors), ours has norms before every part (learn/network.py); both are trained by the full softmax, without choice
of an epoch. It fails when the lower end of the 90% interval of the difference in HR@10 is not above -3 points.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

K = 10
NO_LOWER = -0.03  # of HR@10, docs/semantics.md, 7
SETTINGS = {"dim": 64, "blocks": 2, "heads": 2, "length": 20, "dropout": 0.3, "batch": 64, "rate": 1e-3}
Ranked = npt.NDArray[np.int64]  # (people, K) item rows, best first; -1 where there are fewer


def main() -> None:
    """Train both, print a table and one JSON line."""
    asked = _arguments()
    if asked.worker:
        _work(Path(asked.worker), asked.epochs, asked.seed)
        return
    people, targets, size, data = _people(asked.people, asked.seed)
    seconds, ranked = {}, {}
    for name, rank in (("intently", _ours), ("rectools", _theirs)):
        began = time.perf_counter()
        ranked[name] = rank(people, size, asked)
        seconds[name] = time.perf_counter() - began
    _report(ranked, seconds, targets, size, data, asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--theirs", help="a Python that has rectools[torch]")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if not asked.worker and not asked.theirs:
        parser.error("--theirs is the Python of an environment with rectools[torch]; make one and name it")
    return asked


def _people(count: int, seed: int) -> tuple[list[npt.NDArray[np.int32]], list[int], int, str]:
    """Histories, oldest first, and the item that each took last; items are numbered by the catalogue's rows."""
    from intently.config import load_config
    from intently.evaluate.retrieval.folds import folds_of
    from intently.evaluate.retrieval.sets import open_set

    opened = open_set("demo-movies", None, load_config(), encode=False)
    (fold,) = folds_of(opened.pack, "llo", 1.0)
    drawn = np.random.default_rng(seed).permutation(len(fold.cases))[:count]
    cases = [fold.cases[place] for place in sorted(drawn.tolist())]
    histories = [opened.pack.log.rows[list(case.own)] for case in cases]
    return histories, [case.taken[0] for case in cases], len(opened.pack.snapshot.item_ids), opened.pack.digest


def _ours(people: list[npt.NDArray[np.int32]], size: int, asked: argparse.Namespace) -> Ranked:
    """Trained by `learn`, asked in numpy as it serves."""
    import torch

    from intently.learn.network import Network, arrays_of
    from intently.learn.sequences import Sequences
    from intently.learn.settings import TowerSettings
    from intently.learn.steps import run_epoch
    from intently.retrieve.tower import Tower

    settings = TowerSettings(**SETTINGS, hidden=SETTINGS["dim"])
    torch.manual_seed(asked.seed)
    network, sequences = Network(size, settings), Sequences(tuple(people), size)
    optimizer = torch.optim.Adam(network.parameters(), lr=settings.rate, betas=(0.9, 0.98))
    for epoch in range(1, asked.epochs + 1):
        print(f"ours, epoch {epoch}: {run_epoch(network, optimizer, sequences, settings, asked.seed, epoch):.4f}",
              file=sys.stderr)  # fmt: skip
    tower = Tower(tuple(map(str, range(size))), settings.heads, arrays_of(network)).checked()
    known = np.zeros(size, np.bool_)
    known[np.concatenate(people)] = True
    ranked = []
    for history in people:
        scores = np.where(known, tower.items @ tower.person(history), -np.inf)
        scores[history] = -np.inf
        ranked.append(np.argsort(-scores, kind="stable")[:K])
    return np.stack(ranked)


def _theirs(people: list[npt.NDArray[np.int32]], size: int, asked: argparse.Namespace) -> Ranked:
    """This script in the other environment, which answers in a file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sequences.npz"
        np.savez(file, items=np.concatenate(people), counts=np.array([len(rows) for rows in people]))
        command = [
            asked.theirs,
            __file__,
            "--worker",
            str(file),
            "--epochs",
            str(asked.epochs),
            "--seed",
            str(asked.seed),
        ]
        paths = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        subprocess.run(command, check=True, env=paths, stdout=sys.stderr)
        found: Ranked = np.load(file.with_suffix(".ranked.npy"))
        return found


def _work(file: Path, epochs: int, seed: int) -> None:
    """Inside the other environment: nothing of intently is imported here."""
    import pandas as pd
    from pytorch_lightning import seed_everything
    from rectools import Columns
    from rectools.dataset import Dataset
    from rectools.models import SASRecModel

    told = np.load(file)
    users = np.repeat(np.arange(len(told["counts"])), told["counts"])
    steps = np.concatenate([np.arange(count) for count in told["counts"]])
    moments = pd.Timestamp("2000-01-01") + pd.to_timedelta(steps, unit="min")
    frame = pd.DataFrame(
        {Columns.User: users, Columns.Item: told["items"], Columns.Weight: 1.0, Columns.Datetime: moments}
    )
    seed_everything(seed, workers=True)
    model = SASRecModel(
        n_blocks=SETTINGS["blocks"], n_heads=SETTINGS["heads"], n_factors=SETTINGS["dim"], lr=SETTINGS["rate"],
        dropout_rate=SETTINGS["dropout"], session_max_len=SETTINGS["length"], batch_size=SETTINGS["batch"],
        loss="softmax", epochs=epochs, deterministic=True, verbose=0, recommend_torch_device="cpu",
    )  # fmt: skip
    dataset = Dataset.construct(frame)
    model.fit(dataset)
    found = model.recommend(np.arange(len(told["counts"])), dataset, k=K, filter_viewed=True)
    ranked = np.full((len(told["counts"]), K), -1, dtype=np.int64)
    ranked[found[Columns.User].to_numpy(), found[Columns.Rank].to_numpy() - 1] = found[Columns.Item].to_numpy()
    np.save(file.with_suffix(".ranked.npy"), ranked)


def _report(
    ranked: dict[str, Ranked], seconds: dict[str, float], targets: list[int], size: int, data: str,
    asked: argparse.Namespace,
) -> None:  # fmt: skip
    from intently.evaluate.cells import interval_text
    from intently.evaluate.commit import commit
    from intently.evaluate.metrics import hit, mean_interval, ndcg, paired_difference, ranks_of

    ranks = {
        name: [ranks_of(row, [target]) for row, target in zip(rows, targets, strict=True)]
        for name, rows in ranked.items()
    }
    print(f"demo films, LLO, {len(targets):,} people, {size:,} items, {asked.epochs} epochs, {SETTINGS}, "
          f"seed {asked.seed}, commit {commit()}, data {data[:12]}")  # fmt: skip
    print(f"{'':<8} {'intently':<24}{'rectools':<24}ours above theirs")
    numbers: dict[str, Any] = {"seconds, with ranking": seconds}
    for metric, value in (("HR@10", hit), ("NDCG@10", ndcg)):
        ours, theirs = (np.array([value(own, K) for own in ranks[name]]) for name in ("intently", "rectools"))
        means = [interval_text(mean_interval(found, asked.seed)) for found in (ours, theirs)]
        above = paired_difference(ours, theirs, asked.seed)
        print(f"{metric:<8} {means[0]:<24}{means[1]:<24}{interval_text(above, signed=True)}")
        numbers[metric] = {"intently": float(ours.mean()), "rectools": float(theirs.mean())}
    print("seconds  " + "".join(f"{round(spent):<24}" for spent in seconds.values()))
    print(json.dumps({"benchmark": "parity_rectools", "people": asked.people, "epochs": asked.epochs, **numbers}))
    hits = [np.array([hit(own, K) for own in ranks[name]]) for name in ("intently", "rectools")]
    judged = paired_difference(hits[0], hits[1], asked.seed, 0.90)
    if judged.low <= NO_LOWER:
        sys.exit(f"HR@10 is not shown to be no lower than that of RecTools: {interval_text(judged, signed=True)} (90%)")


if __name__ == "__main__":
    main()
