"""Many phrases by their words: the rows that a plain phrase names, and the longest phrase that begins with a word."""

from collections.abc import Iterator, Sequence

__all__ = ["PhraseIndex"]


class PhraseIndex:
    """Built in one pass over tens of thousands of phrases: about a microsecond each. Empty phrases name nothing."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`keys`: plain phrases; a phrase's row is its place."""
        self._last = dict(zip(keys, range(len(keys)), strict=True))
        self._last.pop("", None)
        self._all: dict[str, list[int]] = {}  # phrases of several rows alone
        if len(self._last) < len(keys):
            for row, key in enumerate(keys):
                if key and self._last[key] != row:
                    self._all.setdefault(key, []).append(row)
            for key, rows in self._all.items():
                rows.append(self._last[key])
        self.longest: dict[str, int] = {}  # first word -> words in the longest phrase that begins so
        longest = self.longest
        for key in self._last:
            words = key.count(" ") + 1
            first = key[: key.find(" ")] if words > 1 else key
            if longest.get(first, 0) < words:
                longest[first] = words

    def rows(self, key: str) -> tuple[int, ...]:
        """Rows of a plain phrase, ascending."""
        several = self._all.get(key)
        if several is not None:
            return tuple(several)
        row = self._last.get(key)
        return () if row is None else (row,)

    def __iter__(self) -> Iterator[str]:
        return iter(self._last)

    def words(self) -> frozenset[str]:
        """All words of all phrases."""
        return frozenset(" ".join(self._last).split())
