"""The rows of the table: floors without a model, pipelines of understanding, and their ablations, by name."""

from intently.errors import BadRequest
from intently.evaluate.understanding.floors import FLOORS
from intently.understand.pipelines import PIPELINES

__all__ = ["HEADLINE", "NAMES", "NEED_MODEL", "choose_rows"]

NAMES = {
    "random": "random tags",
    "popularity": "popularity",
    "own": "own categories",
    "knn": "item-kNN's categories",
    "facets": "facet tagger, no model",
    "one-prompt": "one prompt",
    "v1": "V1, one route",
    "routes": "V1, four routes",
    "routes-compressed": "V1, four routes, compressed history",
    "v2": "V2",
    "v2-no-compression": "V2 without compression",
    "v2-no-planner": "V2 without a planner",
    "v2-no-arbiter": "V2 without an arbiter",
    "v2-no-environment": "V2 without the environment",
    "v2-no-kinds": "V2 without kinds",
}
HEADLINE = tuple(name for name in ("one-prompt", "v1", "routes", "v2") if name in PIPELINES)
NEED_MODEL = frozenset(NAMES) - frozenset(FLOORS)


def choose_rows(names: tuple[str, ...], model: bool) -> tuple[str, ...]:
    """The rows asked for; by default the floors, and with a model the pipelines too. Raises BadRequest with a list."""
    if unknown := [name for name in names if name not in NAMES]:
        raise BadRequest(f"there is no row {unknown[0]!r}; there are {', '.join(NAMES)}")
    return tuple(dict.fromkeys(names)) or (*FLOORS, *(HEADLINE if model else ()))
