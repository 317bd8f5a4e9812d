"""The report of understanding: a table a set, the tag-to-category model's own accuracy, and verdicts on the bars."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.console import Group
from rich.text import Text

from intently.evaluate.cells import null_where_nan, rich_table
from intently.evaluate.metrics import Interval
from intently.evaluate.understanding.mapping import KINDS_OF_TEXT, Accuracy, Mapped
from intently.evaluate.understanding.measures import MEASURES, Person, interval, others_hits, union, values, whole
from intently.evaluate.understanding.rows import NAMES
from intently.evaluate.understanding.verdicts import Verdict, higher, no_lower

__all__ = ["COLUMNS", "Table", "UnderstandingReport"]

HITS = ("HR@30", "HR@10", "HR@5", "recall@50", "recall@200", "exclusive A", "exclusive A, category", "exclusive B")
TAGGED = ("tags", "categories", "grounded", "duplicate tags, pool", "duplicate tags", "duplicate items")
COSTS = ("calls", "uncached in", "cached in", "out", "uncached in + out", "seconds")
COLUMNS: Mapping[str, Sequence[str]] = {"hits": HITS, "tags": TAGGED, "costs": COSTS}
COUNTS = {"tags", "categories", *COSTS}  # shown without decimals of a share
MOST_TOKENS, MOST_REPEATED = 0.40, 0.01  # bars: of the four routes' uncached tokens, and of the final tags
TOO_POPULAR = 0.8  # HR@30 of popularity above which a set says nothing


@dataclass(frozen=True)
class Table:
    """One set: rows over the same people, who are `n` of those drawn."""

    ground: str
    drawn: int
    rows: Mapping[str, tuple[Person, ...]]
    categories: int
    phi: Mapped
    seed: int

    @property
    def n(self) -> int:
        return len(next(iter(self.rows.values()), ()))

    @property
    def usable(self) -> bool:
        """Whether the set tells anything: popularity alone must not hit everybody."""
        return not self.n or interval(values(self.rows["popularity"], "HR@30"), self.seed).mean <= TOO_POPULAR

    def cells(self, columns: Sequence[str]) -> list[list[str]]:
        """Head and rows of one group of measures, without columns and rows of which nothing is known."""
        told = {row: {name: interval(values(people, name), self.seed) for name in columns}
                for row, people in self.rows.items() if people}  # fmt: skip
        if columns is not HITS:
            told = {row: cells for row, cells in told.items() if cells[columns[0]].mean > 0}
        kept = [name for name in columns if any(not np.isnan(cells[name].mean) for cells in told.values())]
        body = [[NAMES[row], *(shown(cells[name], name in COUNTS) for name in kept)] for row, cells in told.items()]
        return [["row", *kept], *body]

    def groups(self) -> list[list[list[str]]]:
        """The cells of every group of measures that says anything."""
        return [cells for columns in COLUMNS.values() if len(cells := self.cells(columns)) > 1]

    def whole_cells(self) -> list[list[str]]:
        """Of each row with tags: how wide and even it is, and what its rules refused."""
        body = []
        for row, people in self.rows.items():
            if any(person.found.tags for person in people):
                found = whole(people, self.categories)
                refused = "; ".join(f"{rule} {share:.1%}" for rule, share in found.refused.items()) or "none"
                failed = "; ".join(f"{error} {n}" for error, n in found.failed.items()) or "none"
                told = (f"{found.coverage:.2f}", f"{found.entropy:.2f}", f"{found.others:.3f}")
                body.append([NAMES[row], *told, refused, failed])
        heads = ("coverage of categories", "entropy, bits", "HR@30 with another's tags", "refused", "failed people")
        return [["row", *heads], *body]

    def verdicts(self) -> list[Verdict]:
        """On the bars of docs/semantics.md, 8 and the issue, of the rows that are there."""
        if not self.n or "v2" not in self.rows:
            return []
        found: list[Verdict] = []
        for other in ("routes", "routes-compressed"):
            if other in self.rows:
                found += [self._no_lower(name, other) for name in ("HR@30", "exclusive A", "exclusive B")]
        found += self._costs()
        repeated = values(self.rows["v2"], "duplicate tags")
        found.append(higher("duplicate tags: V2 under 1% after the arbiter", MOST_REPEATED - repeated, self.seed))
        below = [other for other in ("random", "one-prompt") if other in self.rows]
        found += [self._higher(name, other) for name in ("HR@30", "HR@10", "recall@200") for other in below]
        own = values(self.rows["v2"], "HR@30") - others_hits(self.rows["v2"])
        found.append(higher("HR@30: V2 above V2's tags of other people", own, self.seed))
        knn = [person.channels["knn"] for person in self.rows["v2"]]
        unions = [union(person, other) for person, other in zip(self.rows["v2"], knn, strict=True)]
        for name in unions[0]:
            numbers = np.array([one[name] for one in unions])
            found.append(higher(f"V2 with item-kNN above item-kNN alone, {name}", numbers, self.seed))
        return found

    def ratios(self) -> dict[str, float]:
        """What V2 costs as a share of each other row: uncached tokens, and seconds."""
        if not self.n or "v2" not in self.rows:
            return {}
        others = [row for row in self.rows if row not in ("v2",) and values(self.rows[row], "calls").sum() > 0]
        return {
            f"{name}, V2 / {NAMES[row]}": float(values(self.rows["v2"], name).mean() / values(people, name).mean())
            for row in others
            for name in ("uncached in + out", "seconds")
            if (people := self.rows[row]) and values(people, name).mean() > 0
        }

    def numbers(self) -> dict[str, Any]:
        """All measures of all rows, for programs."""
        rows = {
            row: {
                "name": NAMES[row], "whole": asdict(whole(people, self.categories)),
                **{name: asdict(interval(values(people, name), self.seed)) for name in MEASURES},
            }
            for row, people in self.rows.items()
        }  # fmt: skip
        return {
            "ground": self.ground, "n": self.n, "drawn": self.drawn, "categories": self.categories,
            "usable": self.usable, "phi": {"way": self.phi.way, **{k: asdict(v) for k, v in self.phi.accuracy.items()}},
            "rows": rows, "ratios": self.ratios(), "verdicts": [asdict(verdict) for verdict in self.verdicts()],
        }  # fmt: skip

    def _pairs(self, name: str, other: str) -> npt.NDArray[np.float64]:
        difference: npt.NDArray[np.float64] = values(self.rows["v2"], name) - values(self.rows[other], name)
        return difference

    def _costs(self) -> list[Verdict]:
        """The bars of docs/semantics.md, 8 on what V2 costs beside the four routes: tokens and seconds of a person."""
        if "routes" not in self.rows:
            return []
        mine, theirs = self.rows["v2"], self.rows["routes"]
        tokens = MOST_TOKENS * values(theirs, "uncached in + out") - values(mine, "uncached in + out")
        seconds = values(theirs, "seconds") - values(mine, "seconds")
        return [
            higher(f"uncached tokens: V2 under {MOST_TOKENS:.0%} of {NAMES['routes']}", tokens, self.seed),
            higher(f"seconds: V2 fewer than {NAMES['routes']}", seconds, self.seed),
        ]

    def _no_lower(self, name: str, other: str) -> Verdict:
        return no_lower(f"{name}: V2 no lower than {NAMES[other]}", self._pairs(name, other), self.seed)

    def _higher(self, name: str, other: str) -> Verdict:
        return higher(f"{name}: V2 above {NAMES[other]}", self._pairs(name, other), self.seed)


@dataclass(frozen=True)
class UnderstandingReport:
    """What `intently evaluate understanding` prints."""

    tables: tuple[Table, ...]
    seed: int
    commit: str
    seconds: float

    def table(self) -> Group:
        """For a terminal."""
        parts: list[Any] = []
        for table in self.tables:
            parts.append(rich_table(f"{table.ground}: tag to category, {table.phi.way}", phi_cells(table.phi)))
            parts += [rich_table(title(table), cells) for cells in table.groups()]
            if len(cells := table.whole_cells()) > 1:
                parts.append(rich_table(f"{table.ground}: rows as a whole", cells))
            parts += [Text(f"{name}: {ratio:.2f}") for name, ratio in table.ratios().items()]
            parts += [Text(str(verdict)) for verdict in table.verdicts()]
            if not table.usable:
                parts.append(Text(unusable(table)))
        parts.append(Text(f"seed {self.seed}, commit {self.commit}, {self.seconds:.0f} s"))
        return Group(*parts)

    def json(self) -> dict[str, Any]:
        """One object, for programs; a figure of nothing is null."""
        tables = [null_where_nan(table.numbers()) for table in self.tables]
        return {"seed": self.seed, "commit": self.commit, "seconds": self.seconds, "tables": tables}


def title(table: Table) -> str:
    cut_off = "" if table.n == table.drawn else f" of {table.drawn:,}: run again to go on"
    return f"{table.ground}, {table.categories} categories, n = {table.n:,} people{cut_off}"


def unusable(table: Table) -> str:
    return f"{table.ground} is not used for HR@30: popularity's categories alone hit more than {TOO_POPULAR:.0%}"


def phi_cells(phi: Mapped) -> list[list[str]]:
    """Accuracy of each way on held-out texts: first, and among the first five, by kind of text."""
    return [
        ["way", *(f"{kind}: first / of five" for kind in KINDS_OF_TEXT), "largest category"],
        *([way + (" (used)" if way == phi.way else ""), *_kinds(one), f"{one.chance:.3f}"]
          for way, one in phi.accuracy.items()),
    ]  # fmt: skip


def _kinds(one: Accuracy) -> list[str]:
    return [
        f"{one.first[kind]:.2f} / {one.fifth[kind]:.2f} (n = {one.texts[kind]})" if kind in one.first else "-"
        for kind in KINDS_OF_TEXT
    ]


def shown(value: Interval, count: bool) -> str:
    if np.isnan(value.mean):
        return "-"
    digits = ",.0f" if count and value.mean >= 100 else ".1f" if count else ".3f"
    return f"{value.mean:{digits}} [{value.low:{digits}}, {value.high:{digits}}]"
