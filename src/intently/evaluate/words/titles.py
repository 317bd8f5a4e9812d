"""Films that a person named, as the parser reads them: found, invented, under the right sign.

A film is read when a preference is `like` it, or when it is hidden as seen. What is hidden has no sign here.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from intently.evaluate.words.metrics import Measure, Signed, f1, precision, recall, share
from intently.evaluate.words.turns import Heard

__all__ = ["films_read", "title_measures"]


def films_read(heard: Heard) -> Mapping[str, str]:
    """Item id -> want, avoid, or hidden; a wish about a film counts before its hiding."""
    read: dict[str, str] = {}
    for change in heard.changes:
        if change.op not in ("add", "replace"):
            continue
        if change.facet == "item" and isinstance(change.value, list):
            read.update({item_id: "hidden" for item_id in change.value if item_id not in read})
        elif change.relation == "like" and isinstance(change.value, dict) and "item_id" in change.value:
            read[str(change.value["item_id"])] = str(change.polarity)
    return read


def title_measures(
    part: str,
    turns: Sequence[tuple[AbstractSet[str], Mapping[str, bool], Heard]],
    seed: int,
) -> list[Measure]:
    """Of each turn: the films named in it that the catalogue has, those of them that the person said they like (True)
    or not (False), and what was read."""
    counts, signs = [], []
    for named, likes, heard in turns:
        read = films_read(heard)
        right = len(named & set(read))
        counts.append(Signed(len(read), right, len(named), right))
        signed = [(item, sign) for item, sign in read.items() if item in likes and sign != "hidden"]
        signs.append((sum((sign == "want") != likes[item] for item, sign in signed), len(signed)))
    found = [of(part, "titles", counts, seed) for of in (precision, recall, f1)]
    return [*found, share(part, "titles under the wrong sign", signs, "titles", seed)]
