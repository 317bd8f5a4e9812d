"""Words of interests and tags: which say too little, and which say the same."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "ALIKE", "NOWHERE", "SMALL", "TAG_LINE", "gives_orders", "groups_of", "is_vague", "is_words", "same_meaning",
    "stems",
]  # fmt: skip

# Small letters of Latin, Greek and Cyrillic, for a form: \w means other letters to the model's grammar than to Python.
SMALL = r"a-z\u00df-\u00f6\u00f8-\u024f\u03ac-\u03ce\u0430-\u045f"
WORD = rf"[{SMALL}]{{1,16}}(?:['’&-][{SMALL}]{{1,12}}){{0,2}}(?:['’]s?)?"  # begins with one: no bullets, no quotes
TAG_LINE = f"{WORD}(?: {WORD}){{1,4}}"  # the form of a tag: two to five words

# Words that describe anything. A text of nothing else finds everything and explains nothing.
VAGUE = frozenset(
    """a about an and any appealing at attractive beautiful best big by classic collection common content cool different
    diverse engaging enjoyable entertaining entertainment excellent exciting favorite favourite for
    from fun general genre genres good great high historical important in interest interesting interests item items
    kind kinds lovely many mix mixed modern modular more new nice of old on other popular product
    products quality range really series set show shows similar smart some special star stories story stuff
    style the theme themes thing things to top type types unique unusual used variety various very with work
    works""".split()
)
_WORD = re.compile(r"[^\W_]+")
# Marks of markup, code, addresses and turns. v1's answers have a schema, to which a hosted model may not keep.
_NO_WORDS = re.compile(r'["\\<>|{}\[\]@`=\x00-\x1f]|://|\bwww\.')
# Of texts that a model might take for orders: marks of turns and templates, letters that nobody sees, a few phrases.
_ORDERS = re.compile(
    r"[\x00-\x1f\u200b\u202a-\u202e\u2066-\u2069]|<\||</s>|\[/?inst\]|\{\{|\{%|"
    r"\b(?:new rule|system prompt|every tag)\b|"
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|history|rules?|previous|above)\b", re.IGNORECASE,
)  # fmt: skip
_ENDING = re.compile(r"(?:ies|es|s|e|ing|ed|y|al|ic|ical)$")
NOWHERE = ("¶",)  # nothing ends a repetition: not even the next tag may begin as an earlier one did
ALIKE = 0.80  # cosine from which two short texts say the same: "submarine war drama", "submarine battle film" have 0.84
SAME_SHARE = 0.75  # of the words of the shorter text that the longer one holds


def stems(text: str) -> frozenset[str]:
    """The telling words of a text, without their endings."""
    words = [word.lower() for word in _WORD.findall(text)]
    return frozenset(_stem(word) for word in words if word not in VAGUE)


def is_words(text: str) -> bool:
    """Whether a text is words alone, and nothing that an order in a title would have a model say: no address, no
    markup, no turn."""
    return _NO_WORDS.search(text) is None


def gives_orders(text: str) -> bool:
    """Whether a title, a search or a cue speaks to the model that will read it. It stays quoted data; but no tag is
    taken out of it."""
    return _ORDERS.search(text) is not None


def is_vague(text: str, nouns: str) -> bool:
    """Whether no telling word is left: "good films", "various interesting themes". nouns: what the catalogue holds."""
    return not stems(text) - stems(nouns) - stems(nouns.removesuffix("s"))


def same_meaning(one: str, other: str) -> bool:
    """Whether two texts share nearly all their telling words ("dark crime dramas", "dark crime drama films")."""
    first, second = stems(one), stems(other)
    smaller = min(len(first), len(second))
    return bool(smaller) and len(first & second) / max(len(first), len(second)) >= SAME_SHARE


def groups_of(texts: Sequence[str], vectors: npt.NDArray[np.float32]) -> dict[int, list[int]]:
    """Places of texts by the place of the first that means the same, by words or by vectors: (n, dim) unit rows, or
    (n, 0) where nothing is encoded."""
    groups: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        near = vectors[list(groups)] @ vectors[place] if vectors.shape[1] and groups else np.zeros(len(groups))
        home = next(
            (lead for lead, cosine in zip(groups, near, strict=True)
             if cosine >= ALIKE or same_meaning(text, texts[lead])), place,
        )  # fmt: skip
        groups.setdefault(home, []).append(place)
    return groups


def _stem(word: str) -> str:
    bare = _ENDING.sub("", word)
    return bare if len(bare) >= 3 else word
