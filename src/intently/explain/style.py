"""The style of a line: for whom, in which tone, built how, of which season (RecGPT-V2 section 4, stage 1).

Tone and build are of closed lists, so that a style costs few tokens and can be shown to people. The paper also names
the emotion: it is the tone's here.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from intently.errors import AnswerInvalid
from intently.language import Listing, one_of

__all__ = ["BUILDS", "TONES", "Style", "read_style", "style_listing"]

TONES = ("warm", "dry", "playful", "tense", "calm", "wistful", "bold")
BUILDS = ("scene", "contrast", "list", "question", "address")
NO_SEASON = "any"
AUDIENCE = r"[a-z]{2,14}( [a-z]{2,14}){0,3}"
_FORM = re.compile(rf"for (?P<audience>{AUDIENCE}); (?P<tone>[a-z]+); (?P<build>[a-z]+); (?P<season>.+)")


@dataclass(frozen=True, slots=True)
class Style:
    audience: str
    tone: str
    build: str
    season: str = NO_SEASON

    def __str__(self) -> str:
        """As the model writes it."""
        return f"for {self.audience}; {self.tone}; {self.build}; {self.season}"

    @property
    def words(self) -> str:
        """For people: without the audience, in words of the model's own that nothing checks."""
        season = "" if self.season == NO_SEASON else f", for {self.season}"
        return f"{self.tone}, as a {self.build}{season}"


def style_listing(seasons: Sequence[str], used: Collection[str] = ()) -> Listing:
    """The form of a style. seasons: what the moment is; used: tones and builds of the item's earlier lines, which are
    left out while others remain."""
    tones, builds = _fresh(TONES, used), _fresh(BUILDS, used)
    season = one_of((NO_SEASON, *seasons))
    pattern = rf"for {AUDIENCE}; {one_of(tones)}; {one_of(builds)}; {season}"
    return Listing(pattern, 1, 1, "for AUDIENCE; TONE; BUILD; SEASON")


def read_style(line: str) -> Style:
    """Raises AnswerInvalid."""
    found = _FORM.fullmatch(line)
    if found is None:
        raise AnswerInvalid(f"{line[:80]!r} is no style")
    return Style(**found.groupdict())


def _fresh(names: Sequence[str], used: Collection[str]) -> tuple[str, ...]:
    left = tuple(name for name in names if name not in used)
    return left if len(left) > 1 else tuple(names)
