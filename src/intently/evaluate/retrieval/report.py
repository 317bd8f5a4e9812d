"""The numbers of a table: models by rows, with intervals, paired differences, what slates are like, and costs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group
from rich.text import Text

from intently.evaluate.cells import null_where_nan, rich_table
from intently.evaluate.metrics import Interval, hit, mean_interval, ndcg, paired_difference, reciprocal_rank
from intently.evaluate.rankings import DEPTH
from intently.evaluate.retrieval.exposure import Exposure, exposure_of, taken_shares
from intently.evaluate.retrieval.folds import Fold
from intently.evaluate.retrieval.fused import FUSED
from intently.evaluate.retrieval.kept import Answers
from intently.evaluate.retrieval.methods import BASELINE, Method
from intently.evaluate.retrieval.sets import RetrievalSet
from intently.evaluate.retrieval.slates import K, SlateFacts
from intently.evaluate.retrieval.tables import tables_of, title_of
from intently.evaluate.retrieval.verdicts import verdicts_of

__all__ = ["Beyond", "Lead", "ModelRow", "RetrievalReport", "RetrievalTable", "remarks", "table_of"]

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lead:
    """How far a fused row is ahead of this one, paired over people; below 0: behind. `hr10_90`: a 90% interval, on
    which "no lower" is judged (lower end above -3 points)."""

    leader: str
    ndcg10: Interval
    hr10_90: Interval
    categories: Interval
    novelty: Interval


@dataclass(frozen=True)
class Beyond:
    """What the slates are like (slates.py says how each is measured), over the people who were shown anything;
    `unserved`: share of people whose slate was empty."""

    categories: Interval
    novelty: Interval
    new_items: Interval
    new_categories: Interval
    exposure: Exposure
    unserved: float


@dataclass(frozen=True)
class ModelRow:
    """One model over all people of a table. `gain`: the paired difference of HR@10 to the baseline; `fit_seconds` of
    all folds together; `score_ms`: median of one person's whole ranking."""

    name: str
    title: str
    hr10: Interval
    ndcg10: Interval
    mrr: Interval
    gain: Interval
    leads: tuple[Lead, ...]
    beyond: Beyond
    fit_seconds: float
    score_ms: float

    def lead(self, leader: str) -> Lead | None:
        """None where the fused row was not asked, and for itself."""
        return next((lead for lead in self.leads if lead.leader == leader), None)


@dataclass(frozen=True)
class RetrievalTable:
    """`n` people were asked by every row that is shown; `unfinished` rows lack folds and are not shown; `left_out`:
    rows that the set or the protocol has no ground for, with the reason; `taken`: the share of each popularity group
    in what people took."""

    set_name: str
    protocol: str
    n: int
    items: int
    events: int
    data: str  # SHA-256 of the set's files
    folds: int
    refit_days: float
    category: str  # facet by which slates are judged; empty: none
    rows: tuple[ModelRow, ...]
    taken: tuple[Interval, ...]
    unfinished: tuple[str, ...]
    left_out: tuple[str, ...]

    def row(self, name: str) -> ModelRow:
        return next(row for row in self.rows if row.name == name)


@dataclass(frozen=True)
class RetrievalReport:
    """What `intently evaluate retrieval` prints."""

    seed: int
    commit: str
    tables: tuple[RetrievalTable, ...]
    seconds: float

    def table(self) -> Group:
        """For a terminal."""
        parts: list[Any] = []
        for table in self.tables:
            parts += [Text(title_of(table)), *(rich_table(title, cells) for title, cells in tables_of(table))]
            parts += [Text(line) for line in remarks(table)]
        parts.append(Text(f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"))
        return Group(*parts)

    def json(self) -> dict[str, Any]:
        """One object, for programs; null for what could not be measured."""
        found: dict[str, Any] = null_where_nan(asdict(self))
        return found


@dataclass(frozen=True)
class _People:
    """One row's answers in the order in which people were asked."""

    hits: Values
    gains: Values
    firsts: Values
    slates: tuple[SlateFacts, ...]

    def of(self, measure: str) -> Values:
        return np.array([getattr(facts, measure) for facts in self.slates], dtype=np.float64)


def table_of(
    opened: RetrievalSet,
    protocol: str,
    methods: Sequence[Method],
    folds: Sequence[Fold],
    answers: Mapping[tuple[str, int], Answers],
    seed: int,
    *,
    refit_days: float,
    left_out: tuple[str, ...] = (),
) -> RetrievalTable:
    """Metrics of every row that answered all folds, over all people."""
    whole = [method for method in methods if all((method.name, fold.number) in answers for fold in folds)]
    own = {method.name: [answers[method.name, fold.number] for fold in folds] for method in whole}
    found = {name: _people(folds, answered) for name, answered in own.items()}
    pack, items = opened.pack, len(opened.pack.snapshot.item_ids)
    rows = tuple(_row(method, found, own[method.name], items, seed) for method in whole)
    taken = taken_shares(found[whole[0].name].slates, seed) if whole else ()
    return RetrievalTable(
        opened.name, protocol, sum(len(fold.cases) for fold in folds), items, len(pack.log), pack.digest, len(folds),
        refit_days, opened.category, rows, taken,
        tuple(method.name for method in methods if method not in whole), left_out,
    )  # fmt: skip


def remarks(table: RetrievalTable) -> list[str]:
    """What stands below a table: what each fused row is shown to be above, and the rows that are not there."""
    late = [f"not finished, run again to go on: {', '.join(table.unfinished)}"] if table.unfinished else []
    return [*verdicts_of(table.rows), *late, *(f"left out, {reason}" for reason in table.left_out)]


def _people(folds: Sequence[Fold], answered: Sequence[Answers]) -> _People:
    asked = [(answers, case.user) for fold, answers in zip(folds, answered, strict=True) for case in fold.cases]
    ranks = [answers.ranks[user] for answers, user in asked]
    return _People(
        np.array([hit(own, K) for own in ranks]),
        np.array([ndcg(own, K) for own in ranks]),
        np.array([reciprocal_rank(own, DEPTH) for own in ranks]),
        tuple(answers.slates[user] for answers, user in asked),
    )


def _row(method: Method, found: Mapping[str, _People], answered: Sequence[Answers], items: int, seed: int) -> ModelRow:
    own = found[method.name]
    return ModelRow(
        method.name,
        method.title,
        mean_interval(own.hits, seed),
        mean_interval(own.gains, seed),
        mean_interval(own.firsts, seed),
        paired_difference(own.hits, found.get(BASELINE, own).hits, seed),
        tuple(_lead(name, found[name], own, seed) for name in FUSED if name in found and name != method.name),
        _beyond(own, items, seed),
        sum(answers.fit_seconds for answers in answered),
        1000 * float(np.median([second for answers in answered for second in answers.score_seconds])),
    )


def _lead(name: str, leader: _People, own: _People, seed: int) -> Lead:
    return Lead(
        name,
        paired_difference(leader.gains, own.gains, seed),
        paired_difference(leader.hits, own.hits, seed, 0.90),
        _known_interval(leader.of("categories") - own.of("categories"), seed),
        _known_interval(leader.of("novelty") - own.of("novelty"), seed),
    )


def _beyond(own: _People, items: int, seed: int) -> Beyond:
    return Beyond(
        categories=_known_interval(own.of("categories"), seed),
        novelty=_known_interval(own.of("novelty"), seed),
        new_items=_known_interval(own.of("new_items"), seed),
        new_categories=_known_interval(own.of("new_categories"), seed),
        exposure=exposure_of(own.slates, items, seed),
        unserved=float(np.mean([not facts.rows for facts in own.slates])),
    )


def _known_interval(values: Values, seed: int) -> Interval:
    """Over the people for whom there is a value."""
    return mean_interval(values[~np.isnan(values)], seed)
