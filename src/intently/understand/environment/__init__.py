"""The environment of a moment: season, holidays, trends, weather, each cue with its time and its source.

environment   the seam and who stands behind it; season, holidays: by the calendar; trends: from the journal;
weather       from an address or a file; observation: what such an answer may look like
"""

from intently.understand.environment.environment import (
    PROVIDERS,
    Environment,
    Failed,
    Noticed,
    Provider,
    Surroundings,
    open_environment,
)

__all__ = ["PROVIDERS", "Environment", "Failed", "Noticed", "Provider", "Surroundings", "open_environment"]
