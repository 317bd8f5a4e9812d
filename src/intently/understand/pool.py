"""The pool of interests: what several people's understandings have in common, offered to the next person.

RecGPT V1 section 3 gives the model a preset pool I_m that is matched to the person, and splits its answer into *listed*
and *extended* interests; how the pool is made and matched is not told. Here it grows by itself: an interest enters when
the understandings of `LEAST_PEOPLE` people name it, in whatever wording, and leaves when they do not any more (an
erased person's words go with them). It is matched to a person by the vectors of the items they liked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from intently.catalog.encode import Encoder
from intently.nouns import Interest
from intently.understand.wording import groups_of, same_meaning

__all__ = ["LEAST_PEOPLE", "Pool", "pool_of"]

LEAST_PEOPLE = 3  # an interest of fewer is a person's own: nobody else may read it
NEAREST = 3  # liked items whose cosines are averaged to match an interest
MATCHED = 0.30  # their average from which it is offered: on the demo films one in a hundred drawn triples reaches it
OFFERED = 6  # at most


@dataclass(frozen=True)
class Pool:
    """`texts`: the interests, those of most people first; `vectors`: (n, dim) unit rows, (n, 0) without an encoder."""

    texts: tuple[str, ...] = ()
    vectors: npt.NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def matched(self, liked: npt.NDArray[np.float32]) -> tuple[str, ...]:
        """The interests of the pool that fit these liked items' vectors (m, dim), the best first."""
        if not self.texts or not len(liked) or self.vectors.shape[1] != liked.shape[1]:
            return ()
        near = np.sort(self.vectors @ liked.T, axis=1)[:, -NEAREST:].mean(axis=1)
        order = np.argsort(-near, kind="stable")[:OFFERED]
        return tuple(self.texts[place] for place in order if near[place] >= MATCHED)

    def listed(self, text: str) -> bool:
        """Whether the pool holds this interest, in whatever wording."""
        return any(same_meaning(text, one) for one in self.texts)


def pool_of(interests: Iterable[tuple[str, Interest]], encoder: Encoder | None = None) -> Pool:
    """The pool of (person, interest) pairs. The same pairs give the same pool."""
    people: dict[str, set[str]] = {}
    for user_id, interest in interests:
        people.setdefault(interest.text, set()).add(user_id)
    texts = sorted(people, key=lambda text: (-len(people[text]), text))
    vectors = encoder.encode(texts) if encoder is not None and texts else np.zeros((len(texts), 0), np.float32)
    groups = groups_of(texts, vectors)
    shared = {lead: set().union(*(people[texts[one]] for one in group)) for lead, group in groups.items()}
    leads = sorted(
        (lead for lead, who in shared.items() if len(who) >= LEAST_PEOPLE),
        key=lambda lead: (-len(shared[lead]), texts[lead]),
    )
    return Pool(tuple(texts[lead] for lead in leads), vectors[leads])
