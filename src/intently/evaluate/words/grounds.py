"""What words are read against: the demo films as they are served, or a small catalogue declared for one set of words.

Sets about music, clothes or recipes bring no catalogue. Theirs is declared in code, from ordinary words or from the
labels of a half that is not measured, so that no text of the data is kept anywhere.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt

from intently.catalog.encode import Encoder
from intently.catalog.ground import Grounder
from intently.catalog.schema import CatalogSpec, parse_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.engine import Engine
from intently.evaluate.words.phrases import fold
from intently.feed.parser import ParseContext, ShownItem
from intently.nouns import Item

__all__ = ["Ground", "bare_title", "declared", "films_of"]

_DATED = re.compile(r"\s*\(((?:18|19|20)\d\d)\)\s*$")
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # fixed, so that "this year" means the same in every run


@dataclass(frozen=True)
class Ground:
    """A catalogue that sentences are grounded in, and the encoder of its wishes by meaning (None: none is there)."""

    spec: CatalogSpec
    snapshot: Snapshot
    grounder: Grounder
    encoder: Encoder | None = None

    def context(self, shown: Sequence[str] = ()) -> ParseContext:
        """Nothing is in force; `shown` titles are the slate: those of the catalogue by their id, others by a place."""
        slate = tuple(ShownItem(self.id_of(title) or f"shown {place}", title) for place, title in enumerate(shown, 1))
        return ParseContext(self.spec, self.grounder, self.snapshot, (), slate, NOW, command_id="words")

    def id_of(self, title: str) -> str | None:
        """The one item with exactly this title, or None; of "Fargo (1996)" the one of that year or the next to it.
        The truth of the measures: looked up in the raw titles, not by the grounder that is measured."""
        dated = _DATED.search(title)
        rows = self._rows.get(bare_title(title), ())
        if dated and self._years is not None:
            rows = tuple(row for row in rows if abs(float(self._years[row]) - int(dated[1])) <= 1)
        return self.snapshot.item_ids[rows[0]] if len(rows) == 1 else None

    @cached_property
    def _rows(self) -> dict[str, tuple[int, ...]]:
        rows: dict[str, tuple[int, ...]] = {}
        for row, title in enumerate(self.snapshot.titles):
            key = bare_title(title)
            rows[key] = (*rows.get(key, ()), row)
        return rows

    @property
    def _years(self) -> npt.NDArray[np.float64] | None:
        held = self.snapshot.numbers.get("year")
        return held.amounts if held is not None else None

    def title_of(self, item_id: str) -> str:
        row = self.snapshot.row_of(item_id)
        return self.snapshot.titles[row] if row is not None else item_id


def bare_title(title: str) -> str:
    """A title without its year and first article, folded."""
    return re.sub(r"^(?:the|a|an) ", "", fold(_DATED.sub("", title)))


def films_of(engine: Engine) -> Ground:
    """The store of an open engine."""
    current = engine.worlds.current
    return Ground(engine.spec, current.world.snapshot, current.grounder, engine.services.encoder)


def declared(toml: str, items: Iterable[Item], encoder: Encoder | None, where: str) -> Ground:
    """A catalogue from its TOML and items made in memory. `where` names it in errors."""
    spec = parse_spec(toml, where)
    snapshot = build_snapshot(spec, items, None, where)
    return Ground(spec, snapshot, Grounder(spec, snapshot, encoder), encoder)
