"""Who writes a line: in one step (RecGPT V1), or a style first and then lines in it (RecGPT-V2). One seam.

Both are told the same of item, interest and moment, and both hold an embedded model to the words of the evidence. The
two steps of V2 are one conversation: the second reads only the style and the question anew. Where an item has lines
already, the question names the fact that they say least of: asked without, a small model takes the same sentence of the
item's text whatever the style is (docs/results/reasons.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from intently.catalog.lexicon import plain
from intently.explain.clauses import Checker
from intently.explain.evidence import SENTENCE, Evidence, Piece
from intently.explain.style import Style, read_style, style_listing
from intently.explain.vocabulary import free_listing, held_listing
from intently.explain.wording import tokens_of
from intently.language import Budget, Estimate, Listing, Message, Model, Prompt, render
from intently.language.prompt import quote

__all__ = ["WRITERS", "OneStep", "Telling", "TwoSteps", "Writer", "Written", "make_writer", "unsaid"]

TOKENS_EACH = 40  # of one line, at most
STYLE_TOKENS = 36
FACTS = 4  # facets told
FACT_CHARACTERS = 70
TEXT_CHARACTERS = 260  # told of the item's text
PAST = 2  # names told of what the person did
FOCUS_CHARACTERS = 110  # of the fact that a question names
MOSTLY = 0.5  # share of a fact's words from which it is said
SHORT = 3  # letters of a word that tells two facts apart by nothing


@dataclass(frozen=True)
class Telling:
    """What one line is asked for. `used`: tones and builds of the item's earlier lines; `tried`: these lines, and
    those that did not stand; `owner`: whose call it is, None where it holds nothing of a person."""

    evidence: Evidence
    nouns: str
    as_of: datetime
    owner: str | None = None
    used: frozenset[str] = frozenset()
    tried: tuple[str, ...] = ()
    words: int = 14
    lines: int = 2
    home: Path | None = None
    timeout_seconds: float = 300.0
    budget: Budget | None = None


@dataclass(frozen=True)
class Written:
    """Candidates in the order in which they were written."""

    lines: tuple[str, ...]
    calls: tuple[str, ...]  # hashes
    style: Style | None = None
    spent: Mapping[str, float] = field(default_factory=dict)  # tokens new, reused, out; seconds


class Writer(Protocol):
    @property
    def name(self) -> str: ...

    def write(self, telling: Telling, model: Model, checker: Checker) -> Written:
        """Raises AnswerInvalid when nothing usable comes, and what Model.ask_list raises."""
        ...

    def prompts(self, telling: Telling) -> Sequence[Prompt]:
        """What will be asked, as far as it is known before: for estimates, and to know a line made from the same."""
        ...

    def estimate(self, telling: Telling, model: Model) -> Estimate: ...


@dataclass(frozen=True)
class OneStep:
    """held: whether the line is held to the words of the evidence; None: where the model is embedded."""

    name: str = "v1"
    held: bool | None = None

    def prompts(self, telling: Telling) -> Sequence[Prompt]:
        told = told_of(telling.evidence)
        return (render("reason", home=telling.home, date=f"{telling.as_of:%-d %B %Y}", words=telling.words, **told),)

    def estimate(self, telling: Telling, model: Model) -> Estimate:
        return model.estimate(self.prompts(telling), TOKENS_EACH)

    def write(self, telling: Telling, model: Model, checker: Checker) -> Written:
        (prompt,) = self.prompts(telling)
        answer = model.ask_list(
            prompt, _form(telling, model, checker, self.held, 1), user_id=telling.owner, max_tokens=TOKENS_EACH,
            timeout_seconds=telling.timeout_seconds, budget=telling.budget,
        )  # fmt: skip
        return Written(answer.value, (answer.call_hash,), spent=_spent(answer))


@dataclass(frozen=True)
class TwoSteps:
    """As OneStep; the first call is for the style, the second for several lines in it."""

    name: str = "v2"
    held: bool | None = None

    def prompts(self, telling: Telling) -> Sequence[Prompt]:
        told = told_of(telling.evidence)
        return (render("reason_style", home=telling.home, words=telling.words, **told),)

    def estimate(self, telling: Telling, model: Model) -> Estimate:
        (first,) = self.prompts(telling)
        lines = first.then(Message("assistant", "for heist fans; dry; scene; any"), _ask_lines(telling))
        return model.estimate([first], STYLE_TOKENS) + model.estimate([lines], TOKENS_EACH * telling.lines)

    def write(self, telling: Telling, model: Model, checker: Checker) -> Written:
        (prompt,) = self.prompts(telling)
        seasons = [piece.text for piece in telling.evidence.of("cue")]
        said = model.ask_list(
            prompt, style_listing(seasons, telling.used), user_id=telling.owner, max_tokens=STYLE_TOKENS,
            timeout_seconds=telling.timeout_seconds, budget=telling.budget,
        )  # fmt: skip
        style = read_style(said.value[0])
        answer = model.ask_list(
            prompt.then(Message("assistant", str(style)), _ask_lines(telling)),
            _form(telling, model, checker, self.held, telling.lines), user_id=telling.owner,
            max_tokens=TOKENS_EACH * telling.lines, timeout_seconds=telling.timeout_seconds, budget=telling.budget,
        )  # fmt: skip
        spent = {name: amount + _spent(answer)[name] for name, amount in _spent(said).items()}
        return Written(answer.value, (said.call_hash, answer.call_hash), style, spent)


WRITERS: Mapping[str, Writer] = {
    "v1": OneStep(),
    "v2": TwoSteps(),
    "v1-free": OneStep("v1-free", held=False),
    "v2-free": TwoSteps("v2-free", held=False),
}


def make_writer(name: str) -> Writer:
    """Raises KeyError for a name that the settings would have refused."""
    return WRITERS[name]


def told_of(evidence: Evidence) -> dict[str, Any]:
    """The evidence as the prompts tell it: short, the same for both writers."""
    facets = [f"{piece.key} {_cut(piece.text, FACT_CHARACTERS)}" for piece in evidence.of("facet")][:FACTS]
    text = next((_telling(piece.text) for piece in evidence.of("text")), "")
    return {
        "title": evidence.title,
        "facts": "; ".join(facets),
        "text": text,
        "likes": _likes(evidence.of("interest"), evidence.of("tag")),
        "past": [piece.text for piece in evidence.of("event")][:PAST],
        "wishes": [piece.text for piece in evidence.of("preference")][:PAST],
        "moment": [piece.text for piece in evidence.of("cue")],
    }


def _likes(interests: Sequence[Piece], tags: Sequence[Piece]) -> str:
    return next((piece.text for piece in (*interests, *tags)), "")


def _form(telling: Telling, model: Model, checker: Checker, held: bool | None, lines: int) -> Listing:
    if model.embedded if held is None else held:
        return held_listing(telling.evidence, checker, lines, telling.words)
    return free_listing(lines)


def _ask_lines(telling: Telling) -> Message:
    what = f"{telling.lines} lines" if telling.lines > 1 else "1 line"
    fact = unsaid(telling.evidence, telling.tried)
    return Message("user", f"{what} on {quote(fact, FOCUS_CHARACTERS)}." if fact else f"{what}.")


def unsaid(evidence: Evidence, said: Sequence[str]) -> str:
    """The first fact of which these lines say less than half: sentences, the most telling first, what the person likes,
    facets. Where they say most of all of them, the one that they say least of; empty where there are no lines."""
    if not said:
        return ""
    sentences = [one for piece in evidence.of("text") for one in SENTENCE.split(piece.text) if one]
    facts = [
        *sorted(sentences, key=_named_share),
        *(f"what they like: {piece.text}" for piece in evidence.of("event", "interest", "tag")[:PAST]),
        *(f"{piece.key} {piece.text}" for piece in evidence.of("facet")[:FACTS]),
    ]
    held = {word for line in said for word in _words(line)}
    shares = {fact: _share(_words(fact), held) for fact in (_cut(fact, FOCUS_CHARACTERS) for fact in facts)}
    new = (fact for fact, share in shares.items() if share < MOSTLY)
    return next(new, min(shares, key=lambda fact: shares[fact], default=""))


def _words(text: str) -> frozenset[str]:
    """The words that say something, in plain form."""
    return frozenset(word for word in plain(text).split() if len(word) > SHORT)


def _share(words: frozenset[str], held: set[str]) -> float:
    return len(words & held) / len(words) if words else 1.0


def _spent(answer: Any) -> dict[str, float]:
    return {"new": answer.tokens_new, "reused": answer.tokens_reused, "out": answer.tokens_out,
            "seconds": answer.seconds}  # fmt: skip


def _telling(text: str) -> str:
    """The sentences with the fewest names and numbers, in their order: what happens tells more than who made it."""
    sentences = [one for one in SENTENCE.split(text) if one]
    kept: set[int] = set()
    for place in sorted(range(len(sentences)), key=lambda place: _named_share(sentences[place])):
        if sum(len(sentences[one]) for one in kept) < TEXT_CHARACTERS // 2:
            kept.add(place)
    return _cut(" ".join(sentences[place] for place in sorted(kept)), TEXT_CHARACTERS)


def _named_share(sentence: str) -> float:
    words = tokens_of(sentence)[1:]
    return sum(not word[:1].islower() for word in words) / max(1, len(words))


def _cut(text: str, characters: int) -> str:
    """At most so many characters, whole words."""
    return text if len(text) <= characters else text[:characters].rsplit(" ", 1)[0] + " …"
