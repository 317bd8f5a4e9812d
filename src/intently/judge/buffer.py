"""The judge data buffer: people's labels as training samples of judges, rebalanced as in RecGPT V1.

Rounds of labelling add up. A class that is rare keeps every sample of every round. A class that is common is cut to the
size of the rarest (times `most`): all of the newest round, of each older one a share that decays with its age, newest
first; while that leaves the class short, what was passed over is added, again newest first. Source: RecGPT, 3.5.

Negatives for criteria about a pair (does this tag fit this interest?) can be made by shuffling: `shuffled` puts texts
under the facts of other groups. They say `by: shuffle` and are never counted among people's (RecGPT-V2, section 4.2).
In the balance they count as their class: added before it, they fill what people's samples leave of it.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from intently.journal import LabelRow, SubjectRow
from intently.judge.raters import consensus
from intently.judge.shown import shown_of

__all__ = ["Sample", "judge_lines", "rebalanced", "samples_of", "shuffled", "split_of"]

VERSION = 2
DECAY = 0.5  # the paper gives none: each round back keeps half the share of the one after it
TEST_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Sample:
    """One training sample of a judge. `label`: what most raters say; `agree`: the share of them that say it; `version`:
    of the criterion's words; `group`: samples of one stay on one side of the split; `batch`: its round; `age`: rounds
    since, 0 for the newest; `system`: what made the text, "" where it is not known."""

    task: str
    criterion: str
    version: str
    subject_id: str
    text: str
    sides: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    label: str
    by: Literal["person", "shuffle"]
    raters: int
    agree: float
    group: str
    batch: str
    age: int
    split: Literal["train", "test"]
    system: str = ""


def samples_of(subjects: Sequence[SubjectRow], labels: Iterable[LabelRow], versions: Mapping[str, str]) -> list[Sample]:
    """What people have labelled under the words in force, one sample a subject and criterion; ties are left out.

    versions: of each criterion's words. Rounds age by the time of their first subject.
    """
    rows = {row.subject_id: row for row in subjects}
    began: dict[str, float] = {}
    for row in subjects:
        began[row.batch] = min(began.get(row.batch, float("inf")), row.time.timestamp())
    newest_first = sorted(began, key=lambda batch: (-began[batch], batch))
    said = consensus(label for label in labels if versions.get(label.criterion) == label.version)
    found = []
    for (subject_id, criterion), people in said.items():
        if people.value is None or subject_id not in rows:
            continue
        row, shown = rows[subject_id], shown_of(rows[subject_id])
        group = str(row.origin.get("group") or row.user_id or subject_id)
        found.append(
            Sample(
                row.task, criterion, versions[criterion], subject_id, shown.text, shown.sides or (), shown.facts,
                people.value, "person", people.raters, people.share, group, row.batch, newest_first.index(row.batch),
                split_of(group), str(row.origin.get("system", "")),
            )
        )  # fmt: skip
    return found


def rebalanced(samples: Sequence[Sample], *, decay: float = DECAY, most: float = 1.0, seed: int = 0) -> list[Sample]:
    """The buffer of one task and criterion: every class cut to `most` times the rarest, in the order given.

    decay: in [0, 1], the share of a round by that of the round after it. Samples of the test split are left out.
    """
    classes: defaultdict[str, list[Sample]] = defaultdict(list)
    for one in samples:
        if one.split == "train":
            classes[one.label].append(one)
    if not classes:
        return []
    target = round(min(map(len, classes.values())) * most)
    kept = {id(one) for some in classes.values() for one in _cut(some, max(target, 1), decay, seed)}
    return [one for one in samples if id(one) in kept]


def _cut(samples: Sequence[Sample], target: int, decay: float, seed: int) -> list[Sample]:
    """At most `target` of a class: a decaying share of each round, then the rest, newest first both times; what was
    made by shuffling comes last."""
    if len(samples) <= target:
        return list(samples)
    order = sorted(samples, key=lambda one: _place(str(seed), one.subject_id))
    made = [one for one in order if one.by == "shuffle"]
    rounds: defaultdict[int, list[Sample]] = defaultdict(list)
    for one in order:
        if one.by != "shuffle":
            rounds[one.age].append(one)
    shares = {age: round(len(some) * decay**age) for age, some in rounds.items()}
    first = [one for age in sorted(rounds) for one in rounds[age][: shares[age]]]
    rest = [one for age in sorted(rounds) for one in rounds[age][shares[age] :]]
    return [*first, *rest, *made][:target]


def shuffled(samples: Sequence[Sample], negative: str = "negative", seed: int = 0) -> list[Sample]:
    """Negatives of a criterion about a pair: each text that people call anything but `negative`, under the facts of a
    sample of another group. Fewer where there is no other group."""
    good = sorted((one for one in samples if one.label != negative), key=lambda one: _place(str(seed), one.subject_id))
    found = []
    for at, one in enumerate(good):
        others = (good[(at + step) % len(good)] for step in range(1, len(good)))
        other = next((other for other in others if other.group != one.group and other.split == one.split), None)
        if other is not None and other.facts != one.facts:
            name = hashlib.sha256(f"{one.subject_id} {other.subject_id}".encode()).hexdigest()[:16]
            found.append(replace(one, subject_id=name, facts=other.facts, label=negative, by="shuffle", raters=0,
                                 agree=1.0, group=other.group, system=""))  # fmt: skip
    return found


def judge_lines(samples: Iterable[Sample]) -> Iterator[str]:
    """A file of `intently.judge-data`: the head, then a sample a line."""
    yield json.dumps({"format": "intently.judge-data", "version": VERSION})
    for one in samples:
        yield json.dumps(asdict(one), ensure_ascii=False)


def split_of(group: str) -> Literal["train", "test"]:
    """All of a group is on one side, in every file."""
    return "test" if _place(group) < TEST_SHARE else "train"


def _place(*parts: str) -> float:
    """A number in [0, 1) by hash: the same for the same text on every machine."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8]) / 2**64
