"""The cognitive channel: each person's tags, found by text vectors. The tagger is the one without a model.

Tags are made of the history of the moment and of the items' own terms, so they know nothing of what comes later, nor of
other people. They are made when a row is fitted, as a batch of understanding would, and only looked up when asked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from intently.evaluate.facet_tagger import facet_tags
from intently.evaluate.pack import Pack
from intently.evaluate.rankings import history_before
from intently.evaluate.retrieval.folds import Fold, Moment
from intently.nouns import History
from intently.retrieve.request import Floats, RetrievalRequest, Rows, TagQuery
from intently.retrieve.tags import Tags

__all__ = ["TAGS", "FacetTagger", "TagRow", "Tagger", "TagsRanker"]

TAGS = 30  # of a person, at most
Encode = Callable[[Sequence[str]], Floats]  # texts -> (texts, dim), rows of length 1


class Tagger(Protocol):
    """What gives people their tags. Implementations: FacetTagger, StoredTags (stored.py)."""

    @property
    def kind(self) -> str:
        """The name of its row, after the hyphen in those of fused sources."""

    def asked(self, pack: Pack, request: RetrievalRequest, /) -> RetrievalRequest:
        """The same request with its person's tags."""

    def prepare(self, fold: Fold, /) -> None:
        """Make the tags of everybody whom the fold asks."""


@dataclass(frozen=True)
class FacetTagger:
    """Tags of histories of one set; each text is encoded once, each history read once."""

    encode: Encode
    kind: str = "tags"
    _vectors: dict[str, Floats] = field(default_factory=dict, compare=False, repr=False)
    _told: dict[tuple[bytes, bytes], tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)

    def tags(self, pack: Pack, history: History) -> tuple[TagQuery, ...]:
        """Of one person at one moment; none where they liked nothing that has terms."""
        told = self._texts(pack, history)
        self._learn(told)
        return tuple(TagQuery(text, text, self._vectors[text]) for text in told)

    def asked(self, pack: Pack, request: RetrievalRequest) -> RetrievalRequest:
        """The same request with its person's tags."""
        return replace(request, tags=self.tags(pack, request.history))

    def prepare(self, fold: Fold) -> None:
        """Make the tags of everybody whom the fold asks."""
        histories = (history_before(fold.pack, case) for case in fold.cases)
        self._learn(text for history in histories for text in self._texts(fold.pack, history))

    def _texts(self, pack: Pack, history: History) -> tuple[str, ...]:
        key = (history.rows.tobytes(), history.liked.tobytes())
        if key not in self._told:
            liked = [pack.snapshot.item_ids[row] for row in history.rows[history.liked][::-1].tolist()]
            self._told[key] = facet_tags(liked, pack.spec, pack.snapshot, TAGS)
        return self._told[key]

    def _learn(self, texts: Iterable[str]) -> None:
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            self._vectors.update(zip(missing, self.encode(missing), strict=True))


@dataclass(frozen=True)
class TagsRanker:
    """The source `tags` alone."""

    pack: Pack
    tagger: Tagger

    def rank(self, moment: Moment, k: int) -> Rows:
        source = Tags(self.pack.snapshot.vectors)
        return source.retrieve(self.tagger.asked(self.pack, moment.request), moment.allowed, k).rows


@dataclass(frozen=True)
class TagRow:
    """The row of the table."""

    tagger: Tagger
    title: str = "tags (facet tagger, no model)"

    @property
    def name(self) -> str:
        return "tags" if self.tagger.kind == "tags" else f"tags-{self.tagger.kind}"

    def fit(self, fold: Fold) -> TagsRanker:
        self.tagger.prepare(fold)
        return TagsRanker(fold.pack, self.tagger)
