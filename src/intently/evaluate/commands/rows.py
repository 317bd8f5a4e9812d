"""The rows of the table, by name."""

from collections.abc import Callable, Mapping

from intently.errors import BadRequest
from intently.evaluate.commands.baselines.agent import Agent
from intently.evaluate.commands.baselines.blind import Blind
from intently.evaluate.commands.baselines.learned import Learned
from intently.evaluate.commands.baselines.plain_row import PlainParser
from intently.evaluate.commands.baselines.retrieval import RETRIEVALS, Retrieval, shared_searchers
from intently.evaluate.commands.baselines.true_taste import TrueTaste
from intently.evaluate.commands.case import System
from intently.evaluate.commands.systems import CEILINGS, OURS

__all__ = ["DEFAULT_ROWS", "ROWS", "make_rows"]

BASELINES: Mapping[str, Callable[[], System]] = {
    "popularity": lambda: Blind("popularity"),
    "item-knn": lambda: Blind("item-kNN"),
    "sasrec": lambda: Learned("sasrec"),
    "bert4rec": lambda: Learned("bert4rec"),
    "bm25-last": lambda: _retrieval("bm25-last"),
    "bm25-all": lambda: _retrieval("bm25-all"),
    "semantic-last": lambda: _retrieval("semantic-last"),
    "semantic-all": lambda: _retrieval("semantic-all"),
    "bm25-taste": lambda: _retrieval("bm25-taste"),
    "bm25-all-taste": lambda: _retrieval("bm25-all-taste"),
    "bm25-all-taste-fresh": lambda: _retrieval("bm25-all-taste-fresh"),
    "semantic-taste": lambda: _retrieval("semantic-taste"),
    "one-prompt": PlainParser,
    "agent": Agent,
    "true-taste": TrueTaste,
}
ROWS: Mapping[str, Callable[[], System]] = {**OURS, **BASELINES, **CEILINGS}
NEED_MODEL = frozenset({"ours-model", "planner-model", "model-only", "one-prompt", "agent"})
NEED_TRAINING = frozenset({"sasrec", "bert4rec", "ours-sequence", "ours-intent"})
DEFAULT_ROWS = tuple(name for name in ROWS if name not in NEED_MODEL | NEED_TRAINING)


def make_rows(names: tuple[str, ...], model: bool) -> dict[str, System]:
    """The named rows, by default all that need neither a language model nor training. Raises BadRequest for an unknown
    one."""
    wanted = names or (tuple(ROWS) if model else DEFAULT_ROWS)
    if unknown := [name for name in wanted if name not in ROWS]:
        raise BadRequest(f"there is no row {unknown[0]!r}; there are {', '.join(ROWS)}")
    if not model and (asked := [name for name in wanted if name in NEED_MODEL]):
        raise BadRequest(f"the row {asked[0]!r} asks the language model: pass --model")
    return {name: ROWS[name]() for name in wanted}


def _retrieval(name: str) -> Retrieval:
    title, config = RETRIEVALS[name]
    return Retrieval(title, config, shared_searchers(config.bm25))
