"""The sequence towers of a store that passed the gate: versions on disk, and which of them serves.

    towers/0001/           weights.safetensors, items.json, card.json (tower_files), gate.json, curve.jsonl
    towers/serving.json    {"version": 2, "before": [1]}

A version is written whole under another name and renamed into place; only then is serving.json replaced, by a rename
too. So a publisher that is killed anywhere leaves serving what served before.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from intently.errors import NotFound, StoreError
from intently.retrieve.sequence import Sequence as SequenceSource
from intently.retrieve.tower import Tower
from intently.retrieve.tower_files import TowerCard, open_tower, save_tower

__all__ = ["GateCard", "Published", "Serving", "open_version", "publish", "roll_back", "serving", "versions"]

FORMAT = "intently.gate"
VERSION = 1
KEPT = 5  # versions to which one can go back, the one that serves among them
LEAST_KNOWN = 0.5  # of a tower's items must be in the catalogue: fewer are those of another one


class GateCard(BaseModel):
    """What the gate measured, on the newest events of people, none of which was trained on. NDCG and HR at 10."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str = FORMAT
    version: int = VERSION
    cut: float  # seconds since 1970: events of this moment or later were not trained on
    asked_from: float  # of this moment or later are the events that were asked for; not before the rival's cut either
    data: str  # SHA-256 of the questions
    seed: int
    rival: str  # "item-kNN", or "version 3"
    people: int
    ndcg10: float
    hr10: float
    rival_ndcg10: float
    rival_hr10: float
    lead: tuple[float, float, float]  # in NDCG@10 over the rival: mean, and the ends of its paired 95% interval
    weights: Mapping[str, float] = {}  # of the sources, the tower among them; empty where too little happened
    made: str  # when, RFC 3339

    @property
    def numbers(self) -> str:
        """What was measured, for people."""
        mean, low, high = self.lead
        return (
            f"NDCG@10 {self.ndcg10:.4f} against {self.rival_ndcg10:.4f} of {self.rival} on {self.people:,} people, "
            f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
        )


@dataclass(frozen=True)
class Serving:
    """`version` serves; `before`: the versions to go back to, oldest first."""

    version: int
    before: tuple[int, ...] = ()


@dataclass(frozen=True)
class Published:
    """One version, read."""

    version: int
    tower: Tower
    card: TowerCard
    gate: GateCard

    def source(self, item_ids: tuple[str, ...]) -> SequenceSource:
        """The source over these items. Raises StoreError when the tower is one of other items."""
        tower, known = self.tower.placed(item_ids)
        if known.sum() < LEAST_KNOWN * len(self.tower.item_ids):
            raise StoreError(
                f"version {self.version} of the sequence model was trained on other items: {known.sum():,} of its "
                f"{len(self.tower.item_ids):,} are in the catalogue. Train it on this store: intently learn"
            )
        return SequenceSource(tower, known)


def publish(folder: Path, tower: Tower, card: TowerCard, gate: GateCard, curve: str = "") -> int:
    """Let this tower serve; its version. `folder`: the store's `towers`."""
    folder.mkdir(parents=True, exist_ok=True)
    with _writing(folder):
        now = serving(folder)
        version = max([0, *versions(folder), *([now.version] if now else [])]) + 1
        beside = {"gate.json": gate.model_dump_json(indent=1) + "\n"} | ({"curve.jsonl": curve} if curve else {})
        save_tower(tower, card, _place(folder, version), beside)
        before = (*now.before, now.version)[-KEPT + 1 :] if now else ()
        _point(folder, Serving(version, before))
        for old in set(versions(folder)) - {version, *before}:
            shutil.rmtree(_place(folder, old), ignore_errors=True)
    return version


def roll_back(folder: Path) -> int | None:
    """Let the version before serve again: its number, or None when none is left and the feed goes on without.

    Raises NotFound when none serves.
    """
    if serving(folder) is None:
        raise NotFound("no sequence model serves, so there is nothing to go back from; train one: intently learn")
    with _writing(folder):
        now = serving(folder)
        if now is None or not now.before:
            (folder / "serving.json").unlink(missing_ok=True)
            return None
        _point(folder, Serving(now.before[-1], now.before[:-1]))
        return now.before[-1]


def serving(folder: Path) -> Serving | None:
    """Which version serves; None when none does. Raises StoreError for a damaged file."""
    file = folder / "serving.json"
    try:
        said = json.loads(file.read_text("utf-8"))
        return Serving(int(said["version"]), tuple(int(number) for number in said["before"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{file}: cannot be read ({error}). Remove it, and publish again: intently learn") from error


def versions(folder: Path) -> list[int]:
    """Versions on disk, ascending."""
    return sorted(int(path.name) for path in folder.glob("[0-9]*") if path.name.isdigit())


def open_version(folder: Path, version: int) -> Published:
    """Read one version. Raises StoreError with the mend when it is absent or damaged."""
    place = _place(folder, version)
    tower, card = open_tower(place)
    try:
        gate = GateCard.model_validate_json((place / "gate.json").read_text("utf-8"))
    except (OSError, ValueError, ValidationError) as error:
        raise StoreError(f"{place}: gate.json cannot be read ({error}). Go back: intently learn --rollback") from error
    if gate.format != FORMAT or gate.version != VERSION:
        raise StoreError(f"{place}: gate.json is not of version {VERSION}, which this release reads; train it again")
    return Published(version, tower, card, gate)


def _place(folder: Path, version: int) -> Path:
    return folder / f"{version:04}"


def _point(folder: Path, to: Serving) -> None:
    temporary = folder / "serving.json.new"
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump({"version": to.version, "before": to.before}, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(folder / "serving.json")


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """One publisher at a time."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
