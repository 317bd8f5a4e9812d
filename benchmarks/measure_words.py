"""Do items that hold the wished words come first? The demo films, wishes by meaning alone, nothing grounded.

    python benchmarks/measure_words.py [--words 0,0.3,0.5,0.7] [--alpha 0.5]

`held`: share of the ten shown films whose title or text holds the word, for 30 words with 50 to 400 holders that a hash
picks (nobody chooses them). `topical`: the same for those of them whose films are near to the word by meaning.
`genre`: share of the ten shown that are of the genre, when a genre's name is read as a wish by meaning: does the word
lead astray where the meaning knows better? 20 people each; the last line is one JSON object.
"""

import argparse
import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from feed_worlds import NOW, Subject, demo_films
from intently import data
from intently.catalog.encode import OnnxEncoder, encoder_files
from intently.catalog.load import read_items
from intently.catalog.text_index import UNTOLD
from intently.config import Config, load_config
from intently.errors import DataError
from intently.feed.request import FeedRequest, recommend
from intently.nouns import Preference

WORDS, LEAST, MOST, PEOPLE = 30, 50, 400, 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", default="0,0.3,0.5,0.7")
    parser.add_argument("--alpha", default="0.5")
    arguments = parser.parse_args()
    subject, texts = _films()
    words, genres = _picked(texts), _genres(subject)
    rows = []
    print(f"{'alpha':>5} {'words':>5} {'held':>6} {'topical':>7} {'genre':>6}")
    for alpha in map(float, arguments.alpha.split(",")):
        for weight in map(float, arguments.words.split(",")):
            world = replace(subject.world, config=Config.model_validate({"feed": {"alpha": alpha, "words": weight}}))
            asked = replace(subject, world=world)
            held = {word: _share(asked, word, {i for i, text in texts.items() if word in text}) for word in words}
            topical = [held[word] for word in words if _topical(subject, word, texts)]
            genre = [_share(asked, name, ids) for name, ids in genres.items()]
            row = {"alpha": alpha, "words": weight, "held": np.mean(list(held.values())), "topical": np.mean(topical),
                   "genre": np.mean(genre)}  # fmt: skip
            rows.append({**row, "by_word": held})
            told = " ".join(f"{row[name]:{width}.3f}" for name, width in (("held", 6), ("topical", 7), ("genre", 6)))
            print(f"{alpha:5.2f} {weight:5.2f} {told}", flush=True)
    print(json.dumps({"benchmark": "words", "topical": len(topical), "people": PEOPLE, "rows": rows}))


def _films() -> tuple[Subject, dict[str, set[str]]]:
    """The demo films with the real encoder, and the words of each film's title and text."""
    found = encoder_files(load_config().home / "models")
    if found is None:
        raise DataError("the text encoder is not here; fetch it with `intently models fetch`, then measure again")
    subject = demo_films(None)
    kept: dict[str, np.ndarray] = {}
    encoder = OnnxEncoder(found)

    def encode(asked: Sequence[str]) -> np.ndarray:
        kept.update({text: encoder.encode([text])[0] for text in asked if text not in kept})
        return np.stack([kept[text] for text in asked])

    items = read_items(subject.world.spec, Path(str(data.__path__[0])) / "films")
    texts = {item.item_id: set(re.findall(r"[a-z]+", f"{item.title} {item.text}".lower())) for item in items}
    return replace(subject, world=replace(subject.world, encode=encode)), texts


def _picked(texts: dict[str, set[str]]) -> list[str]:
    counts = Counter(word for words in texts.values() for word in words)
    known = [w for w, n in counts.items() if LEAST <= n <= MOST and len(w) >= 4 and w not in UNTOLD]
    return sorted(known, key=lambda word: hashlib.sha256(f"words:{word}".encode()).hexdigest())[:WORDS]


def _genres(subject: Subject) -> dict[str, set[str]]:
    facet, ids = subject.world.snapshot.terms["genre"], subject.world.snapshot.item_ids
    common = [value for value, count in zip(facet.values, facet.counts().tolist(), strict=True) if count >= LEAST]
    return {value.lower(): {ids[row] for row in facet.rows_of(value).tolist()} for value in common}


def _topical(subject: Subject, word: str, texts: dict[str, set[str]]) -> bool:
    """Whether the holders' mean cosine with the word lies half a standard deviation above the catalogue's."""
    world = subject.world
    near = world.snapshot.vectors @ world.encode([word])[0]
    holders = np.array([word in texts[item_id] for item_id in world.snapshot.item_ids])
    return bool(near[holders].mean() - near.mean() > 0.5 * near.std())


def _share(subject: Subject, text: str, right: set[str]) -> float:
    """Mean over people of the share of the ten shown that are among the right ones."""
    wish = Preference.model_validate({
        "id": "p1", "polarity": "want", "strength": "prefer", "facet": None, "relation": "like",
        "value": {"text": text}, "quote": text, "command_id": "c1",
    })  # fmt: skip
    shares = []
    for n, history in enumerate(subject.histories[:PEOPLE]):
        request = FeedRequest(f"feed-{n}", f"user-{n}", NOW, history=history, preferences=(wish,))
        shares.append(np.mean([item.item_id in right for item in recommend(subject.world, request).slate.items]))
    return float(np.mean(shares))


if __name__ == "__main__":
    main()
