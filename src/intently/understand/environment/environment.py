"""The seam of the environment: providers, each asked for cues as of a moment, and what became of it.

A provider that fails gives no cue: its fault is told to the caller, who keeps it as a row. What a third party gives is
checked: a cue of a later moment, or what is no cue, is such a fault. Third parties stand under the entry point group
`intently.environment`: a function that takes the `Surroundings` and returns a provider.

RecGPT-V2 names weather, dates and trending events as its environment and says nothing of how they are had: all of
this is ours.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from typing import Protocol

from intently.errors import ContractBroken
from intently.language.prompt import plain
from intently.nouns import Cue, utc
from intently.understand.environment.holidays import Holidays
from intently.understand.environment.season import Season
from intently.understand.environment.surroundings import Surroundings
from intently.understand.environment.trends import Trends
from intently.understand.environment.weather import Weather

__all__ = ["PROVIDERS", "Environment", "Failed", "Noticed", "Provider", "Surroundings", "open_environment"]

log = logging.getLogger(__name__)
GROUP = "intently.environment"
MOST_EACH = 8  # cues of one provider
TEXT_CHARACTERS = 120  # of a cue


class Provider(Protocol):
    @property
    def name(self) -> str: ...

    def cues(self, as_of: datetime) -> Sequence[Cue]:
        """What is true as of that moment and was known then: the same answer for the same moment and the same data.

        None where there is nothing to tell. Raises where its source cannot be read.
        """
        ...


PROVIDERS: dict[str, Callable[[Surroundings], Provider]] = {
    "season": Season,
    "holidays": Holidays,
    "trends": Trends,
    "weather": Weather,
}


@dataclass(frozen=True, slots=True)
class Failed:
    """A provider that gave nothing, and why."""

    provider: str
    error_type: str
    message: str


@dataclass(frozen=True, slots=True)
class Noticed:
    cues: tuple[Cue, ...]
    failed: tuple[Failed, ...] = ()


class Environment:
    """Asks all providers, in their order."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = tuple(providers)

    def notice(self, as_of: datetime) -> Noticed:
        """The cues as of a moment, and the providers that failed."""
        cues: list[Cue] = []
        failed: list[Failed] = []
        for provider in self._providers:
            try:
                cues.extend(_checked(provider, utc(as_of)))
            except Exception as error:  # of anybody's code: it becomes a row
                log.warning("no_cues", extra={"provider": provider.name, "error": type(error).__name__})
                failed.append(Failed(provider.name, type(error).__name__, str(error)))
        return Noticed(tuple({cue.cue_id: cue for cue in cues}.values()), tuple(failed))


def open_environment(around: Surroundings) -> Environment:
    """Our providers and those of third parties; none of them where the settings say so."""
    if not around.config.enabled:
        return Environment(())
    others = {point.name: point.load() for point in entry_points(group=GROUP)}
    makers = {**PROVIDERS, **{name: make for name, make in sorted(others.items()) if name not in PROVIDERS}}
    return Environment([make(around) for make in makers.values()])


def _checked(provider: Provider, as_of: datetime) -> list[Cue]:
    given = list(provider.cues(as_of))
    for cue in given:
        if not isinstance(cue, Cue):
            raise ContractBroken(f"{provider.name} gives {type(cue).__name__}; give intently.nouns.Cue")
        if cue.time > as_of:
            raise ContractBroken(f"{provider.name} tells of {cue.time}, which is later than {as_of}; give no such cue")
    return [
        cue.model_copy(update={"text": plain(cue.text, TEXT_CHARACTERS), "detail": plain(cue.detail, TEXT_CHARACTERS)})
        for cue in given[:MOST_EACH]
    ]
