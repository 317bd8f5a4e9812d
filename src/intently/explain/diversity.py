"""Lines that do not all say the same: the memory of the last lines, its bonus for rare words, and likeness of lines.

RecGPT-V2 section 4: a first-in-first-out memory M of 160 lines; R_div of a line of L words is the mean over them of
log(|M| / (number of lines of M that hold the word + 1)). The paper uses it as a reward in training; here it chooses
among the candidates of one call, and near-copies are refused by ROUGE-L. Likeness is the paper's measure too: diversity
is 1 - the mean pairwise ROUGE-L of the lines of one item.
"""

import math
import threading
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import combinations

from intently.catalog.lexicon import plain

__all__ = ["MEMORY", "NEAR_COPY", "Recent", "diversity", "rouge_l"]

MEMORY = 160  # lines
NEAR_COPY = 0.8  # ROUGE-L from which a line says again what another says


class Recent:
    """The last lines of a store. Safe from many threads."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._lines: deque[tuple[str, ...]] = deque()
        self._held: Counter[str] = Counter()  # word -> lines that hold it
        for line in lines:
            self.add(line)

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, line: str) -> None:
        """Remember a line; the oldest goes when there are more than MEMORY."""
        words = _words(line)
        with self._lock:
            self._lines.append(words)
            self._held.update(set(words))
            if len(self._lines) > MEMORY:
                gone = set(self._lines.popleft())
                self._held.subtract(gone)
                for word in gone:
                    if not self._held[word]:
                        del self._held[word]  # else the words of all lines ever written stay in memory

    def bonus(self, line: str) -> float:
        """How rare its words are among the last lines, in nats; 0 for an empty line or memory."""
        words = _words(line)
        with self._lock:
            if not words or not self._lines:
                return 0.0
            return sum(math.log(len(self._lines) / (self._held[word] + 1)) for word in words) / len(words)

    def copies(self, line: str) -> bool:
        """Whether one of the last lines says nearly the same."""
        words = _words(line)
        with self._lock:
            return any(_alike(words, other) >= NEAR_COPY for other in self._lines)


def rouge_l(line: str, other: str) -> float:
    """ROUGE-L of two lines, the F-measure with equal weights, from 0 to 1. Source: Lin 2004, section 3."""
    return _alike(_words(line), _words(other))


def diversity(lines: Sequence[str]) -> float:
    """1 - mean pairwise ROUGE-L. NaN for fewer than two lines."""
    pairs = [rouge_l(one, other) for one, other in combinations(lines, 2)]
    return 1 - sum(pairs) / len(pairs) if pairs else math.nan


def _words(line: str) -> tuple[str, ...]:
    return tuple(plain(line).split())


def _alike(words: Sequence[str], others: Sequence[str]) -> float:
    """2 LCS / (length of one + length of the other): the harmonic mean of LCS precision and recall."""
    if not words or not others:
        return 0.0
    before = [0] * (len(others) + 1)
    for word in words:
        row = [0]
        for place, other in enumerate(others, start=1):
            row.append(before[place - 1] + 1 if word == other else max(row[-1], before[place]))
        before = row
    return 2 * before[-1] / (len(words) + len(others))
