"""The multipliers of a store's allocation, from request to request: kept in its journal, so that a restart loses none.

A shown page moves them by one bounded step; a preview moves nothing. They are sums over everybody's pages and tell of
no person. Several processes on one journal share them: each step is taken from what is there.
"""

import threading

from pydantic import Field, ValidationError

from intently.config import AllocateConfig
from intently.errors import StoreError
from intently.feed.tools.allocator import exposure_of
from intently.feed.world import Recommended
from intently.journal import Journal
from intently.nouns import Noun
from intently.retrieve.allocation import MOST_ALPHA, MOST_PRESSURE, Multipliers, climbed

__all__ = ["Allocating", "AllocationState"]

KEY = "allocation"


class AllocationState(Noun):
    """The multipliers now, and what was given so far: `places` to the cognitive supply on `pages` (the parts of pages
    that were theirs to give, added up), whose conversions above the floor add up to `premium`."""

    version: int = Field(1, ge=1, le=1)
    alpha: float = Field(0.0, ge=0, le=MOST_ALPHA)
    least: float = Field(0.0, ge=0, le=MOST_PRESSURE)
    most: float = Field(0.0, ge=0, le=MOST_PRESSURE)
    pages: float = Field(0.0, ge=0)
    places: float = Field(0.0, ge=0)
    premium: float = 0.0

    @property
    def multipliers(self) -> Multipliers:
        return Multipliers(self.alpha, self.least, self.most)


class Allocating:
    """Nothing is read or written while `allocate.most` is 0."""

    def __init__(self, journal: Journal, config: AllocateConfig) -> None:
        self._journal, self._config = journal, config
        self._lock = threading.Lock()

    def now(self) -> Multipliers:
        return self.state().multipliers if self._config.most > 0 else Multipliers()

    def state(self) -> AllocationState:
        """Raises StoreError when what is kept cannot be read."""
        kept = self._journal.get_meta(KEY)
        try:
            return AllocationState.model_validate_json(kept) if kept else AllocationState()
        except ValidationError as error:
            raise StoreError(
                f"the entry {KEY!r} of the journal's table `meta` cannot be read ({error.errors()[0]['msg']}). A newer "
                "intently may have written it; else delete the entry, and the multipliers begin at zero."
            ) from error

    def learn(self, done: Recommended) -> None:
        """One step after a page that was shown."""
        steps = [step for step in done.trace.plan.steps if step.tool == "allocate"]
        gave = exposure_of(done.trace.pool, steps[0].arguments) if steps else None
        if gave is None:
            return
        least, most = self._config.least * gave.share, self._config.most * gave.share
        with self._lock:
            was = self.state()
            at = climbed(was.multipliers, gave.premium, gave.places, least, most)
            totals = {
                "pages": was.pages + gave.share,
                "places": was.places + gave.places,
                "premium": was.premium + gave.premium,
            }
            after = AllocationState(alpha=at.alpha, least=at.least, most=at.most, **totals)
            self._journal.set_meta(KEY, after.model_dump_json())
