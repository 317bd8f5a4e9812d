"""The tag-to-category model (RecGPT's phi): a short text to the number of a category, by vectors of text.

Three ways, fitted on the items' full texts; a set uses the one that did best on short texts of one half of the items
that were held out of fitting, and its accuracy on the other half is reported. An item in short is its title, its kinds
as facets name them, or a sentence: tags are short, and a way that needs a page of text is of no use here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from intently.catalog.encode import embed_text
from intently.evaluate.facet_tagger import kinds_text
from intently.evaluate.understanding.ground import Ground
from intently.nouns import Item
from intently.retrieve.request import Floats

__all__ = ["KINDS_OF_TEXT", "Accuracy", "Mapped", "Mapper", "fit_mapper", "short_texts"]

KINDS_OF_TEXT = ("full", "title", "facets", "sentence")
HELD_OUT, MOST_HELD_OUT = 0.2, 600  # share and number of the items; one half chooses, one reports
NEIGHBOURS = 10  # nearest texts that vote
ROUNDS, RATE, DECAY, SHARPNESS = 300, 0.5, 1e-4, 12.0  # of the logistic fit; vectors have length 1
Numbers = npt.NDArray[np.int64]
Scores = Callable[[Floats], Floats]  # texts' vectors -> (texts, categories)


@dataclass(frozen=True)
class Accuracy:
    """Share of held-out texts whose own category comes first, and among the first five, by kind of text."""

    way: str
    first: Mapping[str, float]
    fifth: Mapping[str, float]
    texts: Mapping[str, int]
    chance: float  # of always saying the largest category


@dataclass(frozen=True)
class Mapped:
    """phi as used: fitted on all items in the chosen way. `accuracy`: by way, on the reporting half."""

    way: str
    accuracy: Mapping[str, Accuracy]
    scores: Scores

    def categories(self, vectors: Floats, allowed: npt.NDArray[np.bool_] | None = None) -> tuple[int, ...]:
        """The category of each text. `allowed` (categories,): of those alone."""
        if not len(vectors):
            return ()
        scores = self.scores(vectors)
        if allowed is not None and allowed.any():
            scores = np.where(allowed[None, :], scores, -np.inf)
        return tuple(int(number) for number in scores.argmax(axis=1))


class Mapper(Protocol):
    """A way of fitting: texts' vectors and categories in, scores of categories out."""

    def __call__(self, vectors: Floats, categories: Numbers, count: int) -> Scores: ...


@dataclass(frozen=True)
class _Texts:
    """Texts of items: their vectors, the item and the kind of each."""

    vectors: Floats
    items: Numbers
    kinds: npt.NDArray[np.str_]


def fit_mapper(ground: Ground, seed: int = 0) -> Mapped:
    """Choose and fit on the items' full texts. Items without a category teach nothing."""
    of = ground.categories.of.astype(np.int64)
    count, vectors = len(ground.categories), ground.snapshot.vectors
    having = np.flatnonzero(of >= 0)
    drawn = np.random.default_rng(seed).permutation(having)
    out = drawn[: max(2, min(int(HELD_OUT * len(drawn)), MOST_HELD_OUT))]
    asked = _texts(ground, out)
    # Where each item is a category of its own, no other item could teach it: its full text does.
    single = len(having) == len(np.unique(of[having]))
    learn = having if single else having[~np.isin(having, out)]
    learnt = {name: way(vectors[learn], of[learn], count) for name, way in WAYS.items()}
    chosen = max(WAYS, key=lambda name: short_of(_accuracy(name, learnt[name], asked, of, out[0::2])))
    reported = {name: _accuracy(name, learnt[name], asked, of, out[1::2]) for name in WAYS}
    return Mapped(chosen, reported, WAYS[chosen](vectors[having], of[having], count))


def short_texts(item: Item, ground: Ground) -> dict[str, str]:
    """The item in words, by kind; a kind that it has no words for is left out. Facets that are its category are too."""
    kinds = kinds_text(item.item_id, ground.spec, ground.snapshot)
    sentence = next((part for part in item.text.split(". ")[1:] if 30 <= len(part) <= 300), "")
    found = {"full": embed_text(ground.spec, item), "title": item.title, "facets": kinds,
             "sentence": sentence}  # fmt: skip
    return {kind: text for kind, text in found.items() if text.strip()}


def _texts(ground: Ground, rows: Numbers) -> _Texts:
    """Every kind of text of these items."""
    found = [
        (text, row, kind) for row in rows.tolist() for kind, text in short_texts(ground.items[row], ground).items()
    ]
    vectors = ground.encode([text for text, _, _ in found])
    return _Texts(vectors, np.array([row for _, row, _ in found]), np.array([kind for _, _, kind in found]))


def short_of(accuracy: Accuracy) -> float:
    """What the choice goes by: short texts alone."""
    return float(np.mean([value for kind, value in accuracy.first.items() if kind != "full"] or [0.0]))


def _accuracy(way: str, scores: Scores, texts: _Texts, of: Numbers, items: Numbers) -> Accuracy:
    first, fifth, counts = {}, {}, {}
    for kind in KINDS_OF_TEXT:
        asked = np.isin(texts.items, items) & (texts.kinds == kind)
        if not asked.any():
            continue
        said = np.argsort(-scores(texts.vectors[asked]), axis=1, kind="stable")[:, :5]
        right = said == of[texts.items[asked]][:, None]
        first[kind], fifth[kind] = float(right[:, 0].mean()), float(right.any(axis=1).mean())
        counts[kind] = int(asked.sum())
    largest = np.bincount(of[items]).max() / len(items)
    return Accuracy(way, first, fifth, counts, float(largest))


# --------------------------------------------------------------------------------------------------------- three ways
def nearest_texts(vectors: Floats, categories: Numbers, count: int) -> Scores:
    """The nearest texts vote, each by its cosine to the power of four."""

    def scores(asked: Floats) -> Floats:
        near = asked @ vectors.T
        k = min(NEIGHBOURS, near.shape[1])
        places = np.argpartition(-near, k - 1, axis=1)[:, :k]
        votes = np.zeros((len(asked), count), dtype=np.float32)
        for row, found in enumerate(places):
            np.add.at(votes[row], categories[found], np.maximum(near[row, found], 0) ** 4)
        return votes

    return scores


def centroids(vectors: Floats, categories: Numbers, count: int) -> Scores:
    """The cosine with the mean of a category's texts."""
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, categories, vectors)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means = np.divide(sums, lengths, out=sums, where=lengths > 0)
    return lambda asked: asked @ means.T


def logistic(vectors: Floats, categories: Numbers, count: int) -> Scores:
    """Multinomial logistic regression on the vectors, by gradient descent with momentum from the centroids."""
    weights = SHARPNESS * _means(vectors, categories, count)
    bias = np.zeros(count, dtype=np.float32)
    step_w, step_b = np.zeros_like(weights), np.zeros_like(bias)
    told = np.zeros((len(vectors), count), dtype=np.float32)
    told[np.arange(len(vectors)), categories] = 1.0
    for _ in range(ROUNDS):
        wrong = (_softmax(vectors @ weights.T + bias) - told) / len(vectors)
        step_w = 0.9 * step_w - RATE * count * (wrong.T @ vectors + DECAY * weights / count)
        step_b = 0.9 * step_b - RATE * wrong.sum(axis=0)
        weights, bias = weights + step_w, bias + step_b
    return lambda asked: asked @ weights.T + bias


def _means(vectors: Floats, categories: Numbers, count: int) -> Floats:
    sums = np.zeros((count, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, categories, vectors)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means: Floats = np.divide(sums, lengths, out=sums, where=lengths > 0)
    return means


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


WAYS: Mapping[str, Mapper] = {"nearest texts": nearest_texts, "centroids": centroids, "logistic": logistic}
