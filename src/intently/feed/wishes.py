"""What the person would like: grounded wishes as weights on items, wishes by meaning as vectors.

A wish never removes. SEMANTICS 4: a met grounded wish is worth 1.0, of the newest command 1.5, a met wish to avoid
minus that; taste is at most 0.9, so that one more met wish always outranks taste. Wishes by meaning ("nothing too sad",
"like Heat") steer taste, through the Matcher and the Attenuator; a wanted one is met as well by items whose text holds
its words ("about chess").
"""

import re
from dataclasses import dataclass, field

import numpy as np

from intently.feed.conditions import can_tell
from intently.feed.degrees import Degrees, Held, degrees_of
from intently.feed.world import FeedRequest, World
from intently.nouns import Preference
from intently.retrieve.request import Floats, no_rows
from intently.retrieve.words import HeldWords

__all__ = ["Meaning", "Wish", "Wishes", "newest_command", "read_wishes"]

WORTH = 1.0
WORTH_NEWEST = 1.5
# Share of a wish's words that an item holds, from which it meets the wish at all, and wholly: a telling word counts 0.5
# and more. Source: docs/experiments.md, "Words that are held are a met wish".
HELD_FROM, HELD_WHOLE = 0.1, 0.4
# An embedding of "not too sad" is near sad films: a wish to avoid is embedded as what it avoids.
NEGATION = re.compile(
    r"^(?:(?:please|nothing|no|not|never|without|less|fewer|avoid|don'?t want|do not want|rather not|too|so|very|much|"
    r"many|any|that is|that's|anything)\b[\s,]*)+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A grounded wish, and how nearly each item meets it. `worth` is negative for avoid."""

    preference: Preference
    worth: float
    degrees: Degrees


@dataclass(frozen=True, slots=True)
class Meaning:
    """A wish by meaning: a unit vector, of the words or of the item that was named (`seed` is that item's row), empty
    without an encoder; and the items whose text holds the words."""

    preference: Preference
    text: str
    vector: Floats
    seed: int | None = None
    words: HeldWords = field(default_factory=lambda: HeldWords(no_rows(), np.empty(0, np.float32)))


@dataclass(frozen=True, slots=True)
class Wishes:
    grounded: tuple[Wish, ...] = ()
    likes: tuple[Meaning, ...] = ()
    avoids: tuple[Meaning, ...] = ()
    notices: tuple[str, ...] = ()


def read_wishes(world: World, request: FeedRequest) -> Wishes:
    """Compile every preference that is a wish. One that cannot be used now is named in a notice."""
    newest = newest_command(request)
    grounded: list[Wish] = []
    meanings: list[Meaning] = []
    notices: list[str] = []
    for preference in request.preferences:
        if preference.relation == "like":
            meaning = _meaning(world, preference)
            meanings += [meaning] if meaning else []
            notices += [] if meaning else [_cannot_use(world, preference)]
            words = meaning is not None and world.config.feed.words > 0
            held = _held(meaning, preference.command_id == newest) if meaning and words else None
            grounded += [held] if held else []
        elif preference.strength == "prefer":
            if can_tell(world.snapshot, preference):
                grounded.append(_wish(world, preference, preference.command_id == newest))
            else:
                notices.append(_cannot_use(world, preference))
    likes = tuple(m for m in meanings if m.preference.polarity == "want")
    avoids = tuple(m for m in meanings if m.preference.polarity == "avoid")
    return Wishes(tuple(grounded), likes, avoids, tuple(notices))


def newest_command(request: FeedRequest) -> str:
    """The command whose met wishes count most: the named one, or the last, that left a wish in force. One that left
    none (an undo, a bound) does not change the order among the wishes before it. Empty without any wish."""
    commands = [p.command_id for p in request.preferences if p.strength == "prefer"]
    if request.newest_command in commands:
        return request.newest_command or ""
    return commands[-1] if commands else ""


def _wish(world: World, preference: Preference, newest: bool) -> Wish:
    worth = WORTH_NEWEST if newest else WORTH
    degrees = degrees_of(world.snapshot, world.spec, preference)
    return Wish(preference, worth if preference.polarity == "want" else -worth, degrees)


def _held(meaning: Meaning, newest: bool) -> Wish | None:
    """A wish of words as one that items meet: those whose text holds its words. None when no text does."""
    degree = np.clip((meaning.words.share - HELD_FROM) / (HELD_WHOLE - HELD_FROM), 0.0, 1.0)
    met = degree > 0
    if meaning.preference.polarity == "avoid" or not met.any():
        return None
    worth = WORTH_NEWEST if newest else WORTH
    return Wish(meaning.preference, worth, Held(meaning.words.rows[met], degree[met].astype(np.float32)))


def _meaning(world: World, preference: Preference) -> Meaning | None:
    """Vector and words of a `like`; None when it has neither (no encoder or no encoded items, and words that no item
    holds; an unknown item)."""
    value = preference.value if isinstance(preference.value, dict) else {}
    if "item_id" in value:
        row = world.snapshot.row_of(str(value["item_id"]))
        if row is None:
            return None
        vectors = world.snapshot.vectors
        vector = np.array(vectors[row], np.float32) if vectors.shape[1] else np.zeros(0, np.float32)
        return Meaning(preference, world.snapshot.titles[row], vector, row)
    text = str(value.get("text", preference.quote))
    if preference.polarity == "avoid":
        text = NEGATION.sub("", text).strip() or text
    vector = world.encode([text])[0] if world.encode is not None and text else np.zeros(0, np.float32)
    if len(vector) != world.snapshot.vectors.shape[1]:
        vector = np.zeros(0, np.float32)
    words = world.words.find(text, vector)
    return Meaning(preference, text, vector, words=words) if vector.any() or len(words.rows) else None


def _cannot_use(world: World, preference: Preference) -> str:
    value = preference.value
    if preference.relation == "like" and isinstance(value, dict) and "item_id" in value:
        return f"“{preference.quote}” is not used: that {world.spec.noun} is no longer in the catalogue"
    if preference.relation == "like":
        why = "the text encoder is not here" if world.encode is None else f"the {world.spec.nouns} are not encoded yet"
        return f"“{preference.quote}” is kept, but not used yet: {why}"
    return f"“{preference.quote}” is not used: these {world.spec.nouns} have no {preference.facet or 'such field'}"
