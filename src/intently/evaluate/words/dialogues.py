"""Film dialogues: what the seeker typed, and the films that the other had just named, which "that one" points at.

The film that was named last comes first, as a slate would show it. Films are read off the data's titles with a year.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["MAX_SHOWN", "film_mentions", "seeker_turns"]

MAX_SHOWN = 3  # films of the other's last words that may be pointed at
_DATED = re.compile(r"\((?:19|20)\d\d\)")
_WORD = re.compile(r"\S+")
MAX_TITLE_WORDS = 12


def seeker_turns(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], tuple[str, ...]]]:
    """The seeker's rows with words in them, in order, each with the titles that the other named last before it."""
    found = []
    shown: tuple[str, ...] = ()
    conversation = None
    for row in sorted(rows, key=lambda row: (str(row["conv_id"]), row["turn"])):
        if row["conv_id"] != conversation:
            conversation, shown = row["conv_id"], ()
        if row["role"] != "seeker":
            shown = tuple(film_mentions(row["text"])[::-1][:MAX_SHOWN]) or shown
        elif row["text"].strip():
            found.append((row, shown))
    return found


def film_mentions(text: str) -> list[str]:
    """Titles with a year in a text, in order: the words before "(2017)" from the last one on that starts in small
    letters, which no title does but for its small words."""
    found = []
    start = 0
    for date in _DATED.finditer(text):
        words = list(_WORD.finditer(text, start, date.start()))[-MAX_TITLE_WORDS:]
        begin = len(words)
        for place in range(len(words) - 1, -1, -1):
            if _opens_title(words[place][0]):
                begin = place
            elif words[place][0].lower() not in _INNER:
                break
        if begin < len(words):
            found.append(f"{text[words[begin].start() : date.start()].strip()} {date[0]}")
        start = date.end()
    return found


def _opens_title(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit()


_INNER = frozenset("a an the and or of in on at to for from with by vs de la le & -".split())
