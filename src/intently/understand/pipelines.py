"""Ways of reasoning about a person, behind one seam: each turns a run into interests, personas and tags.

A pipeline asks the model through `Run.once`, so that all of them resume, are cached and are counted alike, and gives
its tags ungrounded: what they find is looked up by who runs it.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from intently.errors import BadRequest
from intently.language import Estimate
from intently.understand.one_prompt import OnePrompt
from intently.understand.reasoned import Reasoned
from intently.understand.routes import Routes
from intently.understand.run import Past, Run, Tell
from intently.understand.v1 import V1
from intently.understand.v2 import V2

__all__ = ["ABLATIONS", "PIPELINES", "Pipeline", "make_pipeline"]


class Pipeline(Protocol):
    """`rules`: of what it refuses and how it asks, raised when they change, so that people are understood anew."""

    @property
    def name(self) -> str: ...

    @property
    def rules(self) -> int: ...

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        """Ask what must be asked. Raises what `Model.ask` raises."""
        ...

    def estimate(self, run: Run) -> Estimate:
        """What `reason` will cost at most; asks nothing."""
        ...

    def asks(self, run: Run) -> Sequence[str]:
        """What decides its answers beside the history: settings and versions of prompts."""
        ...

    def told(self, past: Past) -> str:
        """The history as its prompts tell it, each line of which stands in them as quoted data."""
        ...


PIPELINES: dict[str, Callable[[], Pipeline]] = {"v1": V1, "routes": Routes, "v2": V2, "one-prompt": OnePrompt}
ABLATIONS: dict[str, Callable[[], Pipeline]] = {  # for measuring: what one part is worth
    "v2-no-compression": lambda: V2(compression=False),
    "v2-no-planner": lambda: V2(planner=False),
    "v2-no-arbiter": lambda: V2(arbiter=False),
    "v2-no-environment": lambda: V2(environment=False),
    "v2-no-kinds": lambda: V2(kinds=False),
    "routes-compressed": lambda: Routes(compressed=True),
}


def make_pipeline(name: str) -> Pipeline:
    """Raises BadRequest that lists those that exist."""
    make = PIPELINES.get(name) or ABLATIONS.get(name)
    if make is None:
        raise BadRequest(f"there is no pipeline {name!r}; choose one of {', '.join(PIPELINES)}")
    return make()
