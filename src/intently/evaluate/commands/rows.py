"""The rows of the table, by name."""

from collections.abc import Callable, Mapping

from intently.errors import BadRequest
from intently.evaluate.commands.case import System
from intently.evaluate.commands.systems import CEILINGS, OURS

__all__ = ["DEFAULT_ROWS", "ROWS", "make_rows"]

ROWS: Mapping[str, Callable[[], System]] = {**OURS, **CEILINGS}
NEED_MODEL = frozenset({"ours-model"})
DEFAULT_ROWS = tuple(name for name in ROWS if name not in NEED_MODEL)


def make_rows(names: tuple[str, ...], model: bool) -> dict[str, System]:
    """The named rows, by default all that need no language model. Raises BadRequest for an unknown one."""
    wanted = names or (tuple(ROWS) if model else DEFAULT_ROWS)
    if unknown := [name for name in wanted if name not in ROWS]:
        raise BadRequest(f"there is no row {unknown[0]!r}; there are {', '.join(ROWS)}")
    if not model and (asked := [name for name in wanted if name in NEED_MODEL]):
        raise BadRequest(f"the row {asked[0]!r} asks the language model: pass --model")
    return {name: ROWS[name]() for name in wanted}
