"""The run of equal met wishes that the page's edge cuts: the only candidates between which a page may choose.

Candidates come in runs that meet the same wishes. A run that ends on the page is shown whole, one that begins after it
not at all; so whatever gives places by other reasons than the score moves candidates of this one run, and what was said
always goes before it.
"""

import numpy as np

from intently.feed.tools.pool import Pool

__all__ = ["open_run"]


def open_run(pool: Pool, places: int) -> tuple[int, int] | None:
    """(first, end) of that run in `pool.order`; None when no run goes on after the page. `places` on the page, >= 1."""
    if len(pool.order) <= places:
        return None
    met = np.zeros(len(pool.order))
    for name, part in pool.parts.items():
        if name.startswith("wish:"):
            met += part[pool.order]
    met = np.round(met, 1)
    changes = np.flatnonzero(met[1:] != met[:-1]) + 1
    end = changes[changes >= places]
    first = changes[changes < places]
    found = int(first[-1]) if len(first) else 0, int(end[0]) if len(end) else len(met)
    return found if found[1] > places else None
